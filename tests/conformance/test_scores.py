"""Scores, matches and orders beside a plain reference of the formula."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from indexer.collect import index_papers
from indexer.index.errors import QueryError
from indexer.index.paper import Paper
from query import PaperIndex
from tests.conformance.checks import Choice, check, random_choice
from tests.conformance.random_queries import QueryMaker
from tests.conformance.reference import Reference

ROUNDS = 10
QUERIES = 50


@pytest.fixture(scope="module")
def reference(sample: list[Paper]) -> Reference:
    return Reference(sample)


@pytest.fixture(scope="module")
def index(sample: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> PaperIndex:
    folder: Path = tmp_path_factory.mktemp("scores")
    index_papers(sample, folder)
    return PaperIndex.open(folder)


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_random_queries_score_as_the_formula_says(
    seed: int, sample: list[Paper], reference: Reference, index: PaperIndex
) -> None:
    """Any query, with any filters, finds the same papers with the same scores in the same order as the reference."""
    random = Random(seed)
    maker = QueryMaker(sample, random)
    found = 0
    for _ in range(QUERIES):
        text = maker.query()
        choice = random_choice(sample, random) if random.random() < 0.5 else Choice()
        try:
            found += check(index, reference, text, choice).total > 0
        except QueryError:
            continue
        except AssertionError as error:
            raise AssertionError(f"{text!r} with {choice}: {error}") from error
    assert found > QUERIES // 4, "most random queries find nothing: they test little"
