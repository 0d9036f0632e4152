"""Compressed bytes to plain ones, in steps that stay small however far an archive unfolds."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import zstandard

from indexer.index.errors import SourceError
from indexer.readers.entries import Origin

_STEP = 1 << 20
"""Bytes that one step gives at most, where the library can be told."""
_ZSTD_FED = 1 << 10
"""Bytes that zstandard is fed at a time: it gives all that they hold, at most 128 KiB for every four of them."""


class _Machine(Protocol):
    """Takes compressed bytes, gives plain ones; `unused` is what follows the end of a member."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused(self) -> bytes: ...
    def feed(self, data: bytes) -> Iterator[bytes]: ...


class _Gzip:
    def __init__(self) -> None:
        self._machine = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def unused(self) -> bytes:
        return self._machine.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._machine.eof:
            yield self._machine.decompress(data, _STEP)
            data = self._machine.unconsumed_tail


class _Blockwise:
    """bzip2 and xz, whose machines say whether they want more."""

    def __init__(self, machine: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._machine = machine

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def unused(self) -> bytes:
        return self._machine.unused_data

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield self._machine.decompress(data, _STEP)
        while not self._machine.eof and not self._machine.needs_input:
            yield self._machine.decompress(b"", _STEP)


class _Zstandard:
    def __init__(self) -> None:
        self._machine = zstandard.ZstdDecompressor().decompressobj()
        self._rest = b""

    @property
    def eof(self) -> bool:
        return self._machine.eof

    @property
    def unused(self) -> bytes:
        return self._machine.unused_data + self._rest

    def feed(self, data: bytes) -> Iterator[bytes]:
        for at in range(0, len(data), _ZSTD_FED):
            yield self._machine.decompress(data[at : at + _ZSTD_FED])
            if self._machine.eof:
                self._rest = data[at + _ZSTD_FED :]
                return


_MAGIC: tuple[tuple[bytes, str, Callable[[], _Machine]], ...] = (
    (b"\x1f\x8b\x08", "gzip", _Gzip),
    (b"BZh", "bzip2", lambda: _Blockwise(bz2.BZ2Decompressor())),
    (b"\xfd7zXZ\x00", "xz", lambda: _Blockwise(lzma.LZMADecompressor())),
    (b"\x28\xb5\x2f\xfd", "zstd", _Zstandard),
)
_BZIP2_BLOCK = b"1AY&SY"
_DAMAGED = (OSError, EOFError, ValueError, MemoryError, zlib.error, lzma.LZMAError, zstandard.ZstdError)


def decompressed(blocks: Iterator[bytes], origin: Origin) -> Iterator[bytes]:
    """The blocks, decompressed where the first bytes say that they are compressed.

    Raises SourceError where the data is damaged or ends too early, after all that it gave.
    """
    head = b""
    while len(head) < 16 and (block := next(blocks, b"")):
        head += block
    blocks = _chained(head, blocks)
    for magic, name, make in _MAGIC:
        if head.startswith(magic) and (name != "bzip2" or head[4:10] == _BZIP2_BLOCK):
            return _members(blocks, origin, name, make)
    return blocks


def _chained(head: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from blocks


def _members(blocks: Iterator[bytes], origin: Origin, name: str, make: Callable[[], _Machine]) -> Iterator[bytes]:
    """Every member of an archive, one after the other; zeros between and after them are padding."""
    machine: _Machine | None = None
    for block in blocks:
        data = block
        while data:
            if machine is None:
                data = data.lstrip(b"\0")
                if not data:
                    break
                machine = make()
            try:
                for plain in machine.feed(data):
                    if plain:
                        yield plain
            except _DAMAGED as error:
                raise SourceError(f"{origin}: the {name} data is damaged: {error}") from error
            data, machine = (machine.unused, None) if machine.eof else (b"", machine)
    if machine is not None:
        raise SourceError(f"{origin}: the {name} data ends too early; get the whole file again")
