"""Stored papers come back as they were, whichever dictionary compressed them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.index.record.paper import Paper
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.papers import PaperBuilder, StoredPapers, stored_lines

TRAINED = b"\x37\xa4\x30\xec"


@pytest.mark.parametrize(("times", "trained"), [(1, False), (8, True)])
def test_papers_come_back(sample: list[Paper], tmp_path: Path, times: int, trained: bool) -> None:
    """Few papers are the dictionary themselves, from a megabyte on one is trained."""
    papers = [
        replace(paper, id=f"{paper.id}-{time}", extra={"note": [time, None]}, keywords=("a b", "c"))
        for time in range(times)
        for paper in sample
    ]
    assert (sum(len(stored_lines(paper)) for paper in papers) >= 1 << 20) == trained
    builder = PaperBuilder()
    for paper in papers:
        builder.add(stored_lines(paper))
    with ArrayFileWriter(tmp_path / "papers", "test") as writer:
        builder.write(writer)
    file = ArrayFile(tmp_path / "papers")
    stored = StoredPapers(file, "papers")
    assert (bytes(file["paper.dict"][:4]) == TRAINED) == trained
    assert [stored.paper(number) for number in range(len(papers))] == papers
    assert [stored.record(number) for number in range(len(papers))] == [paper.as_record() for paper in papers]
    assert [stored.abstract(number) for number in range(len(papers))] == [paper.abstract for paper in papers]
