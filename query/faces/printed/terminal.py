"""What a terminal takes: its width, its styles, how wide a text stands in it, where its lines break."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any
from unicodedata import category, combining, east_asian_width

from indexer.index.late_pattern import late

DEFAULT_WIDTH = 80
# Lines beyond this are hard to follow from end to start.
_WIDEST, _NARROWEST = 120, 30

_STYLES = {"title": "1", "mark": "1;33", "dim": "2", "heading": "1;36", "bad": "1;31"}

# Escape sequences begin with a control character (C0 or C1), and marks of direction can turn a line around.
_UNSAFE = late("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPACING = "\t\n\v\f\r\u2028\u2029\x85"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Screen:
    """Where text goes: columns, and whether styles (bold, colour) may be used."""

    width: int = DEFAULT_WIDTH
    colour: bool = False

    @classmethod
    def of(cls, stream: IO[Any] | None) -> Screen:
        """The screen behind a stream: 80 columns without styles where it is no terminal.

        NO_COLOR and TERM=dumb turn styles off, COLUMNS sets the width.
        """
        terminal = is_terminal(stream)
        asked = terminal or os.environ.get("COLUMNS", "").isdigit()
        width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if asked else DEFAULT_WIDTH
        plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return cls(min(max(width, _NARROWEST), _WIDEST), terminal and not plain)

    def style(self, text: str, name: str) -> str:
        """The text in a style of the table, where styles may be used."""
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self.colour and text else text

    def wrapped(self, text: str, indent: str = "", style: str = "") -> Iterator[str]:
        """Lines of the screen's width, each indented and in one style."""
        for start, end in wrap(text, self.width - len(indent)):
            line = text[start:end]
            yield indent + (self.style(line, style) if style else line)

    def joined(self, parts: Sequence[str], between: str = " · ", indent: str = "") -> Iterator[str]:
        """Parts joined into lines that break between parts, or inside a part that is longer than a line."""
        # A comma stays at the end of its line, a sign with spaces on both sides goes.
        closing = between.rstrip() if between[:1].strip() else ""
        room = self.width - len(indent)
        line = ""
        for part in parts:
            candidate = line + between + part if line else part
            if line and display_width(candidate) + len(closing) > room:
                yield from self.wrapped(line + closing, indent)
                line = part
            else:
                line = candidate
        if line:
            yield from self.wrapped(line, indent)


def is_terminal(stream: IO[Any] | None) -> bool:
    """Whether a stream is a terminal; a closed one is none."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def safe(text: str) -> str:
    """The text with nothing in it that a terminal would obey: control and direction characters replaced."""
    if text.isprintable():
        return text
    return _UNSAFE.sub(lambda found: " " if found[0] in _SPACING else "\ufffd", text)


def display_width(text: str) -> int:
    """Columns a text takes: two for East Asian wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if character < "\u0300":
        return 1 if character != "\u00ad" else 0
    if combining(character) or "\u1160" <= character <= "\u11ff":
        return 0
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int) -> list[Span]:
    """Where the lines of a text begin and end: broken at spaces, around East Asian characters (which know no
    spaces), or inside a run that is wider than a line. The spaces at which it breaks are in no line.
    """
    width = max(width, 2)
    lines: list[Span] = []
    start, end = 0, 0
    for first, last in _units(text, width):
        if not end:
            start = first
        elif display_width(text[start:last]) > width:
            lines.append((start, end))
            start = first
        end = last
    return [*lines, (start, end)] if end else lines


def _units(text: str, width: int) -> Iterator[Span]:
    """What is not broken, each of at most a line's width."""
    for found in re.finditer("[^ ]+", text):
        first, last = found.span()
        if text.isascii() and last - first <= width:
            yield first, last
            continue
        used = 0
        wide = False
        for at in range(first, last):
            columns = _columns(text[at])
            breaks = columns == 2 or (wide and columns and text[at].isalnum())
            if at > first and columns and (breaks or used + columns > width):
                yield first, at
                first, used = at, 0
            used += columns
            wide = columns == 2 or (wide and not columns)
        yield first, last
