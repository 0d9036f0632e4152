"""The compiled engine beside Whoosh's matchers, bit by bit, over random queries, filters, deletions and segments."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.index.errors import QueryError, UsageError
from indexer.index.record.paper import Paper
from indexer.ingest.build import build
from indexer.ingest.update import delete, update
from query import PaperIndex
from query.engines import registry
from query.results import Page
from tests.conformance.checks import Choice, ask, facets_of, random_choice
from tests.conformance.random_queries import QueryMaker
from tests.generate import papers

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
LAYOUTS, EXAMPLES = (12, 1000) if THOROUGH else (3, 50)


def paper_of(paper: Paper, other: Paper) -> Paper:
    """A paper of one's id with the texts of another."""
    return Paper.from_record(other.as_record() | {"id": paper.id})


@cache
def layout(number: int, folder: Path) -> tuple[list[Paper], Path]:
    """Papers in a random layout: several segments, replaced, deleted and shadowed papers, perhaps a merge."""
    random = Random(number)
    made = list(papers(random.choice((40, 120, 200)), seed=number + 1))
    index = folder / f"{number}.idx"

    def source(name: str, chosen: list[Paper]) -> Path:
        path = folder / f"{number}-{name}.jsonl"
        path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in chosen))
        return path

    first = random.randrange(10, len(made))
    build([source("0", made[:first])], index)
    for step in range(1, random.choice((1, 2, 6))):
        replaced = [paper_of(paper, random.choice(made)) for paper in random.sample(made[:first], 4)]
        update([source(str(step), replaced + random.sample(made[first:], (len(made) - first) // 2))], index)
        with PaperIndex.open(index, engine="arrays") as opened:
            ids = [hit.id for hit in opened.search(limit=None).hits]
        delete(random.sample(ids, random.randrange(1, 5)), index)
    return made, index


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layouts")


def rows(page: Page) -> list[tuple[str, float, int]]:
    """What two engines must agree on of each hit."""
    return [(hit.id, hit.score, hit.tier) for hit in page.hits]


@pytest.mark.parametrize("number", range(LAYOUTS))
def test_engines_agree(number: int, folder: Path) -> None:
    """On papers, order, scores to the last bit, tiers, totals and facets of any query with any filters."""
    made, path = layout(number, folder)

    @settings(max_examples=EXAMPLES)
    @given(st.randoms(use_true_random=False), st.booleans(), st.sampled_from([0, 1, 7]))
    def agree(random: Random, filtered: bool, limit: int) -> None:
        text = QueryMaker(made, random).query()
        choice = random_choice(made, random) if filtered else Choice()
        try:
            page = ask(compiled, text, choice, limit=limit, offset=limit // 2)
        except QueryError:
            return
        other = ask(plain, text, choice, limit=limit, offset=limit // 2)
        assert rows(page) == rows(other), (text, choice)
        assert (page.total, page.all_words, page.relaxed) == (other.total, other.all_words, other.relaxed)
        assert facets_of(page) == facets_of(other)

    with PaperIndex.open(path, engine="arrays") as compiled, PaperIndex.open(path, engine="whoosh") as plain:
        agree()


def test_not_where_the_first_papers_are_gone(tmp_path: Path) -> None:
    """What NOT excludes stays excluded where what it excludes begins with deleted papers (Whoosh's AndNot errs)."""
    made = [replace(paper, year=2020 + number % 2) for number, paper in enumerate(papers(8))]
    path = tmp_path / "few.jsonl"
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in made))
    build([path], tmp_path / "few.idx")
    delete([made[0].id, made[1].id], tmp_path / "few.idx")
    for engine in registry.OF_FOLDERS:
        with PaperIndex.open(tmp_path / "few.idx", engine=engine) as index:
            found = {hit.id for hit in index.search("-year:2020", limit=None).hits}
            assert found == {paper.id for paper in made[2:] if paper.year == 2021}, engine


def test_an_engine_that_is_not_there_is_named(folder: Path) -> None:
    """The error names the engine and those that are there."""
    _, path = layout(0, folder)
    with pytest.raises(UsageError, match="'wooosh' is not one of arrays, whoosh"):
        PaperIndex.open(path, engine="wooosh")


@pytest.mark.parametrize("engine", registry.OF_FOLDERS)
def test_an_index_of_nothing_answers(tmp_path: Path, engine: str) -> None:
    """Without any live paper every search finds none, whichever engine."""
    made = list(papers(3))
    path = tmp_path / "few.jsonl"
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in made))
    build([path], tmp_path / "few.idx")
    delete([paper.id for paper in made], tmp_path / "few.idx")
    with PaperIndex.open(tmp_path / "few.idx", engine=engine) as index:
        assert (index.search().total, index.search(made[0].title).total) == (0, 0)


@pytest.mark.parametrize("engine", registry.OF_FOLDERS)
def test_reopening_keeps_the_engine(tmp_path: Path, engine: str) -> None:
    """After a change `reopen` answers with the engine that was chosen."""
    made = list(papers(12))
    path = tmp_path / "few.jsonl"
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in made))
    build([path], tmp_path / "few.idx")
    with PaperIndex.open(tmp_path / "few.idx", engine=engine) as index:
        kind = type(index.engine)
        delete([made[0].id], tmp_path / "few.idx")
        assert index.search().total == 12
        assert index.reopen()
        assert type(index.engine) is kind
        assert index.search().total == 11
