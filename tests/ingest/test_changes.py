"""Update, prune, delete, rebuild, roll back: what each leaves in the index and says in its report."""

from __future__ import annotations

import lzma
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.errors import BadIndexError, NotFoundError, QuiverError, UsageError
from indexer.index.record.venues import VenueTable
from indexer.index.store.generation import latest
from indexer.index.store.manifest import generations
from indexer.index.store.transaction import writing
from indexer.index.text.analysis import fingerprint
from indexer.ingest.build import build, rebuild
from indexer.ingest.bulk import Indexer
from indexer.ingest.history import history
from indexer.ingest.report import BuildReport
from indexer.ingest.update import delete, rollback, undelete, update
from indexer.ingest.verify import verify
from query import PaperIndex
from tests.ingest.conftest import Write, held


def counts(report: BuildReport) -> tuple[int, int, int, int, int]:
    """read, indexed, unchanged, duplicates, removed."""
    return report.read, report.indexed, report.unchanged, report.duplicates, report.removed


def test_an_update_adds_and_replaces_by_id(write: Write, index: Path) -> None:
    """What is not in its sources stays."""
    build([write("a.jsonl", x="One", y="Two")], index)
    report = update([write("b.jsonl", y="Second", z="Three")], index)
    assert counts(report) == (2, 2, 0, 0, 0)
    assert held(index) == {"x": "One", "y": "Second", "z": "Three"}


def test_an_update_without_change_analyses_nothing(write: Write, index: Path) -> None:
    """Every record is unchanged, nothing is published, and a rollback still returns to the generation before."""
    source = write("a.jsonl", x="One", y="Two")
    build([source], index)
    assert counts(update([source], index)) == (2, 0, 2, 0, 0)
    assert latest(index).generation == 1
    update([write("b.jsonl", z="Three")], index)
    for again in (source, tuple(latest(index).sources)):
        report = update(again, index)
        assert (report.generation, report.papers, report.indexed) == (2, 3, 0)
    rollback(index)
    assert held(index) == {"x": "One", "y": "Two"}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(write: Write, index: Path) -> None:
    """Its report is that of the update, of the generation that is there."""
    build(write("a.jsonl", x="One", y="Two"), index)
    changed = write("a.jsonl", y="Second", z="Three")
    dry = update(changed, index, prune=True, dry_run=True)
    assert (dry.generation, dry.papers) == (1, 2)
    assert held(index) == {"x": "One", "y": "Two"}
    assert {path.suffix for path in index.iterdir()} == {".toc", ".seg", ".imp", ".state", ""}
    assert counts(update(changed, index, prune=True)) == counts(dry)
    assert held(index) == {"y": "Second", "z": "Three"}


@pytest.mark.parametrize("nothing", [[], (), "", [""]])
def test_no_source_at_all_is_an_error(write: Write, index: Path, nothing: Any) -> None:
    """It never empties an index."""
    build(str(write("a.jsonl", x="One")), index)
    with pytest.raises(UsageError, match="no source"):
        build(nothing, index, force=True)
    with pytest.raises(UsageError, match="no source"):
        update(nothing, index)
    assert held(index) == {"x": "One"}


def test_papers_that_a_source_dropped_go_only_when_pruned(write: Write, index: Path) -> None:
    """Without --prune they stay."""
    source = write("a.jsonl", x="One", y="Two")
    build([source], index)
    write("a.jsonl", y="Two")
    assert update([source], index).removed == 0
    assert held(index) == {"x": "One", "y": "Two"}
    assert counts(update([source], index, prune=True)) == (1, 0, 1, 0, 1)
    assert held(index) == {"y": "Two"}


def test_an_id_goes_back_to_the_source_that_still_has_it(write: Write, index: Path) -> None:
    """When its winning source drops it."""
    first, second = write("a.jsonl", x="First"), write("b.jsonl", x="Second", y="Two")
    build([first, second], index)
    assert held(index)["x"] == "Second"
    write("b.jsonl", y="Two")
    report = update([second], index, prune=True)
    assert report.removed == 0
    assert held(index) == {"x": "First", "y": "Two"}


@pytest.mark.parametrize("source", ["lists", "lists/*.jsonl"])
def test_pruning_a_folder_or_glob_drops_files_that_are_gone(
    write: Write, tmp_path: Path, index: Path, source: str
) -> None:
    """Their papers came from this source and are no longer in it."""
    write("lists/a.jsonl", x="One")
    gone = write("lists/b.jsonl", y="Two")
    build([tmp_path / source], index)
    gone.unlink()
    update([tmp_path / source], index)
    assert held(index) == {"x": "One", "y": "Two"}
    update([tmp_path / source], index, prune=True)
    assert held(index) == {"x": "One"}


def test_pruning_takes_nothing_that_could_not_be_read(tmp_path: Path, index: Path) -> None:
    """A source that breaks off may still have what comes after the break."""
    lines = [orjson.dumps({"id": f"p{n}", "title": f"Paper {n * 7919}"}) + b"\n" for n in range(3000)]
    source = tmp_path / "a.jsonl.xz"
    source.write_bytes(lzma.compress(b"".join(lines)))
    build([source], index)
    lines[0] = b'{"id": "p0", "title": "Changed"}\n'
    source.write_bytes(lzma.compress(b"".join(lines))[:-400])
    report = update([source], index, prune=True)
    assert report.failures
    assert 0 < report.read < 3000
    assert report.papers == 3000
    assert held(index)["p0"] == "Changed"


def test_a_deleted_paper_stays_away_until_it_is_undeleted(write: Write, index: Path) -> None:
    """Rebuilds, builds and updates of the same sources leave it out, and count it; --force forgets that."""
    source = write("a.jsonl", x="One", y="Two")
    build([source], index)
    delete("x", index)
    for report in (rebuild(index), build([source], index)):
        assert (report.read, report.indexed, report.duplicates, report.deleted) == (2, 1, 0, 1)
        assert held(index) == {"y": "Two"}
    report = update([source], index)
    assert (report.read, report.indexed, report.unchanged, report.deleted) == (2, 0, 1, 1)
    report = update([write("a.jsonl", x="Other", y="Two")], index)
    assert (report.read, report.indexed, report.unchanged, report.deleted) == (2, 0, 1, 1)
    assert held(index) == {"y": "Two"}
    assert latest(index).deleted == ("x",)
    update([write("b.jsonl", x="Third")], index)
    assert held(index) == {"y": "Two"}
    with pytest.raises(NotFoundError, match="no deleted paper with id y, z; nothing was changed"):
        undelete(["x", "y", "z"], index)
    assert undelete("x", index).papers == 2
    assert held(index) == {"x": "Third", "y": "Two"}
    assert (latest(index).deleted, rebuild(index).papers, verify(index)) == ((), 2, [])
    delete(["x"], index)
    build([source], index, force=True)
    assert held(index) == {"x": "Other", "y": "Two"}


def test_deleting_what_is_not_there_deletes_nothing(write: Write, index: Path) -> None:
    """One unknown id among known ones is an error that names it; what was deleted is unknown."""
    build([write("a.jsonl", x="One", y="Two")], index)
    with pytest.raises(NotFoundError, match="no paper with id z;"):
        delete(["x", "z", "z"], index)
    assert held(index) == {"x": "One", "y": "Two"}
    delete(["x", "x"], index)
    with pytest.raises(NotFoundError):
        delete(["x"], index)


def test_an_index_may_be_emptied(write: Write, index: Path) -> None:
    """It answers with nothing, is sound, and takes papers again."""
    source = write("a.jsonl", x="One")
    build([source], index)
    assert delete(["x"], index).papers == 0
    assert held(index) == {}
    assert verify(index) == []
    with PaperIndex.open(index) as opened:
        assert opened.info().years is None
        assert opened.search("one").total == 0
    assert update([source], index).deleted == 1
    assert held(index) == {}
    undelete(["x"], index)
    assert held(index) == {"x": "One"}


def test_a_rollback_brings_back_the_generation_before(write: Write, index: Path) -> None:
    """With its sources and its deleted ids, as a new generation; a second rollback undoes the first."""
    build([write("a.jsonl", x="One", y="Two")], index)
    delete(["y"], index)
    update([write("b.jsonl", v="Again", z="Three")], index)
    assert rollback(index).generation == 4
    assert held(index) == {"x": "One"}
    assert (latest(index).deleted, len(latest(index).sources)) == (("y",), 1)
    rollback(index)
    assert held(index) == {"x": "One", "v": "Again", "z": "Three"}
    assert (latest(index).deleted, len(latest(index).sources)) == (("y",), 2)
    assert [(row.generation, row.papers, row.deleted, row.newest) for row in history(index)] == [
        (5, 3, 1, True),
        (4, 1, 1, False),
    ]
    rollback(index, to=4)
    assert held(index) == {"x": "One"}
    with pytest.raises(BadIndexError, match="keeps no earlier generation 1, but 5; nothing"):
        rollback(index, to=1)
    assert verify(index) == []


def test_more_generations_are_kept_where_asked_for(write: Write, index: Path) -> None:
    """From then on; a rollback may return to any of them."""
    build(write("a.jsonl", x="One"), index, keep=3)
    for turn in range(4):
        update(write("a.jsonl", x=f"Turn {turn}"), index)
    assert [row.generation for row in history(index)] == [5, 4, 3]
    rollback(index, to=3)
    assert held(index) == {"x": "Turn 1"}
    assert [row.generation for row in history(index)] == [6, 5, 4]
    rebuild(index, keep=2)
    assert [row.generation for row in history(index)] == [7, 6]
    with pytest.raises(UsageError, match="keep 1 "):
        rebuild(index, keep=1)


def test_two_generations_are_kept(write: Write, index: Path) -> None:
    """One step back, and no files beside those of the two."""
    source = write("a.jsonl", x="One")
    build([source], index)
    with pytest.raises(BadIndexError, match="no generation before 1"):
        rollback(index)
    for turn in range(4):
        write("a.jsonl", x=f"Turn {turn}")
        update([source], index)
    assert generations(index) == [4, 5]
    kept = {path.name for path in index.iterdir()} - {"MAIN_WRITELOCK"}
    toc = {"_MAIN_4.kept", "_MAIN_5.toc"}
    with writing(index, "test") as transaction:
        wanted = set().union(*(manifest.referenced() for manifest in transaction.kept()))
    assert kept == toc | wanted


def test_a_rollback_to_missing_files_is_refused(write: Write, index: Path) -> None:
    """What cannot be opened is not published."""
    source = write("a.jsonl", x="One")
    build([source], index)
    (segment,) = latest(index).segments
    write("a.jsonl", x="Two")
    build([source], index)
    (index / segment.name).unlink()
    with pytest.raises(BadIndexError, match="missing from the index"):
        rollback(index)
    assert held(index) == {"x": "Two"}


def test_an_update_keeps_the_fingerprint_of_what_it_did_not_read(write: Write, index: Path) -> None:
    """An index of another analysis says so to who opens it until it is rebuilt."""
    source = write("a.jsonl", x="One")
    build([source], index)
    with writing(index, "test") as transaction:
        transaction.publish(replace(latest(index), analysis="stemmer 0"))
    update([source], index)
    assert latest(index).analysis == "stemmer 0"
    with PaperIndex.open(index) as opened:
        assert "quiver rebuild" in opened.warnings[0]
    assert any("another version of the analysis" in line for line in verify(index))
    rebuild(index)
    assert latest(index).analysis == fingerprint()
    with PaperIndex.open(index) as opened:
        assert opened.warnings == []


def test_copies_in_several_sources_name_each_other(tmp_path: Path, index: Path) -> None:
    """Same title as read, first author and year give or take one; whatever segment they are in."""
    paper = {"title": "On the {E}dge", "authors": ["Weinan E", "Jiequn Han"]}
    rows: list[dict[str, Any]] = [
        {"id": "a", **paper, "year": 2018},
        {"id": "b", **paper, "year": 2019, "title": "On the Edge"},
        {"id": "c", **paper, "year": 2020},
        {"id": "d", **paper},
        {"id": "e", **paper, "year": 2018, "authors": ["Jiequn Han"]},
    ]
    for row in rows:
        path = tmp_path / f"{row['id']}.jsonl"
        path.write_bytes(orjson.dumps(row))
        (update if index.exists() else build)([path], index)
    with PaperIndex.open(index) as opened:
        also = {row["id"]: opened.duplicates_of(opened.paper(row["id"])) for row in rows}
    assert also == {"a": ["b", "d"], "b": ["a", "c", "d"], "c": ["b", "d"], "d": ["a", "b", "c"], "e": []}


def test_own_venue_spellings_outlast_updates_and_rebuilds(tmp_path: Path, index: Path) -> None:
    """The table of a build is in the index, its file may go."""
    spellings = tmp_path / "venues.txt"
    spellings.write_text("Small Data | conference | Workshop on Small Data | WSD\n")
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "x", "title": "One", "venue": "WSD"}\n')
    build([source], index, venues=spellings)
    spellings.unlink()
    changes: list[Callable[[], object]] = [lambda: update([source], index), lambda: rebuild(index)]
    for change in changes:
        change()
        with PaperIndex.open(index) as opened:
            assert opened.search(venues=["workshop on small data"]).hits[0].venue == "Small Data"
    assert VenueTable.default().canonical("WSD") == "WSD"


@pytest.mark.parametrize("procs", [1, 2])
def test_every_record_is_accounted_for(tmp_path: Path, index: Path, procs: int) -> None:
    """read = indexed + duplicates + rejected, whatever the number of processes."""
    rows = [{"id": f"p{n % 700}", "title": f"Paper {n}" if n % 10 else " "} for n in range(2000)]
    for part in range(4):
        path = tmp_path / f"lists/{part}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"\n".join(map(orjson.dumps, rows[part * 500 : part * 500 + 500])))
    report = build([tmp_path / "lists"], index, procs=procs)
    assert (report.read, report.rejected, report.papers) == (2000, 200, report.indexed)
    assert report.read == report.indexed + report.duplicates + report.rejected
    last = {row["id"]: row["title"] for row in rows if row["title"] != " "}
    assert held(index) == last


def test_a_flood_of_rejects_blocks_no_pipe(tmp_path: Path, index: Path) -> None:
    """Workers that answer with megabytes while the next megabyte is on its way to them."""
    bad = b'{"id": "%d", "title": " ", "abstract": "' + b"x" * 3000 + b'"}\n'
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"".join(bad.replace(b"%d", b"%d" % n) for n in range(3000)) + b'{"id": "x", "title": "One"}\n')
    report = build([source], index, procs=2, max_rejected=1)
    assert (report.rejected, report.papers) == (3000, 1)


def test_a_fault_in_a_worker_is_raised_by_its_parent(
    write: Write, index: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever it is; no process prints a traceback, and no half-written segment stays."""
    source = write("a.jsonl", x="One")

    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    with monkeypatch.context() as patch:
        patch.setattr(Indexer, "add", fail)
        with pytest.raises(ZeroDivisionError):
            build([source], index, procs=2)
    assert capfd.readouterr() == ("", "")
    assert not list(index.glob("*.seg"))


def test_a_worker_that_dies_is_told(write: Write, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system may kill one for want of memory: nothing is published."""
    source = write("a.jsonl", x="One")
    with monkeypatch.context() as patch:
        patch.setattr(Indexer, "add", lambda *_: os._exit(9))
        with pytest.raises(QuiverError, match="--procs 1"):
            build([source], index, procs=2)
    with pytest.raises(BadIndexError):
        latest(index)
