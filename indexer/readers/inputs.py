"""The way to the bytes: a file or standard input, decompressed by what its first bytes say, in lines or blocks.

Whatever a damaged archive still gives is given before the SourceError that says so. Text in UTF-16 or UTF-32 becomes
UTF-8 on the way.
"""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

from indexer.index.errors import SourceError
from indexer.readers.decompression import decompressed
from indexer.readers.entries import MAX_RECORD, STANDARD_INPUT, Origin

HEAD = 1 << 16
"""Bytes from the beginning of a source by which its format is recognised."""

_WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
    except (OSError, ValueError) as error:
        raise SourceError(f"{origin}: cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    blocks = _narrow(decompressed(_blocks(cast(BinaryIO, file)), origin))
    return io.BufferedReader(_Blocks(blocks, cast(BinaryIO, file), origin), HEAD)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    read = cast(io.BufferedReader, file).read1 if hasattr(file, "read1") else file.read
    while block := read(HEAD):
        yield block


def _narrow(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, in UTF-8 where they begin with the byte order mark of a wider encoding."""
    head = next(blocks, b"")
    while 0 < len(head) < 4 and (block := next(blocks, b"")):
        head += block
    encoding = next((encoding for mark, encoding in _WIDE if head.startswith(mark)), None)
    if encoding is None:
        if head:
            yield head
        yield from blocks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    yield decoder.decode(head).encode("utf-8", "replace")
    for block in blocks:
        if text := decoder.decode(block):
            yield text.encode("utf-8", "replace")
    yield decoder.decode(b"", True).encode("utf-8", "replace")


def blocks_of(stream: BinaryIO, size: int = 1 << 20) -> Iterator[bytes]:
    """What a stream holds in blocks of at most `size` bytes, all that can be had before an error included."""
    read = getattr(stream, "read1", stream.read)
    while block := read(size):
        yield block


def line_chunks(stream: BinaryIO, size: int = 1 << 20, longest: int = MAX_RECORD) -> Iterator[tuple[int, bytes]]:
    """Whole lines in chunks of about `size` bytes, each with the number of its first line, from 1.

    The last chunk may lack the newline. Of a line longer than `longest` bytes the rest may be left out, which is for
    the reader to see by its length. A SourceError of the stream is raised after the lines before it.
    """
    return chunked(blocks_of(stream, size), longest)


def chunked(blocks: Iterator[bytes], longest: int = MAX_RECORD) -> Iterator[tuple[int, bytes]]:
    """The same of blocks of bytes."""
    number = 1
    parts: list[bytes] = []
    held = 0
    try:
        for block in blocks:
            cut = block.rfind(b"\n") + 1
            if not cut:
                if held <= longest:
                    parts.append(block)
                    held += len(block)
                continue
            if held > longest:
                # No more than can tell that it is too long, and its end.
                first = block.find(b"\n")
                parts = [b"".join(parts)[: longest + 1]]
                block, cut = block[first:], cut - first
            chunk = b"".join((*parts, block[:cut]))
            parts = [block[cut:]] if cut < len(block) else []
            held = len(block) - cut
            yield number, chunk
            number += chunk.count(b"\n")
    except SourceError:
        if parts:
            yield number, b"".join(parts)
        raise
    if parts:
        yield number, b"".join(parts)


def lines_of(stream: BinaryIO, longest: int = MAX_RECORD) -> Iterator[tuple[int, bytes]]:
    """Every line with its number, from 1; of one longer than `longest` bytes the rest may be left out."""
    for first, chunk in line_chunks(stream, longest=longest):
        yield from enumerate(io.BytesIO(chunk), first)
