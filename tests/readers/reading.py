"""Helpers of the reader tests: the entries of some bytes, and the data at hand where it is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.readers.formats import Entry
from indexer.readers.sources import read_file

Read = Callable[..., list[Entry]]


def reader(folder: Path) -> Read:
    """What writes bytes to a file of a name in a folder and gives its entries."""

    def read(data: bytes, name: str = "papers.jsonl", form: str | None = None) -> list[Entry]:
        path = folder / name
        path.write_bytes(data)
        return list(read_file(str(path), form))

    return read


def shared_folder() -> Path:
    """The folder of real data; the test that asks for it is skipped where it is missing."""
    path = Path(os.environ.get("QUIVER_SHARED", Path(__file__).parents[3] / "shared"))
    if not path.is_dir():
        pytest.skip(f"no shared data at {path} (QUIVER_SHARED)")
    return path
