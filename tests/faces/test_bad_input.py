"""Bad input at the command line: one clear line, the right exit status, and nothing lost."""

from __future__ import annotations

import lzma
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from query import PaperIndex
from query.faces.cli.commands import cli
from tests.faces.test_processes import QUIVER, environment

GOOD = b'{"id": "x", "title": "One", "year": 2001}\n'
Call = Callable[..., Result]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of one paper."""
    source = tmp_path / "good.jsonl"
    source.write_bytes(GOOD)
    index = tmp_path / "papers.idx"
    assert CliRunner().invoke(cli, ["build", str(source), "--index", str(index)]).exit_code == 0
    return index


@pytest.fixture
def fails(index: Path) -> Callable[..., str]:
    """Calls a command that must fail with one line, which it gives, and leave the index as it was."""

    def call(status: int, *arguments: str | Path, lines: int = 1) -> str:
        before = {path.name: path.stat().st_size for path in index.iterdir()}
        ended = CliRunner().invoke(cli, [*map(str, arguments), "--index", str(index)], prog_name="quiver")
        assert (ended.exit_code, ended.stderr.count("\n")) == (status, lines), ended.output
        assert "Traceback" not in ended.stderr
        assert "internal error" not in ended.stderr
        assert {path.name: path.stat().st_size for path in index.iterdir()} == before
        return ended.stderr

    return call


def accepts(index: Path, *arguments: str | Path) -> Result:
    """Calls a command that must succeed."""
    ended = CliRunner().invoke(cli, [*map(str, arguments), "--index", str(index)], prog_name="quiver")
    assert ended.exit_code == 0, ended.output
    return ended


@pytest.mark.parametrize("command", ["update", "build --force"])
@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("nowhere.jsonl", None, "nowhere.jsonl: no such file or folder"),
        ("no*.xml", None, "no*.xml: no file matches"),
        ("empty.jsonl", b"", "empty.jsonl: empty; no records to read"),
        ("blank.jsonl", b"\n \n", "nothing but white space"),
        ("broken.jsonl", b'{"id": "y", "title": \n', "broken.jsonl:1: broken JSON at column"),
        ("broken.json", b'[{"id": "y", "title": ', "broken.json:1: "),
        ("binary.jsonl", bytes(range(256)) * 40, "a binary file"),
        ("paper.pdf", b"%PDF-1.5\n1 0 obj", "a PDF"),
        ("packed.zip", b"PK\x03\x04" + b"\0" * 60, "a zip archive"),
        ("cut.jsonl.xz", lzma.compress(GOOD)[:20], "the xz data ends too early"),
        ("false.jsonl.gz", b"\x1f\x8b\x08" + b"no gzip at all", "gzip data is damaged"),
        ("title.jsonl", b'{"id": "y"}\n', "title is missing"),
        ("prose.txt", b"It was a dark and stormy night.\n", "no known format"),
    ],
)
def test_a_source_without_a_paper_changes_nothing(
    tmp_path: Path, fails: Callable[..., str], command: str, name: str, data: bytes | None, says: str
) -> None:
    """Exit 1, and the line says what was wrong with which file."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    line = fails(1, *command.split(), tmp_path / name)
    assert says in line
    assert name in line


def test_an_empty_folder_is_named(tmp_path: Path, fails: Callable[..., str]) -> None:
    """It holds nothing to read."""
    (tmp_path / "empty").mkdir()
    assert "empty: no files in this folder" in fails(1, "update", tmp_path / "empty")


@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is not installed")
@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users on this system")
def test_without_permission(tmp_path: Path, index: Path) -> None:
    """A folder or file that may not be read, an index that may not be written or read: exit 1, one line each."""
    bound = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    folder, inner = tmp_path / "closed", tmp_path / "open" / "closed"
    for closed in (folder, inner):
        closed.mkdir(parents=True)
        (closed / "a.jsonl").write_bytes(GOOD)
    (tmp_path / "own.jsonl").write_bytes(GOOD)
    places = [folder, inner, tmp_path / "own.jsonl"]
    commands: list[tuple[str, ...]] = [("update", str(place)) for place in (folder, inner.parent, places[2])]
    commands += [("build", str(tmp_path / "good.jsonl"), "--index", str(folder / "sub.idx"))]
    try:
        for place in places:
            place.chmod(0)
        for command in commands:
            ended = _bound_run(bound, index, *command)
            assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
            assert "ermission" in ended.stderr
        index.chmod(0o500)
        assert "ermission" in _bound_run(bound, index, "update", str(tmp_path / "good.jsonl")).stderr
        assert _bound_run(bound, index, "search", "one").returncode == 0
        index.chmod(0)
        ended = _bound_run(bound, index, "search", "one")
        assert (ended.returncode, ended.stderr.count("\n")) == (1, 1), ended.stderr
    finally:
        for place in (*places, index):
            place.chmod(0o700)
    assert accepts(index, "search", "one", "--format", "ids").stdout == "x\n"


def _bound_run(bound: tuple[str, ...], index: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*bound, *QUIVER, *arguments], env=environment(index), capture_output=True, text=True, check=False
    )


def test_two_million_characters_in_one_abstract(tmp_path: Path, index: Path) -> None:
    """They are indexed, every word of them, found, shown in a snippet and given back whole."""
    words = [f"word{number % 50_000}" for number in range(200_000)]
    text = " ".join([*words, "last $x$ needle", *["again"] * 70_000])
    assert len(text) > 2_000_000
    record = {"id": "long", "title": "A long one", "abstract": text}
    source = tmp_path / "long.jsonl"
    source.write_bytes(
        orjson.dumps(record) + b"\n" + b'{"id": "spaces", "title": "T", "abstract": "%s"}' % (b"\\\\a{" * 500_000)
    )
    accepts(index, "update", source)
    with PaperIndex.open(index) as opened:
        assert opened.paper("long").abstract == text
        found = opened.search("needle", limit=3)
        assert [hit.id for hit in found.hits] == ["long"]
        assert "<mark>needle</mark>" in found.hits[0].snippet
        assert opened.search('"word49999 last"').total == 1
        assert opened.search("again").hits[0].score > 0
    assert accepts(index, "verify").stdout.endswith("nothing is wrong\n")


def test_an_id_used_twice_counts_once(tmp_path: Path, index: Path) -> None:
    """The last record wins, the report counts the other as a duplicate."""
    source = tmp_path / "twice.jsonl"
    source.write_bytes(b'{"id": "y", "title": "First"}\n{"id": "y", "title": "Second"}\n')
    report = accepts(index, "update", source).stdout
    assert "duplicates  1\n" in report
    assert '"Second"' in accepts(index, "paper", "y", "--format", "json").stdout


def test_a_bad_record_costs_itself(tmp_path: Path, index: Path) -> None:
    """A year of `20l8`, broken JSON, bytes that are no text, half a surrogate: each is told, the rest is indexed."""
    bad = [
        b'{"id": "a", "title": "A", "year": "20l8"}',
        b'{"id": "b", ',
        b'{"id": "c", "title": "\xff"}',
        b'{"id": "d", "title": "\\ud83d"}',
    ]
    source = tmp_path / "mixed.jsonl"
    source.write_bytes(b"\n".join([*bad, b'{"id": "e", "title": "Good"}']))
    ended = accepts(index, "update", source, "--max-rejected", "60%")
    assert "rejected    3\n" in ended.stdout
    assert "warnings    1\n" in ended.stdout
    assert [f"mixed.jsonl:{line}:" in ended.stderr for line in range(1, 6)] == [True] * 4 + [False]
    assert accepts(index, "search", "--format", "ids").stdout == "x\na\ne\n"


def test_a_truncated_archive_gives_what_it_has(tmp_path: Path, index: Path) -> None:
    """Exit 0 with a warning where papers came before the break."""
    noise = random.Random(1)
    lines = b"".join(b'{"id": "p%d", "title": "%x"}\n' % (n, noise.getrandbits(400)) for n in range(3000))
    source = tmp_path / "cut.jsonl.xz"
    source.write_bytes(lzma.compress(lines)[:-5000])
    ended = accepts(index, "update", source)
    assert "warning: " in ended.stderr
    assert "ends too early" in ended.stderr


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("deep " * 999, 0),
        ("deep " * 2000, 2),
        ("x" * 10_000, 0),
        ("x" * 10_001, 2),
        ("(" * 1000, 2),
        (")" * 1000, 2),
        ("(" * 1000 + "one" + ")" * 1000, 2),
        ('"' * 1000, 2),
        ("one " + "-two " * 900, 0),
        ("one OR " * 900 + "one", 0),
        ("title:" * 900 + "one", 0),
        ("NOT " * 1000 + "one", 2),
        ("a* " * 900, 0),
        ("one~ " * 900, 0),
    ],
)  # fmt: skip
def test_monstrous_queries(index: Path, query: str, status: int) -> None:
    """They end: with an answer, or with a diagnostic of a few lines."""
    ended = CliRunner().invoke(cli, ["search", "--index", str(index), "--", query], prog_name="quiver")
    assert ended.exit_code == status
    assert "internal error" not in ended.stderr
    assert ended.stderr.count("\n") <= 5
    assert all(len(line) < 500 for line in ended.stderr.splitlines())


@pytest.mark.parametrize(
    "command",
    ["search one", "author e", "paper x", "info", "verify", "rebuild", "update good.jsonl", "delete x", "rollback"],
)
def test_a_directory_that_is_no_index(tmp_path: Path, command: str) -> None:
    """Every command says so in one line, and writes nothing there."""
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(b"x")
    ended = CliRunner().invoke(cli, [*command.split(), "--index", str(folder)], prog_name="quiver")
    assert (ended.exit_code, ended.stderr.count("\n")) == (1, 1)
    assert "photos is not an index" in ended.stderr
    assert [path.name for path in folder.iterdir()] == ["one.jpg"]


def test_a_rebuild_without_its_source_keeps_the_index(tmp_path: Path, fails: Callable[..., str]) -> None:
    """It names the source and the way on."""
    (tmp_path / "good.jsonl").unlink()
    line = fails(1, "rebuild")
    assert "good.jsonl: no such file or folder" in line
    assert "--missing keep" in line


_FULL = """
import json, os, subprocess, sys
place, quiver, source, more = sys.argv[1], sys.argv[2].split(), sys.argv[3], sys.argv[4]
index = os.path.join(place, "p.idx")
def call(*arguments):
    ended = subprocess.run([*quiver, *arguments, "--index", index], capture_output=True, text=True)
    return [ended.returncode, ended.stdout, ended.stderr, sorted(os.listdir(index))]
steps = [call("build", source), call("search", "--format", "ids", "--limit", "all")]
for command in ("update", more), ("update", more, "--procs", "2"), ("build", more, "--force"):
    steps += [call(*command), call("search", "--format", "ids", "--limit", "all"), call("verify")]
filler = os.path.join(place, "filler")
with open(filler, "wb") as file:
    try:
        while True:
            os.write(file.fileno(), bytes(4096))
    except OSError:
        pass
steps += [call("delete", "p1"), call("search", "--format", "ids", "--limit", "all")]
os.unlink(filler)
steps += [call("delete", "p1"), call("search", "--format", "ids", "--limit", "all"), call("verify")]
print(json.dumps(steps))
"""


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """On a disk of one megabyte: exit 1 with one line, the old generation answers, and nothing is left lying about."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=1m none "$0" && exec "$@"', str(place)]
    if not shutil.which("unshare") or subprocess.run([*mounted, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    noise = random.Random(1)
    for name, count in (("a.jsonl", 50), ("b.jsonl", 4000)):
        rows = ({"id": f"p{n}", "title": f"Paper {noise.getrandbits(2000):x}"} for n in range(count))
        (tmp_path / name).write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    program = [
        sys.executable,
        "-c",
        _FULL,
        str(place),
        " ".join(QUIVER),
        str(tmp_path / "a.jsonl"),
        str(tmp_path / "b.jsonl"),
    ]
    ended = subprocess.run([*mounted, *program], env=environment(place), capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    built, found, *failed = orjson.loads(ended.stdout)
    assert (built[0], found[0], found[1].count("\n")) == (0, 0, 50)
    for change, search, check in (failed[0:3], failed[3:6], failed[6:9]):
        assert (change[0], change[2].count("\n")) == (1, 1), change
        assert "No space left on device; nothing was published" in change[2]
        assert search == [0, found[1], "", built[3]]
        assert check[0] == 0
    full, still, deleted, left, check = failed[9:]
    assert full[0] == 1
    assert "No space left on device" in full[2]
    assert still[1] == found[1]
    assert (deleted[0], left[1].count("\n"), check[0]) == (0, 49, 0)
