"""JSON that is no lines: arrays of records, answers of interfaces that hold one, records on many lines.

What is small and sound is parsed in one go, anything else object by object. A broken object costs itself: reading goes
on where the next object begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import orjson

from indexer.index.errors import SourceError
from indexer.index.record.paper import Paper
from indexer.readers.entries import Entry, Origin, broken_json, rejected
from indexer.readers.inputs import blocks_of
from indexer.readers.json_scanner import BYTE_ORDER_MARK, Scanner
from indexer.readers.json_values import load

Convert = Callable[[Any, Origin, int], Sequence[Entry]]
"""What makes entries of a parsed value; its last argument is the line where the value begins."""

_WHOLE = 1 << 25
"""Bytes up to which a sound array is parsed in one go: 182 conference lists take 3 s so and 6 s by the scanner."""

# Where answers of interfaces keep their records: Quiver, OpenAlex, Crossref, Semantic Scholar, Zotero and others.
LISTS = (
    *("hits", "papers", "results", "items", "data", "message", "references", "recommendedPapers", "works", "records"),
    *("hit", "docs", "collection", "notes", "result", "publications", "articles", "entry"),
)
# Objects of answers in which the list stands: Crossref, DBLP, Europe PMC, Solr.
_SAYS = frozenset(("type", "author", "authors", "year"))
# What has one of these is a record, whatever lists it holds: `references` of INSPIRE and DataCite, `hits` of none.
_OF_A_RECORD = frozenset(("title", "titles", "itemType", "dc:title", "title_s"))
_AROUND = ("message", "result", "hits", "resultList", "response", "results", "data", "search-results")
_LIST = re.compile(rb'"(?:%s)"\s*:\s*(?=\[\s*[{\]])' % "|".join(LISTS).encode())


def read_array(stream: BinaryIO, origin: Origin, convert: Convert) -> Iterator[Entry]:
    """The entries of an array. A SourceError of the stream is raised after the entries before it."""
    failures: list[SourceError] = []
    blocks = _until_failure(blocks_of(stream), failures)
    held: list[bytes] = []
    size = 0
    for block in blocks:
        held.append(block)
        size += len(block)
        if size > max(_WHOLE, origin.max_record) or size > _WHOLE:
            break
    else:
        data = b"".join(held)
        held = [data]
        values = _parsed(data, origin.max_record)
        if values is not None:
            yield from _all(values, data, origin, convert)
            if failures:
                raise failures[0]
            return
    yield from _each(_scanner(_chain(held, blocks), origin.max_record), origin, convert)
    if failures:
        raise failures[0]


def _until_failure(blocks: Iterator[bytes], failures: list[SourceError]) -> Iterator[bytes]:
    try:
        yield from blocks
    except SourceError as error:
        failures.append(error)


def _chain(held: list[bytes], blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield from held
    held.clear()
    yield from blocks


def listed(value: Any) -> list[Any] | None:
    """The records of an answer that holds them in a list; None of what is no such answer."""
    if not isinstance(value, dict) or not _OF_A_RECORD.isdisjoint(value):
        return None
    for name in LISTS:
        inner = value.get(name)
        if isinstance(inner, list) and all(isinstance(one, dict) for one in inner):
            return inner
    for name in _AROUND:
        if isinstance(inner := value.get(name), dict):
            if (name == "message" and "title" in inner) or (name == "data" and "attributes" in inner):
                return [inner]
            if (found := listed(inner)) is not None:
                return found
    return _by_name(value)


def _by_name(value: dict[str, Any]) -> list[Any] | None:
    """The records of an object that holds them by id: items of citation processors, PubMed's summaries."""
    if isinstance(uids := value.get("uids"), list):
        return [value[uid] for uid in uids if isinstance(uid, str) and isinstance(value.get(uid), dict)]
    if value and all(isinstance(one, dict) and "title" in one and not _SAYS.isdisjoint(one) for one in value.values()):
        return list(value.values())
    return None


def _parsed(data: bytes, longest: int) -> list[Any] | None:
    try:
        values = load(data.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return None
    if isinstance(values, dict):
        inner = listed(values)
        values = [values] if inner is None else inner
    if not isinstance(values, list) or not all(type(value) is dict for value in values):
        return None
    # Only of a text longer than a record may be is any record to be measured.
    return values if len(data) <= longest else None


def _scanner(blocks: Iterator[bytes], longest: int) -> Scanner:
    """A scanner at the first record: past the head of an answer that holds a list of them."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= 1 << 16:
            break
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip()
    found = _LIST.search(text[: 1 << 16]) if text.startswith(b"{") else None
    if found is None or b'"title"' in text[: found.start()]:
        return Scanner(_chain([head], blocks), longest)
    return Scanner(_chain([text[found.end() :].replace(b"[", b"", 1)], blocks), longest, inside=True)


def _all(values: list[Any], data: bytes, origin: Origin, convert: Convert) -> Iterator[Entry]:
    lines: list[int] = []
    for number, value in enumerate(values):
        entries = convert(value, origin, 0)
        if len(entries) != 1 or not isinstance(entries[0], Paper):
            # Whatever is said of it needs its line.
            if not lines:
                scanner = _scanner(iter((data,)), origin.max_record)
                lines = [line for line, _, _ in scanner.elements()]
            entries = convert(value, origin, lines[number] if number < len(lines) else 1)
        yield from entries


def _each(scanner: Scanner, origin: Origin, convert: Convert) -> Iterator[Entry]:
    for line, text, fault in scanner.elements():
        try:
            value = load(text) if not fault else None
        except orjson.JSONDecodeError:
            fault = broken_json(text)
        if fault:
            yield rejected(origin, line, fault, text)
            continue
        inner = listed(value)
        for one in [value] if inner is None else inner:
            yield from convert(one, origin, line)


def starts_array(head: bytes) -> bool:
    """Whether the text is a JSON array of objects, as far as its beginning shows."""
    return re.match(rb"\[\s*(?:\{|\]|$)", head.removeprefix(BYTE_ORDER_MARK).lstrip()) is not None


def first_object(head: bytes) -> bytes:
    """The text of an array's first object, as much of it as the head holds."""
    return next((text for _, text, _ in Scanner(iter((head,))).elements() if text.startswith(b"{")), b"")
