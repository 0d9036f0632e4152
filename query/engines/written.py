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
from indexer.index.text.folding import fold_for_words
from indexer.index.text.reading import as_read
from query.engines.patterns import word_test
from query.language.parts import Part, unaccented

Pair = tuple[str, str]
"""A folded word, and the same as read (empty where nobody asks for capitals)."""

# What may stand otherwise in a text as read than as it was published: LaTeX, entities, tags, scripts, furniture.
_MARKUP = "\\&<${}~_^[©"
_MISREAD = re.compile("[\x80-\x9f]")
_COMMAND = re.compile(r"[\\<]|&[#A-Za-z]|[\x80-\x9f]")
"""What is read as letters that are not written, or joins those between which it stands."""
_HEADING, _NEAR = len("Abstract unavailable."), 40
_PAIRS = (("{", "}"), ("<", ">"), ("[", "]"))
_BEFORE, _AFTER = r"(?:^|(?<=[ (\"/-]))", r"(?=[ ,;:)\"/?!-]|\.(?: |$)|$)"
_POSSESSIVE = r"(?='s\b)"
_BETWEEN = r"(?:'s)?[^A-Za-z0-9]+"
_LETTERS_ALONE = {code: None for code in range(128) if not chr(code).isalnum()}


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
    small = not cased
    whole = " ".join(part.surface if small else _either_case(part.spelling, part.surface) for part in plain)
    # In capitals `LSTM's` is not LSTM.
    ends = f"(?:{_AFTER}|{_POSSESSIVE})" if small else _AFTER
    certain = re.compile(f"{_BEFORE}{whole}{ends}") if every else None
    # With capitals a word is compared as it stands; without, `don't` and `i.i.d.` lose their signs.
    loose = [_either_case(part.spelling, "[.']?".join(part.surface)) for part in plain]
    held = [re.compile(_BETWEEN.join(loose))] if every and slop == 1 else [re.compile(word) for word in loose]
    letters = [part.surface for part in plain]

    def look(text: str) -> bool | None:
        lowered = text.lower() if small else text
        marked = any(sign in text for sign in _MARKUP) or text.startswith("Abstract")
        marked = marked or (not text.isascii() and _MISREAD.search(text) is not None)
        if not marked and text.isascii() and any(word not in _joined(lowered) for word in letters if small):
            return False
        found = certain.search(lowered) if certain is not None else None
        # Outside of all braces, tags and brackets what stands between spaces is read as it stands.
        if found is not None and (not marked or _is_outside(lowered, found.start())):
            return True
        if marked or not text.isascii():
            return None if _COMMAND.search(text) is not None else _if_held(text)
        return None if all(word.search(text) for word in held) else False

    def _if_held(text: str) -> bool | None:
        """That a text without commands lacks a part whose letters it has nowhere, not even with signs between them."""
        if any(word not in unaccented(text) for word in cased):
            return False
        alone = fold_for_words(text).translate(_LETTERS_ALONE)
        return None if all(word in alone for word in letters) else False

    return look


def _joined(text: str) -> str:
    """A text of ASCII without what may stand inside a word."""
    return text.replace(".", "").replace("'", "")


def _is_outside(text: str, at: int) -> bool:
    """Whether a place in a text is outside of its heading, braces, tags, brackets and formulas, and no command near."""
    return (
        at > _HEADING
        and "%" not in text
        and "\\" not in text[max(0, at - _NEAR) : at]
        and not text.count("$", 0, at) % 2
        and all(text.count(opens, 0, at) == text.count(closes, 0, at) for opens, closes in _PAIRS)
    )


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
