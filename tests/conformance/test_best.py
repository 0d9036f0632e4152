"""`ranking="best"` beside bm25f: the same papers in another order, and a score that its explanation adds up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from random import Random
from typing import Any

import pytest

from indexer.index.errors import QueryError
from indexer.index.record.paper import Paper
from query import PaperIndex, answering
from query.ranking import best
from query.results import Hit, Page
from tests.conformance.checks import FACETS, Choice, facets_of, random_choice
from tests.conformance.conftest import Make
from tests.conformance.random_queries import QueryMaker

pytestmark = pytest.mark.usefixtures("answers_alone")

QUERIES = 60
FEW = 25


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Re-scores 25 hits, where 200 would be all that the sample has."""
    monkeypatch.setattr(best, "DEPTH", FEW)
    monkeypatch.setattr(answering, "DEPTH", FEW)


@pytest.fixture(scope="module")
def fresh(sample: list[Paper], make: Make) -> PaperIndex:
    """The sample in an index built at once."""
    return PaperIndex.open(make("once", sample))


@pytest.fixture
def queries(turns: Callable[[int], int]) -> int:
    """How many queries a test asks."""
    return turns(QUERIES)


def searches(sample: list[Paper], seed: int, queries: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Queries of many kinds, among them sentences and whole titles, and filters."""
    random = Random(seed)
    maker = QueryMaker(sample, random)
    for turn in range(queries):
        title = random.choice(sample).title
        text = random.choice((maker.query(), title, f"which are the {title}", f"papers on {maker.word()} and the like"))
        choice = random_choice(sample, random, "relevance") if turn % 3 == 0 else Choice(match="any")
        yield text, asdict(choice)


def answers(
    index: PaperIndex, sample: list[Paper], seed: int, queries: int, **more: Any
) -> Iterator[tuple[Page, Page]]:
    """The whole answers of both rankings."""
    for text, choice in searches(sample, seed, queries):
        try:
            plain = index.search(text, **choice, limit=None, facets=FACETS, snippets=False, ranking="bm25f", **more)
        except QueryError:
            continue
        yield plain, index.search(text, **choice, limit=None, facets=FACETS, snippets=False, ranking="best", **more)


@pytest.mark.usefixtures("few")
def test_best_changes_neither_hits_nor_totals_nor_facets(index: PaperIndex, sample: list[Paper], queries: int) -> None:
    """Both rankings find the same papers in the same tiers; those beyond the first hits follow as they stood."""
    moved = 0
    for plain, page in answers(index, sample, 1, queries):
        assert {(hit.id, hit.tier) for hit in page.hits} == {(hit.id, hit.tier) for hit in plain.hits}
        assert (page.total, page.all_words, page.relaxed) == (plain.total, plain.all_words, plain.relaxed)
        assert facets_of(page) == facets_of(plain)
        assert [hit.id for hit in page.hits[FEW:]] == [hit.id for hit in plain.hits[FEW:]]
        moved += [hit.id for hit in page.hits] != [hit.id for hit in plain.hits]
    assert moved > queries // 4


@pytest.mark.usefixtures("few")
def test_scores_of_best_fall_inside_a_tier(index: PaperIndex, sample: list[Paper], queries: int) -> None:
    """Also where the re-scored hits end: tier, score, newer year, id is the order of both rankings."""
    for _, page in answers(index, sample, 2, queries):
        assert [hit.rank for hit in page.hits] == [hit.rank for hit in sorted(page.hits, key=place)]


def place(hit: Hit) -> tuple[int, float, int, str]:
    """What a hit is ordered by."""
    # The others are lowered together, so that a score may differ from its neighbour's in the last bit.
    return hit.tier, -round(hit.score, 9), -(hit.paper.year or -1), hit.id


@pytest.mark.usefixtures("few")
def test_pages_of_best_are_cuts_of_the_whole(index: PaperIndex, sample: list[Paper], queries: int) -> None:
    """Neither limit nor offset changes order or scores."""
    random = Random(3)
    for text, choice in searches(sample, 3, queries):
        try:
            whole = index.search(text, **choice, limit=None, snippets=False)
        except QueryError:
            continue
        limit, offset = random.choice((1, 3, 10, 60)), random.choice((0, 0, 7, 20, 30))
        page = index.search(text, **choice, limit=limit, offset=offset, snippets=False)
        expected = [(hit.id, hit.score) for hit in whole.hits[offset : offset + limit]]
        assert [(hit.id, hit.score) for hit in page.hits] == expected


def test_best_does_not_know_the_segments(
    index: PaperIndex, fresh: PaperIndex, sample: list[Paper], queries: int
) -> None:
    """An index that grew by updates and deletions orders and scores as one built at once."""
    for text, choice in searches(sample, 4, queries):
        for expand in (False, True):
            try:
                page = index.search(text, **choice, limit=None, snippets=False, expand=expand)
            except QueryError:
                continue
            expected = fresh.search(text, **choice, limit=None, snippets=False, expand=expand)
            assert {hit.id for hit in page.hits} == {hit.id for hit in expected.hits}
            scores = {hit.id: hit.score for hit in expected.hits}
            assert [hit.score for hit in page.hits] == pytest.approx([scores[hit.id] for hit in page.hits], rel=1e-9)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("ranking", ["bm25f", "best"])
def test_explanations_add_up(index: PaperIndex, sample: list[Paper], ranking: str, queries: int) -> None:
    """The rows of an explanation sum up to the score, the fields of a row to the row; there is no row for a rest."""
    parts = set()
    for text, choice in searches(sample, 5, queries):
        for expand in (False, True):
            try:
                page = index.search(
                    text, **choice, limit=40, snippets=False, explain=True, ranking=ranking, expand=expand
                )
            except QueryError:
                continue
            for hit in page.hits:
                assert hit.explanation is not None
                rows = hit.explanation["terms"]
                assert sum(row["score"] for row in rows) == pytest.approx(hit.score, rel=1e-9, abs=1e-9)
                for row in rows:
                    if row["fields"]:
                        total = sum(field["score"] for field in row["fields"])
                        assert total == pytest.approx(row["score"], rel=1e-9, abs=1e-9)
                parts |= {row["part"] for row in rows}
    assert "term" in parts
    assert (parts >= {"adjacent", "title", "feedback", "lowered"}) == (ranking == "best")


def test_an_expanded_query_finds_all_that_the_query_finds(make: Make) -> None:
    """It finds more, by words that the first papers share, and says which."""
    records = [
        Paper.from_record({"id": f"a{n}", "title": f"Memory curse {n}", "abstract": "about forgetting and recurrence"})
        for n in range(4)
    ]
    records += [Paper.from_record({"id": "b", "title": "Forgetting", "abstract": "in recurrence"})]
    records += [Paper.from_record({"id": f"c{n}", "title": f"Robots {n}", "abstract": "that walk"}) for n in range(20)]
    with PaperIndex.open(make("expanded", records)) as index:
        text = "memory of elephants whales dolphins"
        plain = {hit.id for hit in index.search(text, limit=None).hits}
        page = index.search(text, limit=None, expand=True, explain=True)
    assert plain == {"a0", "a1", "a2", "a3"}
    assert plain < {hit.id for hit in page.hits} == plain | {"b"}
    why = page.hits[-1].explanation
    assert why is not None
    assert {row["term"] for row in why["terms"]} <= {"forgetting", "recurrence"}
