"""A folder of whatever there is: one file of each format, and what is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from indexer.index.errors import SourceError
from indexer.ingest.build import build, rebuild
from query.search import PaperIndex
from tests.readers.test_golden import GOLDEN, NAMES

FOREIGN = {
    "paper.pdf": b"%PDF-1.7\n...",
    "figure.png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "README.md": b"# Read me\n\nSome prose, with commas, and more.\n",
    "broken.json": b'{"title": "Cut sho',
    "empty.bib": b"",
}


def test_a_folder_with_one_file_of_each_format_is_built(tmp_path: Path) -> None:
    """What is of no known format is named with its reason, and everything else is read and accounted for."""
    folder = tmp_path / "exports"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(GOLDEN / f"{name}.txt", folder / f"{name}.txt")
    for name, data in FOREIGN.items():
        (folder / name).write_bytes(data)
    wanted = [orjson.loads(line) for name in NAMES for line in (GOLDEN / f"{name}.jsonl").read_bytes().splitlines()]
    report = build([folder], tmp_path / "index", procs=1)
    assert report.rejected == sum("rejected" in row for row in wanted) + 1  # the broken one
    assert sum(report.warnings.values()) == sum("warned" in row for row in wanted)
    assert report.indexed + report.duplicates == sum("title" in row for row in wanted)
    told = " ".join(report.failures)
    assert all(name in told for name in ("paper.pdf", "figure.png", "README.md", "empty.bib"))
    with PaperIndex.open(tmp_path / "index") as index:
        assert {row["id"] for row in wanted if "title" in row} == set(index.ids())


@pytest.mark.parametrize("name", ["paper.pdf", "figure.png", "README.md"])
def test_a_file_of_no_known_format_named_alone_is_an_error(tmp_path: Path, name: str) -> None:
    """It was asked for by name."""
    (tmp_path / name).write_bytes(FOREIGN[name])
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        build([tmp_path / name], tmp_path / "index")


def test_columns_that_are_mapped_are_mapped_again_by_a_rebuild(tmp_path: Path) -> None:
    """The index records how its table is to be read."""
    (tmp_path / "t.csv").write_text("Name,Wer,Jahr\nOne title,A. B.; C. D.,2001\n")
    build([tmp_path / "t.csv"], tmp_path / "index", format="csv:title=Name&authors=Wer&year=Jahr")
    for _ in range(2):
        with PaperIndex.open(tmp_path / "index") as index:
            hit = index.search("title").hits[0]
            assert (hit.title, list(hit.authors), hit.year) == ("One title", ["A. B.", "C. D."], 2001)
        rebuild(tmp_path / "index")
