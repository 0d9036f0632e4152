"""An index of the sample in several segments, open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.ingest.build import build
from indexer.ingest.update import update
from query import PaperIndex


@pytest.fixture(scope="session")
def folder(sample: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample in three segments."""
    aside = tmp_path_factory.mktemp("query")
    for number in range(3):
        path = aside / f"{number}.jsonl"
        path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in sample[number::3]))
        (build if not number else update)([path], aside / "p.idx")
    return aside / "p.idx"


@pytest.fixture(scope="session")
def index(folder: Path) -> Iterator[PaperIndex]:
    """The index, open."""
    with PaperIndex.open(folder) as opened:
        yield opened
