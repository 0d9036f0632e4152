"""JSON arrays of records, read whole where they are small and sound, else object by object.

A broken object costs itself: reading goes on where the next object begins.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import orjson

from indexer.index.errors import SourceError
from indexer.index.record.paper import Paper
from indexer.readers.entries import (
    Entry,
    Format,
    Origin,
    add_type,
    broken_json,
    entries_of,
    rejected,
)
from indexer.readers.inputs import blocks_of
from indexer.readers.jsonl import BYTE_ORDER_MARK

Convert = Callable[[Any, Origin, int], Sequence[Entry]]
"""What makes entries of a parsed value; its last argument is the line where the value begins."""

_WHOLE = 1 << 25
"""Bytes up to which a sound array is parsed in one go: 182 conference lists take 3 s so and 6 s by the scanner."""

_SPACE = re.compile(rb"[\s,]*")
_TOKEN = re.compile(rb'"[^"\\\n]*(?:\\.[^"\\\n]*)*("?)|[{}\[\]]', re.DOTALL)
_JUNK = re.compile(rb"[^,{\]]+|\[")
_CLOSES = {b"}": b"{", b"]": b"["}


class _Scanner:
    """Cuts an array that comes in blocks into its objects, without parsing them."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._buffer = b""
        self._at = 0
        self._line = 1
        self._next_record: re.Pattern[bytes] | None = None

    def elements(self) -> Iterator[tuple[int, bytes, str]]:
        """Line, text and fault (empty where there is none that the scanner can see) of every element."""
        if not self._skip():
            return
        if self._buffer.startswith(BYTE_ORDER_MARK):
            self._pass(len(BYTE_ORDER_MARK))
            self._skip()
        if self._buffer[self._at : self._at + 1] == b"[":
            self._pass(self._at + 1)
        while self._skip():
            first = self._buffer[self._at : self._at + 1]
            if first == b"{":
                yield self._object()
            elif first == b"]":
                self._pass(self._at + 1)
                if self._skip():
                    text = b"".join((self._buffer[self._at :], *self._blocks))
                    yield self._line, text, "text after the end of the list"
                return
            else:
                yield self._junk()
        yield self._line, b"", "the list is not closed: the file may have been cut short"

    def _more(self) -> bool:
        """Read on, as much again as is held, so that a huge object is looked at a few times only."""
        wanted = max(1, len(self._buffer) - self._at)
        parts = [self._buffer[self._at :]]
        self._at = 0
        while wanted > 0 and (block := next(self._blocks, b"")):
            parts.append(block)
            wanted -= len(block)
        self._buffer = b"".join(parts)
        return len(parts) > 1

    def _pass(self, end: int) -> bytes:
        text = self._buffer[self._at : end]
        self._line += text.count(b"\n")
        self._at = end
        return text

    def _skip(self) -> bool:
        """Go over white space and commas; whether anything follows."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._pass(found.end() if found else self._at)
            if self._at < len(self._buffer):
                return True
            if not self._more():
                return False

    def _junk(self) -> tuple[int, bytes, str]:
        line = self._line
        found = _JUNK.match(self._buffer, self._at)
        text = self._pass(found.end() if found else self._at + 1)
        return line, text.strip(), "not a record: an object is wanted here"

    def _object(self) -> tuple[int, bytes, str]:
        line = self._line
        if self._next_record is None:
            self._next_record = self._how_records_begin()
        end = self._end()
        while end == 0:
            if not self._more():
                break
            end = self._end()
        if end > 0:
            return line, self._pass(end), ""
        while (found := self._next_record.search(self._buffer, self._at + 1)) is None:
            if not self._more():
                text = self._pass(len(self._buffer))
                return (
                    line,
                    text.strip(),
                    "the list ends in the middle of this record, or a bracket or quote is missing",
                )
        return line, self._pass(found.end()).strip(b" \t\r\n,"), "a bracket or quote is missing in this record"

    def _how_records_begin(self) -> re.Pattern[bytes]:
        """Where the next record is found after a broken one: an object as far from the margin as the first."""
        margin = self._buffer[self._buffer.rfind(b"\n", 0, self._at) + 1 : self._at]
        if self._line > 1 and not margin.strip():
            return re.compile(rb"\n" + margin + rb"(?=\{)")
        return re.compile(rb"\}\s*,?\s*(?=\{)")

    def _end(self) -> int:
        """Where the object that begins here ends; 0 where more must be read to know, -1 where it is broken."""
        open_: list[bytes] = []
        for token in _TOKEN.finditer(self._buffer, self._at):
            text = token[0]
            if text in (b"{", b"["):
                open_.append(text)
            elif text in _CLOSES:
                if open_.pop() != _CLOSES[text]:
                    return -1
                if not open_:
                    return token.end()
            elif not token[1]:
                return -1 if self._buffer[token.end() : token.end() + 1] == b"\n" else 0
        return 0


def read_array(stream: BinaryIO, origin: Origin, convert: Convert) -> Iterator[Entry]:
    """The entries of an array. A SourceError of the stream is raised after the entries before it."""
    failures: list[SourceError] = []
    blocks = _until_failure(blocks_of(stream), failures)
    held: list[bytes] = []
    size = 0
    for block in blocks:
        held.append(block)
        size += len(block)
        if size > _WHOLE:
            break
    else:
        data = b"".join(held)
        held = [data]
        values = _parsed(data)
        if values is not None:
            yield from _all(values, data, origin, convert)
            return
    yield from _each(_chain(held, blocks), origin, convert)
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


def _parsed(data: bytes) -> list[Any] | None:
    try:
        values = orjson.loads(data.removeprefix(BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return None
    return values if isinstance(values, list) and all(type(value) is dict for value in values) else None


def _all(values: list[Any], data: bytes, origin: Origin, convert: Convert) -> Iterator[Entry]:
    lines: list[int] = []
    for number, value in enumerate(values):
        entries = convert(value, origin, 0)
        if len(entries) != 1 or not isinstance(entries[0], Paper):
            # Whatever is said of it needs its line.
            if not lines:
                lines = [line for line, _, _ in _Scanner(iter((data,))).elements()]
            entries = convert(value, origin, lines[number])
        yield from entries


def _each(blocks: Iterator[bytes], origin: Origin, convert: Convert) -> Iterator[Entry]:
    for line, text, fault in _Scanner(blocks).elements():
        try:
            value = orjson.loads(text) if not fault else None
        except orjson.JSONDecodeError:
            fault = broken_json(text)
        if fault:
            yield rejected(origin, line, fault, text)
        else:
            yield from convert(value, origin, line)


def _convert(record: Any, origin: Origin, line: int) -> Sequence[Entry]:
    add_type(record)
    return entries_of(record, origin, line)


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of an array of canonical records."""
    return read_array(stream, origin, _convert)


def starts_array(head: bytes) -> bool:
    """Whether the text is a JSON array of objects, as far as its beginning shows."""
    return re.match(rb"\[\s*(?:\{|\]|$)", head.removeprefix(BYTE_ORDER_MARK).lstrip()) is not None


def first_object(head: bytes) -> bytes:
    """The text of an array's first object, as much of it as the head holds."""
    for _, text, _ in _Scanner(iter((head,))).elements():
        return text
    return b""


FORMAT = Format(
    "json",
    "a JSON array of canonical records",
    lambda head, name: starts_array(head),
    by_line=False,
    read_whole=read_whole,
)
