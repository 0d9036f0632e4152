"""Rejected records as JSON Lines that can be mended and fed again."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from indexer.index.errors import UsageError
from indexer.index.text.file_names import shown_name

if TYPE_CHECKING:
    from indexer.readers.entries import Rejected


def reject_lines(rejects: Iterable[Rejected]) -> Iterator[bytes]:
    """One object a rejected record, with `_rejected` telling file, line and reason.

    A record that is a JSON object keeps its keys; the text of any other stands under `_raw`.
    """
    for row in rejects:
        why = {"file": shown_name(row.file), "line": row.line, "reason": row.reason}
        yield orjson.dumps(_object(row.record) | {"_rejected": why}, option=orjson.OPT_APPEND_NEWLINE)


def _object(record: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(record)
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else {"_raw": record.decode("utf-8", "replace")}


def check_writable(path: Path, sources: Iterable[str] = (), index: Path | None = None) -> None:
    """Raise UsageError if a file could not or should not be written here: before hours of work, not after.

    It would empty a source that it names, be read as a source in a folder of sources, and spoil an index.
    """
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"--rejects {path} cannot be written to; name a file in a folder that is yours to write")
    real = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        # A pipe or a terminal is nobody's file.
        return
    if index is not None and real.is_relative_to(os.path.realpath(index)):
        raise UsageError(f"--rejects {path} lies in the index; name a file elsewhere")
    for source in sources:
        if source == "-":
            continue
        if os.path.isdir(source) and real.is_relative_to(os.path.realpath(source)):
            raise UsageError(f"--rejects {path} lies in the source {source}, which would be read with it next time")
        # By what they are, since one file may have several names.
        if path.exists() and any(os.path.samefile(path, file) for file in _present(source)):
            raise UsageError(f"--rejects {path} is a source itself and would be overwritten; name another file")
        if any(_would_match(source, place) for place in (real, *real.parents)):
            raise UsageError(f"--rejects {path} matches the source {source}, which would be read with it next time")


def _present(source: str) -> list[str]:
    found = [source] if os.path.exists(source) else glob.glob(source, recursive=True)
    return [file for file in found if os.path.isfile(file)]


def _would_match(source: str, path: Path) -> bool:
    """Whether a pattern of sources finds a file or folder once that is there; its literal beginning may be links."""
    parts = Path(os.path.abspath(source)).parts
    magic = next((at for at, part in enumerate(parts) if glob.has_magic(part)), None)
    if magic is None:
        return False
    folder = Path(os.path.realpath(Path(*parts[:magic])))
    if not path.is_relative_to(folder):
        return False

    def match(pattern: tuple[str, ...], names: tuple[str, ...]) -> bool:
        if not pattern or not names:
            return not names and all(part == "**" for part in pattern)
        if pattern[0] == "**":
            return match(pattern[1:], names) or match(pattern, names[1:])
        return fnmatchcase(names[0], pattern[0]) and match(pattern[1:], names[1:])

    return match(parts[magic:], path.relative_to(folder).parts)


def write_rejects(rejects: Iterable[Rejected], path: Path) -> None:
    """Write rejected records to a file."""
    with path.open("wb") as file:
        file.writelines(reject_lines(rejects))
