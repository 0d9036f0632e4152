"""Reports: what became of each source and file, what is too much to lose, what a check says beforehand."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from indexer.index.errors import UsageError
from indexer.index.store.generation import latest
from indexer.ingest.build import build, rebuild
from indexer.ingest.check import check
from indexer.ingest.tallies import TooManyRejectedError
from indexer.ingest.update import delete, update
from tests.ingest.conftest import Write, held


def lines(path: Path, *records: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    return path


def test_every_source_and_file_is_accounted_for(tmp_path: Path, index: Path) -> None:
    """Read is the sum of what became of it, in each part and in all; JSON has the same."""
    lines(tmp_path / "in/a.jsonl", {"id": "x", "title": "One"}, {"id": "y", "title": "Two", "year": "c. 2020"}, [])
    lines(tmp_path / "in/b.jsonl", {"id": "x", "title": "Again"}, {"id": "z", "title": "Three"})
    (tmp_path / "in/paper.pdf").write_bytes(b"%PDF-1.4\n")
    other = lines(tmp_path / "c.jsonl", {"id": "w", "title": "Four"})
    report = build([tmp_path / "in", other], index)
    found = {
        Path(part.name).name: (dict(part.formats), part.read, part.indexed, part.duplicates, part.rejected)
        for part in (*report.files, *report.sources)
    }
    assert found == {
        "a.jsonl": ({"jsonl": 1}, 3, 1, 1, 1),
        "b.jsonl": ({"jsonl": 1}, 2, 2, 0, 0),
        "paper.pdf": ({}, 0, 0, 0, 0),
        "in": ({"jsonl": 2}, 5, 3, 1, 1),
        "c.jsonl": ({"jsonl": 1}, 1, 1, 0, 0),
    }
    assert dict(report.sources[0].warnings) == {"year": 1}
    assert "a PDF" in report.sources[0].faults[0]
    as_json = orjson.loads(orjson.dumps(report.as_json()))
    assert [row["read"] for row in as_json["sources"]] == [5, 1]
    assert as_json["rejects"][0]["line"] == 3


def test_an_update_counts_unchanged_and_deleted(tmp_path: Path, index: Path) -> None:
    """By source too."""
    path = lines(tmp_path / "a.jsonl", {"id": "x", "title": "One"}, {"id": "y", "title": "Two"})
    build([path], index)
    (part,) = update([path], index).sources
    assert (part.read, part.unchanged, part.indexed, part.duplicates) == (2, 2, 0, 0)
    delete(["x"], index)
    (part,) = rebuild(index).sources
    assert (part.read, part.indexed, part.deleted, part.duplicates) == (2, 1, 1, 0)


@pytest.mark.parametrize("good", [0, 1])
def test_too_many_rejected_records_publish_nothing(tmp_path: Path, index: Path, good: int) -> None:
    """Of any source, however good the others are; the error holds the records that were rejected."""
    fine = lines(tmp_path / "fine.jsonl", *({"id": str(at), "title": "T"} for at in range(100)))
    poor = lines(tmp_path / "poor.jsonl", {"id": "p", "title": "T"}, *([{}] * (2 - good)), *([{"title": "U"}] * good))
    if good:
        assert build([fine, poor], index).rejected == 1
        with pytest.raises(TooManyRejectedError, match=r"1 of 3 records of .*poor.* 20%; the first: .*:2: title"):
            update([poor], index, max_rejected=0.2)
    else:
        with pytest.raises(TooManyRejectedError) as caught:
            build([fine, poor], index)
        assert len(caught.value.rejects) == 2
        assert not list(index.glob("*.toc"))


def test_sources_that_moved(write: Write, tmp_path: Path, index: Path) -> None:
    """A folder or a file is read from where it is now, which is recorded; a place that is not known is an error."""
    write("lists/a.jsonl", x="One")
    alone = write("b.jsonl", y="Two")
    build([tmp_path / "lists", alone], index)
    (tmp_path / "lists").rename(tmp_path / "new")
    alone.rename(tmp_path / "c.jsonl")
    moved = [(str(tmp_path / "lists"), str(tmp_path / "new")), (str(alone), str(tmp_path / "c.jsonl"))]
    rebuild(index, moved=moved)
    assert held(index) == {"x": "One", "y": "Two"}
    assert latest(index).sources == (str(tmp_path / "new"), str(tmp_path / "c.jsonl"))
    with pytest.raises(UsageError, match="no source of the index is there"):
        rebuild(index, moved=[("/nowhere", "/else")])


def test_files_that_are_gone_are_named(write: Write, tmp_path: Path, index: Path) -> None:
    """By a rebuild, a build of the same sources and an update of the folder."""
    write("lists/a.jsonl", x="One")
    gone = write("lists/b.jsonl", y="Two")
    build([tmp_path / "lists"], index)
    assert rebuild(index).gone == ()
    gone.unlink()
    assert update([tmp_path / "lists"], index).gone == (str(gone),)
    assert rebuild(index).gone == (str(gone),)


def test_a_check_counts_as_a_build_does(tmp_path: Path, index: Path) -> None:
    """Without an index; it shows records as they would be stored, and says what would be refused."""
    a = lines(
        tmp_path / "a.jsonl", {"id": "x", "title": "One", "year": "2020"}, {"title": ""}, {"id": "x", "title": "Two"}
    )
    b = lines(tmp_path / "b.jsonl", {"id": "x", "title": "Three", "year": []}, {"id": "y", "title": "Four"})
    checked, built = check([a, b]), build([a, b], index)
    counts = [(part.name, part.read, part.indexed, part.duplicates, part.rejected) for part in checked.sources]
    assert counts == [(part.name, part.read, part.indexed, part.duplicates, part.rejected) for part in built.sources]
    assert (checked.warnings, checked.warned) == (built.warnings, list(built.warned))
    assert [paper.as_record() for paper in checked.samples] == [
        {"id": "x", "title": "One", "year": 2020},
        {"id": "x", "title": "Three"},
    ]
    assert checked.wrong == []
    assert "1 of 3 records" in check([a, b], max_rejected=0.1).wrong[0]
