"""Sorts, pages, facets, patterns, author clusters, venues, completions: the same wherever the index lies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.index.record.paper import Paper
from indexer.ingest.collect import index_papers
from query import PaperIndex
from tests.conformance.answers import answers

NAMES = ("Weinan E", "weinan e", "Li Wang", "nobody at all")


@pytest.fixture(scope="module")
def embedded(sample: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """The sample in a folder, built at once and read as arrays."""
    folder = tmp_path_factory.mktemp("embedded") / "p.idx"
    index_papers(sample, folder)
    with PaperIndex.open(folder, engine="arrays") as opened:
        yield opened


def test_everything_that_is_asked_is_answered_alike(index: PaperIndex, embedded: PaperIndex) -> None:
    """To the last score, whatever answers and however the index came to be."""
    names = (*NAMES, *(author.name for author in next(iter(embedded.search("", limit=1))).paper.authors))
    expected, found = answers(embedded, names), answers(index, names)
    assert [name for name in expected if found[name] != expected[name]] == []
    assert found == expected
