"""The form of a file of named arrays: header, 64-byte aligned sections, page checksums, directory.

Layout (all integers little-endian):

    0   16  magic  b"QuiverArrays\\r\\n\\x1a\\n" (a text-mode copy damages it visibly)
    16   4  format version
    20   4  byte order mark 0x01020304
    24   8  offset of the directory      32   8  its length
    40   4  crc32 of the directory       44   4  crc32 of bytes 0..44
    48  16  zero
    64      sections, then the page checksums (one crc32 for each 16 KiB from byte 64), then the directory

The directory is JSON: {"kind", "meta", "pages": offset, "pages_crc", "arrays": {name: [dtype, shape, offset]}}.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from indexer.index.hashing import blake2b

Array = npt.NDArray[Any]

MAGIC = b"QuiverArrays\r\n\x1a\n"
VERSION = 2
UNSEALED = 1
"""The version before seals: from its files a rebuild takes the stored papers."""
PAGE = 1 << 14
"""Bytes under one checksum: what a query must check to read a little of a large array."""
HEADER = struct.Struct("<16sIIQQI")
HEADER_SIZE = 64
BYTE_ORDER = 0x01020304


@dataclass(frozen=True, slots=True)
class Seal:
    """By what a file is known again: its size in bytes, and a hash of its header, page checksums and directory.

    Those hold the checksum of everything else, so that no other file, nor another state of this one, has the seal.
    """

    size: int
    head: str

    @classmethod
    def of(cls, size: int, *head: bytes) -> Seal:
        """The seal of a file of this size and head."""
        return cls(size, blake2b(b"".join(head), digest_size=16).hexdigest())
