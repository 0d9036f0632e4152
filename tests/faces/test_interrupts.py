"""Killed or interrupted at any moment: one line or none, the old answers or the new, and nothing left lying about."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import orjson
import pytest

from indexer.index.store.generation import latest
from indexer.index.store.manifest import toc_path
from indexer.index.store.transaction import writing
from indexer.ingest.build import build, rebuild
from indexer.ingest.verify import verify
from query import PaperIndex
from tests.faces.test_processes import environment
from tests.generate import papers

# Python's own start, some hundredths of a second, cannot be guarded: the command is interrupted after it.
PROGRAM = """
from query.faces.cli.interrupts import end_at_once
end_at_once()
import os
os.write(2, b"\\n")
from query.faces.start import main
main()
"""
ENDS = ((130, "quiver: interrupted\n"), (0, ""), (-signal.SIGINT, ""))
"""Interrupted, done before, or interrupted in the last moment of the interpreter, when nothing hears any more."""
COUNT = 600
WRITES = (
    ("build", "{a}", "--procs", "2"),
    ("update", "{a}"),
    ("rebuild",),
    ("update", "{a}", "--procs", "3", "--prune"),
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


class Victim:
    """An index of one source whose every version says which it is, and commands over it that are cut short."""

    def __init__(self, folder: Path) -> None:
        self.source, self.index = folder / "a.jsonl", folder / "p.idx"
        self._papers = [paper.as_record() for paper in papers(COUNT)]
        self.version = 0
        self.write()
        build([self.source], self.index)

    def write(self) -> None:
        """The next version of the source."""
        self.version += 1
        rows = (record | {"keywords": [f"version{self.version}"]} for record in self._papers)
        self.source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))

    def cut(self, arguments: Sequence[str], delay: float, number: int) -> tuple[int, str]:
        """Run a command and send its processes a signal after a while; status and messages."""
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *(argument.format(a=self.source) for argument in arguments)],
            env=environment(self.index),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stderr is not None
        process.stderr.readline()
        time.sleep(delay)
        # A terminal sends Ctrl-C to all processes; the system kills one.
        (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
        _, messages = process.communicate(timeout=60)
        return process.returncode, messages.decode()

    def check(self) -> None:
        """Assert that every paper is there, all of one version, and that the index is sound."""
        assert verify(self.index) == []
        with PaperIndex.open(self.index) as opened:
            found = {hit.paper.keywords for hit in opened.search(limit=None).hits}
            assert opened.info().papers == COUNT
        assert found in ({(f"version{self.version}",)}, {(f"version{self.version - 1}",)})

    def settle(self) -> None:
        """Assert that the next writer gets the lock and sweeps, then bring the index up to date."""
        with writing(self.index, "test", timeout=30) as transaction:
            wanted = {name for manifest in transaction.kept() for name in manifest.referenced()}
            wanted |= {toc_path(self.index, manifest.generation).name for manifest in transaction.kept()}
            assert {path.name for path in self.index.iterdir()} == wanted | {"MAIN_WRITELOCK", "writer.json"}
        rebuild(self.index)


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    """An index to be hurt."""
    return Victim(tmp_path)


def _interrupt_writers(victim: Victim, rounds: int) -> None:
    random = Random(rounds)
    statuses = set()
    for turn in range(rounds):
        victim.write()
        generation = latest(victim.index).generation
        status, messages = victim.cut(WRITES[turn % len(WRITES)], random.random() * 0.7, signal.SIGINT)
        statuses.add(status)
        assert (status, messages) in ENDS
        assert status or latest(victim.index).generation == generation + 1
        victim.check()
        victim.settle()
    assert 130 in statuses


def _kill_writers(victim: Victim, rounds: int) -> None:
    random = Random(rounds)
    for turn in range(rounds):
        victim.write()
        status, messages = victim.cut(WRITES[turn % len(WRITES)], random.random() * 0.7, signal.SIGKILL)
        assert status in (-signal.SIGKILL, 0)
        assert "Traceback" not in messages
        victim.check()
        victim.settle()


def test_interrupted_writers_lose_nothing(victim: Victim) -> None:
    """Ctrl-C during build, update and rebuild, in one process and in several."""
    _interrupt_writers(victim, 8)


def test_killed_writers_lose_nothing(victim: Victim) -> None:
    """kill -9 of the same: the old generation answers, the next writer gets the lock and sweeps."""
    _kill_writers(victim, 8)


@pytest.mark.slow
def test_many_cut_writers_lose_nothing(victim: Victim) -> None:
    """Both, often."""
    _interrupt_writers(victim, 60)
    _kill_writers(victim, 60)


def test_an_interrupted_search_ends_in_one_line(victim: Victim) -> None:
    """While it starts, while it searches, while it prints, while it ends."""
    random = Random(1)
    for _ in range(12):
        arguments = ("search", "learning", "--limit", "all", "--facets")
        status, messages = victim.cut(arguments, random.random() * 0.4, signal.SIGINT)
        assert (status, messages) in ENDS


def test_who_wants_no_interrupts_gets_none(victim: Victim) -> None:
    """`nohup quiver build` and builds in the background of a script go on."""
    ended = subprocess.run(
        ["sh", "-c", f'trap "" INT; {sys.executable} -c "$0" rebuild & sleep 0.3; kill -INT $!; wait $!', PROGRAM],
        env=environment(victim.index),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0
    assert latest(victim.index).generation == 2
