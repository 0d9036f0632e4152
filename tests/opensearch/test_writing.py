"""Writing to an index in a cluster: the same commands, reports and generations as in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from indexer import BuildReport, build, delete, history, open_writer, rebuild, rollback, undelete, update, verify
from indexer.index.errors import BadIndexError, ForeignIndexError, LockedError, NotFoundError, RecordError
from indexer.index.opensearch import lock as cluster_lock
from indexer.index.opensearch import packing
from indexer.index.opensearch.address import parse_address
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.failures import ClusterError
from indexer.index.opensearch.lock import locked
from indexer.index.opensearch.mapping import LENGTHS, PAPER_FIELDS, stored_lines, stored_record
from indexer.index.opensearch.published import current
from indexer.index.store.generation import Generation, latest
from indexer.ingest.cluster import unfinished
from indexer.ingest.cluster.publishing import Publisher
from tests.opensearch.cluster.nodes import Cluster


@pytest.fixture
def place(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an index that is not there yet, and is gone afterwards."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield cluster.index("papers")
    cluster.ask("/_settings?expand_wildcards=all", {"index.blocks.write": None}, "PUT")
    for row in indexes(cluster):
        cluster.ask(f"/{row}", method="DELETE")


def indexes(cluster: Cluster) -> list[str]:
    """The indexes that are there."""
    rows: Any = cluster.ask("/_cat/indices?format=json&h=index")
    return sorted(row["index"] for row in rows)


def write(path: Path, *records: dict[str, Any]) -> Path:
    """A source of some records."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def held(place: str) -> dict[str, dict[str, Any]]:
    """Every record that searches would find, by id."""
    connection = Connection(parse_address(place))
    papers = current(connection).papers
    hits = connection.search(papers, {"size": 1000, "track_total_hits": True, "docvalue_fields": ["stored"]})["hits"]
    assert hits["total"]["value"] == len(hits["hits"])
    return {hit["_id"]: stored_record(stored_lines(hit)) for hit in hits["hits"]}


def plain(report: BuildReport) -> BuildReport:
    """A report without what the clock says."""
    return replace(report, seconds=0, bytes=0)


def test_every_command_does_what_it_does_in_a_folder(place: str, tmp_path: Path) -> None:
    """Reports, generations and records are those of an index in a folder, step by step."""
    one = write(
        tmp_path / "one.jsonl",
        *(
            {"id": f"p{n}", "title": f"Multi-task learning {n}", "authors": ["Weinan E"], "venue": "NIPS", "year": 2018}
            for n in range(30)
        ),
        {"id": "p3", "title": "The last of an id wins"},
        {"abstract": "no title"},
    )
    two = write(tmp_path / "two.jsonl", {"id": "p3", "title": "From another source"}, {"id": "new", "title": "New"})
    folder = tmp_path / "papers.idx"
    steps: list[Any] = [
        lambda index: build(one, index),
        lambda index: update(two, index),
        lambda index: update(two, index),
        lambda index: delete(["p5", "new"], index),
        lambda index: undelete("p5", index),
        lambda index: update(write(two, {"id": "new2", "title": "Now"}), index, prune=True),
        lambda index: rollback(index),
        lambda index: rebuild(index),
    ]
    for step in steps:
        expected, found = step(folder), step(place)
        if isinstance(expected, BuildReport):
            assert plain(found) == plain(expected)
        assert found.generation == expected.generation
        opened = Generation(folder, latest(folder))
        records = {
            segment.paper_id(doc): segment.papers.record(doc)
            for segment in opened.segments
            for doc in range(segment.docs)
            if segment.live[doc]
        }
        opened.close()
        assert held(place) == records
        assert [row.generation for row in history(place)] == [row.generation for row in history(folder)]
    assert verify(place) == []


def test_documents_bring_what_scoring_needs(place: str, tmp_path: Path) -> None:
    """Lengths and words as doc values, positions as in the embedded index."""
    build(write(tmp_path / "a.jsonl", {"id": "a", "title": "Learning to learn", "authors": ["E, W."]}), place)
    connection = Connection(parse_address(place))
    fields = ["streams", *LENGTHS]
    answer = connection.search(current(connection).papers, {"stored_fields": "_none_", "docvalue_fields": fields})
    (hit,) = answer["hits"]["hits"]
    assert [hit["fields"][name][0] for name in LENGTHS] == [3, 0, 0, 0, 2]
    assert b"learn" in packing.unpack(packing.given(hit["fields"]["streams"][0]))
    for query, count in (
        ({"match_phrase": {"stems.title": "learn to learn"}}, 1),
        ({"match_phrase": {"words.title": "learning to"}}, 1),
        ({"match_phrase": {"words.title": "learn to"}}, 0),
        ({"term": {"clusters": "e, w."}}, 1),
        ({"term": {"keys": "id\ta"}}, 1),
    ):
        assert connection.count(current(connection).papers, query) == count


def test_a_program_writes_and_what_fails_leaves_nothing(place: str, cluster: Cluster) -> None:
    """All that a writer was given is published, or nothing."""
    with open_writer(place) as writer:
        writer.add([{"id": "a", "title": "One"}])
    with pytest.raises(RecordError), open_writer(place) as writer:
        writer.add([{"id": "b", "title": "Two"}, {"id": "c"}])
    assert set(held(place)) == {"a"}
    with pytest.raises(NotFoundError):
        delete("z", place)
    assert indexes(cluster) == ["papers-1", "papers-1-meta", "papers-book"]


def test_a_published_generation_takes_no_more_and_older_ones_go(place: str, cluster: Cluster, tmp_path: Path) -> None:
    """Two generations stay; both aliases point to the newest."""
    source = write(tmp_path / "a.jsonl", {"id": "a", "title": "One"})
    build(source, place)
    for number in range(3):
        update(write(source, {"id": "a", "title": f"Another {number}"}), place)
    kept = ["papers-3", "papers-3-meta", "papers-4", "papers-4-meta", "papers-book"]
    assert indexes(cluster) == kept
    aliases: Any = cluster.ask("/_cat/aliases/papers*?format=json&h=alias,index")
    assert sorted((row["alias"], row["index"]) for row in aliases) == [
        ("papers", "papers-4"), ("papers-meta", "papers-4-meta"),
    ]  # fmt: skip
    connection = Connection(parse_address(place))
    with pytest.raises(BadIndexError, match="read-only"):
        connection.call("PUT", "/papers-4/_doc/x", {"id": "x"})


def test_an_index_of_another_program_is_left_alone(place: str, cluster: Cluster, tmp_path: Path) -> None:
    """Its name is taken."""
    cluster.ask("/papers", {}, "PUT")
    with pytest.raises(ForeignIndexError, match="another program"):
        build(write(tmp_path / "a.jsonl", {"id": "a", "title": "One"}), place)


def test_an_index_whose_alias_was_lost_is_never_built_over(place: str, cluster: Cluster, tmp_path: Path) -> None:
    """Nor one that is newer than what the alias was pointed back to; what a killed writer left is begun again."""
    source = write(tmp_path / "a.jsonl", {"id": "a", "title": "One"})
    build(source, place)
    update(write(tmp_path / "b.jsonl", {"id": "b", "title": "Two"}), place)
    there = indexes(cluster)
    move = {"actions": [{"remove": {"index": "papers-2", "alias": "papers"}}]}
    cluster.ask("/_aliases", move, "POST")
    lost = r"papers-. is there, but the alias papers is not"
    with pytest.raises(BadIndexError, match=lost):
        build(source, place, force=True)
    with pytest.raises(BadIndexError, match=lost):
        update(source, place)
    with pytest.raises(BadIndexError, match=lost):
        rebuild(place)
    cluster.ask("/_aliases", {"actions": [{"add": {"index": "papers-1", "alias": "papers"}}]}, "POST")
    with pytest.raises(BadIndexError, match="papers-2 is there, but the alias papers points to papers-1"):
        update(write(tmp_path / "c.jsonl", {"id": "c", "title": "Three"}), place)
    assert indexes(cluster) == there
    assert set(held(place)) == {"a"}
    unfinished.begin(Connection(parse_address(place)), "papers-2")
    update(tmp_path / "c.jsonl", place)
    assert set(held(place)) == {"a", "c"}
    assert not unfinished.begun(Connection(parse_address(place)))


def test_a_switch_whose_answer_was_lost_removes_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build fails, and what the alias points to since is there."""
    switch = Publisher._switch

    def lost(self: Publisher, papers: str) -> None:
        switch(self, papers)
        raise ClusterError("the answer was lost")

    monkeypatch.setattr(Publisher, "_switch", lost)
    with pytest.raises(ClusterError, match="answer was lost"):
        build(write(tmp_path / "a.jsonl", {"id": "a", "title": "One"}), place)
    assert set(held(place)) == {"a"}


def test_where_nothing_is_one_line_says_so(place: str) -> None:
    """As for a folder."""
    for call in (lambda: history(place), lambda: verify(place), lambda: delete("a", place)):
        with pytest.raises(BadIndexError, match="make one with `quiver build") as told:
            call()
        assert "\n" not in str(told.value)


def test_two_writers_wait_for_each_other(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told who the first is; a writer that died is not waited for for ever."""
    source = write(tmp_path / "a.jsonl", {"id": "a", "title": "One"})
    build(source, place)
    connection = Connection(parse_address(place))
    with locked(connection, "papers-book", "quiver update", 5), pytest.raises(LockedError, match="quiver update"):
        delete("a", place, timeout=1)
    connection.call("PUT", "/papers-book/_create/lock", {"host": "h", "pid": 1, "command": "c", "since": "s"})
    monkeypatch.setattr(cluster_lock, "DEAD", 1.0)
    delete("a", place, timeout=10)
    assert held(place) == {}


def test_a_touch_whose_answer_was_lost_costs_no_lock(place: str, tmp_path: Path) -> None:
    """It moved the writer's own document; another writer's document in its place does end the work."""
    build(write(tmp_path / "a.jsonl", {"id": "a", "title": "One"}), place)
    connection = Connection(parse_address(place))
    path = "/papers-book/_doc/lock"
    with locked(connection, "papers-book", "quiver update", 5) as held_lock:
        own = connection.call("GET", path)["_source"]
        connection.call("PUT", path, own)
        held_lock.check()
        connection.call("PUT", path, own | {"token": "another"})
        with pytest.raises(LockedError, match="another writer took over"):
            held_lock.check()
    connection.call("DELETE", path)


def test_verify_finds_a_paper_that_is_not_as_the_book_says(place: str, cluster: Cluster, tmp_path: Path) -> None:
    """One record replaced behind Quiver's back, one removed."""
    build(write(tmp_path / "a.jsonl", {"id": "a", "title": "One"}, {"id": "b", "title": "Two"}), place)
    cluster.ask("/papers/_settings", {"index.blocks.write": None}, "PUT")
    cluster.ask("/papers/_doc/a?refresh=true", method="DELETE")
    assert any("holds 1 papers" in line for line in verify(place))


def test_a_paper_that_the_cluster_refuses_is_a_rejected_record(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted and told, the others are published; updates leave it alone, and a rebuild tries it again."""
    odd = {"id": "x", "title": "Odd", "year": 2020}
    some = write(tmp_path / "a.jsonl", *({"id": f"p{n}", "title": f"Paper {n}"} for n in range(4)), odd)
    with monkeypatch.context() as patch:
        # Holds no year of our time.
        patch.setitem(PAPER_FIELDS, "year", {"type": "byte"})
        report = build(some, place)
        assert (report.read, report.papers, report.indexed, report.rejected) == (5, 4, 4, 1)
        (refused,) = report.rejects
        assert refused.file == str(some)
        assert refused.reason.startswith("the cluster refused x: mapper_parsing_exception")
        assert [(part.indexed, part.rejected) for part in (*report.sources, *report.files)] == [(4, 1), (4, 1)]
        assert set(held(place)) == {"p0", "p1", "p2", "p3"}
        assert verify(place) == []
        more = update(write(tmp_path / "b.jsonl", {"id": "y", "title": "One more"}), place)
        assert (more.papers, more.indexed, more.rejected) == (5, 1, 0)
        assert current(Connection(parse_address(place))).manifest.papers == 5
        assert verify(place) == []
        with pytest.raises(BadIndexError, match="refused 1 documents, the first z"), open_writer(place) as writer:
            writer.add([{"id": "z", "title": "Of a program", "year": 2021}])
        assert build(some, place, force=True).rejected == 1
        every = write(tmp_path / "c.jsonl", {"id": "c", "title": "All of it", "year": 2020})
        with pytest.raises(BadIndexError, match="nothing was published"):
            build(every, place, force=True)
    assert rebuild(place).papers == 5
    assert set(held(place)) == {"p0", "p1", "p2", "p3", "x"}
    assert verify(place) == []
