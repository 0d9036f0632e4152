"""`quiver check`, `quiver formats` and the reports of builds on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from indexer.readers.formats import FORMATS

Quiver = Callable[..., Result]


@pytest.fixture
def poor(tmp_path: Path) -> Path:
    """A file of which two records of three are rejected."""
    path = tmp_path / "poor.jsonl"
    path.write_text('{"id": "x", "title": "One", "year": "long ago"}\n{}\n[]\n')
    return path


def test_check_prints_counts_and_records(quiver: Quiver, poor: Path) -> None:
    """On standard output; problems on the other, exit 1 where a build would publish nothing."""
    checked = quiver("check", str(poor))
    assert checked.exit_code == 1
    assert checked.stdout.startswith(f"{poor}: jsonl\nread")
    assert orjson.loads(checked.stdout.splitlines()[-1]) == {"id": "x", "title": "One"}
    assert f"warning: {poor}:1: year" in checked.stderr
    assert "more than --max-rejected 50%" in checked.stderr
    fine = quiver("check", str(poor), "--max-rejected", "70%", "--json")
    assert fine.exit_code == 0
    assert orjson.loads(fine.stdout)["sources"][0]["rejected"] == 2
    assert quiver("check", str(poor), "--max-rejected", "many").exit_code == 2
    assert quiver("check", str(poor.parent / "nothing")).exit_code == 1


def test_a_build_that_loses_too_much_keeps_the_rejects(quiver: Quiver, poor: Path, tmp_path: Path) -> None:
    """Nothing is published, and they can be mended; with a higher bound it is built and told as JSON."""
    build = ("build", str(poor), "--index", str(tmp_path / "p.idx"), "--rejects", str(tmp_path / "bad.jsonl"))
    failed = quiver(*build)
    assert failed.exit_code == 1
    assert "nothing was published" in failed.stderr
    assert len((tmp_path / "bad.jsonl").read_text().splitlines()) == 2
    built = quiver(*build, "--max-rejected", "70", "--json")
    assert built.exit_code == 0
    report = orjson.loads(built.stdout)
    assert (report["indexed"], report["rejected"], report["warnings"]) == (1, 2, {"year": 1})


def test_formats_are_listed(quiver: Quiver) -> None:
    """Each with what it is and an example."""
    listed = quiver("formats").stdout
    assert all(form.name in listed and form.title in listed for form in FORMATS)
    rows = orjson.loads(quiver("formats", "--format", "json").stdout)
    assert all(row["example"].startswith("quiver build ") for row in rows)
