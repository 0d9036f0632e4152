"""The door to the disk: locks, readers beside writers, what a crash leaves, directories that are no index."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from indexer.index.errors import BadIndexError, LockedError
from indexer.index.store import generation as generations_module
from indexer.index.store import manifest as manifests
from indexer.index.store import transaction as store
from indexer.index.store.generation import Generation, latest, open_generation
from indexer.index.store.transaction import writing
from indexer.ingest.build import build, rebuild
from indexer.ingest.update import rollback, update
from query import PaperIndex
from tests.ingest.conftest import Write, held

HOLDER = """
import sys, time
from pathlib import Path
from indexer.index.store.transaction import writing
with writing(Path(sys.argv[1]), "quiver rebuild"):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[bytes]:
    """A process that holds the lock."""
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a holder; what it would still say is let go."""
    process.kill()
    process.communicate()


def test_a_lock_is_waited_for_and_its_holder_named(write: Write, index: Path) -> None:
    """By process, command and time; the index is as it was."""
    source = write("a.jsonl", x="One")
    build([source], index)
    process = holder(index)
    try:
        with pytest.raises(LockedError, match=rf"by process {process.pid} \(quiver rebuild, since 20.*waited 0\.2 s"):
            update([source], index, timeout=0.2)
        assert held(index) == {"x": "One"}
    finally:
        end(process)


def test_a_lock_dies_with_its_holder(write: Write, index: Path) -> None:
    """Killed without a chance to let go; the next writer sweeps what it left."""
    process = holder(index)
    (index / "MAIN_0123456789abcdef.seg").write_bytes(b"half")
    (index / "_MAIN_1.toc.new").write_bytes(b"half")
    end(process)
    build([write("a.jsonl", x="One")], index, timeout=5)
    assert held(index) == {"x": "One"}
    assert not (index / "MAIN_0123456789abcdef.seg").exists()
    assert not (index / "_MAIN_1.toc.new").exists()
    assert not (index / "writer.json").exists()


def test_a_second_writer_waits_its_turn(write: Write, index: Path) -> None:
    """Two at once both succeed, one after the other."""
    sources = [write(f"{name}.jsonl", **{name: "One"}) for name in "abcd"]
    build(sources[:1], index)
    threads = [threading.Thread(target=update, args=([source], index)) for source in sources[1:]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(held(index)) == set("abcd")
    assert latest(index).generation == 4


def test_a_failed_change_leaves_no_files(write: Write, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it stays, and the generation that was there answers."""
    source = write("a.jsonl", x="One")
    build([source], index)
    before = {path.name for path in index.iterdir()}
    write("a.jsonl", x="Two", y="Three")
    with monkeypatch.context() as patch:
        patch.setattr(store, "whoosh_half", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            rebuild(index)
    assert {path.name for path in index.iterdir()} == before
    assert held(index) == {"x": "One"}


def test_every_file_is_synced_before_the_rename(write: Write, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the folder before and after it: a crash finds the old generation or the new one."""
    done: list[str] = []
    fsync, rename = os.fsync, Path.rename
    target = os.path.realpath

    def synced(descriptor: int) -> None:
        done.append(os.path.basename(target(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    def renamed(self: Path, to: Path) -> Path:
        done.append("rename")
        return rename(self, to)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    build([write("a.jsonl", x="One")], index)
    at = done.index("rename")
    (segment,) = latest(index).segments
    assert {*segment.files, "_MAIN_1.toc.new", "papers.idx"} <= set(done[:at])
    assert done[at:] == ["rename", "papers.idx"]


def test_a_reader_has_every_file_open_from_the_start(write: Write, index: Path) -> None:
    """What it opened is swept away under it, and it still answers as before."""
    source = write("a.jsonl", x="Weinan writes")
    build([source], index)
    with PaperIndex.open(index) as opened:
        for turn in range(3):
            write("a.jsonl", x=f"Turn {turn}")
            rebuild(index)
        assert not any((index / name).exists() for name in opened.segments[0].name.split())
        page = opened.search("weinan", facets=("venue", "author"), explain=True)
        assert page.hits[0].paper.title == "Weinan writes"
        assert (page.generation, opened.generation) == (1, 1)
        assert opened.suggest("wei").words
        assert opened.info().papers == 1
        assert opened.reopen()
        assert opened.search("turn").total == 1


def test_a_generation_swept_while_it_is_opened_is_passed_over(
    write: Write, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader that lists the folder before two publications and reads after them opens the newest."""
    source = write("a.jsonl", x="Turn 0")
    build([source], index)
    read = manifests.read_manifest
    turns = iter(range(1, 4))

    def late(folder: Path, generation: int) -> manifests.Manifest:
        if (turn := next(turns, None)) is not None:
            monkeypatch.setattr(generations_module, "read_manifest", read)
            for more in range(2):
                write("a.jsonl", x=f"Turn {turn}.{more}")
                rebuild(index)
            monkeypatch.setattr(generations_module, "read_manifest", late)
        return read(folder, generation)

    monkeypatch.setattr(generations_module, "read_manifest", late)
    opened = open_generation(index)
    assert opened.number == 7
    opened.close()


def test_searches_are_not_disturbed_by_rebuilds(write: Write, index: Path) -> None:
    """Readers that open, search and reopen while generations come and go see one whole generation each."""
    titles = [f"common word{n}" for n in range(30)]
    source = write("a.jsonl", **{f"p{n}": f"{title} turn0" for n, title in enumerate(titles)})
    build([source], index)
    over = threading.Event()
    failures: list[BaseException] = []
    seen: set[int] = set()

    def read() -> None:
        try:
            while not over.is_set():
                with PaperIndex.open(index) as opened:
                    for _ in range(3):
                        page = opened.search("common", limit=None)
                        turns = {hit.paper.title.split()[-1] for hit in page.hits}
                        assert (page.total, turns) == (30, {f"turn{page.generation - 1}"})
                        seen.add(page.generation)
                        opened.reopen()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test fails with it
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for turn in range(1, 16):
        write("a.jsonl", **{f"p{n}": f"{title} turn{turn}" for n, title in enumerate(titles)})
        rebuild(index)
    over.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert len(seen) > 2


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda folder, row: (folder / row.name).unlink(), "missing from the index"),
        (lambda folder, row: (folder / row.impacts).unlink(), "missing from the index"),
        (lambda folder, row: (folder / row.state).write_bytes(b""), "cut short"),
        (lambda folder, row: (folder / row.name).write_bytes(b"x" * 5000), "not a file of Quiver's"),
        (lambda folder, row: os.truncate(folder / row.name, 9000), "cut short or damaged"),
    ],
)
def test_an_index_half_deleted_is_named_and_can_be_rebuilt(
    write: Write, index: Path, damage: object, says: str
) -> None:
    """One line says which file, and what mends it."""
    build([write("a.jsonl", x="One")], index)
    assert callable(damage)
    damage(index, latest(index).segments[0])
    with pytest.raises(BadIndexError, match=rf"{says}.*quiver rebuild"):
        open_generation(index)
    with pytest.raises(BadIndexError, match=says):
        update([write("b.jsonl", y="Two")], index)
    rebuild(index)
    assert held(index) == {"x": "One"}


def test_a_damaged_table_of_contents_is_rolled_back(write: Write, index: Path) -> None:
    """It names the way back; without a generation before, only building again helps."""
    source = write("a.jsonl", x="One")
    build([source], index)
    toc = index / "_MAIN_1.toc"
    whole = toc.read_bytes()
    toc.write_bytes(whole[:-60] + b"\0" + whole[-59:])
    with pytest.raises(BadIndexError, match="quiver build --force"):
        open_generation(index)
    with pytest.raises(BadIndexError):
        build([source], index)
    build([source], index, force=True)
    assert held(index) == {"x": "One"}
    write("a.jsonl", x="Two")
    rebuild(index)
    damaged = index / "_MAIN_3.toc"
    damaged.write_bytes(damaged.read_bytes()[:-60] + b"\0" + whole[-59:])
    with pytest.raises(BadIndexError, match="quiver rollback"):
        open_generation(index)
    rollback(index)
    assert held(index) == {"x": "One"}
    rebuild(index)
    assert held(index) == {"x": "Two"}


def test_an_index_of_a_newer_format_is_refused(write: Write, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its number, by readers and by writers."""
    source = write("a.jsonl", x="One")
    monkeypatch.setattr(manifests.Manifest, "dump", _newer(manifests.Manifest.dump))
    build([source], index)
    monkeypatch.undo()
    for change in (lambda: open_generation(index), lambda: update([source], index), lambda: rebuild(index)):
        with pytest.raises(BadIndexError, match="format 99, this Quiver reads up to"):
            change()


def _newer(dump: object) -> object:
    def dumped(self: manifests.Manifest, *more: object) -> bytes:
        assert callable(dump)
        data: bytes = dump(self, *more)
        return data[:-12] + (99).to_bytes(4, "little") + data[-8:]

    return dumped


def test_a_folder_of_other_things_is_no_index(write: Write, tmp_path: Path) -> None:
    """Nothing is written into it, nothing of it is touched."""
    source = write("a.jsonl", x="One")
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(b"x")
    with pytest.raises(BadIndexError, match="not empty and not an index"):
        build([source], folder)
    with pytest.raises(BadIndexError, match="is not an index"):
        open_generation(folder)
    assert [path.name for path in folder.iterdir()] == ["one.jpg"]


def test_a_file_is_no_index(write: Write) -> None:
    """Neither to read nor to write."""
    source = write("a.jsonl", x="One")
    for change in (lambda: open_generation(source), lambda: build([source], source), lambda: rebuild(source)):
        with pytest.raises(BadIndexError, match=r"a\.jsonl"):
            change()


def test_an_index_of_whooshs_own_is_refused_by_name(write: Write, index: Path) -> None:
    """Neither searched nor written to, and not one file of it removed."""
    index.mkdir()
    for name in ("_MAIN_1.toc", "MAIN_abc.seg"):
        (index / name).write_bytes(b"whoosh" * 20)
    for change in (lambda: open_generation(index), lambda: build([write("a.jsonl", x="One")], index)):
        with pytest.raises(BadIndexError, match="written by Whoosh itself"):
            change()
    assert (index / "MAIN_abc.seg").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_workers_end_with_their_parent(tmp_path: Path, index: Path) -> None:
    """A build killed at work leaves no process behind that would hold its lock."""
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"".join(b'{"id": "%d", "title": "Paper"}\n' % number for number in range(60_000)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = "import sys; from indexer.ingest.build import build; build([sys.argv[1]], sys.argv[2], procs=3)"
    process = subprocess.Popen([sys.executable, "-c", program, str(source), str(index)], env=environment)
    while not index.exists() or not list(index.glob("writer.json")):
        assert process.poll() is None
    threading.Event().wait(0.3)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with writing(index, "test", timeout=20):
        assert not list(index.glob("*.seg"))


def test_a_generation_closes_what_it_opened_when_it_fails(write: Write, index: Path) -> None:
    """An index that cannot be opened holds no files open."""
    build([write("a.jsonl", x="One")], index)
    base = latest(index)
    (index / base.segments[0].state).unlink()
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    for _ in range(20):
        with pytest.raises(BadIndexError):
            Generation(index, base)
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after <= before + 1
