"""What lies in an index folder beside an index: links, pipes, other people's files. Nothing leads out of the folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.store.generation import latest
from indexer.index.store.transaction import HOLDER_NAME, LOCK_NAME, foreign_files
from indexer.ingest.build import build, rebuild
from indexer.ingest.update import delete, rollback, update
from indexer.ingest.verify import verify
from query import PaperIndex
from query.faces.cli.commands import cli
from tests.ingest.conftest import Write, held

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes are of Unix")

OTHERS = ("MAIN_thesis.tex", "_MAIN_draft.txt", "MAIN_notes.seg", "MAIN_0123.seg", "_MAIN_01.toc", "_MAIN_x.toc.new")
"""Names that begin as Quiver's do."""


@pytest.fixture(autouse=True)
def fixture_alarm() -> Iterator[None]:
    """What hangs, fails."""

    def late(*_: object) -> None:
        raise TimeoutError("it hangs")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.fixture(name="made")
def fixture_made(write: Write, index: Path) -> Path:
    """An index of two generations."""
    build([write("a.jsonl", x="One", y="Two")], index)
    update([write("b.jsonl", z="Three")], index)
    return index


def changes(index: Path, source: Path) -> list[Callable[[], object]]:
    """Everything that opens an index."""
    return [
        lambda: PaperIndex.open(index).close(),
        lambda: delete(["x"], index),
        lambda: update([source], index),
        lambda: rebuild(index),
        lambda: rollback(index),
        lambda: build([source], index, force=True),
        lambda: verify(index),
    ]


def refusal(change: Callable[[], object], otherwise: str) -> str:
    """The error of a change, or the lines it gives, or `otherwise` where it does its work."""
    try:
        done = change()
    except QuiverError as error:
        return str(error)
    return " ".join(done) if isinstance(done, list) and done else otherwise


LINKED = [HOLDER_NAME, LOCK_NAME, "_MAIN_3.toc.new", "_MAIN_3.toc", "MAIN_0123456789abcdef.seg"]


@pytest.mark.parametrize("name", LINKED)
def test_no_change_writes_through_a_link(made: Path, write: Write, tmp_path: Path, name: str) -> None:
    """Whatever a name of Quiver's is linked to stays as it is, whether it is there yet or not."""
    victim, absent = tmp_path / "victim", tmp_path / "absent"
    source = write("c.jsonl", x="Other")
    for target in (victim, absent):
        for change in range(len(changes(made, source))):
            victim.write_text("precious")
            (made / name).unlink(missing_ok=True)
            (made / name).symlink_to(target)
            assert name in refusal(changes(made, source)[change], name)
            assert victim.read_text() == "precious"
            assert not absent.exists()


@pytest.mark.parametrize("part", range(4))
def test_files_of_a_generation_are_regular(made: Path, tmp_path: Path, part: int) -> None:
    """A link, even to the right file, a pipe, a folder or a device is refused by name; nothing hangs."""
    name = [*latest(made).segments[0].files, "_MAIN_2.toc"][part]
    aside = (made / name).rename(tmp_path / "aside")
    makers: list[Callable[[Path], object]] = [
        lambda path: path.symlink_to(aside),
        lambda path: path.symlink_to("/dev/zero"),
        os.mkfifo,
        Path.mkdir,
    ]
    for make in makers:
        make(made / name)
        with pytest.raises(BadIndexError, match=f"{name}.*no regular file"):
            PaperIndex.open(made)
        assert name in refusal(lambda: verify(made), "")
        (made / name).rmdir() if make is Path.mkdir else (made / name).unlink()
    aside.rename(made / name)
    assert verify(made) == []


def test_a_table_of_contents_of_any_size_takes_no_memory(made: Path) -> None:
    """One of a terabyte, of holes, is refused by its size."""
    with (made / "_MAIN_3.toc").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadIndexError, match=r"_MAIN_3\.toc is too large"):
        latest(made)


def test_the_folder_itself_may_be_a_link(made: Path, write: Write, tmp_path: Path) -> None:
    """Read and changed through it as through its own name."""
    link = tmp_path / "link.idx"
    link.symlink_to(made)
    update([write("c.jsonl", w="Four")], link)
    assert set(held(link)) == set(held(made)) == set("wxyz")


def test_other_peoples_files_stay(made: Path, write: Write) -> None:
    """Through every change, and a folder of such a name keeps nobody from it; `verify` lists them."""
    for name in OTHERS:
        (made / name).write_text("mine")
    (made / HOLDER_NAME).write_text("my own")
    (made / "MAIN_figures").mkdir()
    (made / "MAIN_0123456789abcdef.seg").mkdir()
    source = write("c.jsonl", x="Other")
    for change in changes(made, source):
        change()
    assert all((made / name).read_text() == "mine" for name in OTHERS)
    assert (made / HOLDER_NAME).read_text() == "my own"
    assert foreign_files(made) == sorted([*OTHERS, HOLDER_NAME, "MAIN_figures"])
    said = CliRunner().invoke(cli, ["verify", "--index", str(made)])
    assert said.exit_code == 0
    assert all(f"note: {name} is no file of the index" in said.stdout for name in (*OTHERS, HOLDER_NAME))


@pytest.mark.parametrize("name", [*OTHERS, HOLDER_NAME, ".hidden", "MAIN_WRITELOCK.txt"])
def test_a_folder_of_anything_is_no_place_for_an_index(write: Write, index: Path, name: str) -> None:
    """It is refused by the name of what is in it, and stays as it was."""
    index.mkdir()
    (index / name).write_text("mine")
    with pytest.raises(BadIndexError, match=f"not empty and not an index: it holds {name}"):
        build([write("a.jsonl", x="One")], index)
    assert {path.name: path.read_text() for path in index.iterdir()} == {name: "mine"}


def test_what_a_dead_build_left_is_no_hindrance(write: Write, index: Path) -> None:
    """Files of exactly Quiver's forms in a folder without an index are unfinished work."""
    index.mkdir()
    (index / "MAIN_0123456789abcdef.seg").write_bytes(b"half")
    (index / LOCK_NAME).touch()
    (index / HOLDER_NAME).write_text('{"pid": 1, "command": "quiver build", "since": "2026-01-01 00:00:00"}')
    build([write("a.jsonl", x="One")], index)
    assert foreign_files(index) == []
    assert held(index) == {"x": "One"}


def test_rejects_never_go_where_they_do_harm(write: Write, made: Path, tmp_path: Path) -> None:
    """Not over a source, by whatever name, not into a folder of sources, not into the index."""
    source = write("lists/c.jsonl", x="Other")
    whole = source.read_bytes()
    (tmp_path / "link.jsonl").symlink_to(source)
    (tmp_path / "hard.jsonl").hardlink_to(source)
    (tmp_path / "linked").symlink_to(source.parent)
    refused = [
        (str(source), source),
        (str(source), tmp_path / "link.jsonl"),
        (str(source), tmp_path / "hard.jsonl"),
        (str(tmp_path / "lists" / "*.jsonl"), source),
        (str(source.parent), source.parent / "new.jsonl"),
        (str(tmp_path / "lists" / "*.jsonl"), tmp_path / "lists" / "new.jsonl"),
        (str(tmp_path / "**" / "[a-d]*.jsonl"), tmp_path / "lists" / "c2.jsonl"),
        (str(tmp_path / "li??s"), tmp_path / "lists" / "new.jsonl"),
        (str(tmp_path / "linked" / "*.jsonl"), tmp_path / "lists" / "new.jsonl"),
        (str(source), made / "_MAIN_2.toc"),
        (str(source), made / "rejects.jsonl"),
    ]
    for named, rejects in refused:
        for command in ("build", "update"):
            said = CliRunner().invoke(cli, [command, named, "--index", str(made), "--rejects", str(rejects)])
            assert (said.exit_code, f"--rejects {rejects}" in said.output) == (2, True), said.output
    said = CliRunner().invoke(cli, ["rebuild", "--index", str(made), "--rejects", str(tmp_path / "a.jsonl")])
    assert said.exit_code == 2
    assert source.read_bytes() == whole
    assert set(held(made)) == set("xyz")
