"""Tables of venues as files: the one that is shipped and those of `--venues`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from indexer.index.errors import SourceError

VENUE_TYPES = ("conference", "journal", "preprint", "")


@dataclass(frozen=True, slots=True)
class Venue:
    """One venue: canonical name, type (`conference`, `journal`, `preprint` or empty), other spellings."""

    name: str
    type: str = ""
    spellings: tuple[str, ...] = ()


def read_venues(path: str | Path) -> list[Venue]:
    """The venues of a file in either form that `VenueTable.extended` describes; raises SourceError."""
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{path}: cannot read the table of venues: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: the table of venues is not UTF-8 (byte {error.start})") from error
    if not text.lstrip().startswith(("{", "[")):
        return [_of_line(path, number, line) for number, line in enumerate(text.splitlines(), 1) if _says(line)]
    try:
        table = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise SourceError(f"{path}: line {error.lineno}: the table of venues is broken JSON: {error.msg}") from error
    if not isinstance(table, dict):
        raise SourceError(f"{path}: a table of venues is an object of names, not a list")
    return [_of_entry(path, name, entry) for name, entry in table.items()]


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _of_line(path: str | Path, number: int, line: str) -> Venue:
    name, *rest = (part.strip() for part in line.split("|"))
    kind, *spellings = rest or [""]
    return _checked(f"{path}: line {number}", name, kind, [spelling for spelling in spellings if spelling])


def _of_entry(path: str | Path, name: str, entry: Any) -> Venue:
    if isinstance(entry, list):
        entry = {"spellings": entry}
    if not isinstance(entry, Mapping) or not entry.keys() <= {"type", "spellings"}:
        raise SourceError(f'{path}: venue {name!r}: give {{"type": ..., "spellings": [...]}} or a list of spellings')
    return _checked(f"{path}: venue {name!r}", name, entry.get("type") or "", entry.get("spellings") or [])


def _checked(place: str, name: str, kind: Any, spellings: Any) -> Venue:
    if not name.strip():
        raise SourceError(f"{place}: a venue needs a name")
    if kind not in VENUE_TYPES:
        raise SourceError(f"{place}: type {kind!r} is none of conference, journal, preprint")
    if not isinstance(spellings, list) or not all(isinstance(spelling, str) for spelling in spellings):
        raise SourceError(f"{place}: spellings must be a list of strings")
    return Venue(" ".join(name.split()), kind, tuple(spellings))
