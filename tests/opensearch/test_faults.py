"""What goes wrong at a cluster: one line that says so, nothing lost, nothing half published."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer import build, rebuild, update
from indexer.index.errors import BadIndexError
from indexer.index.opensearch import bulk, connection
from indexer.index.opensearch.address import parse_address
from indexer.index.opensearch.book import Book
from indexer.index.opensearch.bulk import Operation, send
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.failures import ClusterError
from indexer.index.opensearch.published import current
from indexer.ingest.cluster import shipping
from query import PaperIndex
from tests.opensearch.cluster.nodes import Cluster, fetched, running

MANY = 400


@pytest.fixture
def place(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an index that is not there yet, and is gone afterwards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield cluster.index("faults")
    cluster.ask("/_cluster/settings", {"transient": {"cluster.routing.allocation.*": None}}, "PUT")
    rows: Any = cluster.ask("/_cat/indices/faults*?format=json&h=index")
    for row in rows:
        cluster.ask(f"/{row['index']}", method="DELETE")


def started(folder: Path, nodes: int, *settings: str) -> Any:
    """A cluster of one's own, to be harmed."""
    if (lacks := fetched()) is not None:
        pytest.skip(f"no cluster: {lacks} on this machine")
    return running(folder, nodes, settings)


def source(tmp_path: Path, papers: int = 3) -> Path:
    """Some papers as a file."""
    path = tmp_path / f"{papers}.jsonl"
    path.write_text("".join(json.dumps({"id": f"p{n}", "title": f"Paper {n}"}) + "\n" for n in range(papers)))
    return path


def documents(count: int, size: int = 100, first: int = 0) -> list[Operation]:
    """Operations of the papers index."""
    body = orjson.dumps({"stored": "x" * size})
    return [Operation(f"d{number}", body) for number in range(first, first + count)]


def told(call: Any, match: str) -> None:
    """A call fails with one line."""
    with pytest.raises(BadIndexError, match=match) as error:
        call()
    assert "\n" not in str(error.value)


def test_a_host_that_nobody_answers_at() -> None:
    """The address is named, and what to do."""
    told(lambda: current(Connection(parse_address("http://127.0.0.1:1/papers"))), "no OpenSearch answers at http://127")


def test_a_read_only_index_takes_nothing(place: str, cluster: Cluster) -> None:
    """403 an item, at once."""
    cluster.ask("/faults-ro", {"settings": {"index.blocks.read_only": True}}, "PUT")
    told(lambda: send(Connection(parse_address(place)), "faults-ro", documents(3)), "read-only")
    cluster.ask("/faults-ro/_settings", {"index.blocks.read_only": None}, "PUT")


def test_a_full_disk_stops_at_once_though_it_answers_like_a_full_queue(place: str, cluster: Cluster) -> None:
    """429 with the block that a watermark sets; sending again would wait for ever."""
    cluster.ask("/faults-full", {"settings": {"index.blocks.read_only_allow_delete": True}}, "PUT")
    told(lambda: send(Connection(parse_address(place)), "faults-full", documents(3)), "disk of a node is nearly full")


def test_one_document_that_cannot_be_named_costs_only_itself(place: str, cluster: Cluster) -> None:
    """An id of more than 512 bytes fails its whole request; the others of it are written."""
    operations = [*documents(5), Operation("x" * 513, b"{}"), *documents(5, first=5)]
    (refused,) = send(Connection(parse_address(place)), "faults-long", operations)
    assert refused.id == "x" * 513
    assert "512" in refused.reason
    cluster.ask("/faults-long/_refresh", method="POST")
    answer: Any = cluster.ask("/faults-long/_count")
    assert answer["count"] == 10


def test_a_document_that_does_not_fit_is_given_back(place: str, cluster: Cluster) -> None:
    """And the others are there."""
    cluster.ask("/faults-strict", {"mappings": {"properties": {"year": {"type": "short"}}}}, "PUT")
    rows = [Operation("a", b'{"year": 2020}'), Operation("b", b'{"year": "none"}')]
    (refused,) = send(Connection(parse_address(place)), "faults-strict", rows)
    assert refused.id == "b"
    assert "year" in refused.reason


def test_a_build_that_fails_leaves_the_generation_that_is_there(
    place: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No index is left of what was begun, and the next build goes through."""
    build(source(tmp_path), place)

    def broken(*_: object, **__: object) -> None:
        raise ClusterError("away")

    with monkeypatch.context() as patched:
        patched.setattr("indexer.ingest.cluster.publishing.ship", broken)
        told(lambda: update(source(tmp_path, 5), place), "away")
    assert current(Connection(parse_address(place))).number == 1
    update(source(tmp_path, 5), place)
    newest = current(Connection(parse_address(place)))
    assert (newest.number, newest.manifest.papers) == (2, 5)


@pytest.mark.parametrize("few", [shipping._FEW, 0])
def test_a_book_that_cannot_be_stored_publishes_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """It is stored while papers are sent, by this process alone or by several."""
    build(source(tmp_path), place)

    def broken(*_: object) -> None:
        raise ClusterError("the book is away")

    monkeypatch.setattr(shipping, "_FEW", few)
    with monkeypatch.context() as patched:
        patched.setattr(Book, "store", broken)
        told(lambda: update(source(tmp_path, 5), place), "the book is away")
    assert current(Connection(parse_address(place))).number == 1
    update(source(tmp_path, 5), place)
    assert current(Connection(parse_address(place))).manifest.papers == 5


def test_an_older_format_is_named_and_made_anew(place: str, cluster: Cluster, tmp_path: Path) -> None:
    """Nothing is cloned from it; and an index whose alias is gone is told from none at all."""
    build(source(tmp_path), place)
    cluster.ask("/faults-1-meta/_settings", {"index.blocks.write": None}, "PUT")
    found: Any = cluster.ask("/faults-1-meta/_doc/manifest")
    cluster.ask("/faults-1-meta/_doc/manifest", found["_source"] | {"format": 1}, "PUT")
    told(lambda: PaperIndex.open(place), "has format 1, this Quiver reads 2; .* `quiver rebuild`")
    assert rebuild(place).papers == 3
    assert len(PaperIndex.open(place)) == 3
    cluster.ask("/_aliases", {"actions": [{"remove": {"index": "faults-2", "alias": "faults"}}]}, "POST")
    told(lambda: PaperIndex.open(place), "faults-2 is there, but the alias faults is not")


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"<html>"])
def test_what_is_no_cluster_is_told_from_one(answer: bytes, tmp_path: Path) -> None:
    """Whatever it answers."""

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html" if answer[:1] == b"<" else "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        there = f"http://127.0.0.1:{server.server_port}/papers"
        told(lambda: build(source(tmp_path), there), "does not answer as OpenSearch does; mend the address")
        told(lambda: PaperIndex.open(there.replace("http", "https", 1)), "does not speak TLS; write http://")
        server.shutdown()
        thread.join()


@pytest.mark.slow  # starts nodes of its own, with too little of everything
@pytest.mark.parametrize("setting", ["thread_pool.write.queue_size=1", "indexing_pressure.memory.limit=1mb"])
def test_refusals_for_now_are_sent_again_until_all_is_there(cluster: Cluster, tmp_path: Path, setting: str) -> None:
    """429 of items where the queue is full, of requests where the memory for them is."""
    with started(tmp_path, 1, "thread_pool.write.size=1", setting) as weak:
        own = Connection(parse_address(weak.index()))
        size = 2_000 if "memory" in setting else 100
        with ThreadPoolExecutor(8) as threads:
            parts = [documents(MANY, size, MANY * number) for number in range(8)]
            assert [row for rows in threads.map(lambda part: send(own, "some", part), parts) for row in rows] == []
        weak.ask("/some/_refresh", method="POST")
        answer: Any = weak.ask("/some/_count")
        assert answer["count"] == 8 * MANY


@pytest.mark.slow  # three nodes, of which one dies and one hangs
def test_a_node_dies_while_documents_are_written(cluster: Cluster, tmp_path: Path, monkeypatch: Any) -> None:
    """With a replica nothing is lost; without, an answer that lacks a shard is an error and no smaller number."""
    monkeypatch.setattr(bulk, "PATIENCE", 90.0)
    with started(tmp_path, 3) as three:
        own = Connection(parse_address(three.index()))
        for name, replicas in (("safe", 1), ("bare", 0)):
            three.ask(f"/{name}", {"settings": {"number_of_shards": 3, "number_of_replicas": replicas}}, "PUT")
            assert send(own, name, documents(300)) == []
        timer = threading.Timer(0.3, lambda: three.signal(3, signal.SIGKILL))
        timer.start()
        for first in range(300, 6_000, 300):
            assert send(own, "safe", documents(300, first=first)) == []
        timer.join()
        three.wait(2)
        own.call("POST", "/safe/_refresh", seconds=60)
        assert own.count("safe") == 6_000
        told(lambda: own.count("bare"), "2 of 3 shards")
        told(lambda: own.search("bare", {"query": {"match_all": {}}}), "shards")
        three.signal(2, signal.SIGSTOP)
        try:
            with monkeypatch.context() as patched:
                patched.setattr(connection, "SEARCH_SECONDS", 3.0)
                told(lambda: [own.count("safe", seconds=3.0) for _ in range(6)], "did not answer within 3 s|shards")
        finally:
            three.signal(2, signal.SIGCONT)
