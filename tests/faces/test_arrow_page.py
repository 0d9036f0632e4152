"""The page that the project is modelled on, built and asked for."""

from __future__ import annotations

from pathlib import Path

import orjson

from indexer.index.record.paper import Paper
from indexer.ingest.build import build
from indexer.readers.sources import read_file
from tests.faces.conftest import Quiver


def test_the_arrow_page_comes_back_in_its_own_order(shared: Path, quiver: Quiver, tmp_path: Path) -> None:
    """Fourteen papers with their venues, types, years and authors, whatever the case of the name."""
    page = shared / "seed" / "arrow-author-cluster-weinan-e.txt"
    build([page], tmp_path / "p.idx")
    answer = quiver("author", "WEINAN E", "--index", str(tmp_path / "p.idx"), "--format", "json")
    shown = orjson.loads(answer.stdout)
    papers = [entry for entry in read_file(str(page)) if isinstance(entry, Paper)]
    assert len(papers) == 14
    assert shown["papers"] == [paper.as_record() for paper in papers]
    assert (shown["name"], shown["author_rows"]) == ("Weinan E", 1)
    text = quiver("author", "weinan e", "--index", str(tmp_path / "p.idx")).stdout
    headings = [line.strip() for line in page.read_text().splitlines() if line.endswith((" Paper", " Article"))]
    printed = [
        line.strip()
        for line in text.splitlines()
        if " · Conference Paper · " in line or " · Journal Article · " in line
    ]
    assert [" ".join(line.split(" · ")[:2]) for line in printed] == headings
