"""Sources of an index: how they are recorded, found again, left out and let go."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import sys
import threading
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.errors import BadIndexError, MissingSourceError, SourceError, UsageError
from indexer.index.store.generation import latest
from indexer.index.text.file_names import names_from_json, names_to_json
from indexer.ingest import build as building
from indexer.ingest.build import SHARE, build, processes, rebuild
from indexer.ingest.check import check
from indexer.ingest.plan import Plan, PlannedFile
from indexer.ingest.update import update
from indexer.ingest.verify import verify
from query import PaperIndex
from query.faces.cli.rejects import reject_lines
from tests.ingest.conftest import Write, held


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """Let standard input hold some bytes."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_size_time_and_hash_of_every_file_are_recorded(write: Write, index: Path) -> None:
    """The manifest says which bytes the index was made of, and which source brought them."""
    path = write("lists/a.jsonl", x="One")
    build([path.parent], index)
    (file,) = latest(index).files
    status = path.stat()
    assert (file.path, file.source) == (str(path), str(path.parent))
    assert (file.size, file.mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert file.digest == blake2b(path.read_bytes(), digest_size=16).hexdigest()


def test_standard_input_is_recorded_by_size_and_hash_of_its_text(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And keeps them in a rebuild, which takes its records from the index."""
    text = b'{"id": "x", "title": "One"}\n'
    stdin(monkeypatch, gzip.compress(text))
    build(["-"], index)
    (first,) = latest(index).files
    assert (first.size, first.digest) == (len(text), blake2b(text, digest_size=16).hexdigest())
    rebuild(index)
    assert latest(index).files == (first,)
    assert held(index) == {"x": "One"}


def test_a_list_on_standard_input_is_read(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a format that is read as a whole, and what came before a broken end of it."""
    packed = lzma.compress(b'[{"id": "x", "title": "One"},\n{"id": "y", "title": "Two"}]' + b" " * 100_000)
    stdin(monkeypatch, packed)
    assert build(["-"], index).read == 2
    stdin(monkeypatch, packed[:-20])
    report = build(["-"], index)
    assert report.papers == 2
    assert "ends too early" in report.failures[0]


def test_a_pipe_is_read_once(tmp_path: Path, index: Path) -> None:
    """`quiver build <(zcat export.gz)`: neither the hash nor the recognition takes the records away."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for text in (b'{"id": "x", "title": "One"}\n', b'[{"id": "x", "title": "One"}]'):
        writer = threading.Thread(target=pipe.write_bytes, args=(text,))
        writer.start()
        build([pipe], index)
        writer.join()
        assert held(index) == {"x": "One"}


def test_a_pipe_in_a_folder_is_left_out(write: Write, index: Path) -> None:
    """It would make the build wait for ever."""
    folder = write("lists/a.jsonl", x="One").parent
    os.mkfifo(folder / "pipe")
    assert build([folder], index).papers == 1


def test_a_link_into_nowhere_costs_itself(write: Write, index: Path) -> None:
    """The rest of its folder is indexed, and the report names it."""
    folder = write("lists/a.jsonl", x="One").parent
    (folder / "b.jsonl").symlink_to(folder / "nowhere")
    report = build([folder], index)
    assert report.papers == 1
    assert "b.jsonl" in report.failures[0]


def test_the_index_is_no_source_of_itself(write: Write, tmp_path: Path, index: Path) -> None:
    """`quiver build .` in the folder where the index lies reads the records, and so does its rebuild."""
    write("a.jsonl", x="One")
    assert build([tmp_path], index).failures == ()
    assert rebuild(index).failures == ()
    assert rebuild(index).read == 1


def test_sources_that_overlap_are_read_once(write: Write, index: Path) -> None:
    """A file that is named alone and lies in a folder is read at its last place, and neither source is empty."""
    path = write("lists/a.jsonl", x="One")
    assert build([path, path.parent], index).read == 1
    write("lists/a.jsonl", x="One", y="Two")
    update([path], index)
    assert latest(index).sources == (str(path.parent), str(path))
    assert rebuild(index).read == 2


def test_a_broken_archive_is_read_once(tmp_path: Path, index: Path) -> None:
    """What comes before the break counts once, and the break is told."""
    lines = b"".join(
        b'{"id": "p%d", "title": "Paper %d %s"}\n' % (n, n, os.urandom(40).hex().encode()) for n in range(40_000)
    )
    path = tmp_path / "a.jsonl.xz"
    path.write_bytes(lzma.compress(lines, preset=0)[:-1000])
    report = build([path], index, procs=1)
    assert (report.duplicates, report.papers) == (0, report.read - report.rejected)
    assert 30_000 < report.read <= 40_000
    assert report.failures == (f"{path}: the xz data ends too early; get the whole file again",)


def test_a_missing_source_stops_a_rebuild_by_name(write: Write, index: Path) -> None:
    """Nothing changes; "keep" keeps its papers and the source, "drop" lets both go."""
    build([write("a.jsonl", x="One"), gone := write("b.jsonl", y="Two", z="Three")], index)
    gone.unlink()
    with pytest.raises(MissingSourceError, match=r"b\.jsonl"):
        rebuild(index)
    assert latest(index).generation == 1
    rebuild(index, missing="keep")
    assert held(index) == {"x": "One", "y": "Two", "z": "Three"}
    assert len(latest(index).sources) == 2
    rebuild(index, missing="drop")
    assert held(index) == {"x": "One"}
    assert len(latest(index).sources) == 1
    assert rebuild(index).papers == 1


def test_the_last_source_cannot_be_dropped(write: Write, index: Path) -> None:
    """An index of nothing is what nobody wanted."""
    build([gone := write("a.jsonl", x="One")], index)
    gone.unlink()
    with pytest.raises(SourceError):
        rebuild(index, missing="drop")
    assert held(index) == {"x": "One"}


@pytest.mark.parametrize("source", ["lists", "lists/*.jsonl"])
def test_papers_of_files_that_are_gone_are_kept_on_demand(
    write: Write, tmp_path: Path, index: Path, source: str
) -> None:
    """Of a folder and of a glob, whether some or all of their files are gone, in their order."""
    for number, title in ((1, "One"), (2, "Two"), (3, "Three")):
        write(f"lists/{number}.jsonl", x=title, **{f"y{number}": title})
    build([tmp_path / source], index)
    (tmp_path / "lists/2.jsonl").unlink()
    rebuild(index, missing="keep")
    assert held(index) == {"x": "Three", "y1": "One", "y2": "Two", "y3": "Three"}
    (tmp_path / "lists/3.jsonl").unlink()
    (tmp_path / "lists/1.jsonl").unlink()
    rebuild(index, missing="keep")
    assert held(index) == {"x": "Three", "y1": "One", "y2": "Two", "y3": "Three"}
    write("lists/1.jsonl", x="Anew")
    rebuild(index)
    assert held(index) == {"x": "Anew"}


def test_an_emptied_source_is_not_a_missing_one(write: Write, index: Path) -> None:
    """What cannot be read stops a rebuild, whatever is to be done about what is missing: nothing is lost."""
    build([write("a.jsonl", x="One"), emptied := write("b.jsonl", y="Two")], index)
    emptied.write_bytes(b"")
    for missing in ("stop", "keep", "drop"):
        with pytest.raises(SourceError, match="empty"):
            rebuild(index, missing=missing)
    assert held(index) == {"x": "One", "y": "Two"}


def test_an_unknown_way_with_missing_sources_is_refused(write: Write, index: Path) -> None:
    """By the names there are."""
    build([write("a.jsonl", x="One")], index)
    with pytest.raises(UsageError, match="stop, keep, drop"):
        rebuild(index, missing="ignore")


def test_a_source_that_gives_nothing_publishes_nothing(write: Write, index: Path) -> None:
    """Exit 1 with the file's own reason, and the index that was there stays."""
    good = write("a.jsonl", x="One")
    bad = write("b.jsonl")
    bad.write_text('{"id": "y", "year": "20l8"}\n')
    with pytest.raises(SourceError, match="title is missing"):
        build([good, bad], index)
    with pytest.raises(BadIndexError):
        latest(index)
    build([good], index)
    with pytest.raises(SourceError, match=r"no paper could be read from .*b\.jsonl .*title is missing"):
        update([bad], index)
    assert held(index) == {"x": "One"}


def test_sources_are_taken_again_in_their_order(write: Write, tmp_path: Path, index: Path) -> None:
    """The last source wins; an update puts its source last, and a rebuild from anywhere keeps that order."""
    one, two = write("a.jsonl", x="One", y="One"), write("b.jsonl", x="Two")
    build([one, two], index)
    assert held(index) == {"x": "Two", "y": "One"}
    update([one], index)
    assert held(index) == {"x": "One", "y": "One"}
    assert latest(index).sources == (str(two), str(one))
    rebuild(index)
    assert held(index) == {"x": "One", "y": "One"}


def test_a_forced_format_is_remembered(tmp_path: Path, index: Path) -> None:
    """By a rebuild and by an update that does not say another."""
    odd = tmp_path / "records.txt"
    odd.write_text('\n\nnothing yet\n{"id": "x", "title": "One"}\n')
    build([odd], index, format="jsonl")
    rebuild(index)
    update([odd], index)
    assert held(index) == {"x": "One"}
    assert latest(index).files[0].format == "jsonl"


def test_the_longest_record_asked_for_is_remembered(write: Write, tmp_path: Path, index: Path) -> None:
    """By source, in rebuilds, updates and checks; other sources keep the usual length."""
    long = "T" * 200
    a, b = write("a.jsonl", a="A", long=long), write("b.jsonl", b="B", other=long)
    build([a], index, max_record=100)
    assert set(held(index)) == {"a"}
    update([b], index)
    report = rebuild(index)
    assert (set(held(index)), report.rejected) == ({"a", "b", "other"}, 1)
    assert latest(index).longest == {str(a): 100}
    update([a], index, max_record=1000)
    assert set(held(index)) == {"a", "long", "b", "other"}
    rebuild(index, moved=[(str(tmp_path), str(tmp_path))])
    assert latest(index).longest == {str(a): 1000}
    assert [check([a], max_record=size).rejected for size in (100, 1000)] == [1, 0]


def test_an_index_of_other_sources_is_not_replaced_unless_forced(write: Write, index: Path) -> None:
    """The refusal names them; the same sources in another order are no other sources."""
    one, two = write("a.jsonl", x="One"), write("b.jsonl", x="Two")
    build([one, two], index)
    build([two, one], index)
    assert held(index) == {"x": "One"}
    with pytest.raises(BadIndexError, match=r"a\.jsonl.*--force"):
        build([two], index)
    build([two], index, force=True)
    assert held(index) == {"x": "Two"}


def test_a_name_that_is_no_utf_8_is_a_name(write: Write, index: Path) -> None:
    r"""In a folder or named itself it is read, recorded and read again; JSON shows it with its bytes, `caf\xe9`."""
    plain = write("lists/a.jsonl", x="One")
    odd = os.fsdecode(os.fsencode(plain.parent) + b"/caf\xe9.jsonl")
    try:
        Path(odd).write_text('{"id": "y", "title": "Two"}\n{"id": "z"}\n')
    except OSError:
        pytest.skip("this file system takes no such name")
    report = build(plain.parent, index)
    assert (report.read, report.indexed, report.rejected) == (3, 2, 1)
    assert "caf\\xe9.jsonl" in report.as_json()["rejects"][0]["file"]
    assert b"caf\\\\xe9.jsonl" in b"".join(reject_lines(report.rejects))
    assert update(odd, index, max_record=1000).unchanged == 1
    assert rebuild(index).papers == 2
    assert latest(index).sources == (str(plain.parent), odd)
    assert latest(index).longest == {odd: 1000}
    assert held(index) == {"x": "One", "y": "Two"}
    assert verify(index) == []
    with PaperIndex.open(index) as opened:
        assert orjson.dumps(opened.info().as_json()["sources"]).endswith(b'caf\\\\xe9.jsonl"]')


@pytest.mark.parametrize("name", [b"a\xff.json", b"l\xe9.csv", b"\xed\xa0\xbd.bib"])
def test_a_venue_of_such_a_name_can_be_stored(tmp_path: Path, index: Path, name: bytes) -> None:
    """The name of a list gives venue and ids of papers without any."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    text = {".json": '[{"title": "One"}]', ".csv": "title,year\nOne,2001\n", ".bib": "@misc{k, title={One}}"}
    try:
        path.write_text(text[path.suffix])
    except OSError:
        pytest.skip("this file system takes no such name")
    assert build(path, index).papers == 1
    assert rebuild(index).papers == 1


@given(
    st.recursive(
        st.text(st.characters()), lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner)
    )
)
@example(["\0", "\0a", "\udce9", "\ud83d\ude00"])
@example({"\0\udce9": "\\u0000"})
def test_what_a_manifest_keeps_of_a_name_is_the_name(value: object) -> None:
    """Any text of Python's, halves of pairs and the mark itself among them."""
    assert names_from_json(names_to_json(value)) == value


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ([("a.jsonl", SHARE - 1)], 1),
        ([("a.jsonl", SHARE), ("b.jsonl", SHARE // 2)], 1),
        ([("a.jsonl", 2 * SHARE)], 2),
        ([("a.jsonl", SHARE), ("b.json.GZ", SHARE // 2)], 3),
        ([("a.jsonl", 90 * SHARE)], 4),
        ([], 1),
    ],
)
def test_each_process_has_its_share(
    files: list[tuple[str, int]], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small plans are read in one process: what several write of few papers must be united again."""
    monkeypatch.setattr(building, "default_procs", lambda: 4)
    plan = Plan((), {}, tuple(PlannedFile(name, (0,), None, size) for name, size in files))
    assert processes(plan, None) == expected
    assert processes(plan, 7) == 7
