"""The way to the bytes: a file or standard input, decompressed by what its first bytes say, in lines or blocks.

Whatever a damaged archive still gives is given before the SourceError that says so.
"""

from __future__ import annotations

import bz2
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Protocol, cast

import zstandard

from indexer.index.errors import SourceError
from indexer.readers.entries import STANDARD_INPUT, Origin

HEAD = 1 << 16
"""Bytes from the beginning of a source by which its format is recognised."""

# Small enough that the worst archive cannot unfold to more than some hundred MB in one step.
_FED = 1 << 14


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip() -> _Decompressor:
    return cast(_Decompressor, zlib.decompressobj(wbits=31))


def _zstd() -> _Decompressor:
    return cast(_Decompressor, zstandard.ZstdDecompressor().decompressobj())


_MAGIC: tuple[tuple[bytes, str, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b\x08", "gzip", _gzip),
    (b"BZh", "bzip2", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\x00", "xz", lzma.LZMADecompressor),
    (b"\x28\xb5\x2f\xfd", "zstd", _zstd),
)
_BZIP2_BLOCK = b"1AY&SY"
_DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


class _Blocks(io.RawIOBase):
    """A raw stream over blocks of bytes, which fills what it is asked to fill and holds an error back till then."""

    def __init__(self, blocks: Iterator[bytes], file: BinaryIO, origin: Origin) -> None:
        self._blocks = blocks
        self._file = file
        self._origin = origin
        self._block = memoryview(b"")
        self._error: SourceError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._error is not None:
            raise self._error
        filled = 0
        with memoryview(buffer) as view:
            while filled < len(view):
                if not self._block and not self._next():
                    break
                size = min(len(self._block), len(view) - filled)
                view[filled : filled + size] = self._block[:size]
                self._block = self._block[size:]
                filled += size
        if not filled and self._error is not None:
            raise self._error
        return filled

    def _next(self) -> bool:
        try:
            self._block = memoryview(next(self._blocks, b""))
        except SourceError as error:
            self._error = error
        except OSError as error:
            self._error = SourceError(f"{self._origin}: cannot be read: {error.strerror or error}")
        return bool(self._block)

    def close(self) -> None:
        if not self.closed and self._file is not getattr(sys.stdin, "buffer", None):
            self._file.close()
        super().close()


def open_source(path: str) -> io.BufferedReader:
    """The bytes of a file, or of standard input for `-`, decompressed; `peek` gives the first 64 KiB.

    Raises SourceError where it cannot be opened. Reading raises it where the bytes end too early or are damaged,
    after giving all that came before.
    """
    origin = Origin(path)
    try:
        file = sys.stdin.buffer if path == STANDARD_INPUT else io.FileIO(path)
    except OSError as error:
        raise SourceError(f"{origin}: cannot be opened: {error.strerror or error}") from error
    blocks = _blocks(cast(BinaryIO, file))
    return io.BufferedReader(_Blocks(_plain(blocks, origin), cast(BinaryIO, file), origin), HEAD)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    read = cast(io.BufferedReader, file).read1 if hasattr(file, "read1") else file.read
    while block := read(HEAD):
        yield block


def _plain(blocks: Iterator[bytes], origin: Origin) -> Iterator[bytes]:
    """The blocks, decompressed where the first bytes say that they are compressed."""
    head = b""
    while len(head) < 16 and (block := next(blocks, b"")):
        head += block
    blocks = _chained(head, blocks)
    for magic, name, make in _MAGIC:
        if head.startswith(magic) and (name != "bzip2" or head[4:10] == _BZIP2_BLOCK):
            return _decompressed(blocks, origin, name, make)
    return blocks


def _chained(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from blocks


def _decompressed(
    blocks: Iterator[bytes], origin: Origin, name: str, make: Callable[[], _Decompressor]
) -> Iterator[bytes]:
    """Every member of an archive, one after the other; zeros between and after them are padding."""
    machine: _Decompressor | None = None
    for block in blocks:
        for at in range(0, len(block), _FED):
            data = block[at : at + _FED]
            while data:
                if machine is None:
                    data = data.lstrip(b"\0")
                    if not data:
                        break
                    machine = make()
                try:
                    plain = machine.decompress(data)
                except _DAMAGED as error:
                    raise SourceError(f"{origin}: the {name} data is damaged: {error}") from error
                if plain:
                    yield plain
                data, machine = (machine.unused_data, None) if machine.eof else (b"", machine)
    if machine is not None:
        raise SourceError(f"{origin}: the {name} data ends too early; get the whole file again")


def blocks_of(stream: BinaryIO, size: int = 1 << 20) -> Iterator[bytes]:
    """What a stream holds in blocks of at most `size` bytes, all that can be had before an error included."""
    read = getattr(stream, "read1", stream.read)
    while block := read(size):
        yield block


def line_chunks(stream: BinaryIO, size: int = 1 << 20) -> Iterator[tuple[int, bytes]]:
    """Whole lines in chunks of about `size` bytes, each with the number of its first line, from 1.

    The last chunk may lack the newline. A SourceError of the stream is raised after the lines before it.
    """
    number = 1
    parts: list[bytes] = []
    try:
        for block in blocks_of(stream, size):
            cut = block.rfind(b"\n") + 1
            if not cut:
                parts.append(block)
                continue
            chunk = b"".join((*parts, block[:cut]))
            parts = [block[cut:]] if cut < len(block) else []
            yield number, chunk
            number += chunk.count(b"\n")
    except SourceError:
        if parts:
            yield number, b"".join(parts)
        raise
    if parts:
        yield number, b"".join(parts)


def lines_of(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Every line with its number, from 1."""
    for first, chunk in line_chunks(stream):
        yield from enumerate(io.BytesIO(chunk), first)
