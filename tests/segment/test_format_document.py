"""FORMAT.md says what the catalogue says, and the files are as both say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.catalogue import TABLES
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import STATE_KIND
from indexer.index.store.generation import latest
from tests.segment.forge import make
from tests.segment.format_document import DOCUMENT, written


def test_the_document_has_every_array() -> None:
    """As `python -m tests.segment.format_document` writes it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert written(text) == text
    assert all(f"| `{name}` |" in text for table in TABLES.values() for name in table)


def test_what_is_written_is_what_the_table_says(tmp_path: Path) -> None:
    """Every array of every file of an index, with its values."""
    index = make(tmp_path)
    for name in latest(index).referenced():
        file = ArrayFile(index / name)
        assert set(file) == set(TABLES[file.kind])
        assert [file[array].dtype.str in TABLES[file.kind][array].dtypes for array in file].count(False) == 0
        assert file.verify() == []
        file.close()


def test_a_writer_cannot_write_anything_else(tmp_path: Path) -> None:
    """What is not of the table never becomes a file."""
    says = pytest.raises(ValueError, match=r"the table in catalogue\.py says otherwise")
    with says, ArrayFileWriter(tmp_path / "x", STATE_KIND) as writer:
        writer.meta["docs"] = 8
        writer.add("live", np.zeros(1, dtype=np.uint16))
    assert not (tmp_path / "x").exists()
