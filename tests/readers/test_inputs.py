"""Bytes of files: compressed, damaged, in lines, in chunks."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
from collections.abc import Callable
from hashlib import sha512
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.errors import SourceError
from indexer.index.record.paper import Paper
from indexer.readers.formats import Entry
from indexer.readers.inputs import HEAD, line_chunks, lines_of, open_source
from indexer.readers.sources import read_file

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}
compressors = pytest.mark.parametrize("suffix", COMPRESSORS)


def lines(count: int) -> bytes:
    """Canonical lines that do not compress well, about 300 bytes each."""
    noise = (sha512(b"%d" % number).hexdigest() * 2 for number in range(count))
    return b"".join(b'{"title": "T", "url": "%s"}\n' % text.encode() for text in noise)


def until_failure(path: Path) -> tuple[list[Entry], SourceError | None]:
    """The entries that can be had and the error after them."""
    entries: list[Entry] = []
    try:
        entries.extend(iter(read_file(str(path))))
    except SourceError as error:
        return entries, error
    return entries, None


@compressors
@pytest.mark.parametrize("name", ["papers.jsonl.{}", "papers.jsonl", "papers"])
def test_a_compressed_file_is_read_as_it_is(tmp_path: Path, suffix: str, name: str) -> None:
    """Its first bytes decide, not its name."""
    path = tmp_path / name.format(suffix)
    path.write_bytes(COMPRESSORS[suffix](lines(50)))
    assert open_source(str(path)).read() == lines(50)
    assert len(list(read_file(str(path)))) == 50


@compressors
def test_members_one_after_the_other_are_one_file(tmp_path: Path, suffix: str) -> None:
    """What parallel compressors write, with padding by zeros at the end."""
    path = tmp_path / "papers"
    path.write_bytes(COMPRESSORS[suffix](lines(3)) + COMPRESSORS[suffix](lines(2)) + bytes(8))
    assert open_source(str(path)).read() == lines(3) + lines(2)


@compressors
def test_a_cut_archive_gives_what_comes_before_the_cut_and_says_so(tmp_path: Path, suffix: str) -> None:
    """Records before the end are papers; the file is named with what to do."""
    whole = COMPRESSORS[suffix](lines(9000))
    path = tmp_path / f"papers.jsonl.{suffix}"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    entries, error = until_failure(path)
    papers = [entry for entry in entries if isinstance(entry, Paper)]
    assert 1000 < len(papers) < 9000
    assert papers == [entry for entry, _ in zip(read_whole(tmp_path, whole), papers, strict=False)]
    assert str(error).startswith(str(path))
    assert "ends too early" in str(error)


def read_whole(folder: Path, data: bytes) -> list[Entry]:
    path = folder / "whole"
    path.write_bytes(data)
    return list(read_file(str(path)))


@compressors
def test_a_cut_archive_of_a_list_gives_the_records_before_the_cut(tmp_path: Path, suffix: str) -> None:
    """A JSON array is no worse off than lines."""
    whole = COMPRESSORS[suffix](b"[" + lines(9000).strip().replace(b"\n", b",\n") + b"]")
    path = tmp_path / f"papers.json.{suffix}"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    entries, error = until_failure(path)
    assert len([entry for entry in entries if isinstance(entry, Paper)]) > 1000
    assert error is not None


@compressors
def test_damage_inside_an_archive_is_an_error_of_the_source(tmp_path: Path, suffix: str) -> None:
    """Flipped bytes end in one line that names the file, never in a traceback."""
    whole = bytearray(COMPRESSORS[suffix](lines(3000)))
    middle = len(whole) // 2
    whole[middle : middle + 64] = bytes(byte ^ 0xFF for byte in whole[middle : middle + 64])
    path = tmp_path / "papers"
    path.write_bytes(whole)
    _, error = until_failure(path)
    assert error is not None
    assert str(error).startswith(str(path))


@compressors
def test_garbage_after_an_archive_is_an_error_after_all_records(tmp_path: Path, suffix: str) -> None:
    """The archive itself is read."""
    path = tmp_path / "papers"
    path.write_bytes(COMPRESSORS[suffix](lines(20)) + b"garbage that is no member of any archive")
    entries, error = until_failure(path)
    assert len(entries) == 20
    assert error is not None


def test_the_head_can_be_looked_at_without_reading_it(tmp_path: Path) -> None:
    """64 KiB, also of compressed files and of pipes that give a little at a time."""
    path = tmp_path / "papers"
    path.write_bytes(gzip.compress(bytes(200_000)))
    with open_source(str(path)) as stream:
        assert len(stream.peek(HEAD)) == HEAD
        assert len(stream.read()) == 200_000


@compressors
def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """Compressed or not, whatever the size of what a pipe gives."""

    class Dribble(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(7)

    class Input:
        buffer = Dribble(COMPRESSORS[suffix](lines(30)))

    monkeypatch.setattr(sys, "stdin", Input)
    assert len(list(read_file("-"))) == 30
    assert not Input.buffer.closed


@given(st.binary(max_size=200).map(lambda data: data.replace(b"\x07", b"\n")), st.integers(1, 40))
def test_chunks_are_whole_lines_with_their_numbers(data: bytes, size: int) -> None:
    """Chunks join to the file, end between lines, and say which line they begin with."""
    chunks = list(line_chunks(io.BytesIO(data), size))
    assert b"".join(chunk for _, chunk in chunks) == data
    assert all(chunk.endswith(b"\n") for _, chunk in chunks[:-1])
    seen = 1
    for number, chunk in chunks:
        assert number == seen
        seen += chunk.count(b"\n")
    assert list(lines_of(io.BytesIO(data))) == list(enumerate(io.BytesIO(data), 1))
