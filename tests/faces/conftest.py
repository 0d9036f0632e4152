"""An index over the project's corpus, and the command line to call in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.ingest.build import build
from query.faces.cli.commands import cli

CORPUS = Path(__file__).resolve().parents[2] / "corpus" / "papers.jsonl"

Quiver = Callable[..., Result]


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index over the corpus; not to be changed."""
    index = tmp_path_factory.mktemp("corpus") / "papers.idx"
    build([CORPUS], index)
    return index


@pytest.fixture
def quiver(corpus_index: Path, monkeypatch: pytest.MonkeyPatch) -> Quiver:
    """Calls the command line; the corpus is its index unless another is named."""
    for name in ("COLUMNS", "NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QUIVER_INDEX", str(corpus_index))

    def call(*arguments: str, text: str | None = None) -> Result:
        return CliRunner().invoke(cli, list(arguments), prog_name="quiver", input=text)

    return call
