"""JSON arrays: the fast way and the scanner agree, and a broken record costs itself only."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.record.paper import Paper
from indexer.readers.formats import Rejected
from indexer.readers.json_scanner import Scanner
from indexer.readers.sources import read_file
from tests.readers.reading import Read, reader


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Gives the entries of bytes under a name."""
    return reader(tmp_path)


TEXT = st.text(st.sampled_from('ab"\\{}[],:\n\té😀\x7f'), max_size=8)
VALUE = st.recursive(
    st.none() | st.integers(0, 99) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.lists(st.dictionaries(TEXT, VALUE, max_size=3), max_size=5)


def _cut(data: bytes, size: int) -> Iterator[bytes]:
    stream = io.BytesIO(data)
    return iter(lambda: stream.read(size), b"")


@given(RECORDS, st.integers(1, 30), st.booleans())
def test_the_scanner_finds_what_the_parser_finds(records: list[Any], size: int, indented: bool) -> None:
    """Cut anywhere, an array falls into the same objects, each with its line."""
    data = orjson.dumps(records, option=orjson.OPT_INDENT_2 if indented else 0)
    found = list(Scanner(_cut(data, size)).elements())
    assert [orjson.loads(text) for _, text, fault in found if not fault] == records
    assert not any(fault for _, _, fault in found)
    lines = data.split(b"\n")
    assert all(b"{" in lines[line - 1] for line, _, _ in found)


A, B, C = (b'{"title": "%c", "authors": ["X"]}' % letter for letter in b"ABC")


@pytest.mark.parametrize("form", [b"[%s, %s, %s]", b"[\n  %s,\n  %s,\n  %s\n]\n"])
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"title": "B", "year": 20l8}', "broken JSON at column"),
        (b'{"title": "B" "year": 2018}', "broken JSON at column"),
        (b'{"title": "B\xe9"}', "not UTF-8"),
        (b'{"year": 2018}', "title is missing"),
        (b'{"title": "B", "keys": [1, 2}', "bracket or quote is missing"),
        (b"17", "not a record"),
        (b"null", "not a record"),
    ],
)
def test_a_broken_record_costs_itself_only(read: Read, form: bytes, bad: bytes, reason: str) -> None:
    """The records before and after it are read, and it is refused with its line."""
    first, refused, last = read(form % (A, bad, C), "x.json", "json")
    assert isinstance(first, Paper)
    assert isinstance(last, Paper)
    assert (first.title, last.title) == ("A", "C")
    assert isinstance(refused, Rejected)
    assert reason in refused.reason
    assert refused.line == (3 if b"\n" in form else 1)


@pytest.mark.parametrize("bad", [b'{"title": "B', b'{"title": "B}', b'{"title": ["B"', b'{"title": "B"'])
def test_a_missing_quote_or_bracket_costs_one_record_of_an_indented_list(read: Read, bad: bytes) -> None:
    """Reading goes on at the next object as far from the margin as the first."""
    entries = read(b"[\n  %s,\n  %s,\n  %s\n]" % (A, bad, C), "x.json", "json")
    assert [entry.title for entry in entries if isinstance(entry, Paper)] == ["A", "C"]
    assert [entry.line for entry in entries if isinstance(entry, Rejected)] == [3]


@pytest.mark.parametrize("cut", [b"[%s, %s, ", b"[%s, %s"])
def test_a_list_that_was_cut_short_after_a_record_says_so(read: Read, cut: bytes) -> None:
    """All records are read; that others may be missing is counted and said."""
    *papers, refused = read(cut % (A, B), "x.json")
    assert len(papers) == 2
    assert isinstance(refused, Rejected)
    assert "not closed" in refused.reason


def test_a_list_that_was_cut_short_in_a_record_gives_the_records_before(read: Read) -> None:
    """The broken last record is refused with its text and its line."""
    first, refused, *_ = read(b"[\n%s,\n%s" % (A, B[:20]), "x.json")
    assert isinstance(first, Paper)
    assert isinstance(refused, Rejected)
    assert (refused.line, refused.record) == (3, B[:20])


@pytest.mark.parametrize(
    "stray", [b"[]", b'"a ] string"', b"null", b"[[1], [2]]", b'[{"title": "inner"}]', b"7", b'"\\""']
)
def test_a_stray_element_loses_only_itself(read: Read, stray: bytes) -> None:
    """What follows it is read, whatever brackets it holds."""
    first, refused, last = read(b"[\n%s,\n%s,\n%s]" % (A, stray, B), "x.json")
    assert isinstance(first, Paper)
    assert isinstance(last, Paper)
    assert isinstance(refused, Rejected)
    assert (refused.line, refused.record) == (3, stray)


def test_two_lists_in_one_file_are_both_read(read: Read) -> None:
    """Text between them costs itself."""
    entries = read(b"[%s]\n[%s]\nnonsense\n[%s]" % (A, B, C), "x.json")
    assert [entry.title for entry in entries if isinstance(entry, Paper)] == ["A", "B", "C"]
    assert [entry.line for entry in entries if isinstance(entry, Rejected)] == [3]


def test_records_on_many_lines_without_a_list_are_read(read: Read) -> None:
    """As `jq` prints them."""
    entries = read(b"\n".join(A.replace(b",", b",\n") for _ in range(3)), "x.json")
    assert [getattr(entry, "title", None) for entry in entries] == ["A"] * 3


def test_a_record_longer_than_allowed_costs_itself_in_bounded_memory(tmp_path: Path) -> None:
    """In an array and on a line; it is refused by name, with its beginning."""
    long = b'{"title": "B", "abstract": "%s"}' % (b"x\\\\" * 400_000)
    for name, data in (("x.json", b"[%s,\n%s,\n%s]" % (A, long, C)), ("x.jsonl", b"%s\n%s\n%s" % (A, long, C))):
        (tmp_path / name).write_bytes(data)
        first, refused, last = read_file(str(tmp_path / name), None, 100_000)
        assert isinstance(first, Paper)
        assert isinstance(last, Paper)
        assert isinstance(refused, Rejected)
        assert "longer than 100,000 bytes; --max-record" in refused.reason
        assert refused.line == 2
        assert refused.record.startswith(b'{"title": "B"')


def test_an_empty_list_has_no_records(read: Read) -> None:
    """Nothing to read is no fault of the format."""
    assert read(b"[]", "x.json") == []
    assert read(b"[\n]\n", "x.json") == []
