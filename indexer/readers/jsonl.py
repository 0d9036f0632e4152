"""JSON Lines: one value a line, and the canonical records that an index stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from indexer.readers.entries import (
    Entry,
    Format,
    Origin,
    Rejected,
    add_type,
    broken_json,
    entries_of,
    rejected,
    too_long,
)
from indexer.readers.json_scanner import BYTE_ORDER_MARK
from indexer.readers.json_values import load, pieces

SUFFIXES = (".jsonl", ".ndjson", ".jsonlines")


def objects(lines: Iterable[tuple[int, bytes]], origin: Origin) -> Iterator[tuple[int, bytes, Any] | Rejected]:
    """Line number, line and parsed value of every line that is not blank; broken lines as refusals."""
    for number, line in lines:
        if len(line) > origin.max_record and len(line.rstrip(b"\r\n")) > origin.max_record:
            yield rejected(origin, number, too_long(origin.max_record), line)
            continue
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        try:
            value = load(line)
        except orjson.JSONDecodeError:
            text = line.strip()
            for piece in (pieces(text) or [text]) if text else ():
                try:
                    yield number, piece, load(piece)
                except orjson.JSONDecodeError:
                    yield rejected(origin, number, broken_json(piece), piece)
            continue
        yield number, line, value


def read_lines(lines: Iterable[tuple[int, bytes]], origin: Origin) -> Iterator[Entry]:
    """The papers of canonical JSON Lines."""
    for item in objects(lines, origin):
        if isinstance(item, Rejected):
            yield item
            continue
        number, line, record = item
        if type(record) is dict:
            add_type(record)
        yield from entries_of(record, origin, number, line.strip())


STORED = Format("stored", "records of an index", lambda head, name: False, by_line=True, read_lines=read_lines)
"""What an index stores, which is read as it is whatever its keys."""
