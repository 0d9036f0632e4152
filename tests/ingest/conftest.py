"""Files of records to build indexes of, and what an index then holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from query import PaperIndex

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of records, each an id and a title: `write("a.jsonl", x="One", y="Two")`."""

    def made(name: str, **titles: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(orjson.dumps({"id": id_, "title": title}) + b"\n" for id_, title in titles.items()))
        return path

    return made


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Where the index of a test goes."""
    return tmp_path / "papers.idx"


def held(index: Path) -> dict[str, str]:
    """Titles by id of what an index holds."""
    with PaperIndex.open(index) as opened:
        return {hit.id: hit.paper.title for hit in opened.search(limit=None).hits}
