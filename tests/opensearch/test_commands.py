"""The command line over an index in a cluster: prints what it does for a folder, and one line for what goes wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from query.faces.cli.commands import cli
from tests.opensearch.cluster.nodes import Cluster

CORPUS = Path(__file__).parents[2] / "corpus" / "papers.jsonl"
COMMANDS = (
    ["search", "implicit regularization", "-n", "3"],
    ["search", "learning theory", "--venue", "NeurIPS", "--year", "2018..", "--facets"],
    ["search", "implcit regularizaton", "-n", "1"],
    ["search", 'last:"Weinan E" authors:>=4', "--sort", "newest", "--format", "ids"],
    ["search", "gradient", "--format", "bibtex", "-n", "3"],
    ["search", "", "--author", "Weinan E", "--format", "csv"],
    ["author", "Weinan E"],
    ["author", "Weinan E", "--format", "ris"],
    ["suggest", "wei"],
    ["venues"],
    ["info"],
    ["history"],
)


def run(*arguments: str) -> Result:
    """A command, run."""
    return CliRunner().invoke(cli, list(arguments), prog_name="quiver")


def shown(text: str, place: str) -> str:
    """What is printed, but for what the clock and the place say."""
    lines = (line for line in text.replace(place, "INDEX").splitlines() if not line.startswith(("size", "generation")))
    return re.sub(r"[\d.]+ m?s\b|\d{4}-\d\d-\d\dT[\d:]+Z", "TIME", "\n".join(lines))


def test_every_command_prints_what_it_prints_for_a_folder(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Searches, exports, author pages, completions, lists; and both are sound."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder, place = str(tmp_path / "p.idx"), cluster.index("commands")
    for index in (folder, place):
        assert run("build", str(CORPUS), "--index", index, "--force").exit_code == 0
    for command in COMMANDS:
        expected, found = run(*command, "--index", folder), run(*command, "--index", place)
        assert (found.exit_code, shown(found.output, place)) == (expected.exit_code, shown(expected.output, folder))
        assert found.exit_code == 0, command
    assert "nothing is wrong" in run("verify", "--index", place).output
    for index in (folder, place):
        assert run("build", str(CORPUS), "--index", index, "--force", "--group-duplicates").exit_code == 0
    for command in COMMANDS[1:6]:
        expected, found = run(*command, "--index", folder), run(*command, "--index", place)
        assert shown(found.output, place) == shown(expected.output, folder)
    assert "nothing is wrong" in run("verify", "--index", place).output


@pytest.mark.parametrize(
    ("index", "told", "code"),
    [
        ("http://127.0.0.1:1/papers", "no OpenSearch answers", 1),
        ("http://127.0.0.1:1", "names no index", 2),
        ("http://me:secret@127.0.0.1:1/papers", "credentials", 2),
        ("opensearch://127.0.0.1/papers", "no address of an index", 2),
    ],
)
def test_a_wrong_address_is_one_line(index: str, told: str, code: int) -> None:
    """From any command."""
    for command in (["search", "graph"], ["info"], ["delete", "x"], ["verify"]):
        found = run(*command, "--index", index)
        assert found.exit_code == code, found.output
        assert told in found.output
        assert "Traceback" not in found.output
        assert "secret" not in found.output


def test_an_index_that_is_not_there_is_one_line(cluster: Cluster) -> None:
    """It says how to make one."""
    for command in (["search", "graph"], ["info"], ["author", "Weinan E"], ["suggest", "w"]):
        found = run(*command, "--index", cluster.index("nowhere"))
        assert found.exit_code == 1
        assert "there is no index" in found.output
        assert "quiver build" in found.output
