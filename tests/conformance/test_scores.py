"""Scores, matches, filters, facets and orders beside a plain reference of the formula."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from indexer.index.errors import QueryError
from indexer.index.record.paper import Paper
from query import PaperIndex
from tests.conformance.checks import ORDERS, Choice, ask, check, facets_of, random_choice
from tests.conformance.random_queries import QueryMaker
from tests.conformance.reference import Reference

pytestmark = pytest.mark.usefixtures("answers_alone")

ROUNDS = 10
QUERIES = 50


def test_an_index_with_a_history_has_one(index: PaperIndex) -> None:
    """Where there is more than one segment there are many, and papers in them that are no longer live."""
    if len(index.segments) > 1:
        assert len(index.segments) >= 4
        assert sum(segment.docs - segment.alive for segment in index.segments) > 100


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_random_queries_score_as_the_formula_says(
    seed: int, sample: list[Paper], reference: Reference, index: PaperIndex, turns: Callable[[int], int]
) -> None:
    """Any query, with any filters, finds the same papers with the same scores in the same order as the reference."""
    random = Random(seed)
    maker = QueryMaker(sample, random)
    found = 0
    for _ in range(turns(QUERIES)):
        text = maker.query()
        choice = random_choice(sample, random) if random.random() < 0.5 else Choice()
        try:
            found += check(index, reference, text, choice).total > 0
        except QueryError:
            continue
        except AssertionError as error:
            raise AssertionError(f"{text!r} with {choice}: {error}") from error
    # Of the dozen that a cluster is asked, two find something among so few papers.
    assert found > turns(QUERIES) // 8, "most random queries find nothing: they test little"


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.usefixtures("pruning")
def test_pages_are_cuts_of_the_whole_answer(
    seed: int, sample: list[Paper], reference: Reference, index: PaperIndex, turns: Callable[[int], int]
) -> None:
    """Filters, totals, facets and every sort equal brute force, whatever the limit and offset of the page."""
    random = Random(1000 + seed)
    maker = QueryMaker(sample, random)
    found = 0
    for turn in range(turns(QUERIES)):
        text = random.choice(("", maker.word(), maker.word(), f"{maker.word()} {maker.word()}", maker.query()))
        choice = random_choice(sample, random, sort=tuple(ORDERS)[turn % len(ORDERS)])
        limit, offset = random.choice((1, 3, 10, 25)), random.choice((0, 0, 0, 1, 7, 30))
        try:
            whole = check(index, reference, text, choice)
            page = ask(index, text, choice, limit=limit, offset=offset)
            assert [(hit.id, hit.score, hit.tier) for hit in page.hits] == [
                (hit.id, hit.score, hit.tier) for hit in whole.hits[offset : offset + limit]
            ]
            assert [hit.rank for hit in page.hits] == list(range(offset + 1, offset + 1 + len(page.hits)))
            assert (page.total, page.all_words, page.relaxed) == (whole.total, whole.all_words, whole.relaxed)
            assert facets_of(page) == facets_of(whole)
        except QueryError:
            continue
        except AssertionError as error:
            raise AssertionError(f"{text!r} with {choice}, {offset}+{limit}: {error}") from error
        found += whole.total > 0
    assert found > turns(QUERIES) // 4, "most combinations find nothing: they test little"
