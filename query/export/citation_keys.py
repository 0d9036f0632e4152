"""Citation keys: `vaswani2017attention`, with a letter only where two papers of a collection would share one."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import Formatter

from indexer.index.errors import UsageError
from indexer.index.record.paper import Author, Paper
from indexer.index.text.analysis import STOP_WORDS, words
from indexer.index.text.reading import as_shown
from query.export.lines import one_line
from query.export.person import Person, split_name
from query.export.style import Style

_LITERAL = re.compile(r"[A-Za-z0-9:_./+-]*")
_LONGEST = 40


def person(author: Author) -> Person:
    """The parts of an author's name as shown."""
    return split_name(one_line(as_shown(author.name)))


def surname(paper: Paper) -> str:
    """The family name of the first author as words, folded to plain letters: `van der berg`."""
    return " ".join(words(person(paper.authors[0]).family)) if paper.authors else ""


def title_word(paper: Paper) -> str:
    """The first word of the title that means something, folded; empty where none has a plain letter or digit."""
    return next(iter(_title_words(paper)), "")


def _title_words(paper: Paper) -> list[str]:
    return [word for word in words(as_shown(paper.title[:2000])) if word not in STOP_WORDS and ascii_part(word)]


def ascii_part(text: str) -> str:
    """The plain letters and digits of a folded text, at most 40."""
    return re.sub("[^a-z0-9]", "", text)[:_LONGEST]


def _year(paper: Paper) -> str:
    return "" if paper.year is None else str(paper.year)


_PARTS: dict[str, Callable[[Paper], str]] = {
    "author": lambda paper: ascii_part(surname(paper)),
    "year": _year,
    "yy": lambda paper: _year(paper)[2:],
    "word": lambda paper: ascii_part(title_word(paper)),
    "title": lambda paper: "".join(map(ascii_part, _title_words(paper)[:3])),
    "venue": lambda paper: ascii_part("".join(words(as_shown(paper.venue)))),
    "id": lambda paper: re.sub(r"[^A-Za-z0-9:_./+-]", "-", paper.id),
}


def check_key_format(key_format: str) -> None:
    """Raise UsageError for a format with other parts than these, or with signs that no citation key may hold."""
    known = ", ".join(f"{{{name}}}" for name in _PARTS)
    try:
        pieces = list(Formatter().parse(key_format))
    except ValueError as error:
        raise UsageError(f"--key-format {key_format!r} cannot be read: {error}; its parts are {known}") from error
    for literal, name, spec, conversion in pieces:
        if not _LITERAL.fullmatch(literal):
            raise UsageError(f"--key-format {key_format!r}: keys hold letters, digits and :_./+- only, not {literal!r}")
        if name is not None and (name.lower() not in _PARTS or spec or conversion):
            raise UsageError(f"--key-format {key_format!r} has no part {{{name}}}; there are {known}")
    if not any(name for _, name, _, _ in pieces):
        raise UsageError(f"--key-format {key_format!r} would give every paper one key; its parts are {known}")


def parts_of(key_format: str) -> frozenset[str]:
    """The parts that a format has, in lower case."""
    return frozenset(name.lower() for _, name, _, _ in Formatter().parse(key_format) if name)


def base_key(paper: Paper, key_format: str) -> str:
    """The key before any letter; a part with a capital (`{Author}`) begins with one. Empty: `paper`."""
    made = []
    for literal, name, _, _ in Formatter().parse(key_format):
        made.append(literal)
        if name:
            part = _PARTS[name.lower()](paper)
            made.append(part[:1].upper() + part[1:] if name[0].isupper() else part)
    return "".join(made) or "paper"


class Keys:
    """Gives each paper of an export its key; no two get the same."""

    def __init__(self, style: Style) -> None:
        self._style = style
        self._used: dict[str, str] = {}

    def __call__(self, paper: Paper) -> str:
        """The key of a paper: with no letter for the first by id of those that share it, a, b, ... for the others."""
        base = base_key(paper, self._style.key_format)
        twins = self._style.twins(paper) if self._style.twins else ()
        place = twins.index(paper.id) if paper.id in twins else 0
        while self._used.setdefault(key := base + _letters(place), paper.id) != paper.id:
            place += 1
        return key


def _letters(place: int) -> str:
    """Nothing, a, b, ..., z, aa, ab, ..."""
    found = ""
    while place:
        place, last = divmod(place - 1, 26)
        found = chr(ord("a") + last) + found
    return found
