"""The manifest: all that a reader needs to know about one generation of an index, as one frozen record.

It is stored at the end of Whoosh's table of contents (`_MAIN_<generation>.toc`), so that one rename publishes both:
Whoosh reads the head of the file, Quiver the manifest that the last 24 bytes point to. Their checksum covers the
whole file. The manifest seals the generation: it holds size and hash of the head of every file, which hold the checksum
of everything else.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from indexer.index.errors import BadIndexError, ForeignIndexError
from indexer.index.files import TOC_NAME, is_part, read_regular
from indexer.index.schema import FIELDS
from indexer.index.segment.array_header import Seal
from indexer.index.store.origin import Origin
from indexer.index.store.typed import record_of
from indexer.index.text.file_names import names_from_json, names_to_json
from indexer.index.whoosh.table_of_contents import is_ours

FORMAT = 2
UNSEALED = 1
"""The format before seals: `quiver rebuild` takes from it what it needs, nothing else opens it."""
_FOOTER = struct.Struct("<QII8s")
"""Length of the manifest; checksum of all before the footer and of the rest of it; version; magic."""
_END = struct.Struct("<QI8s")
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
    """The files of one segment with their seals, how many papers it holds and how many of them are live."""

    name: str
    impacts: str
    state: str
    docs: int
    live: int
    seals: tuple[Seal, ...] = ()

    @property
    def files(self) -> tuple[str, str, str]:
        """Every file of the segment."""
        return (self.name, self.impacts, self.state)


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation. `lengths` are total words a field over live papers, `averages` what impacts were made with.

    `index` is a random identity of the index, `identity` one of this generation: a folder that was deleted and built
    anew has others. `origin` is where its sources were recorded. `group_duplicates`:
    records of one work are to be shown once.
    """

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
    index: str = ""
    identity: str = ""
    origin: Origin | None = None
    keep: int = 2
    """How many generations are kept, this one among them."""
    group_duplicates: bool = False
    language: str = ""
    """That of papers whose record does not say theirs; empty: it is detected."""
    longest: dict[str, int] = field(default_factory=dict)
    """By source, the bytes of the longest record that is read of it, where that was asked for."""

    def referenced(self) -> set[str]:
        """Names of all files that this generation needs beside its table of contents."""
        return {name for entry in self.segments for name in entry.files}

    def dump(self, head: bytes) -> bytes:
        """The whole file: Whoosh's table of contents `head`, the manifest, the footer."""
        body = names_to_json(asdict(self))
        end = _END.pack(len(body), self.format, _MAGIC)
        return head + body + _FOOTER.pack(len(body), zlib.crc32(head + body + end), self.format, _MAGIC)


def toc_name(generation: int) -> str:
    """Name of the file that publishes a generation."""
    return f"_MAIN_{generation}.toc"


def kept_name(generation: int) -> str:
    """Name that this file takes once a newer generation is published: a newest one that is lost is missed then."""
    return f"_MAIN_{generation}.kept"


def generations(folder: Path) -> list[int]:
    """Numbers of the generations in a folder, rising: those that newer ones have followed too."""
    return sorted(_numbers(folder, ("toc", "kept")))


def published(folder: Path) -> list[int]:
    """Numbers of the generations that no newer one was seen to follow: one, or after a crash two; rising."""
    return sorted(_numbers(folder, ("toc",)))


def _numbers(folder: Path, suffixes: tuple[str, ...]) -> set[int]:
    found = (TOC_NAME.fullmatch(path.name) for path in folder.iterdir())
    return {int(match.group(1)) for match in found if match and match.group(2) in suffixes}


def toc_path(folder: Path, generation: int) -> Path:
    """Where the manifest of a generation is."""
    kept = folder / kept_name(generation)
    path = folder / toc_name(generation)
    return kept if not os.path.lexists(path) and os.path.lexists(kept) else path


def way_back(folder: Path, generation: int) -> str:
    """What helps where a generation cannot be read."""
    if min(generations(folder), default=generation) < generation:
        return "`quiver rollback` returns to the generation before, then run `quiver rebuild`"
    return "build the index again with `quiver build --force SOURCE...`"


def read_manifest(folder: Path, generation: int) -> Manifest:
    """The manifest of a generation. Raises BadIndexError where there is none, or one of a newer or older format."""
    return _read(folder, generation, FORMAT)


def read_recorded(folder: Path, generation: int) -> Manifest:
    """The same, also of the format before seals."""
    return _read(folder, generation, UNSEALED)


def _read(folder: Path, generation: int, oldest: int) -> Manifest:
    path = toc_path(folder, generation)
    data = read_regular(path, _MOST_BYTES)
    damaged = f"{path} is damaged or cut short; {way_back(folder, generation)}"
    if len(data) < _FOOTER.size or data[-8:] != _MAGIC:
        if is_ours(data):
            raise BadIndexError(damaged)
        raise ForeignIndexError(
            f"{path} was written by Whoosh itself, not by Quiver, and would not be searched right; "
            "make the index anew with `quiver build SOURCE... --force`, in a folder that only Quiver writes to"
        )
    length, crc, version, magic = _FOOTER.unpack(data[-_FOOTER.size :])
    if version > FORMAT:
        raise BadIndexError(f"{path} has format {version}, this Quiver reads up to {FORMAT}; update Quiver")
    content = data[: -_FOOTER.size]
    # Before seals the version stood outside the checksum.
    end = struct.pack("<Q", length) if version == UNSEALED else _END.pack(length, version, magic)
    if length > len(content) or zlib.crc32(end, zlib.crc32(content)) != crc:
        raise BadIndexError(damaged)
    if version < oldest:
        raise BadIndexError(f"{path} has the older format {version}, without seals; run `quiver rebuild`")
    try:
        manifest = record_of(Manifest, names_from_json(content[len(content) - length :]))
        _check(manifest, generation, version)
    except ValueError as error:
        raise BadIndexError(
            f"{path} is no manifest of generation {generation}: {error}; {way_back(folder, generation)}"
        ) from error
    return manifest


def _check(manifest: Manifest, generation: int, version: int) -> None:
    """Raise ValueError where the parts of a manifest contradict each other or its name."""
    for name, row in (manifest.venues or {}).items():
        if type(row) is not dict or type(row.get("type")) is not str or type(row.get("spellings")) is not list:
            raise ValueError(f"venue {name!r:.60} has no type and spellings")
        if not all(type(spelling) is str for spelling in row["spellings"]):
            raise ValueError(f"venue {name!r:.60} has spellings that are no text")
    if manifest.generation != generation:
        raise ValueError(f"it says that it is of generation {manifest.generation}")
    if version != UNSEALED and not (manifest.index and manifest.identity and manifest.origin):
        raise ValueError("it does not say of which index it is, nor where that was made")
    if manifest.format != version:
        raise ValueError(f"its format is {version} and {manifest.format}")
    for entry in manifest.segments:
        for name, suffix in zip(entry.files, ("seg", "imp", "state"), strict=True):
            if not is_part(name, suffix):
                raise ValueError(f"{name!r:.60} is no name of a segment's file")
        if version != UNSEALED and len(entry.seals) != len(entry.files):
            raise ValueError(f"{entry.name} has {len(entry.seals)} seals")
        if not 0 <= entry.live <= entry.docs:
            raise ValueError(f"{entry.name} has {entry.live} live of {entry.docs} papers")
    names = [name for entry in manifest.segments for name in entry.files]
    if len(set(names)) != len(names):
        raise ValueError("a file belongs to two segments")
    if manifest.papers != sum(entry.live for entry in manifest.segments):
        raise ValueError(f"it counts {manifest.papers} papers, its segments have others")
    if len(manifest.lengths) != len(FIELDS) or min(manifest.lengths) < 0:
        raise ValueError(f"its total lengths are {manifest.lengths}")
