"""Words as they are written, decided on the text of a paper: where positions do not tell which form stands where.

Most papers are settled by one look at the published text: plain text that has the word between spaces or points holds
it, and one that has its letters nowhere does not. The others are taken apart as the analysis does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from indexer.index.record.names import spelling
from indexer.index.schema import FIELDS, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import stem, tokens, words
from indexer.index.text.reading import as_read
from query.engines.patterns import word_test
from query.language.parts import Part, unaccented

Pair = tuple[str, str]
"""A folded word, and the same as read (empty where nobody asks for capitals)."""

# What is not in a text as read as it was published: LaTeX, entities, tags, scripts, furniture.
_MARKUP = re.compile(r"[\\&<${}~_^\[©\x80-\x9f]|^Abstract")
_BEFORE, _AFTER = r"(?:^|(?<=[ (\"]))", r"(?=[ ,;:)\"]|\.(?: |$)|$)"
_BETWEEN = r"(?:'s)?[^A-Za-z0-9]+"


class Reader:
    """Reads papers for parts in order, `slop` words apart at most."""

    def __init__(self, parts: Sequence[Part], slop: int) -> None:
        self._parts, self._slop = parts, slop
        self._tells = _look(parts, slop)
        self._tests = {stemmed: [_test(part, stemmed=stemmed) for part in parts] for stemmed in (False, True)}
        self._cased = any(part.spelling for part in parts)

    def holds(self, segment: Segment, doc: int, columns: Sequence[int], group: str) -> bool:
        """Whether a paper has the parts in one of its fields `columns`.

        `group` is that of the fields: words of texts are compared by their stems where any form will do.
        """
        for name in (FIELDS[column].name for column in columns):
            runs: list[list[Pair]] = []
            for text in _published(segment, doc, name):
                sure = self._tells(text)
                if sure:
                    return True
                if sure is None or name == "keywords":
                    runs.append(self._words(text if name == "authors" else as_read(text)))
            if name == "keywords":
                # A gap between keywords, as positions have it.
                runs = [[pair for run in runs for pair in (("", ""), *run)]]
            if any(_in_order(run, self._tests[group == TEXT], self._slop) for run in runs):
                return True
        return False

    def _words(self, text: str) -> list[Pair]:
        if self._cased and len(self._parts) == 1:
            return _around(text, self._parts[0])
        return _pairs(text, self._cased)


def _look(parts: Sequence[Part], slop: int) -> Callable[[str], bool | None]:
    """What a look at a published text tells: that it has the parts side by side, that it lacks them, or None: neither.

    Only words of ASCII letters that are sought as written are looked for.
    """
    plain = [part for part in parts if part.written and part.surface.isascii() and part.surface.isalpha()]
    every = len(plain) == len(parts)
    cased = [part.spelling for part in plain if part.spelling]
    whole = " ".join(_either_case(part.spelling, part.surface) for part in plain)
    certain = re.compile(f"{_BEFORE}{whole}{_AFTER}") if every else None
    # With capitals a word is compared as it stands; without, `don't` and `i.i.d.` lose their signs.
    loose = [_either_case(part.spelling, "[.']?".join(part.surface)) for part in plain]
    held = [re.compile(_BETWEEN.join(loose))] if every and slop == 1 else [re.compile(word) for word in loose]

    def look(text: str) -> bool | None:
        if _MARKUP.search(text) is not None:
            return None
        if not text.isascii():
            spelt = unaccented(text) if cased else ""
            return None if all(word in spelt for word in cased) else False
        if certain is not None and certain.search(text) is not None:
            return True
        return None if all(word.search(text) for word in held) else False

    return look


def _either_case(spelling: str, folded: str) -> str:
    return spelling or f"(?i:{folded})"


def _published(segment: Segment, doc: int, name: str) -> list[str]:
    """The texts of a field of a paper as they were published; of authors the names as read."""
    papers = segment.papers
    if name == "abstract":
        return [papers.abstract(doc)]
    if name == "keywords":
        return list(papers.rest(doc).get("keywords", ()))
    head = papers.head(doc)
    if name == "title":
        return [head["title"]]
    if name == "authors":
        return [spelling(author if isinstance(author, str) else author["name"]) for author in head.get("authors", ())]
    venue, published = segment.venue_names[segment.venues[doc]], head.get("venue", "")
    return [venue if published.casefold() == venue.casefold() else f"{venue} {published}"]


def _around(text: str, part: Part) -> list[Pair]:
    """The words of the pieces of a text, from space to space, that hold a part's letters."""
    found = [piece for piece in text.split() if part.spelling in unaccented(piece)]
    return [pair for piece in found for pair in _pairs(piece, True)]


def _pairs(text: str, cased: bool) -> list[Pair]:
    if cased:
        return [(token.text, text[token.start : token.end]) for token in tokens(text)]
    return [(word, "") for word in words(text)]


def _in_order(run: Sequence[Pair], tests: Sequence[Callable[[Pair], bool]], slop: int) -> bool:
    ends = {at for at, word in enumerate(run) if tests[0](word)}
    for test in tests[1:]:
        ends = {at for end in ends for at in range(end + 1, min(end + slop + 1, len(run))) if test(run[at])}
    return bool(ends)


def _test(part: Part, *, stemmed: bool) -> Callable[[Pair], bool]:
    if part.pattern is not None:
        means = word_test(part.pattern)
        return lambda word: means(word[0])
    if part.plain and stemmed:
        return lambda word: stem(word[0]) == part.stem
    if part.spelling:
        return lambda word: word[0] == part.surface and unaccented(word[1]) == part.spelling
    return lambda word: word[0] == part.surface
