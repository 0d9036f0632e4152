"""Which passage of a long text to show, and where it may be cut."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import category

from indexer.index.late_pattern import late

# A formula longer than this is read as loose dollars, lest one snippet show pages.
_LONGEST_FORMULA = 1000

FORMULA = late(rf"\$\$(?:[^$\\]|\\.){{1,{_LONGEST_FORMULA}}}\$\$|\$(?:[^$\\]|\\.){{1,{_LONGEST_FORMULA}}}\$", re.DOTALL)
_CHUNK = late(r"\S+")
_SENTENCE_END = late(r"[.!?。！？][\"')\]”’»]*\Z")
_ABBREVIATION = late(r"(?:\W|\A)(?:[A-Za-z]|e\.g|i\.e|al|vs|cf|resp|etc|Figs?|Eqs?|Secs?|Thm|Dr|Prof|St)\.\Z")
_SENTENCE_START = late(r"[\"'(\[“‘«]*(?:[^\W\d_a-z]|[0-9$])")

Span = tuple[int, int]


class Match(NamedTuple):
    """A place to mark, and the stem or word it counts for."""

    start: int
    end: int
    key: str


def formula_at(position: int, formulas: Sequence[Span]) -> Span | None:
    """The formula in which the position stands; `formulas` are ascending."""
    index = bisect_right(formulas, position, key=lambda span: span[0]) - 1
    return formulas[index] if index >= 0 and formulas[index][0] <= position < formulas[index][1] else None


def passage(text: str, found: Sequence[Match], formulas: Sequence[Span], width: int) -> Span:
    """Where to cut: the best matches, with whole sentences around them as far as they fit.

    `found` and `formulas` are ascending places of `text`, which is longer than `width`.
    """
    core_start, core_end = _densest(found, width) if found else (0, 1)
    core_end = min(core_end, core_start + width + _LONGEST_FORMULA)
    units = _units(text, core_start, core_end, formulas, width)
    stops = [unit[1] for unit in units]
    first = bisect_right(stops, core_start)
    last = min(bisect_left(stops, core_end), len(units) - 1)

    def fits(begin: int, end: int) -> bool:
        return units[end][1] - units[begin][0] <= width

    begin = first
    while begin >= 0 and fits(begin, last) and not _begins_sentence(text, units, begin):
        begin -= 1
    if begin < 0 or not fits(begin, last):
        begin = first
        room = (width - (units[last][1] - units[first][0])) // 2
        while begin > 0 and units[first][0] - units[begin - 1][0] <= room:
            begin -= 1
    end = last
    while end + 1 < len(units) and fits(begin, end + 1):
        end += 1
    if units[end][1] < len(text):
        at = min(end, len(units) - 2)
        while at >= last and not _begins_sentence(text, units, at + 1):
            at -= 1
        if at >= last and units[at][1] - units[begin][0] >= width // 2:
            end = at
    else:
        while begin > 0 and fits(begin - 1, end):
            begin -= 1
    return units[begin][0], units[end][1]


def _densest(found: Sequence[Match], width: int) -> Span:
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
    stop = units[index - 1][1]
    if text[stop - 1].isalnum() or text[stop - 1] in ",;:":
        return False
    before = text[units[index - 1][0] : stop]
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
    if all(stop - start <= width for start, stop in runs):
        units = runs
    else:
        units = []
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
        if joined and (formula_at(start - 1, formulas) or _joins_on(text, start)):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    if joined:
        formula = formula_at(joined[-1][1], formulas)
        joined[-1] = (joined[-1][0], max(joined[-1][1], formula[1] if formula else 0))
    return joined


def _start_of_run(text: str, position: int, formulas: Sequence[Span], width: int) -> int:
    lowest = max(0, position - 2 * width)
    while position > lowest:
        formula = formula_at(position, formulas)
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
        formula = formula_at(position, formulas)
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
