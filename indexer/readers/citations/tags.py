"""Records of tagged lines: where one begins and ends, and what its tags say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

from indexer.index.record.values import Misfits
from indexer.readers.citations.strangers import FAULT, strangers
from indexer.readers.entries import MAX_REJECTED, Entry, Origin, entries_of, rejected, too_long
from indexer.readers.text_lines import decoded, text_chunks

Tags = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Syntax:
    """How records of a format lie in lines: what begins one, what ends one if anything does, what a tag looks like.

    `first` takes a line for the beginning of a record where none is open (a record without its opening tag). `tag`
    finds a line feed and a tag, as its group; the value goes on to the next one, and each further line of it goes on
    with the value, or where `repeats` says so of the tag, is another value. Patterns begin with the line feed, which is
    sought in C: with `^` they take six times as long.
    """

    start: re.Pattern[bytes]
    end: re.Pattern[bytes] | None
    tag: Callable[[str], re.Pattern[str]]
    marks: re.Pattern[bytes]
    """A line feed and the beginning of a line that may begin or end a record, which `start` and `end` then decide."""
    first: re.Pattern[bytes] | None = None
    repeats: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Open:
    """The record that is being collected: its line, its text so far, its length whether held or not."""

    line: int
    parts: list[bytes]
    size: int = 0

    def take(self, text: bytes, longest: int) -> None:
        if self.size <= longest:
            self.parts.append(text)
        self.size += len(text)


def cut(stream: BinaryIO, syntax: Syntax, origin: Origin) -> Iterator[tuple[int, bytes, str]]:
    """Line, text and fault of every record; of one that is longer than allowed the rest is not held."""
    longest = origin.max_record
    current: _Open | None = None
    for first_line, chunk in text_chunks(stream, origin):
        text = b"\n" + chunk
        at, number = 1, first_line
        for mark in syntax.marks.finditer(text):
            start = mark.start() + 1
            before = text[at:start]
            if current is None:
                yield from _of_others(before, number)
                current = _stray(before, number, syntax)
            elif before:
                current.take(before, longest)
            number += before.count(b"\n")
            line_end = text.find(b"\n", start) + 1 or len(text)
            line = text[start:line_end]
            at = start
            if syntax.start.match(line):
                if current is not None:
                    yield _finished(current, longest)
                current = _Open(number, [])
            elif syntax.end is not None and syntax.end.match(line):
                if current is not None:
                    current.take(line, longest)
                    yield _finished(current, longest)
                    current = None
                at = line_end
                number += line.count(b"\n")
        rest = text[at:]
        if current is None:
            yield from _of_others(rest, number)
            current = _stray(rest, number, syntax)
        elif rest:
            current.take(rest, longest)
    if current is not None:
        yield _finished(current, longest)


def _stray(text: bytes, number: int, syntax: Syntax) -> _Open | None:
    """The record that begins without its opening tag in what stands between records, if any does."""
    found = syntax.first.search(text) if syntax.first is not None and text else None
    if found is None:
        return None
    rest = text[found.start() :]
    return _Open(number + text.count(b"\n", 0, found.start()), [rest], len(rest))


def _of_others(text: bytes, number: int) -> Iterator[tuple[int, bytes, str]]:
    """The records of other formats in what stands between records."""
    starts = strangers(text) if text.strip() else []
    for start, end in pairwise([*starts, len(text)]):
        yield number + text.count(b"\n", 0, start), text[start:end].rstrip(), FAULT


def _finished(record: _Open, longest: int) -> tuple[int, bytes, str]:
    return record.line, b"".join(record.parts).rstrip(), too_long(longest) if record.size > longest + 1 else ""


def read(
    stream: BinaryIO, origin: Origin, syntax: Syntax, convert: Callable[[Tags, Misfits], dict[str, Any]]
) -> Iterator[Entry]:
    """The papers of a file; `convert` makes the canonical record of the tags of one."""
    for line, raw, fault in cut(stream, syntax, origin):
        if fault:
            yield rejected(origin, line, fault, raw[:MAX_REJECTED])
            continue
        text, warnings = decoded(raw, origin, line)
        misfits: Misfits = []
        yield from warnings
        yield from entries_of(convert(tags_of(text, syntax), misfits), origin, line, raw, misfits=misfits)


def tags_of(text: str, syntax: Syntax) -> Tags:
    """The values of every tag, in their order."""
    text = "\n" + text
    pattern = syntax.tag(text)
    found: Tags = {}
    # Its parts in turn: what stands before the first tag, then tags and values.
    pieces = iter(pattern.split(text)[1:])
    for tag, value in zip(pieces, pieces, strict=True):
        value = value.strip()
        if not value:
            continue
        lines = [line for row in value.split("\n") if (line := row.strip())] if "\n" in value else [value]
        if tag in syntax.repeats:
            found.setdefault(tag, []).extend(lines)
        else:
            found.setdefault(tag, []).append(" ".join(lines))
    return found


def first(tags: Tags, *names: str) -> str:
    """The first value of the first of these tags that has one."""
    return next((tags[name][0] for name in names if tags.get(name)), "")


def every(tags: Tags, *names: str) -> list[str]:
    """All values of the first of these tags that has any."""
    return next((tags[name] for name in names if tags.get(name)), [])


def parted(values: list[str]) -> list[str]:
    """Values in which semicolons part several."""
    return [text for value in values for part in value.split(";") if (text := part.strip())]


def rest(tags: Tags, read: frozenset[str], said: Iterable[Any] = ()) -> dict[str, Any]:
    """What no field of a record has: a text a tag, or a list where a tag stands several times.

    Tags that are `read` are said by the record in other words (names, types, pages); of all others, what the values
    of the record `said` hold word for word is left out.
    """
    known = {one for value in said for one in (value if isinstance(value, list) else (value,)) if type(one) is str}
    found: dict[str, Any] = {}
    for tag, values in tags.items():
        if tag not in read and (left := [value for value in values if value not in known]):
            found[tag] = left[0] if len(left) == 1 else left
    return found
