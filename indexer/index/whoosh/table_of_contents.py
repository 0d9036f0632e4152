"""Whoosh's half of the table of contents: what `whoosh.index.open_dir` reads of a generation, written without Whoosh.

Whoosh stores pickles there. Ours are calls: of `paper_schema`, and of `published_segment` for each segment, so that
the schema comes from its table and publishing costs no import of Whoosh (0.16 s of the second that adding a hundred
papers may take). The paths of the two functions are part of the format. Quiver itself never reads this half.

Layout (Whoosh's, integers big-endian): varints 4, 8, 4 (its sizes of int, long, float); int -12345 (byte order); int
-111 (version); three varints (release); varint length and pickle of the schema; int generation; int unused, in which
Quiver leaves its mark; pickle of the list of segments.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterable

INDEX_NAME = "MAIN"
EXTENSION = ".seg"
_RELEASE = (3, 54, 0)
_PROTOCOL = b"\x80\x03"
_HOME = "indexer.index.whoosh"
_SCHEMA = _PROTOCOL + f"c{_HOME}.paper_schema\npaper_schema\n)R.".encode()
_SEGMENT = f"c{_HOME}.codec\npublished_segment\n".encode()
_MARK = int.from_bytes(b"Qvr1", "big")

HEAD = b"\x04\x08\x04" + struct.pack("!ii", -12345, -111) + bytes([*_RELEASE, len(_SCHEMA)]) + _SCHEMA
"""How every table of contents begins that Quiver has written, and none that Whoosh has."""


def contents(generation: int, segments: Iterable[tuple[str, int, bytes]]) -> bytes:
    """A table of contents: of each segment the name of its file, its number of papers, and which are not to be found.

    Those are bits as numpy packs them, one a paper; empty where all are found.
    """
    rows = b"".join(_segment(*segment) for segment in segments)
    return HEAD + struct.pack("!iI", generation, _MARK) + _PROTOCOL + b"](" + rows + b"e."


def is_ours(data: bytes) -> bool:
    """Whether a table of contents, perhaps cut short, was written by Quiver."""
    return data[: len(HEAD)] == HEAD[: len(data)]


def segment_id(name: str) -> str:
    """What Whoosh calls the segment of a file."""
    return name.removesuffix(EXTENSION).removeprefix(f"{INDEX_NAME}_")


def _segment(name: str, docs: int, gone: bytes) -> bytes:
    """Opcodes that leave a segment on the pickle's stack: the function, its arguments, the call."""
    arguments = (INDEX_NAME, docs, segment_id(name), gone)
    # Without the protocol before and the stop behind, a pickle is just what pushes its object.
    return _SEGMENT + pickle.dumps(arguments, 3)[len(_PROTOCOL) : -1] + b"R"
