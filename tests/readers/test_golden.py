"""Golden pairs: what a file of each format gives, with the odd cases that files of that format have.

`golden/NAME.txt` is read by what it holds, whatever its name; `golden/NAME.jsonl` has a line for every entry: the
record of a paper, or what was said of a record that was refused or of a value that did not fit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.readers.entries import Entry, Rejected
from indexer.readers.formats import FORMATS
from indexer.readers.objects.records import dialect_of
from indexer.readers.sources import read_file, recognise_source

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.txt"))


def shown(entry: Entry) -> dict[str, Any]:
    """An entry as a line of a golden file."""
    if isinstance(entry, Paper):
        return entry.as_record()
    if isinstance(entry, Rejected):
        return {"rejected": entry.reason, "line": entry.line}
    return {"warned": entry.reason, "kind": entry.kind, "line": entry.line}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_gives_its_records(name: str) -> None:
    """Every record, refusal and warning, in order; the format is known by the content in a file named `.txt`."""
    path = GOLDEN / f"{name}.txt"
    assert recognise_source(str(path)).name == name
    wanted = [orjson.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_bytes().splitlines()]
    assert [shown(entry) for entry in read_file(str(path))] == wanted


@pytest.mark.parametrize("name", NAMES)
def test_what_was_read_is_read_again_the_same(name: str) -> None:
    """The canonical record of a paper is of no other format, whatever keys it keeps, and says the same paper."""
    for entry in read_file(str(GOLDEN / f"{name}.txt")):
        if isinstance(entry, Paper):
            assert dialect_of(entry.as_record()) is None
            assert Paper.from_record(entry.as_record()) == entry


def test_every_format_has_its_golden_pair() -> None:
    """A reader that is added brings its own; canonical records have their tests elsewhere."""
    assert {form.name for form in FORMATS} - set(NAMES) <= {"jsonl", "paperlists", "arrow", "arxiv"}


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["bibtex", "endnote", "nbib", "wos", "csv"])
def test_line_ends_and_byte_order_marks_do_not_matter(name: str, end: str, tmp_path: Path) -> None:
    """Files of Windows and of old Macs give the same."""
    text = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbf" + text.removeprefix("\ufeff").replace("\n", end).encode())
    wanted = [orjson.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_bytes().splitlines()]
    assert [shown(entry) for entry in read_file(str(path))] == wanted


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("@article{a, title = {Größe}, year = 2000}", "Größe"),
        ("TY  - JOUR\nTI  - Größe\nER  - \n", "Größe"),
        ("Title,Authors,Year\nGröße,A,2000\n", "Größe"),
    ],
)
def test_text_that_is_not_utf_8_is_read_with_a_warning(text: str, title: str, tmp_path: Path) -> None:
    """It is taken for Windows-1252, which most of it is."""
    path = tmp_path / "x"
    path.write_bytes(text.encode("cp1252"))
    entries = [shown(entry) for entry in read_file(str(path))]
    assert [entry["title"] for entry in entries if "title" in entry] == [title]
    assert [entry["kind"] for entry in entries if "warned" in entry] == ["encoding"]
