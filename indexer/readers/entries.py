"""What every reader gives: papers, and records that were refused with where and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO

import orjson

from indexer.index.errors import RecordError
from indexer.index.record.paper import Paper
from indexer.index.record.values import Misfit
from indexer.index.record.venues import VenueTable
from indexer.index.text.file_names import shown_name

STANDARD_INPUT = "-"

COMPRESSED = (".gz", ".bz2", ".xz", ".zst")
"""Suffixes of compressed files; what a file is, its first bytes decide."""

MAX_RECORD = 16 << 20
"""Bytes of the longest record that is read, unless another length is asked for: what is longer costs itself."""

MAX_REJECTED = 1 << 20
"""Bytes of a refused record that are kept: enough to mend any but a freak, and a bound on memory."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where records come from: the name used in messages, whose stem gives venue, year and id prefix.

    `max_record` is the length in bytes above which a record is refused.
    """

    file: str
    max_record: int = MAX_RECORD

    @property
    def name(self) -> str:
        """The name of the file without folder and without suffix of compression."""
        return plain_name(self.file)

    @property
    def stem(self) -> str:
        """`nips2018` of `lists/nips2018.json.xz`; empty for standard input."""
        name = self.name
        return name.rpartition(".")[0] or name

    def __str__(self) -> str:
        return "standard input" if self.file == STANDARD_INPUT else self.file


def plain_name(file: str) -> str:
    """The name of a file as it is shown, without folder and suffix of compression; empty for standard input."""
    if file == STANDARD_INPUT:
        return ""
    path = PurePath(file)
    return shown_name(path.stem if path.suffix.lower() in COMPRESSED else path.name)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be used: file, line where it begins (from 1), reason, and its text, bounded."""

    file: str
    line: int
    reason: str
    record: bytes


@dataclass(frozen=True, slots=True)
class Warned:
    """A value that did not fit and cost its field: file, line where its record begins (from 1), kind, reason.

    The kind is the key of the canonical record (`year`, `authors`), or a word of its format's for what has none;
    `NO_PAPER` for what stands among the records and is passed over, no record that was lost.
    """

    file: str
    line: int
    kind: str
    reason: str


NO_PAPER = "no paper"
"""The kind of warning about what is no paper by its nature: the page of a person in DBLP, a note in Zotero."""

Entry = Paper | Rejected | Warned
"""What a reader gives, in the order of the source; warnings stand before the paper that they are about."""


@dataclass(frozen=True, slots=True)
class Format:
    """One input format. It is read by lines, where a file may be cut between lines, or else as a whole.

    `recognise` is asked with the first 64 KiB, decompressed, and the file's name without suffix of compression;
    `by_line` too, of a format whose files may lie either way.
    """

    name: str
    title: str
    recognise: Callable[[bytes, str], bool]
    by_line: bool | Callable[[bytes, str], bool]
    read_lines: Callable[[Iterable[tuple[int, bytes]], Origin], Iterator[Entry]] | None = None
    read_whole: Callable[[BinaryIO, Origin], Iterator[Entry]] | None = None

    def cuts(self, head: bytes, name: str) -> bool:
        """Whether a file that begins so may be cut between lines."""
        return self.by_line(head, name) if callable(self.by_line) else self.by_line


def too_long(longest: int) -> str:
    """Why a record is refused that is longer than allowed."""
    return f"longer than {longest:,} bytes; --max-record reads longer ones"


def rejected(origin: Origin, line: int, reason: str, record: bytes) -> Rejected:
    """A refusal, the text of its record bounded."""
    return Rejected(origin.file, line, reason, record[:MAX_REJECTED])


def passed_over(origin: Origin, line: int, reason: str) -> Warned:
    """What stands among the records and is no paper: counted by itself, neither read nor rejected."""
    return Warned(origin.file, line, NO_PAPER, reason)


def entries_of(
    record: Mapping[str, Any],
    origin: Origin,
    line: int,
    raw: bytes | None = None,
    *,
    stem: str = "",
    misfits: Iterable[Misfit] = (),
) -> Sequence[Entry]:
    """The paper of a record in canonical form after its warnings, or its refusal, with `raw` or the record as JSON.

    `misfits` are what the reader itself could not read of the record.
    """
    found = list(misfits)
    try:
        paper = Paper.from_record(record, stem=stem, misfits=found)
    except RecordError as error:
        if raw is None:
            try:
                raw = orjson.dumps(record)
            except TypeError:
                raw = repr(record).encode("utf-8", "backslashreplace")
        return (rejected(origin, line, str(error), raw),)
    if not found:
        return (paper,)
    return (*(Warned(origin.file, line, misfit.kind, misfit.reason) for misfit in found), paper)


def add_type(record: dict[str, Any]) -> None:
    """Give a record without type the one that its venue or its arXiv id tells, if any."""
    if record.get("type"):
        return
    venue = record.get("venue")
    kind = VenueTable.default().default_type(venue) if isinstance(venue, str) and venue else ""
    if not kind and not venue and record.get("arxiv"):
        kind = "article"
    if kind:
        record["type"] = kind


def broken_json(raw: bytes) -> str:
    """Why JSON that cannot be read cannot be read, in one line; empty where it can."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return f"not UTF-8: byte 0x{raw[error.start]:02x} at byte {error.start + 1} of the record"
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        line = f"in line {error.lineno} of the record, " if error.lineno > 1 else ""
        return f"broken JSON {line}at column {error.colno}: {error.msg}"
    return ""
