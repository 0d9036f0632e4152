"""JSON Lines in the canonical form: one record a line."""

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
)

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SUFFIXES = (".jsonl", ".ndjson", ".jsonlines")


def objects(lines: Iterable[tuple[int, bytes]], origin: Origin) -> Iterator[tuple[int, bytes, Any] | Rejected]:
    """Line number, line and parsed value of every line that is not blank; broken lines as refusals."""
    for number, line in lines:
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError:
            text = line.strip()
            if text:
                yield rejected(origin, number, broken_json(text), text)
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


def recognise(head: bytes, name: str) -> bool:
    """An object that ends in its own line, or a name that says JSON Lines."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if name.lower().endswith(SUFFIXES):
        return True
    first, newline, _ = text.partition(b"\n")
    return first.startswith(b"{") and (not newline or first.rstrip().endswith(b"}"))


FORMAT = Format("jsonl", "JSON Lines, the canonical form", recognise, by_line=True, read_lines=read_lines)
