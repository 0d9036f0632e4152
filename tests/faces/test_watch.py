"""Saved searches: what is new is told once, by when the index first had it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from indexer.ingest.build import build
from indexer.ingest.update import update
from tests.faces.conftest import Quiver

SEARCHES = """# what I follow
graphs: graph -neural --year 1990..
ada: --author "Ada Example"
phrase: "deep graphs"
"""


@pytest.fixture
def watched(tmp_path: Path) -> Path:
    """A folder with an index of one paper and a file of searches."""
    (tmp_path / "a.jsonl").write_bytes(orjson.dumps({"id": "old", "title": "Graphs", "year": 2020}))
    build([tmp_path / "a.jsonl"], tmp_path / "p.idx")
    (tmp_path / "searches.txt").write_text(SEARCHES)
    return tmp_path


def news(quiver: Quiver, folder: Path, *options: str) -> list[tuple[str, str]]:
    """Names of searches, and ids that they have new."""
    found = quiver(
        "watch", str(folder / "searches.txt"), "--index", str(folder / "p.idx"), "--format", "jsonl", *options
    )
    assert found.exit_code == 0, found.output
    return [(row["search"], row["id"]) for row in map(orjson.loads, found.stdout.splitlines())]


def test_what_is_new_is_told_once(quiver: Quiver, watched: Path) -> None:
    """The newest generation first; then what came since; a day or a generation on request."""
    assert news(quiver, watched) == [("graphs", "old")]
    assert news(quiver, watched) == []
    records = [
        {"id": "n1", "title": "Deep graphs", "year": 1995, "authors": ["ADA Example"]},
        {"id": "n2", "title": "Neural graphs", "year": 2026},
        {"id": "n3", "title": "Graphs that are deep", "year": 1980},
    ]
    (watched / "b.jsonl").write_bytes(b"\n".join(map(orjson.dumps, records)))
    update([watched / "b.jsonl"], watched / "p.idx")
    assert news(quiver, watched) == [("graphs", "n1"), ("ada", "n1"), ("phrase", "n1")]
    assert news(quiver, watched) == []
    assert len(news(quiver, watched, "--since", "1")) == 4
    assert news(quiver, watched, "--since", "2999-01-01") == []


def test_news_go_to_a_file_and_to_a_command(quiver: Quiver, watched: Path) -> None:
    """What the command does not take is told again."""
    call = ("watch", str(watched / "searches.txt"), "--index", str(watched / "p.idx"))
    failed = quiver(*call, "--run", "exit 3")
    assert failed.exit_code == 1
    assert "status 3" in failed.stderr
    taken = quiver(*call, "--run", f"cat > {watched / 'mail.txt'}", "--output", str(watched / "log.txt"))
    assert (taken.exit_code, taken.stdout) == (0, "")
    assert "graphs: 1 new paper" in (watched / "mail.txt").read_text()
    assert (watched / "log.txt").read_text() == (watched / "mail.txt").read_text()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("no colon", "searches.txt:1"),
        ("a: --yaer 2020", "searches.txt:1"),
        ("a: x\na: y", "another search of the name"),
        ("a: x\nb: year:20l8", "searches.txt:2: '20l8' is no year"),
    ],
)
def test_files_that_are_no_saved_searches(quiver: Quiver, watched: Path, line: str, words: str) -> None:
    """Wrong usage, with file and line."""
    (watched / "searches.txt").write_text(line)
    found = quiver("watch", str(watched / "searches.txt"), "--index", str(watched / "p.idx"))
    assert found.exit_code == 2
    assert words in found.stderr.replace("\n", " ")
