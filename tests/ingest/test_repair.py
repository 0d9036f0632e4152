"""`repair`: whatever is damaged, afterwards nothing is, and what could be saved was."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import repeat
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.index.errors import BadIndexError
from indexer.index.store.generation import latest
from indexer.ingest.build import build
from indexer.ingest.repair import repair
from indexer.ingest.update import delete, update
from indexer.ingest.verify import verify
from query import PaperIndex
from query.faces.cli.commands import cli
from tests.ingest.conftest import Write, held


def flip(path: Path, at: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :])


@pytest.fixture(name="made")
def fixture_made(write: Write, index: Path) -> Path:
    """Two generations of two segments, and one more in which a paper is deleted."""
    build([write("a.jsonl", x="One", y="Two")], index)
    update([write("b.jsonl", z="Three")], index)
    delete(["y"], index)
    return index


Damage = Callable[[Path], object]
DAMAGES: dict[str, Damage] = {
    "a segment": lambda index: flip(index / latest(index).segments[0].name, 100),
    "a segment that is gone": lambda index: (index / latest(index).segments[1].name).unlink(),
    "impacts": lambda index: (index / latest(index).segments[0].impacts).write_bytes(b"x" * 100),
    "a state": lambda index: os.truncate(index / latest(index).segments[0].state, 70),
    "all": lambda index: list(map(flip, [index / name for name in latest(index).referenced()], repeat(20))),
    "the table of contents": lambda index: flip(index / "_MAIN_3.toc", 1000),
    "a table of contents that is gone": lambda index: (index / "_MAIN_3.toc").unlink(),
}


@pytest.mark.parametrize("what", list(DAMAGES))
def test_from_the_sources_everything_comes_back(made: Path, what: str) -> None:
    """Where they are there, and what was deleted stays so if that can be known."""
    DAMAGES[what](made)
    report = repair(made)
    assert (report.done, report.lost) == ("sources", 0)
    assert report.wrong
    assert verify(made) == []
    assert held(made) == {"x": "One", "z": "Three"} | ({"y": "Two"} if "contents" in what else {})
    assert repair(made).done == "nothing"


def test_without_sources_the_last_sound_generation_does(made: Path, tmp_path: Path) -> None:
    """Less what was deleted since."""
    (tmp_path / "a.jsonl").unlink()
    DAMAGES["a state"](made)
    report = repair(made)
    assert (report.done, report.returned_to) == ("generation", 2)
    assert "a.jsonl" in report.because
    assert verify(made) == []
    assert held(made) == {"x": "One", "z": "Three"}


def test_without_either_the_stored_papers_do(made: Path, tmp_path: Path) -> None:
    """When papers were first seen is kept, and what was deleted stays so."""
    (tmp_path / "a.jsonl").unlink()
    DAMAGES["impacts"](made)
    flip(made / "_MAIN_2.kept", 1000)
    report = repair(made)
    assert (report.done, report.lost, report.papers) == ("papers", 0, 2)
    assert verify(made) == []
    assert held(made) == {"x": "One", "z": "Three"}
    with PaperIndex.open(made) as opened:
        assert {hit.id for hit in opened.search(since=2).hits} == {"z"}


def test_what_is_lost_is_counted(made: Path, tmp_path: Path) -> None:
    """A whole segment, here."""
    (tmp_path / "a.jsonl").unlink()
    entry = max(latest(made).segments, key=lambda row: row.docs)
    (made / entry.name).unlink()
    said = CliRunner().invoke(cli, ["repair", "--index", str(made)])
    assert said.exit_code == 0
    assert "built anew from the stored papers; 1 stored paper could not be read" in said.output
    assert held(made) == {"z": "Three"}
    assert verify(made) == []


def test_what_cannot_be_mended_is_said(made: Path, write: Write, tmp_path: Path) -> None:
    """No index, nothing that can be read, nothing wrong."""
    assert "nothing is wrong" in CliRunner().invoke(cli, ["repair", "--index", str(made)]).output
    for path in [*made.glob("*.toc"), *made.glob("*.kept")]:
        path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(BadIndexError, match=r"nothing of .* can be repaired"):
        repair(made)
    with pytest.raises(BadIndexError, match="there is no index"):
        repair(tmp_path / "none")
