"""The manifest: all that a reader needs to know about one generation of an index, as one frozen record.

It is stored at the end of Whoosh's table of contents (`_MAIN_<generation>.toc`), so that one rename publishes both:
Whoosh reads the head of the file, Quiver the manifest that the last 24 bytes point to. Their checksum covers the
whole file.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from indexer.index.errors import BadIndexError
from indexer.index.files import TOC_NAME, read_regular
from indexer.index.whoosh.table_of_contents import is_ours

FORMAT = 1
_FOOTER = struct.Struct("<QII8s")
_MAGIC = b"QvrMnfst"
_MOST_BYTES = 1 << 30
"""Of a table of contents: that of 100,000 source files has 20 MB."""
STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file that was read: path (`-` for standard input), forced format, size in bytes, time of change (ns), hash.

    Of what is no regular file, standard input for one, size and hash are of its text as decompressed, and the time is
    when it was read. `source` is the recorded source that brought it last.
    """

    path: str
    format: str = ""
    size: int = 0
    mtime_ns: int = 0
    digest: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """The files of one segment, how many papers it holds and how many of them are live."""

    name: str
    impacts: str
    state: str
    docs: int
    live: int

    @property
    def files(self) -> tuple[str, ...]:
        """Every file of the segment."""
        return (self.name, self.impacts, self.state)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation. `lengths` are total words a field over live papers, `averages` what impacts were made with."""

    generation: int
    sources: tuple[str, ...] = ()
    formats: dict[str, str] = field(default_factory=dict)
    files: tuple[SourceFile, ...] = ()
    segments: tuple[SegmentEntry, ...] = ()
    deleted: tuple[str, ...] = ()
    papers: int = 0
    lengths: tuple[int, ...] = ()
    built: str = ""
    analysis: str = ""
    readings: int = 0
    venues_file: str | None = None
    venues: dict[str, Any] | None = None
    format: int = FORMAT

    def referenced(self) -> set[str]:
        """Names of all files that this generation needs beside its table of contents."""
        return {name for entry in self.segments for name in entry.files}

    def dump(self, head: bytes) -> bytes:
        """The whole file: Whoosh's table of contents `head`, the manifest, the footer."""
        body = orjson.dumps(asdict(self))
        return head + body + _FOOTER.pack(len(body), _checksum(head + body, len(body)), self.format, _MAGIC)


def _checksum(content: bytes, length: int) -> int:
    """Of all that stands before the footer, and of the length in it."""
    return zlib.crc32(struct.pack("<Q", length), zlib.crc32(content))


def toc_name(generation: int) -> str:
    """Name of the file that publishes a generation."""
    return f"_MAIN_{generation}.toc"


def generations(folder: Path) -> list[int]:
    """Numbers of the generations in a folder, rising."""
    matches = (TOC_NAME.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(match.group(1)) for match in matches if match)


def _way_back(folder: Path, generation: int) -> str:
    if min(generations(folder)) < generation:
        return "`quiver rollback` returns to the generation before, then run `quiver rebuild`"
    return "build the index again with `quiver build --force SOURCE...`"


def read_manifest(folder: Path, generation: int) -> Manifest:
    """The manifest of a generation. Raises BadIndexError where there is none, or one of a newer format."""
    path = folder / toc_name(generation)
    data = read_regular(path, _MOST_BYTES)
    damaged = f"{path} is damaged or cut short; {_way_back(folder, generation)}"
    if len(data) < _FOOTER.size or data[-8:] != _MAGIC:
        if is_ours(data):
            raise BadIndexError(damaged)
        raise BadIndexError(
            f"{path} was written by Whoosh itself, not by Quiver, and would not be searched right; "
            "make the index anew with `quiver build SOURCE... --force`, in a folder that only Quiver writes to"
        )
    length, crc, version, _ = _FOOTER.unpack(data[-_FOOTER.size :])
    if version > FORMAT:
        raise BadIndexError(f"the index has format {version}, this Quiver reads up to {FORMAT}; update Quiver")
    content = data[: -_FOOTER.size]
    if length > len(content) or _checksum(content, length) != crc:
        raise BadIndexError(damaged)
    parsed: dict[str, Any] = orjson.loads(content[len(content) - length :])
    parsed["files"] = tuple(SourceFile(**row) for row in parsed["files"])
    parsed["segments"] = tuple(SegmentEntry(**row) for row in parsed["segments"])
    for key in ("sources", "deleted", "lengths"):
        parsed[key] = tuple(parsed[key])
    return Manifest(**parsed)
