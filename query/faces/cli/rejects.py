"""Rejected records as JSON Lines that can be mended and fed again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from indexer.index.errors import UsageError

if TYPE_CHECKING:
    from indexer.readers.entries import Rejected


def reject_lines(rejects: Iterable[Rejected]) -> Iterator[bytes]:
    """One object a rejected record, with `_rejected` telling file, line and reason.

    A record that is a JSON object keeps its keys; the text of any other stands under `_raw`.
    """
    for row in rejects:
        why = {"file": row.file, "line": row.line, "reason": row.reason}
        yield orjson.dumps(_object(row.record) | {"_rejected": why}, option=orjson.OPT_APPEND_NEWLINE)


def _object(record: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(record)
    except orjson.JSONDecodeError:
        value = None
    return value if isinstance(value, dict) else {"_raw": record.decode("utf-8", "replace")}


def check_writable(path: Path) -> None:
    """Raise UsageError if a file could not be written here: before hours of work, not after."""
    folder = path.absolute().parent
    if path.is_dir() or not folder.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"--rejects {path} cannot be written to; name a file in a folder that is yours to write")


def write_rejects(rejects: Iterable[Rejected], path: Path) -> None:
    """Write rejected records to a file. It is written only now, since it may have been a source of this build."""
    with path.open("wb") as file:
        file.writelines(reject_lines(rejects))
