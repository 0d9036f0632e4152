"""The passage of a text in which the words of a query stand, with those words marked.

Everything builds on `marked`: segments of the text as shown, each matched or not. `snippet` and `highlight`
are the same as HTML. What has to stay whole stays whole: words, letters with their accents, `$...$`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import count

from indexer.index.native import kernel
from indexer.index.segment.signatures import signed
from indexer.index.segment.vocabulary import show
from indexer.index.text.analysis import FEW_TOGETHER, FIRST_OF_MANY, MANY_TOGETHER, Token, stem, tokens, words
from indexer.index.text.folding import is_character
from query.engines.patterns import WordTest
from query.present.beginnings import beginnings
from query.present.passages import FORMULA, Match, Span, formula_at, passage

WIDTH = 240
_KNOWN = 1 << 15
"""Words of which is kept what they count for; a text has at most 10,000, and the kernel numbers 65,535."""

# The passage is sought in pieces of a text of this many characters, and the first piece with a match has it:
# so a match at the head of a book is found without reading the book.
_PIECE = 20_000
# One word of ASCII letters and digits with punctuation around it, which is nine of ten.
_SIMPLE = re.compile(r"[(\[\"]*([A-Za-z0-9]+)[)\],;:.?!\"]*")
# Where a word of the index may be written otherwise than by its own letters.
_DISGUISED = re.compile("[^\x00-\x7f]+|'|[.,](?=[A-Za-z0-9])(?<=[A-Za-z0-9][.,])")


def snippet(text: str, stems: frozenset[str], *, match: Callable[[str], bool] | None = None, width: int = WIDTH) -> str:
    """The best passage of a published text as HTML: `... an <mark>implicit</mark> bias ...`.

    See `marked` for the arguments. Everything but `<mark>` is escaped. An empty text gives an empty string.
    """
    return Snippets(stems, match, width).of(text)


class Snippets:
    """The snippets of one query: what a word counts for is found out once for all of its hits.

    The passage of a plain text is found in the kernel where there is one: 20 us instead of 600.
    """

    def __init__(self, stems: frozenset[str], match: Callable[[str], bool] | None = None, width: int = WIDTH) -> None:
        """See `marked`."""
        self._stems, self._match, self._width = stems, match, width
        self._known: dict[str, int] = {}
        self._numbers: defaultdict[str, int] = defaultdict(count(1).__next__)
        self._firsts: bytes | None = None
        self._beginnings: bytes | None = None
        self._near = b""
        begins = match.begins if isinstance(match, WordTest) else () if match is None else None
        if begins is not None and "" not in begins:
            firsts = bytearray(128)
            for first in map(ord, _first_letters(stems) | {begin[0] for begin in begins}):
                if first < 128:
                    firsts[first] = 1
            self._firsts, self._beginnings = bytes(firsts), beginnings(stems, begins)
        if isinstance(match, WordTest):
            self._near = b"".join(signed(word, edits) for word, edits in match.near)

    def of(self, text: str) -> str:
        """The best passage of a published text as HTML; see `snippet`."""
        if kernel.native is not None:
            if len(self._known) > _KNOWN:
                self._known.clear()
                self._numbers.clear()
            found: str | None = kernel.native.snippet(
                show(text).strip(),
                self._width,
                self._known,
                self._number,
                _taken_apart,
                self._firsts,
                self._beginnings,
                self._near,
            )
            if found is not None:
                return found
        return _html(marked(text, self._stems, match=self._match, width=self._width))

    def _number(self, word: str) -> int:
        """A number of what a word counts for, its stem or itself; 0: it is not asked for."""
        if self._stems and (key := _stem(word)) in self._stems:
            return self._numbers[key]
        return self._numbers[word] if self._match is not None and self._match(word) else 0


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
    shown = show(text).strip()
    formulas = [found.span() for found in FORMULA.finditer(shown)] if "$" in shown else []
    if width is None or len(shown) <= width:
        found = [place for piece in _pieces(shown) for place in _matches(shown, piece, stems, match)]
        return _segments(shown, (0, len(shown)), _whole_formulas(shown, found, formulas))
    found = next(filter(None, (_matches(shown, piece, stems, match) for piece in _pieces(shown))), [])
    found = _whole_formulas(shown, found, formulas)
    start, end = passage(shown, found, formulas, width)
    opening = [("... ", False)] if start > 0 else []
    closing = [(" ...", False)] if end < len(shown) else []
    return opening + _segments(shown, (start, end), found) + closing


def escape(text: str) -> str:
    """`html.escape` without the table of all entities, which takes 3 ms to import."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;").replace("'", "&#x27;")


def _html(segments: list[tuple[str, bool]]) -> str:
    return "".join(f"<mark>{escape(part)}</mark>" if matched else escape(part) for part, matched in segments)


def _segments(text: str, part: Span, found: Sequence[Match]) -> list[tuple[str, bool]]:
    position, end = part
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


def _matches(text: str, piece: Span, stems: frozenset[str], match: Callable[[str], bool] | None) -> list[Match]:
    """The words in a piece of the text that match, in order, none overlapping."""
    offset, end = piece
    part = text[offset:end]
    keys = _matching_words(part, stems, match)
    if not keys:
        return []
    found: list[Match] = []
    last = 0
    for start, end in _candidates(part, keys):
        chunk = part[start:end]
        simple = _SIMPLE.fullmatch(chunk)
        if simple:
            word = simple[1].lower()
            if word in keys:
                last = offset + start + simple.end(1)
                found.append(Match(offset + start + simple.start(1), last, keys[word]))
            continue
        for word, first, after in tokens(chunk):
            if word in keys and offset + start + first >= last:
                last = offset + start + after
                found.append(Match(offset + start + first, last, keys[word]))
    return found if text.isascii() else _runs_joined(text, found)


def _together(character: str) -> int:
    return MANY_TOGETHER if character >= FIRST_OF_MANY else FEW_TOGETHER


def _runs_joined(text: str, found: list[Match]) -> list[Match]:
    """The matches, characters side by side as one; of those that stand alone none, where some stand side by side.

    Of `图像` 图 says little, and of a Thai word its letters nothing.
    """
    runs: list[Match] = []
    others: list[Match] = []
    for place in found:
        if not is_character(text[place.start]):
            others.append(place)
        elif runs and runs[-1].end == place.start:
            runs[-1] = Match(runs[-1].start, place.end, text[runs[-1].start : place.end])
        else:
            runs.append(place)
    if not runs:
        return found
    longest = max(place.end - place.start for place in runs)
    kept = [place for place in runs if place.end - place.start >= min(longest, _together(text[place.start]))]
    return sorted([*others, *kept])


def _matching_words(text: str, stems: frozenset[str], match: Callable[[str], bool] | None) -> dict[str, str]:
    """Each different word of the text that matches, with what it counts for: its stem, else itself."""
    vocabulary = set(words(text))
    firsts = _first_letters(stems) | (_GREEK if not text.isascii() else set())
    keys = {word: key for word in vocabulary if word[0] in firsts and (key := _stem(word)) in stems}
    if match is not None:
        keys |= {word: word for word in vocabulary if word not in keys and match(word)}
    return keys


def _first_letters(stems: frozenset[str]) -> set[str]:
    """With what words begin that have one of some stems.

    A stem begins with its word's letter but for Greek, oestrogen and aesthete; three of four need not be stemmed.
    """
    firsts = {stem[0] for stem in stems}
    return firsts | {"a", "o"} if "e" in firsts else firsts


_GREEK = frozenset("αβγδεζηθικλμνξοπρστυφχψω")

# The ten hits of a page share most of their words.
_stem = lru_cache(maxsize=1 << 14)(stem)


@lru_cache(maxsize=1 << 12)
def _taken_apart(run: str) -> tuple[Token, ...]:
    """The words of a run without spaces, with their places: `e.g.`, `don't` and a few hundred more are common."""
    return tuple(tokens(run))


def _candidates(text: str, keys: dict[str, str]) -> Iterator[Span]:
    """The runs without spaces that may hold one of the words: only these are worth taking apart."""
    # One character for one: İ is the only letter that another number of letters are the lower case of.
    lowered = text.lower() if text.isascii() else text.replace("İ", "I").lower()
    places = [found.start() for found in _DISGUISED.finditer(text)]
    for word in keys:
        place = lowered.find(word)
        while place >= 0:
            places.append(place)
            place = lowered.find(word, place + len(word))
    end = 0
    for place in sorted(places):
        if place < end or text[place] == " ":
            continue
        start = text.rfind(" ", end, place) + 1 or end
        end = text.find(" ", place)
        end = len(text) if end < 0 else end
        yield start, end


def _whole_formulas(text: str, found: Sequence[Match], formulas: Sequence[Span]) -> list[Match]:
    """The matches, those inside a formula widened to all of it; names of LaTeX commands are no words."""
    if not formulas:
        return list(found)
    widened: list[Match] = []
    for place in found:
        formula = formula_at(place.start, formulas) or formula_at(place.end - 1, formulas)
        if formula is None:
            widened.append(place)
        elif text[place.start - 1] != "\\" and (not widened or widened[-1].end <= formula[0]):
            widened.append(Match(min(place.start, formula[0]), max(place.end, formula[1]), place.key))
    return widened
