"""Records of tagged lines: where one begins and ends, and what its tags say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from indexer.index.record.values import Misfits
from indexer.readers.entries import MAX_REJECTED, Entry, Origin, entries_of, rejected, too_long
from indexer.readers.text_lines import decoded, text_lines

Tags = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Syntax:
    """How records of a format lie in lines: what begins one, what ends one if anything does, what a tag looks like.

    `first` takes a line for the beginning of a record where none is open (a record without its opening tag). `tag` has
    the groups tag and value; a line that it does not match goes on with the value before, or where `repeats` says so
    of the tag, is another value.
    """

    start: re.Pattern[bytes]
    end: re.Pattern[bytes] | None
    tag: Callable[[str], re.Pattern[str]]
    marks: frozenset[bytes]
    """The two bytes with which lines begin that may begin or end a record: a look at them saves most lines the rest."""
    first: re.Pattern[bytes] | None = None
    repeats: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Open:
    line: int
    parts: list[bytes]
    size: int = 0


def cut(stream: BinaryIO, syntax: Syntax, origin: Origin) -> Iterator[tuple[int, bytes, bool]]:
    """Line and text of every record, and whether it was longer than allowed, of which the rest is not held."""
    current: _Open | None = None
    for number, line in text_lines(stream, origin):
        marked = line.lstrip(b" \t")[:2] in syntax.marks
        begins = marked and syntax.start.match(line) is not None
        if current is not None and begins:
            yield _finished(current, origin)
            current = None
        if current is None:
            if not begins and (syntax.first is None or not syntax.first.match(line)):
                continue
            if syntax.end is not None and syntax.end.match(line):
                continue
            current = _Open(number, [])
        if current.size <= origin.max_record:
            current.parts.append(line)
        current.size += len(line) + 1
        if marked and syntax.end is not None and syntax.end.match(line):
            yield _finished(current, origin)
            current = None
    if current is not None:
        yield _finished(current, origin)


def _finished(record: _Open, origin: Origin) -> tuple[int, bytes, bool]:
    return record.line, b"\n".join(record.parts).rstrip(), record.size > origin.max_record + 1


def read(
    stream: BinaryIO, origin: Origin, syntax: Syntax, convert: Callable[[Tags, Misfits], dict[str, Any]]
) -> Iterator[Entry]:
    """The papers of a file; `convert` makes the canonical record of the tags of one."""
    for line, raw, long in cut(stream, syntax, origin):
        if long:
            yield rejected(origin, line, too_long(origin.max_record), raw[:MAX_REJECTED])
            continue
        text, warnings = decoded(raw, origin, line)
        misfits: Misfits = []
        yield from warnings
        yield from entries_of(convert(tags_of(text, syntax), misfits), origin, line, raw, misfits=misfits)


def tags_of(text: str, syntax: Syntax) -> Tags:
    """The values of every tag, in their order."""
    pattern = syntax.tag(text)
    found: Tags = {}
    values: list[str] = []
    tag = ""
    for line in text.split("\n"):
        match = pattern.match(line)
        if match is not None:
            tag = match[1]
            values = found.setdefault(tag, [])
            values.append((match[2] or "").strip())
        elif values and (more := line.strip()):
            if tag in syntax.repeats:
                values.append(more)
            else:
                values[-1] = f"{values[-1]} {more}" if values[-1] else more
    return {name: kept for name, texts in found.items() if (kept := [text for text in texts if text])}


def first(tags: Tags, *names: str) -> str:
    """The first value of the first of these tags that has one."""
    return next((tags[name][0] for name in names if tags.get(name)), "")


def every(tags: Tags, *names: str) -> list[str]:
    """All values of the first of these tags that has any."""
    return next((tags[name] for name in names if tags.get(name)), [])


def parted(values: list[str]) -> list[str]:
    """Values in which semicolons part several."""
    return [text for value in values for part in value.split(";") if (text := part.strip())]


def rest(tags: Tags, used: frozenset[str]) -> dict[str, Any]:
    """What no field of a record has: a text a tag, or a list where a tag stands several times."""
    return {tag: values[0] if len(values) == 1 else values for tag, values in tags.items() if tag not in used}
