"""An empty answer says which word, clause or filter is to blame, and offers a query that works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from indexer.index.record.paper import Paper
from indexer.ingest.collect import index_papers
from query import PaperIndex

RECORDS: list[dict[str, Any]] = [
    {"id": "a", "title": "Graph network search", "authors": ["Ada Lovelace"], "venue": "NeurIPS", "year": 2018},
    {"id": "b", "title": "Graph tree search", "authors": ["Bo Tree"], "venue": "ICML", "year": 2020},
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """Two papers."""
    folder = tmp_path_factory.mktemp("blame") / "p.idx"
    index_papers([Paper.from_record(record) for record in RECORDS], folder)
    with PaperIndex.open(folder) as opened:
        yield opened


CASES: list[tuple[str, dict[str, Any], str, str | None]] = [
    ("zebra", {}, "No paper has the word 'zebra'", None),
    ("graph zebra", {"match": "all"}, "No paper has the word 'zebra'", "graph"),
    ("graph =Networkz", {}, "No paper matches `=Networkz`", "graph"),
    ('graph "network graph"', {}, 'No paper matches `"network graph"`', "graph"),
    ('"graph network" title:tree', {}, "Without `title:tree`: 1 paper", '"graph network"'),
    ("title:zebra graph", {}, "No paper matches `title:zebra`", "graph"),
    ("graph zebr* tree", {}, "No paper matches `zebr*`", "graph tree"),
    ("author:Lovelace title:tree", {}, "Without `title:tree`: 1 paper", "author:Lovelace"),
    ("graph -search", {}, "Every paper is excluded by `-search`", "graph"),
    ("10.1234/nothing", {}, "No paper has the DOI '10.1234/nothing'", None),
    ("network", {"venues": ["ICML"]}, "Without the filter ICML: 1 paper", None),
    ("graph", {"venues": ["NeurlPS"]}, "did you mean NeurIPS?", None),
    ("graph", {"venues": ["NeurlPS", "ICML"]}, "did you mean NeurIPS?", None),
    ("graph", {"authors": ["Ada Lovelac"]}, "No author of exactly the name 'Ada Lovelac'", None),
    ("graph", {"years": (2030, None)}, "No paper is dated since 2030; the index holds 2018-2020", None),
    ("graph", {"types": ["thesis"]}, "No paper has the type 'thesis'", None),
    ("network", {"venues": ["ICML"], "years": (2018, 2018)}, "Without the filter", None),
    ("graph zebra", {"match": "all"}, "With --match any: 2 papers", None),
]


@pytest.mark.parametrize(("text", "arguments", "sentence", "works"), CASES, ids=[f"{row[0]} {row[1]}" for row in CASES])
def test_what_is_to_blame(
    index: PaperIndex, text: str, arguments: dict[str, Any], sentence: str, works: str | None
) -> None:
    """The clause with its place, the filter without one; what is offered finds papers."""
    page = index.search(text, **arguments)
    (found,) = [row for row in page.diagnostics if sentence in row.message][:1]
    assert found.length <= len(text)
    if works is not None:
        assert found.suggestion == works
        assert index.search(works, **arguments).total


def test_an_answer_is_not_explained(index: PaperIndex) -> None:
    """Where something is found nothing is to blame."""
    assert index.search("graph", venues=["ICML"], years=(2018, 2022)).diagnostics == ()
