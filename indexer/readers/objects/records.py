"""JSON records to papers: whose keys a record has is looked at record by record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

import orjson

from indexer.index.record.values import Misfits
from indexer.readers import json_arrays
from indexer.readers.columns import with_own_names
from indexer.readers.entries import Entry, Format, Origin, Rejected, Warned, add_type, entries_of
from indexer.readers.json_scanner import BYTE_ORDER_MARK, Scanner
from indexer.readers.jsonl import SUFFIXES, objects
from indexer.readers.objects import (
    arxiv,
    crossref,
    csl,
    datacite,
    dblp_hits,
    hits,
    inspire,
    openalex,
    openreview,
    semantic_scholar,
    services,
    zotero,
)
from indexer.readers.objects.dialect import Dialect, Record

DIALECTS: tuple[Dialect, ...] = (
    hits.DIALECT,
    arxiv.DIALECT,
    zotero.DIALECT,
    dblp_hits.DIALECT,
    openreview.DIALECT,
    datacite.DIALECT,
    inspire.DIALECT,
    openalex.DIALECT,
    crossref.DIALECT,
    semantic_scholar.S2ORC,
    semantic_scholar.DIALECT,
    services.DIALECT,
    csl.DIALECT,
)
"""Those that ask for more before those that take anything like it."""

_MARKS = frozenset().union(*(dialect.marks for dialect in DIALECTS))


def dialect_of(record: Record) -> Dialect | None:
    """Whose record it is; None for a canonical one."""
    if _MARKS.isdisjoint(record):
        return None
    for dialect in DIALECTS:
        if not dialect.marks.isdisjoint(record) and dialect.recognise(record):
            return dialect
    return None


# Under what answers of interfaces keep a record beside what they say of it: Semantic Scholar, DBLP, S2ORC, Elastic.
_WRAPPERS = ("citingPaper", "citedPaper", "info", "paper", "_source", "metadata")


def unwrapped(record: Record) -> Record:
    """A record that stands in another object, with what that one says beside it; any other as it is."""
    if "title" in record:
        return record
    for name in _WRAPPERS:
        inner = record.get(name)
        if isinstance(inner, dict) and "title" in inner:
            return {**{key: value for key, value in record.items() if key != name}, **inner}
    return record


def record_entries(
    value: Any, origin: Origin, line: int, raw: bytes | None = None, dialect: Dialect | None = None
) -> Sequence[Entry]:
    """The paper of a parsed record with its warnings, or its refusal; `dialect` is forced on it."""
    if type(value) is not dict:
        return entries_of(value, origin, line, raw)
    misfits: Misfits = []
    value = unwrapped(value)
    # What a record says of itself holds before what the first one of its file says.
    found = dialect_of(value) or dialect
    made = found.convert(value, misfits) if found is not None else with_own_names(value)
    if not made and misfits:
        return [Warned(origin.file, line, misfit.kind, misfit.reason) for misfit in misfits]
    add_type(made)
    if raw is None and made is not value:
        try:
            raw = orjson.dumps(value)
        except TypeError:
            raw = None
    return entries_of(made, origin, line, raw, misfits=misfits)


def read_lines(lines: Iterable[tuple[int, bytes]], origin: Origin, dialect: Dialect | None = None) -> Iterator[Entry]:
    """The papers of JSON Lines."""
    for item in objects(lines, origin):
        if isinstance(item, Rejected):
            yield item
            continue
        number, line, value = item
        inner = json_arrays.listed(value)
        if inner is None:
            yield from record_entries(value, origin, number, line.strip(), dialect)
        else:
            for one in inner:
                yield from record_entries(one, origin, number, None, dialect)


def read_whole(stream: BinaryIO, origin: Origin, dialect: Dialect | None = None) -> Iterator[Entry]:
    """The papers of an array, of an answer that holds one, or of records on many lines."""

    def convert(value: Any, origin: Origin, line: int) -> Sequence[Entry]:
        return record_entries(value, origin, line, None, dialect)

    return json_arrays.read_array(stream, origin, convert)


@lru_cache(maxsize=4)
def first_record(head: bytes) -> Record | None:
    """The first record of a text, or as many keys of it as the text holds; None where it holds no JSON object."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if not text.startswith((b"{", b"[")):
        return None
    for _, element, fault in Scanner(iter((text,))).elements():
        if not element.startswith(b"{"):
            continue
        value = _loaded(element) if not fault else _loaded(_closed(element))
        if value is None:
            continue
        inner = json_arrays.listed(value)
        if inner is None and fault:
            found = json_arrays._LIST.search(element)
            if found and b'"title"' not in element[: found.start()]:
                return first_record(element[found.end() :])
        return unwrapped((inner[0] if inner else {}) if inner is not None else value)
    return None


def _loaded(text: bytes) -> Record | None:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _closed(text: bytes) -> bytes:
    """An object that breaks off, up to the last of its own members that is whole, and closed."""
    depth, cut, in_string, escaped = 0, 0, False, False
    for at, sign in enumerate(text):
        if in_string:
            if escaped:
                escaped = False
            elif sign == 0x5C:
                escaped = True
            elif sign == 0x22:
                in_string = False
        elif sign == 0x22:
            in_string = True
        elif sign in b"{[":
            depth += 1
        elif sign in b"}]":
            depth -= 1
        elif sign == 0x2C and depth == 1:
            cut = at
    return text[:cut] + b"}" if cut else b"{}"


def lies_in_lines(head: bytes, name: str) -> bool:
    """Whether JSON lies in lines: an object that ends in its own line, or a name that says so."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    if text.startswith(b"["):
        return False
    first, newline, _ = text.partition(b"\n")
    if not newline:
        return name.lower().endswith(SUFFIXES) or not json_arrays._LIST.search(first)
    return first.rstrip().endswith(b"}") or (name.lower().endswith(SUFFIXES) and len(first) > 2)


def starts_as_json(head: bytes, name: str) -> bool:
    """An object or an array of objects; in a file whose name says JSON, anything."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    return (text.startswith(b"{") and not lies_in_lines(head, name)) or text.startswith(b"[")


def starts_as_lines(head: bytes, name: str) -> bool:
    """An object that ends in its own line, or a name that says JSON Lines."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    return name.lower().endswith(SUFFIXES) or (text.startswith(b"{") and lies_in_lines(head, name))


def _format(dialect: Dialect) -> Format:
    def recognise(head: bytes, name: str) -> bool:
        record = first_record(head)
        return record is not None and dialect_of(record) is dialect

    def lines(rows: Iterable[tuple[int, bytes]], origin: Origin) -> Iterator[Entry]:
        return read_lines(rows, origin, dialect)

    def whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
        return read_whole(stream, origin, dialect)

    return Format(dialect.name, dialect.title, recognise, lies_in_lines, lines, whole)


FORMATS: tuple[Format, ...] = tuple(map(_format, DIALECTS))


JSON = Format(
    "json",
    "a JSON array of records, or an answer that holds one",
    starts_as_json,
    by_line=False,
    read_whole=read_whole,
)
JSONL = Format("jsonl", "JSON Lines, the canonical form", starts_as_lines, by_line=True, read_lines=read_lines)
