"""What an extra brings may be missing: the error names what, and how to install it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from indexer import build, open_writer
from query import PaperIndex, UsageError
from tests.faces.conftest import CORPUS, Quiver
from tests.faces.test_processes import environment

CLUSTER = "http://127.0.0.1:9/papers"


@pytest.fixture
def no_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """As though the client of clusters were not installed."""
    monkeypatch.setitem(sys.modules, "opensearchpy", None)


@pytest.mark.usefixtures("no_client")
@pytest.mark.parametrize(
    "command",
    ["search x", "author x", "info", "verify", "rebuild", "delete x", "history", "suggest x", f"build {CORPUS}"],
)
def test_a_cluster_needs_its_client(quiver: Quiver, command: str) -> None:
    """It was an internal error, to be reported."""
    ended = quiver(*command.split(), "--index", CLUSTER)
    assert ended.exit_code == 2, ended.output
    assert ended.stderr.count("\n") == 1
    assert "opensearchpy is missing; install it with: pip install 'quiver-papers[opensearch]'" in ended.stderr


@pytest.mark.usefixtures("no_client")
def test_a_cluster_needs_its_client_in_python() -> None:
    """The same error at each door."""
    with pytest.raises(UsageError, match=r"quiver-papers\[opensearch\]"):
        PaperIndex.open(CLUSTER)
    with pytest.raises(UsageError, match=r"quiver-papers\[opensearch\]"):
        build([CORPUS], CLUSTER)
    with pytest.raises(UsageError, match=r"quiver-papers\[opensearch\]"), open_writer(CLUSTER) as writer:
        writer.delete(["x"])


@pytest.mark.parametrize(
    ("missing", "command", "extra"),
    [
        ("uvicorn", "serve", "web"),
        ("jinja2", "serve", "web"),
        ("latex2mathml", "serve", "web"),
        ("mcp", "serve --mcp --port 0", "mcp"),
        ("mcp", "mcp", "mcp"),
    ],
)
def test_a_server_needs_its_extra(missing: str, command: str, extra: str, corpus_index: Path) -> None:
    """In a process of its own: in this one it has been loaded."""
    program = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv[0] = 'quiver'\n"
        "from query.faces.cli.commands import cli; cli()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *command.split()],
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        env=environment(corpus_index),
        check=False,
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1), ended.stderr
    assert f"needs {missing}" in ended.stderr
    assert f"pip install 'quiver-papers[{extra}]'" in ended.stderr
