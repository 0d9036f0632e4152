"""Searches whose time is over: they answer with what they have, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from indexer import open_writer
from indexer.index.errors import UsageError
from query.engines import deadline
from query.search import PaperIndex

QUERIES = (
    "graph learning",
    '"graph learning" study',
    "gra* =learning",
    'author:"Ada Lovelace" graph',
    '"gra* learning"~3 -deep',
    "grpah lerning",
    "zzz qqq",
    "W24",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """Papers in three segments, so that some can be looked at and others not."""
    path = tmp_path_factory.mktemp("timeout") / "papers.idx"
    for part in range(3):
        with open_writer(path) as writer:
            writer.add(
                {
                    "id": f"{part}-{number}",
                    "title": f"Graph learning of the deep kind {part} {number}",
                    "abstract": "A study of graph-learning and graph learning.",
                    "authors": ["Ada Lovelace", f"Bob Number{number}"],
                    "venue": "NeurIPS",
                    "year": 2000 + number,
                }
                for number in range(8)
            )
    with PaperIndex.open(path) as found:
        yield found


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_whenever_the_time_is_over_the_answer_is_part_of_the_whole(
    index: PaperIndex, monkeypatch: pytest.MonkeyPatch, query: str, sort: str
) -> None:
    """At each look at the clock: no error, hits of the whole answer alone, and no other answer is called whole."""
    asked = {"sort": sort, "facets": ("venue", "author"), "explain": True, "limit": None}
    # What the generation keeps of words is found first, so that every search below looks at the clock as often.
    index.search(query, **asked)  # type: ignore[arg-type]
    whole = index.search(query, **asked)  # type: ignore[arg-type]
    totals = []
    for looks in count(1):
        ticks = count()
        monkeypatch.setattr(deadline, "clock", lambda ticks=ticks: float(next(ticks)))
        page = index.search(query, timeout=float(looks), **asked)  # type: ignore[arg-type]
        assert {hit.id for hit in page.hits} <= {hit.id for hit in whole.hits}
        totals.append(page.total)
        if not page.partial:
            assert page.as_json() | {"took_ms": 0} == whole.as_json() | {"took_ms": 0}
            break
    assert totals[0] == 0
    assert looks > 3


def test_segments_that_were_looked_at_in_time_answer(index: PaperIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that is late in its second segment gives the papers of the first."""
    totals = set()
    for looks in range(1, 40):
        ticks = count()
        monkeypatch.setattr(deadline, "clock", lambda ticks=ticks: float(next(ticks)))
        totals.add(index.search('"graph learning"', timeout=float(looks)).total)
    assert {0, 8, 16, 24} <= totals


@pytest.mark.parametrize("timeout", [0, -1, "2", True, float("nan")])
def test_what_is_no_time_is_refused(index: PaperIndex, timeout: object) -> None:
    """A number above 0 or None."""
    with pytest.raises(UsageError, match="timeout"):
        index.search("graph", timeout=timeout)  # type: ignore[arg-type]
    assert not index.search("graph", timeout=60).partial


def test_a_timeout_is_of_its_own_search_alone(index: PaperIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search after one that was late is whole."""
    ticks = count(step=100)
    monkeypatch.setattr(deadline, "clock", lambda: float(next(ticks)))
    assert index.search("graph", timeout=1).partial
    assert not index.search("graph").partial
    assert len(list(index.scan("graph"))) == 24
