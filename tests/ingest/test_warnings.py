"""Values that do not fit are counted by kind, whatever reads them and in however many processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.ingest.build import build

LINES = b'{"title": "%d", "year": "c. 2020", "type": "hologram", "authors": "A; B"}\n'


@pytest.mark.parametrize("procs", [1, 2])
def test_warnings_reach_the_report(tmp_path: Path, procs: int) -> None:
    """All are counted; the first three of a kind come with file and line, and the papers are indexed."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(LINES % number for number in range(5)))
    report = build([str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")], tmp_path / "index", procs=procs)
    assert (report.read, report.indexed, report.rejected) == (10, 5, 0)
    assert report.warnings == {"year": 10, "type": 10, "authors": 10}
    assert sorted({warning.kind for warning in report.warned}) == ["authors", "type", "year"]
    assert len(report.warned) == 9
    assert all(warning.line in (1, 2, 3) for warning in report.warned)
