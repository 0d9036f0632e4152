"""Building and rebuilding while somebody searches, and while nodes die: nothing lost, no wrong answer."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from indexer import build, rebuild, verify
from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.opensearch import bulk
from indexer.ingest.cluster import settings, shipping
from query import PaperIndex
from tests.opensearch.cluster.nodes import Cluster, fetched, running

PAPERS, BATCH = 1_500, 100
GENERATIONS = 4


def write(path: Path, papers: int, word: str = "graph") -> Path:
    """A source of papers that all hold a word."""
    rows = ({"id": f"p{n}", "title": f"A {word} of kind{n % 7}", "year": 2000 + n % 20} for n in range(papers))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def three(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """Three nodes of one's own, of which some may die."""
    if (lacks := fetched()) is not None:
        pytest.skip(f"no cluster: {lacks} on this machine")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # Small requests, so that a node dies between some.
    monkeypatch.setattr(shipping, "BATCH", BATCH)
    monkeypatch.setattr(shipping, "_FEW", PAPERS)
    with running(tmp_path, 3) as nodes:
        yield nodes


@contextmanager
def searching(ask: Callable[[], Any], threads: int = 2) -> Iterator[Counter[str]]:
    """Ask again and again meanwhile; gives what was answered, and errors by their kind, with their numbers."""
    told: Counter[str] = Counter()
    end = threading.Event()

    def run() -> None:
        while not end.is_set():
            try:
                told[str(ask())] += 1
            except QuiverError as error:
                told[f"{type(error).__name__}: {error}"] += 1

    running_now = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running_now:
        thread.start()
    try:
        yield told
    finally:
        end.set()
        for thread in running_now:
            thread.join()


def killing(nodes: Cluster, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a node die when a third of the papers has been sent."""
    sent: list[int] = []
    send = bulk.send

    def sending(*given: Any) -> Any:
        sent.append(len(given[2]))
        if sum(sent) > PAPERS // 3 and number in nodes.nodes:
            nodes.signal(number, signal.SIGKILL)
        return send(*given)

    monkeypatch.setattr(shipping, "send", sending)


@pytest.mark.slow  # three nodes, of which one dies while an index is built
def test_a_node_dies_while_an_index_is_built_and_searched(
    three: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a replica the build goes through and every search before and after it is whole."""
    place = three.index("papers")
    build(write(tmp_path / "a.jsonl", PAPERS), place)
    with PaperIndex.open(place) as index:

        def ask() -> int:
            return index.search("graph kind3", match="all", limit=5).total

        expected = ask()
        assert expected == len(range(3, PAPERS, 7))
        killing(three, 3, monkeypatch)
        with searching(ask) as told:
            report = build(write(tmp_path / "b.jsonl", PAPERS), place, force=True)
            time.sleep(1.0)
        assert 3 not in three.nodes
        wrong = {answer for answer in told if answer.isdecimal() and int(answer) != expected}
        assert not wrong
        assert told[str(expected)]
        # What fails meanwhile says why: it is no smaller answer.
        assert all("Error" in answer for answer in told if not answer.isdecimal())
    assert report.generation == 2
    with PaperIndex.open(place) as index:
        assert index.search("graph", limit=0).total == PAPERS
        assert ask_all(index) == {f"p{n}" for n in range(PAPERS)}
    assert verify(place) == []


def ask_all(index: PaperIndex) -> set[str]:
    """Ids of all papers, by an export."""
    return {hit.id for hit in index.scan("graph", sort="newest")}


@pytest.mark.slow  # three nodes, of which one dies
def test_without_a_replica_a_dead_node_is_an_error(
    three: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a search nor a count gives what is left, and a build leaves the generation that is there."""
    monkeypatch.setenv(settings.REPLICAS, "0")
    place = three.index("papers")
    source = write(tmp_path / "a.jsonl", PAPERS)
    build(source, place)
    # Where the other two indexes lie is the cluster's choice: they stay on the nodes that live.
    for name in ("papers-book", "papers-1-meta"):
        three.ask(f"/{name}/_settings", {"index.routing.allocation.exclude._name": "node3"}, "PUT")
    three.ask("/_cluster/health?wait_for_no_relocating_shards=true&timeout=25s")
    with PaperIndex.open(place) as index:
        assert index.search("graph", limit=0).total == PAPERS
        three.signal(3, signal.SIGKILL)
        three.wait(2)
        for call in (
            lambda: index.search("graph", limit=0),
            lambda: index.search("graph kind3"),
            lambda: ask_all(index),
            lambda: index.suggest("gr"),
            lambda: index.info(),
        ):
            with pytest.raises(BadIndexError, match="shards") as told:
                call()
            assert "\n" not in str(told.value)


def full(cluster: Cluster) -> bool:
    """Whether the cluster has set its block."""
    index: Any = cluster.ask("/watermark-book/_settings?flat_settings=true")
    blocked: str = index["watermark-book"]["settings"].get("index.blocks.read_only_allow_delete", "")
    return blocked == "true"


def open_for_indexes(cluster: Cluster) -> bool:
    """Whether an index can be made."""
    try:
        cluster.ask("/watermark-probe", {}, "PUT")
    except HTTPError:
        return False
    cluster.ask("/watermark-probe", None, "DELETE")
    return True


def until(told: Callable[[], bool], what: str) -> None:
    """Wait for something."""
    end = time.monotonic() + 180
    while not told():
        assert time.monotonic() < end, what
        time.sleep(0.5)


@pytest.mark.slow  # waits for the cluster to look at its disks, which it does every ten seconds
def test_disks_past_their_watermark_end_a_build_with_one_line(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster itself sets the block, by a watermark that every disk is past; once there is room it goes through."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place, source = cluster.index("watermark"), write(tmp_path / "a.jsonl", 100)
    build(source, place, force=True)
    watermark = "cluster.routing.allocation.disk.watermark"
    marks = {f"{watermark}.{level}": "999tb" for level in ("low", "high", "flood_stage")}
    often = {"cluster.info.update.interval": "10s"}
    cluster.ask("/_cluster/settings", {"transient": marks | often}, "PUT")
    try:
        until(lambda: full(cluster), "no block was set")
        with pytest.raises(BadIndexError, match="disk of a node is nearly full") as told:
            build(source, place, force=True)
        assert "\n" not in str(told.value)
    finally:
        cluster.ask("/_cluster/settings", {"transient": dict.fromkeys(marks)}, "PUT")
        until(lambda: not full(cluster), "the block was not lifted")
        # Where all nodes were past it no index may be made either, which the cluster lifts itself a minute later; who
        # lifts it by hand has it back at the cluster's next look.
        until(lambda: open_for_indexes(cluster), "no index may be made")
        cluster.ask("/_cluster/settings", {"transient": dict.fromkeys(often)}, "PUT")
    assert build(source, place, force=True).generation > 1


def test_searches_go_on_while_an_index_is_rebuilt(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No search fails, and each is of one generation: its total, hits and facets are of the same word."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place, source = cluster.index("steady"), tmp_path / "a.jsonl"
    sizes = {number: 40 + number for number in range(1, GENERATIONS + 1)}
    build(write(source, sizes[1], "word1"), place, force=True)
    opened = PaperIndex.open(place)
    first = opened.generation

    def ask() -> str:
        page = opened.search("word1 word2 word3 word4", match="any", limit=100, facets=("year",))
        number = page.generation - first + 1
        whole = (
            page.total == len(page) == sizes[number]
            and all(hit.title.startswith(f"A word{number} ") for hit in page)
            and sum(row.count for row in page.facets["year"]) == page.total
        )
        opened.reopen()
        return f"generation {number}" if whole else f"mixed: {page.total} of generation {number}"

    with searching(ask, threads=3) as told:
        for number in range(2, GENERATIONS + 1):
            write(source, sizes[number], f"word{number}")
            rebuild(place)
            seen = told[f"generation {number}"]
            end = time.monotonic() + 30
            while told[f"generation {number}"] <= seen and time.monotonic() < end:
                time.sleep(0.05)
    opened.close()
    assert {answer for answer in told if told[answer]} == {f"generation {number}" for number in sizes}
