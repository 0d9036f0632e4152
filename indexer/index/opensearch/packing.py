"""Bytes as a binary doc value of the server, compressed where that pays, and back."""

from __future__ import annotations

import base64

import zstandard

from indexer.index.errors import BadIndexError

_PLAIN, _ZSTD = b"\x00", b"\x01"
_MOST = 1 << 28
"""Bytes that a value may unpack to: what it says of itself is believed no further."""
# Level 1: 3 packs 1 % smaller and takes half as long again, 6 2 % smaller and three times as long.
_COMPRESSOR = zstandard.ZstdCompressor(level=1, write_checksum=False, write_content_size=True)


def pack(plain: bytes) -> bytes:
    """A byte that says which form, then the bytes in it."""
    small = _COMPRESSOR.compress(plain)
    return _ZSTD + small if len(small) < len(plain) else _PLAIN + plain


def unpack(packed: bytes, reader: zstandard.ZstdDecompressor | None = None) -> bytes:
    """What `pack` packed; who unpacks many gives a decompressor. Raises BadIndexError where it is something else."""
    try:
        if packed[:1] == _ZSTD:
            if zstandard.frame_content_size(packed[1:]) > _MOST:
                raise BadIndexError("a value of a paper is damaged; run `quiver rebuild`")
            return (reader or zstandard.ZstdDecompressor()).decompress(packed[1:])
    except zstandard.ZstdError as error:
        raise BadIndexError(f"a value of a paper is damaged ({error}); run `quiver rebuild`") from error
    if packed[:1] != _PLAIN:
        raise BadIndexError("a value of a paper has a form that this Quiver does not know; update Quiver")
    return packed[1:]


def written(packed: bytes) -> str:
    """A packed value as a document has it."""
    return base64.b64encode(packed).decode()


def given(value: str) -> bytes:
    """A packed value as the server gives it: base64 whose padding it leaves out."""
    return base64.b64decode(value + "=" * (-len(value) % 4))
