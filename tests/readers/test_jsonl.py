"""Canonical JSON Lines: what is read, what is refused and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.record.paper import Author, Paper
from indexer.readers.entries import MAX_REJECTED, Rejected, Warned
from tests.readers.reading import Read, reader


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Gives the entries of bytes under a name."""
    return reader(tmp_path)


GOOD = b'{"id": "a", "title": "T", "authors": ["A"], "year": 2018}'


def test_a_line_is_a_paper(read: Read) -> None:
    """The canonical form is read as it stands."""
    assert read(GOOD) == [Paper("a", "T", authors=(Author("A"),), year=2018)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n  \n"])
def test_line_ends_blank_lines_and_byte_order_marks_do_not_matter(read: Read, end: bytes) -> None:
    """Files of every editor are read, with or without a newline at the end."""
    data = b"\xef\xbb\xbf" + GOOD + end + GOOD.replace(b'"a"', b'"b"')
    assert [entry.id for entry in read(data) if isinstance(entry, Paper)] == ["a", "b"]
    assert read(data + end) == read(data)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "b", "title": "T"', "broken JSON at column"),
        (b'{"id": "b", "title": "T", "year": 20l8}', "broken JSON at column"),
        (b'{"id": "b", "title": "T", "year": NaN}', "broken JSON at column"),
        (b'{"id": "b", "title": "\\ud800"}', "broken JSON at column"),
        (b'{"id": "b", "title": "\xe9"}', "not UTF-8: byte 0xe9 at byte 23"),
        (b'{"id": "b"}', "title is missing"),
        (b'["b"]', "an object with keys"),
        (b'"b"', "an object with keys"),
        (b"null", "an object with keys"),
        (b"\x00\x01\x02", "broken JSON"),
        (b'{"title": "T", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "broken JSON"),
    ],
)
def test_a_bad_line_costs_itself_only(read: Read, line: bytes, reason: str) -> None:
    """The lines before and after it are papers; it is refused with file, line, reason and its own text."""
    before, refused, after = read(GOOD + b"\n" + line + b"\r\n" + GOOD)
    assert isinstance(before, Paper)
    assert isinstance(after, Paper)
    assert isinstance(refused, Rejected)
    assert (refused.line, refused.record) == (2, line)
    assert refused.file.endswith("papers.jsonl")
    assert reason in refused.reason
    assert refused.reason.isprintable()


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        (b'{"id": "b", "title": "T", "year": "20l8"}', "year", "year '20l8'"),
        (b'{"id": "b", "title": "T", "x": ' + b"[" * 300 + b"]" * 300 + b"}", "value", "'x' holds"),
        (b'{"id": "b", "title": "T", "authors": "A; B"}', "authors", "authors 'A; B' is not a list"),
        (b'{"id": "b", "title": "T", "type": "hologram", "year": 2000}', "type", "'hologram' is unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_warned_of_before_its_paper(
    read: Read, line: bytes, kind: str, reason: str
) -> None:
    """It costs its field; the warning has the line of the record."""
    _, warned, paper, after = read(GOOD + b"\n" + line + b"\r\n" + GOOD)
    assert isinstance(paper, Paper)
    assert (paper.id, paper.title) == ("b", "T")
    assert isinstance(after, Paper)
    assert isinstance(warned, Warned)
    assert (warned.line, warned.kind) == (2, kind)
    assert reason in warned.reason
    assert warned.reason.isprintable()


def test_a_line_of_many_megabytes_is_a_paper(read: Read) -> None:
    """Two million characters are an abstract like any other."""
    abstract = "word " * 400_000
    (paper,) = read(b'{"title": "T", "abstract": "' + abstract.encode() + b'"}')
    assert isinstance(paper, Paper)
    assert paper.abstract == abstract


def test_the_text_of_a_refused_record_is_bounded(read: Read) -> None:
    """A file of one endless broken line does not end up in the report."""
    _, refused = read(GOOD + b"\n{" + b"x" * (MAX_REJECTED + 5))
    assert isinstance(refused, Rejected)
    assert len(refused.record) == MAX_REJECTED


def test_a_venue_tells_the_type_of_a_record_without(read: Read) -> None:
    """Conference, journal and arXiv papers are known as such; a type that is given stays."""
    lines = [
        b'{"title": "1", "venue": "nips 2018"}',
        b'{"title": "2", "venue": "J. Mach. Learn. Res."}',
        b'{"title": "3", "venue": "CoRR"}',
        b'{"title": "4", "arxiv": "1706.03762"}',
        b'{"title": "5", "venue": "nobody knows"}',
        b'{"title": "6", "venue": "ICLR", "type": "manuscript"}',
    ]
    types = [entry.type for entry in read(b"\n".join(lines)) if isinstance(entry, Paper)]
    assert types == ["paper-conference", "article-journal", "article", "article", "", "manuscript"]


def test_records_in_an_array_are_the_same_papers(read: Read) -> None:
    """A JSON array of canonical records reads as its lines would."""
    lines = [GOOD, b'{"title": "U", "venue": "ICML"}']
    assert read(b"[" + b",\n".join(lines) + b"]", "papers.json") == read(b"\n".join(lines))
