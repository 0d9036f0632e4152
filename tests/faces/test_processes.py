"""The `quiver` command as a process of its own: pipes, streams that are full or closed, start-up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

QUIVER = (sys.executable, "-m", "query.faces.cli.commands")


def environment(index: Path, **more: str) -> dict[str, str]:
    """The environment of a call."""
    return {**os.environ, "QUIVER_INDEX": str(index), "PYTHONPATH": os.pathsep.join(sys.path), **more}


def run(index: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command, taking what it prints."""
    return subprocess.run(
        [*QUIVER, *arguments], env=environment(index, **more), capture_output=True, text=True, check=False
    )


def test_a_reader_who_leaves_is_no_failure(corpus_index: Path) -> None:
    """`quiver search --limit all | head -1` ends quietly."""
    process = subprocess.Popen(
        [*QUIVER, "search", "--limit", "all"],
        env=environment(corpus_index),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_full_disk_under_the_output_is_one_line(corpus_index: Path) -> None:
    """Output that cannot be written is exit 1 with one line."""
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [*QUIVER, "search", "--limit", "all"],
            env=environment(corpus_index),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, "quiver: No space left on device\n")


def test_a_terminal_of_another_encoding_fails_nothing(corpus_index: Path) -> None:
    """Signs that the encoding of standard output lacks become question marks."""
    ended = run(corpus_index, "author", "weinan e", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_bytes_that_are_no_utf8_are_a_query(corpus_index: Path) -> None:
    """An argument of loose bytes ends in an answer or a diagnostic."""
    ended = subprocess.run(
        [*QUIVER, "search", b"deep \xff", "--format", "json"],
        env=environment(corpus_index),
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0
    assert b"Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C while a build waits for standard input: status 130, one line, no index."""
    process = subprocess.Popen(
        [*QUIVER, "build", "-"],
        env=environment(tmp_path / "p.idx"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b'{"title": "One"}\n' * 10)
    process.stdin.flush()
    # The folder is made right before standard input is read.
    while not (tmp_path / "p.idx").exists() and process.poll() is None:
        pass
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate()
    assert (process.returncode, messages) == (130, b"quiver: interrupted\n")
    assert run(tmp_path / "p.idx", "info").returncode == 1


def test_a_search_imports_no_reader_and_no_whoosh(corpus_index: Path) -> None:
    """What only builds need is not imported by a search, whose start-up it would slow."""
    program = """if True:
        import sys
        from query.faces.cli.commands import cli
        cli(["search", "learning"], standalone_mode=False)
        heavy = ("whoosh", "pylatexenc.latex", "multiprocessing", "asyncio", "indexer.readers")
        print([name for name in sys.modules if name.startswith(heavy)], file=sys.stderr)
    """
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment(corpus_index), capture_output=True, text=True, check=False
    )
    assert ended.stderr == "[]\n"
