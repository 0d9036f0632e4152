"""Threads that share an index: every answer is of one generation, whatever the others do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from indexer.index.errors import ClosedIndexError
from indexer.index.once import made_once
from indexer.index.record.paper import Paper
from indexer.ingest.build import build
from indexer.ingest.update import rollback
from query import PaperIndex
from query.results import Page

SEARCHERS = 8
QUERIES = ("ifegin colasit", "naïve", "", "ifegin", "imivok*", '"the ifegin"', "schrödinger -colasit")


def written(path: Path, papers: list[Paper], mark: str) -> Path:
    """A file of papers whose ids begin with a mark."""
    marked = [replace(paper, id=f"{mark}{paper.id}", abstract=f"{mark} {paper.abstract}") for paper in papers]
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in marked))
    return path


def race(index: PaperIndex, publish: Callable[[], object], seconds: float) -> tuple[int, int, list[str]]:
    """Searches and moves made in some seconds, and what went wrong. Papers of odd generations are `odd`."""
    ends = time.monotonic() + seconds
    wrong: list[str] = []
    searches = [0] * SEARCHERS
    moves = 0

    def search(number: int) -> None:
        while time.monotonic() < ends and not wrong:
            try:
                text = QUERIES[searches[number] % len(QUERIES)]
                page = index.search(text, match="any", facets=("author", "venue"), snippets=searches[number] % 3 > 0)
                check(page)
                searches[number] += 1
            except Exception as error:  # noqa: BLE001  # any error at all is what the test looks for
                wrong.append(repr(error))

    def check(page: Page) -> None:
        mark = "odd" if page.generation % 2 else "even"
        wrong.extend(
            f"{hit!r} of generation {page.generation}: {hit.paper.abstract[:20]}"
            for hit in page
            if not (hit.id.startswith(mark) and hit.paper.id == hit.id and hit.paper.abstract.startswith(mark))
        )

    threads = [threading.Thread(target=search, args=(number,)) for number in range(SEARCHERS)]
    for thread in threads:
        thread.start()
    while time.monotonic() < ends and not wrong:
        publish()
        moves += index.reopen()
    for thread in threads:
        thread.join()
    return sum(searches), moves, wrong


@pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=pytest.mark.slow)])
def test_searches_of_threads_see_one_generation_each(sample: list[Paper], tmp_path: Path, seconds: int) -> None:
    """Eight threads search while another moves the index between two generations of different papers."""
    folder = tmp_path / "p.idx"
    build([written(tmp_path / "odd.jsonl", sample[:250], "odd")], folder)
    build([written(tmp_path / "even.jsonl", sample[150:], "even")], folder, force=True)
    with PaperIndex.open(folder) as index:
        searches, moves, wrong = race(index, lambda: rollback(folder), seconds)
    print(f"{searches} searches, {moves} moves in {seconds} s")
    assert wrong == []
    assert searches > 20
    assert moves > 2


def test_an_index_closed_while_threads_search_says_only_that(sample: list[Paper], tmp_path: Path) -> None:
    """Searches under way end well, later ones hear that it is closed; none claims damage."""
    folder = tmp_path / "p.idx"
    build([written(tmp_path / "odd.jsonl", sample, "odd")], folder)
    for _ in range(10):
        index = PaperIndex.open(folder)
        ends: list[BaseException | None] = []

        def search(index: PaperIndex = index, ends: list[BaseException | None] = ends) -> None:
            try:
                while True:
                    index.search("ifegin colasit", facets="author")
            except Exception as error:  # noqa: BLE001  # which one it is is asked below
                ends.append(error)

        threads = [threading.Thread(target=search) for _ in range(SEARCHERS)]
        for thread in threads:
            thread.start()
        time.sleep(0.02)
        index.close()
        for thread in threads:
            thread.join()
        assert {type(end) for end in ends} == {ClosedIndexError}


def test_first_searches_at_once_make_everything_once(sample: list[Paper], tmp_path: Path) -> None:
    """Eight threads ask a fresh index for the first time at one moment; what is kept of a segment is made once."""
    folder = tmp_path / "p.idx"
    build([written(tmp_path / "odd.jsonl", sample, "odd")], folder)
    for _ in range(10):
        index = PaperIndex.open(folder)
        start = threading.Barrier(SEARCHERS)
        readers: list[object] = []
        totals: list[int] = []

        def search(
            index: PaperIndex = index,
            start: threading.Barrier = start,
            totals: list[int] = totals,
            readers: list[object] = readers,
        ) -> None:
            start.wait()
            totals.append(index.search("ifegin colasit", match="any", facets=("author", "venue")).total)
            readers.append(index.segments[0].reader)

        threads = [threading.Thread(target=search) for _ in range(SEARCHERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(totals) == SEARCHERS
        assert len(set(totals)) == 1
        assert len({id(reader) for reader in readers}) == 1


class Slow:
    """Something with a value that takes a while to make."""

    def __init__(self) -> None:
        self.made = 0

    @made_once
    def value(self) -> object:
        """A new object."""
        self.made += 1
        time.sleep(0.02)
        return object()


def test_a_value_is_made_once() -> None:
    """By the first of many threads, for all of them."""
    slow = Slow()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(slow.value)) for _ in range(SEARCHERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert slow.made == 1
    assert len({id(value) for value in found}) == 1
