"""The passage of a text in which the words of a query stand, with those words marked.

Everything builds on `marked`: segments of the text as shown, each matched or not. `snippet` and `highlight`
are the same as HTML. What has to stay whole stays whole: words, letters with their accents, `$...$`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import NamedTuple
from unicodedata import category

from indexer.index.analysis import stem, tokens, words
from indexer.index.text import as_shown

WIDTH = 240

# The passage is sought in pieces of a text of this many characters, and the first piece with a match has it:
# so a match at the head of a book is found without reading the book.
_PIECE = 20_000
# A formula longer than this is read as loose dollars, lest one snippet show pages.
_LONGEST_FORMULA = 1000

_FORMULA = re.compile(
    rf"\$\$(?:[^$\\]|\\.){{1,{_LONGEST_FORMULA}}}\$\$|\$(?:[^$\\]|\\.){{1,{_LONGEST_FORMULA}}}\$", re.DOTALL
)
_CHUNK = re.compile(r"\S+")
# Where a word of the index may be written otherwise than by its own letters.
_DISGUISED = re.compile("[^\x00-\x7f]+|'")
_SENTENCE_END = re.compile(r"[.!?。！？][\"')\]”’»]*\Z")
_ABBREVIATION = re.compile(r"(?:\W|\A)(?:[A-Za-z]|e\.g|i\.e|al|vs|cf|resp|etc|Figs?|Eqs?|Secs?|Thm|Dr|Prof|St)\.\Z")
_SENTENCE_START = re.compile(r"[\"'(\[“‘«]*(?:[^\W\d_a-z]|[0-9$])")

Span = tuple[int, int]


class _Match(NamedTuple):
    """A place to mark, and the stem or word it counts for."""

    start: int
    end: int
    key: str


def snippet(text: str, stems: frozenset[str], *, match: Callable[[str], bool] | None = None, width: int = WIDTH) -> str:
    """The best passage of a published text as HTML: `... an <mark>implicit</mark> bias ...`.

    See `marked` for the arguments. Everything but `<mark>` is escaped. An empty text gives an empty string.
    """
    return _html(marked(text, stems, match=match, width=width))


def highlight(text: str, stems: frozenset[str], *, match: Callable[[str], bool] | None = None) -> str:
    """The whole of a published text, such as a title, as HTML with its matched words in `<mark>`."""
    return _html(marked(text, stems, match=match, width=None))


def marked(
    text: str, stems: frozenset[str], *, match: Callable[[str], bool] | None = None, width: int | None = WIDTH
) -> list[tuple[str, bool]]:
    """The best passage of a published text, as shown, in segments; True marks those that match.

    A word matches if its stem is in `stems` or `match` holds of the folded word (prefixes, wildcards, fuzzy
    words). The passage has at most `width` characters beside the `...` at its cut ends (None: the whole
    text), unless one word or formula alone is longer. It has the most different words that match, the
    earliest such passage, whole sentences where they fit; without a match it is the start of the text. A
    formula is marked whole.
    """
    shown = as_shown(text).strip()
    formulas = [found.span() for found in _FORMULA.finditer(shown)] if "$" in shown else []
    if width is None or len(shown) <= width:
        found = [place for piece in _pieces(shown) for place in _matches(shown, piece, stems, match)]
        return _segments(shown, (0, len(shown)), _whole_formulas(shown, found, formulas))
    found = next(filter(None, (_matches(shown, piece, stems, match) for piece in _pieces(shown))), [])
    found = _whole_formulas(shown, found, formulas)
    start, end = _passage(shown, found, formulas, width)
    opening = [("... ", False)] if start > 0 else []
    closing = [(" ...", False)] if end < len(shown) else []
    return opening + _segments(shown, (start, end), found) + closing


def _html(segments: list[tuple[str, bool]]) -> str:
    return "".join(f"<mark>{escape(part)}</mark>" if matched else escape(part) for part, matched in segments)


def _segments(text: str, passage: Span, found: Sequence[_Match]) -> list[tuple[str, bool]]:
    position, end = passage
    segments = []
    for place in found:
        if place.start >= position and place.end <= end:
            segments += [(text[position : place.start], False), (text[place.start : place.end], True)]
            position = place.end
    segments.append((text[position:end], False))
    return [segment for segment in segments if segment[0]]


# --- matches ------------------------------------------------------------------------------------------------


def _pieces(text: str) -> Iterator[Span]:
    """The text in pieces of about `_PIECE` characters that end at white space where there is any."""
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        if end < len(text):
            space = text.rfind(" ", start, end)
            end = space if space > start else end
        yield start, end
        start = end


def _matches(text: str, piece: Span, stems: frozenset[str], match: Callable[[str], bool] | None) -> list[_Match]:
    """The words in a piece of the text that match, in order, none overlapping."""
    offset, end = piece
    part = text[offset:end]
    keys = _matching_words(part, stems, match)
    if not keys:
        return []
    found: list[_Match] = []
    for start, end in _candidates(part, keys):
        for word, first, last in tokens(part[start:end]):
            if word in keys and (not found or offset + start + first >= found[-1].end):
                found.append(_Match(offset + start + first, offset + start + last, keys[word]))
    return found


def _matching_words(text: str, stems: frozenset[str], match: Callable[[str], bool] | None) -> dict[str, str]:
    """Each different word of the text that matches, with what it counts for: its stem, else itself."""
    vocabulary = set(words(text))
    keys = {word: key for word in vocabulary if (key := _stem(word)) in stems}
    if match is not None:
        keys |= {word: word for word in vocabulary if word not in keys and match(word)}
    return keys


# The ten hits of a page share most of their words.
_stem = lru_cache(maxsize=1 << 14)(stem)


def _candidates(text: str, keys: dict[str, str]) -> Iterator[Span]:
    """The runs without white space that may hold one of the words: only these are worth taking apart."""
    # One character for one: İ is the only letter that another number of letters are the lower case of.
    lowered = text.replace("İ", "I").lower()
    places = [found.start() for found in _DISGUISED.finditer(text)]
    for word in keys:
        place = lowered.find(word)
        while place >= 0:
            places.append(place)
            place = lowered.find(word, place + len(word))
    end = 0
    for place in sorted(places):
        if place < end or text[place].isspace():
            continue
        start = place
        while start > end and not text[start - 1].isspace():
            start -= 1
        chunk = _CHUNK.match(text, start)
        end = chunk.end() if chunk else place + 1
        yield start, end


def _whole_formulas(text: str, found: Sequence[_Match], formulas: Sequence[Span]) -> list[_Match]:
    """The matches, those inside a formula widened to all of it; names of LaTeX commands are no words."""
    if not formulas:
        return list(found)
    widened: list[_Match] = []
    for place in found:
        formula = _formula_at(place.start, formulas) or _formula_at(place.end - 1, formulas)
        if formula is None:
            widened.append(place)
        elif text[place.start - 1] != "\\" and (not widened or widened[-1].end <= formula[0]):
            widened.append(_Match(min(place.start, formula[0]), max(place.end, formula[1]), place.key))
    return widened


def _formula_at(position: int, formulas: Sequence[Span]) -> Span | None:
    index = bisect_right(formulas, position, key=lambda span: span[0]) - 1
    return formulas[index] if index >= 0 and formulas[index][0] <= position < formulas[index][1] else None


# --- the passage --------------------------------------------------------------------------------------------


def _passage(text: str, found: Sequence[_Match], formulas: Sequence[Span], width: int) -> Span:
    """Where to cut: the best matches, with whole sentences around them as far as they fit."""
    core_start, core_end = _densest(found, width) if found else (0, 1)
    core_end = min(core_end, core_start + width + _LONGEST_FORMULA)
    units = _units(text, core_start, core_end, formulas, width)
    first = next(i for i, unit in enumerate(units) if unit[1] > core_start)
    last = next((i for i, unit in enumerate(units) if unit[1] >= core_end), len(units) - 1)

    def fits(begin: int, end: int) -> bool:
        return units[end][1] - units[begin][0] <= width

    begins = [i for i in range(first + 1) if _begins_sentence(text, units, i) and fits(i, last)]
    begin = begins[-1] if begins else first
    if not begins:
        room = (width - (units[last][1] - units[first][0])) // 2
        while begin > 0 and units[first][0] - units[begin - 1][0] <= room:
            begin -= 1
    end = last
    while end + 1 < len(units) and fits(begin, end + 1):
        end += 1
    ends = [i for i in range(last, end + 1) if i + 1 < len(units) and _begins_sentence(text, units, i + 1)]
    if units[end][1] < len(text) and ends and units[ends[-1]][1] - units[begin][0] >= width // 2:
        end = ends[-1]
    elif units[end][1] == len(text):
        while begin > 0 and fits(begin - 1, end):
            begin -= 1
    return units[begin][0], units[end][1]


def _densest(found: Sequence[_Match], width: int) -> Span:
    """The earliest place of `width` characters where the most different words match."""
    within: Counter[str] = Counter()
    best, best_count, left = (found[0].start, found[0].end), 0, 0
    for place in found:
        within[place.key] += 1
        while place.end - found[left].start > width and found[left] is not place:
            within[found[left].key] -= 1
            if not within[found[left].key]:
                del within[found[left].key]
            left += 1
        if len(within) > best_count:
            best, best_count = (found[left].start, place.end), len(within)
    return best


def _begins_sentence(text: str, units: Sequence[Span], index: int) -> bool:
    start = units[index][0]
    if start == 0:
        return True
    if index == 0:
        return False
    before = text[units[index - 1][0] : units[index - 1][1]]
    if before[-1].isalnum() or before[-1] in ",;:":
        return False
    return bool(
        _SENTENCE_END.search(before) and not _ABBREVIATION.search(before) and _SENTENCE_START.match(text, start)
    )


def _units(text: str, core_start: int, core_end: int, formulas: Sequence[Span], width: int) -> list[Span]:
    """What may not be cut, around the core: runs without white space, formulas with what touches them.

    Runs longer than `width` are taken apart, between words where they have several (Chinese has no spaces).
    """
    start = _start_of_run(text, max(0, core_start - width), formulas, width)
    end = min(len(text), core_end + 2 * width)
    runs = [run.span() for run in _CHUNK.finditer(text, start, end)]
    if formulas or not text[start:end].isascii():
        runs = _joined(text, runs, formulas)
    units: list[Span] = []
    for run in runs:
        units += [run] if run[1] - run[0] <= width else _taken_apart(text, *run, formulas, width)
    if end < len(text) and len(units) > 1 and units[-1][1] >= end:
        # This one may go on beyond the end, and so far from the core it is not needed.
        units.pop()
    return units


def _joined(text: str, runs: Sequence[Span], formulas: Sequence[Span]) -> list[Span]:
    """The runs, those in one that white space inside a formula, or before a lone accent, had parted."""
    joined: list[Span] = []
    for start, end in runs:
        if joined and (_formula_at(start - 1, formulas) or _joins_on(text, start)):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    if joined:
        formula = _formula_at(joined[-1][1], formulas)
        joined[-1] = (joined[-1][0], max(joined[-1][1], formula[1] if formula else 0))
    return joined


def _start_of_run(text: str, position: int, formulas: Sequence[Span], width: int) -> int:
    lowest = max(0, position - 2 * width)
    while position > lowest:
        formula = _formula_at(position, formulas)
        if formula is not None and formula[0] < position:
            position = formula[0]
            continue
        if text[position - 1].isspace() and not _joins_on(text, position):
            break
        position -= 1
    while position > 0 and _is_inside_character(text, position):
        position -= 1
    return position


def _taken_apart(text: str, start: int, end: int, formulas: Sequence[Span], width: int) -> list[Span]:
    units: list[Span] = []
    position = start
    while position < end:
        formula = _formula_at(position, formulas)
        after = formula[1] if formula is not None else position + 1
        while after < end and formula is None and after - position < width and _is_inside_word(text, after):
            after += 1
        while after < end and _is_inside_character(text, after):
            after += 1
        units.append((position, after))
        position = after
    return units


def _is_inside_word(text: str, position: int) -> bool:
    before, after = text[position - 1], text[position]
    return _is_inside_character(text, position) or (
        before.isalnum() and after.isalnum() and max(before, after) < "\u3040"
    )


def _is_inside_character(text: str, position: int) -> bool:
    """True between a letter and its accents, the parts of a joined emoji, the halves of a surrogate pair."""
    return _joins_on(text, position) or (text[position - 1] == "\u200d") or ("\ud800" <= text[position - 1] <= "\udbff")


def _joins_on(text: str, position: int) -> bool:
    """True if the character here belongs to the one before: accents, joiners, selectors, skin tones."""
    if position >= len(text) or text[position].isascii():
        return False
    character = text[position]
    return category(character)[0] == "M" or category(character) == "Cf" or "\U0001f3fb" <= character <= "\U0001f3ff"
