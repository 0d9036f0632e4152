"""Files of a source and formats of files, and what is said where there is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.index.errors import SourceError, UsageError
from indexer.readers.formats import FORMATS, named, recognise
from indexer.readers.sources import expand, read_file
from tests.readers.reading import Read, reader


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Gives the entries of bytes under a name."""
    return reader(tmp_path)


RECORD = b'{"title": "T"}\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with visible and hidden files in two layers, as the working directory."""
    for name in ("b.jsonl", "a.jsonl", "sub/c.jsonl", ".hidden.jsonl", ".git/d.jsonl", "sub/.e.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(RECORD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("a.jsonl", ["a.jsonl"]),
        (".hidden.jsonl", [".hidden.jsonl"]),
        (".", ["a.jsonl", "b.jsonl", "sub/c.jsonl"]),
        ("sub", ["sub/c.jsonl"]),
        ("sub/", ["sub/c.jsonl"]),
        ("*.jsonl", ["a.jsonl", "b.jsonl"]),
        ("[ab].jsonl", ["a.jsonl", "b.jsonl"]),
        ("**/*.jsonl", ["a.jsonl", "b.jsonl", "sub/c.jsonl"]),
        ("*", ["a.jsonl", "b.jsonl", "sub/c.jsonl"]),
        ("-", ["-"]),
    ],
)
def test_a_source_is_its_files_by_path(folder: Path, source: str, files: list[str]) -> None:
    """Hidden files are read only where they are named."""
    assert expand(source) == files


def test_a_file_whose_name_looks_like_a_glob_is_that_file(folder: Path) -> None:
    """What exists comes before what matches."""
    (folder / "[ab].jsonl").write_bytes(RECORD)
    assert expand("[ab].jsonl") == ["[ab].jsonl"]


@pytest.mark.parametrize("source", ["nowhere", "nowhere/x.jsonl", "a.jsonl/x", "*.xml", "empty", "zero.jsonl", "nul\0"])
def test_a_source_without_files_is_refused_by_name(folder: Path, source: str) -> None:
    """Missing, empty, matching nothing, impossible: one line each, with the name."""
    (folder / "empty").mkdir()
    (folder / "zero.jsonl").touch()
    with pytest.raises(SourceError) as caught:
        expand(source)
    assert source in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
@pytest.mark.parametrize("source", ["a.jsonl", "sub", "."])
def test_a_source_without_permission_is_refused_by_name(folder: Path, source: str) -> None:
    """A folder that cannot be listed is not an empty one."""
    (folder / "a.jsonl").chmod(0)
    (folder / "sub").chmod(0)
    try:
        with pytest.raises(SourceError):
            expand(source)
    finally:
        (folder / "sub").chmod(0o755)


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "x.jsonl", "empty"),
        (b" \n\r\n", "x.jsonl", "white space"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "x", "binary file; not records of papers"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "x.jsonl", "binary file"),
        (bytes(257) + b"ustar\x0000", "x.tar", "tar archive: unpack"),
        (b"PK\x03\x04....", "x.zip", "zip archive: unpack"),
        (b"%PDF-1.7", "x.pdf", "PDF"),
        ("\xa0\u3000\x1f".encode(), "x.jsonl", "white space"),
        (b"# Read me\n\nSome prose.", "README.md", "no known format; say which with --format"),
        (b"\n--AU-- Doe, J.\n--TI-- T\n------\n", "x.txt", "Biblioscape: export"),
        (b"\nTI:  T. \nAU:  Doe-J\nSO:  J. 1993\n", "x.txt", "SilverPlatter: export"),
        (b"Record.*INSPEC.*\n\nTI ~ T\nAU ~ Doe, J\n", "x.txt", "INSPEC: export"),
        (b"\nTI- T\nAU- Doe, J\nPU- Presses\nPY- 1992\n", "x.txt", "Copac: export"),
        (b"<1>\nAuthor\n  Doe, Jane\nTitle\n  T\nSource\n  J. 8(6):1-4, 2015.\n", "x.txt", "Ovid: export"),
        (b"nep.repec.org\n\n1. T\nDate: \t2005\nBy: \tDoe\n", "x.txt", "RePEc"),
        (b"doe2001:\n    type: Article\n    title: T\n", "x.yml", "Hayagriva"),
        (b"<?xml version='1.0'?>\n<CitaviExchangeData><References/></CitaviExchangeData>", "x.xml", "Citavi: export"),
        (b"not compressed at all", "x.xz", "damaged .xz?"),
        (b"\xfd7zXX\x00\x00", "x.jsonl.xz", "damaged .xz?"),
    ],
)
def test_what_is_no_known_format_is_refused_in_one_line(read: Read, data: bytes, name: str, says: str) -> None:
    """The line names the file and says what was seen."""
    with pytest.raises(SourceError) as caught:
        read(data, name)
    assert name in str(caught.value)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("head", "name", "form"),
    [
        (b'{"title": "T"}\n', "x", "jsonl"),
        (b'{"title": "T", "abstract": "' + b"x" * 70_000, "x", "jsonl"),
        (b"\xef\xbb\xbf\n\n{}\n", "x.txt", "jsonl"),
        (b"broken\n", "x.jsonl", "jsonl"),
        (b'{"id": "1", "authors": "A", "authors_parsed": []}\n', "x.jsonl", "arxiv"),
        (b'{"id": "1", "authors": ["A"], "authors_parsed": []}\n', "x.jsonl", "jsonl"),
        (b'[\n {"title": "T", "author": "A; B"}', "x.json", "paperlists"),
        (b'[{"title": "T", "authors": ["A"]}]', "x.json", "json"),
        (b"[]", "x.json", "json"),
        (b"Arrow Research search\n\nAuthor name cluster\n", "x.txt", "arrow"),
    ],
)
def test_a_format_is_recognised_by_its_content(head: bytes, name: str, form: str) -> None:
    """The name only helps where the content leaves it open."""
    assert recognise(head, name).name == form


def test_a_format_can_be_said(read: Read) -> None:
    """A file that looks like one format is read as the one that is named."""
    assert len(read(b'{"title": "T", "authors_parsed": []}', form="jsonl")) == 1
    assert all(named(form.name) is form for form in FORMATS)


def test_an_unknown_format_is_wrong_usage() -> None:
    """The error lists the formats that there are."""
    with pytest.raises(UsageError, match="jsonl"):
        named("endnotes")


def test_a_file_that_vanished_is_an_error_of_the_source(tmp_path: Path) -> None:
    """Between listing and reading a file may go."""
    with pytest.raises(SourceError, match="No such file"):
        list(read_file(str(tmp_path / "gone.jsonl")))


def test_a_format_is_read_in_one_way() -> None:
    """By lines or as a whole; one that says by a file's head which has both ways."""
    for form in FORMATS:
        if callable(form.by_line):
            assert form.read_lines is not None
            assert form.read_whole is not None
        else:
            assert form.by_line == (form.read_lines is not None) == (form.read_whole is None)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read(read: Read, encoding: str) -> None:
    """A byte order mark says which."""
    text = '{"title": "Größe"}\n{"title": "𝔽"}\n'
    data = ("" if encoding in ("utf-16", "utf-32") else "\ufeff").encode(encoding) + text.encode(encoding)
    assert [getattr(entry, "title", None) for entry in read(data, "x.jsonl")] == ["Größe", "𝔽"]
