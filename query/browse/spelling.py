"""Did you mean: a query with words respelt, judged by what it would find.

Whether a word exists says little, since authors misspell too: of 80,000 papers six hold `gausian`. So every word of a
query that is rare beside a word one slip away is a candidate, all are respelt together, and the new query is offered
only if it finds ten times as many papers with all of its words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import Protocol

import numpy as np

from indexer.index.segment.opened import Segment
from indexer.index.segment.strings import StringTable, SubTable
from indexer.index.text.analysis import STOP_WORDS, stem, tokens, words
from indexer.index.text.encoded import decode, encode
from query.browse.edits import all_within, distance
from query.engines.answer import RELAX_BELOW, Answer
from query.language.combine import leaves
from query.language.nearest import nearest
from query.language.tree import Phrase, Query, Word

RATIO = 10
"""A correction finds so many times as many papers, and each new word stands in so many times as many as the old one."""

_RARE = 3
"""A word in at most so many papers may be any slip of the fingers."""
SUSPECT = 50
"""A word in at most so many may still be one, if it is long and much like another."""
_SUSPECT_LETTERS, _SUSPECT_RATIO = 6, 30
_COUNTED = 40
"""Candidates of a word whose papers are counted."""
_TRIED = 3
"""Spellings of a word that are tried, and (to the power of two) combinations of them."""
_SHORTEST, _SHORTEST_OF_NONE = 4, 3
"""Letters of a word that may be misspelt; and where no paper has all words (`all you ned`)."""
_LONGEST = 40
"""Letters of a word that may be misspelt: one of ten thousand, `ααα...`, took six seconds to take apart."""
_SHORTEST_NAME, _NAMED_WORDS = 3, 5
"""Letters of a given name that may be misspelt (`Yan`), and words of a query in which one is looked for."""
SPOTS = 12
"""Words of a query that are looked at: in a pasted abstract nobody looks for a slip."""

_LEAST_OF_NAME = 2
"""Letters that each of two names has that may have been run together: `al`, `el`, `de`."""
# The key of a reference: vaswani2017attention.
_KEY = re.compile(r"([^\W\d_]{2,20})((?:19|20)[0-9]{2})([^\W\d_]{2,20})?")
Total = Callable[[str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A word of a query that may be misspelt: where it stands (code points), and whether it is of a name."""

    start: int
    length: int
    word: str
    name: bool = False


class Lookup(Protocol):
    """What is asked of an index about words."""

    def near(self, word: str, reach: int, *, name: bool) -> Iterable[str]:
        """Words at most so many edits from a word that begin with one of its first two letters; of names or of all."""

    def papers(self, word: str, *, name: bool, enough: int | None = None) -> int:
        """About how many papers hold a word in text or names; where they are more than `enough`, no less than that."""

    def written(self, word: str, *, name: bool) -> int:
        """Papers in which a word stands in this very form: `graphed` is rare, though its stem is not."""

    def beside(self, words: Sequence[str], other: str) -> Sequence[int]:
        """For each of some words about how many papers have it in one author's name with another word."""


def better_query(query: Query, answer: Answer, lookup: Lookup, total: Total) -> str | None:
    """The query with words respelt, if it then finds ten times as many papers, or some where it found none.

    `total` gives, for another query under the same filters, papers with all words and in all.
    """
    found = min(answer.all_words, answer.total)
    if found > SUSPECT:
        return None
    if not found and (key := _KEY.fullmatch(query.text.strip())) is not None:
        apart = " ".join(filter(None, key.groups()))
        return apart if total(apart)[0] else None
    spots = list(islice(_spots(query, _SHORTEST if found else _SHORTEST_OF_NONE), SPOTS + 1))
    if not spots or len(spots) > SPOTS:
        return None
    single = len(spots) == 1
    choices = [(spot, spellings) for spot in spots if (spellings := _respelt(spot, lookup, single))]
    unknown = [
        (spot, spellings)
        for spot, spellings in choices
        if not found and not lookup.papers(spot.word, name=spot.name)
        if lookup.papers(spellings[0], name=spot.name, enough=RATIO) >= RATIO
    ]
    best, best_count = None, max(found * RATIO, 1) - 1
    for pick in islice(product(*[spellings for _, spellings in choices]), _TRIED**2):
        text = _replaced(query.text, [spot for spot, _ in choices], pick)
        if text == query.text:
            continue
        all_words, everything = total(text)
        count = min(all_words, everything)
        if count and not found and _is_title(query, text, total):
            return text
        # They come in the order of likelihood: a later one must find many times more.
        if count > best_count * (RATIO if best else 1):
            best, best_count = text, count
        elif not answer.total and everything and best is None:
            best = text
    best = best or _better_name(query, found, lookup, total) or _joined(query, found, lookup, total)
    if best is None and unknown:
        # No paper has all words, however they are spelt; those that no paper has at all are slips nevertheless.
        text = _replaced(query.text, [spot for spot, _ in unknown], [spellings[0] for _, spellings in unknown])
        return text if total(text)[1] >= answer.total else None
    return best


def _is_title(query: Query, text: str, total: Total) -> bool:
    """Whether words stand in a title as they stand here: among spellings that find something that one is meant."""
    return not query.required and text.count(" ") > 1 and '"' not in text and bool(total(f'title:"{text}"')[0])


def _joined(query: Query, found: int, lookup: Lookup, total: Total) -> str | None:
    """The query with two words written as one (`yolo v3`), if that finds ten times as many papers."""
    spots = _typed(query)
    for left, right in pairwise(spots):
        together = left.word + right.word
        if lookup.papers(together, name=False) <= RATIO * found or lookup.written(together, name=False) <= _RARE:
            continue
        text = f"{query.text[: left.start]}{together}{query.text[right.start + right.length :]}"
        if min(total(text)) >= max(1, found * RATIO):
            return text
    return None


def _typed(query: Query) -> list[_Spot]:
    """The optional words of a short query, each that is one word."""
    spots: list[_Spot] = []
    if len(query.optional) <= _NAMED_WORDS:
        for word in query.optional:
            folded = words(query.text[word.start : word.start + word.length])
            spots += [_Spot(word.start, word.length, folded[0])] if len(folded) == 1 else []
    return spots


def _better_name(query: Query, found: int, lookup: Lookup, total: Total) -> str | None:
    """The query with a given name respelt that nobody of the name beside it has (`Yan LeCun`), if it finds more."""
    for spot, other in _names(query):
        if not lookup.papers(other, name=True) or any(lookup.beside([spot.word], other)):
            continue
        near = [form for form in lookup.near(spot.word, _reach(spot.word), name=True) if form != spot.word]
        papers = lookup.beside(near, other)
        ranked = sorted((-count, form) for form, count in zip(near, papers, strict=True) if count)
        for _, form in ranked[:_TRIED]:
            text = _replaced(query.text, [spot], [form])
            if min(total(text)) > found:
                return text
    return None


def _names(query: Query) -> Iterator[tuple[_Spot, str]]:
    """Words that may be misspelt given names, each with the last name beside it; two of few words, or of a name."""
    rows = [_typed(query)]
    for node in query.required:
        for leaf in leaves(node):
            if isinstance(leaf, Word | Phrase) and leaf.field == "authors":
                start = query.text.find(leaf.text, leaf.start)
                spots = [_Spot(start + token.start, token.end - token.start, token.text) for token in tokens(leaf.text)]
                rows.append(spots if start >= 0 and len(spots) <= _NAMED_WORDS else [])
    for row in rows:
        for left, right in pairwise(row):
            for spot, beside in ((left, right), (right, left)):
                if _may_be_given(spot.word) and len(beside.word) > 1 and beside.word.isalpha():
                    yield spot, beside.word


def _may_be_given(word: str) -> bool:
    return _SHORTEST_NAME <= len(word) <= _LONGEST and word.isalpha() and word not in STOP_WORDS


def _reach(word: str) -> int:
    return 1 if len(word) < 7 else 2


def better_venue(query: Query, known: Callable[[str], bool], names: Iterable[str]) -> str | None:
    """The query with the venues respelt that nobody knows (`venue:NeurlPS`), by the nearest of some names; None: none.

    `known` tells whether a name means a venue, or is a word of one.
    """
    near = {name.casefold(): name for name in names}
    text = query.text
    asked = [leaf for node in query.required for leaf in leaves(node) if leaf.field == "venue"]
    for leaf in sorted(asked, key=lambda leaf: -leaf.start):
        if isinstance(leaf, Word | Phrase) and not known(leaf.text):
            like = nearest(leaf.text.casefold(), near)
            start = query.text.find(leaf.text, leaf.start)
            if like is None or start < 0:
                return None
            name = near[like]
            quote = '"' if " " in name and isinstance(leaf, Word) else ""
            text = f"{text[:start]}{quote}{name}{quote}{text[start + len(leaf.text) :]}"
    return text if text != query.text else None


def _spots(query: Query, shortest: int = _SHORTEST) -> Iterator[_Spot]:
    """Words of the optional clauses, and of words and phrases that are asked for in fields of text."""
    for word in query.optional:
        folded = words(query.text[word.start : word.start + word.length])
        if len(folded) == 1 and _may_be_misspelt(folded[0], shortest):
            yield _Spot(word.start, word.length, folded[0])
    for node in query.required:
        for leaf in leaves(node):
            if isinstance(leaf, Word | Phrase) and leaf.field not in ("venue", "year"):
                start = query.text.find(leaf.text, leaf.start)
                for token in tokens(leaf.text) if start >= 0 else ():
                    if _may_be_misspelt(token.text):
                        yield _Spot(start + token.start, token.end - token.start, token.text, leaf.field == "authors")


def _may_be_misspelt(word: str, shortest: int = _SHORTEST) -> bool:
    return word not in STOP_WORDS and shortest <= len(word) <= _LONGEST and not any(sign.isdigit() for sign in word)


def _replaced(text: str, spots: Sequence[_Spot], spellings: Sequence[str]) -> str:
    for spot, spelling in sorted(zip(spots, spellings, strict=True), key=lambda row: -row[0].start):
        if spelling != spot.word:
            text = text[: spot.start] + spelling + text[spot.start + spot.length :]
    return text


def _respelt(spot: _Spot, lookup: Lookup, single: bool) -> list[str]:
    """Commoner words one slip away (two, in a long word), the likeliest first, then the word itself.

    Empty where the word is no rarity, or where nothing is near it.
    """
    word = spot.word
    here = lookup.papers(word, name=spot.name, enough=SUSPECT)
    short = len(word) < _SHORTEST
    if here > SUSPECT or (here > _RARE and len(word) < _SUSPECT_LETTERS and not short):
        return []
    reach = _reach(word) if here <= _RARE else 1
    ratio = _SUSPECT_RATIO if (single or short) and here > _RARE else RATIO
    least = max(_RARE, ratio * here)
    near = (form for form in lookup.near(word, reach, name=spot.name) if form != word)
    found = {form: lookup.papers(form, name=spot.name) for form in near}
    found = {form: lookup.written(form, name=spot.name) for form, count in found.items() if count > least or not here}
    if here > _RARE:
        found = {form: count for form, count in found.items() if form[0] == word[0]}
    # Nearer first, then commoner; a slip of the first letter is rare.
    ranked = sorted(
        (row for row in found.items() if row[1] > least or (not here and row[1] and distance(word, row[0]) == 1)),
        key=lambda row: (distance(word, row[0]), row[0][0] != word[0], -row[1], row[0]),
    )
    spellings = [form for form, _ in ranked[:_TRIED]]
    if here <= _RARE and not spot.name:
        spellings += _parted(word, lookup)
    if here <= _RARE:
        spellings += _names_apart(word, lookup)
    return [*spellings, word] if spellings else []


def _names_apart(word: str, lookup: Lookup) -> list[str]:
    """Two names that may have been run together (`alkhwarizmi`, `yoshuabengio`), if most papers of such are of them."""
    parted = [(word[:at], word[at:]) for at in range(_LEAST_OF_NAME, len(word) - _LEAST_OF_NAME)]
    counted = [(lookup.beside([first], last)[0], first, last) for first, last in parted]
    count, first, last = max(counted, default=(0, "", ""))
    return [f"{first} {last}"] if count else []


def _parted(word: str, lookup: Lookup) -> list[str]:
    """Two common words that may have been run together (`deeplearning`), the commonest pair."""
    best, best_count = None, RELAX_BELOW - 1
    for at in range(_SHORTEST - 1, len(word) - _SHORTEST + 2):
        least = min(lookup.papers(part, name=False) for part in (word[:at], word[at:]))
        if least > best_count:
            best, best_count = f"{word[:at]} {word[at:]}", least
    return [best] if best else []


class SegmentWords:
    """The words of segments."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments

    def near(self, word: str, reach: int, *, name: bool) -> Iterator[str]:
        """See Lookup; at most so many of them as are worth counting."""
        found: set[str] = set()
        for segment in self._segments:
            for form in _near(word, reach, segment, name):
                if form != word and form not in found and len(found) < _COUNTED * len(self._segments):
                    found.add(form)
                    yield form

    def papers(self, word: str, *, name: bool, enough: int | None = None) -> int:
        """See Lookup."""
        return _papers(word, self._segments, name, enough)

    def written(self, word: str, *, name: bool) -> int:
        """See Lookup."""
        return _written(word, self._segments, name)

    def beside(self, words: Sequence[str], other: str) -> list[int]:
        """See Lookup."""
        counts = [0] * len(words)
        for files in dict.fromkeys(segment.files for segment in self._segments):
            tables = files.clusters
            named = np.asarray(tables.with_word(encode(other)))
            for at, word in enumerate(words if len(named) else ()):
                both = np.intersect1d(named, tables.with_word(encode(word)), assume_unique=True)
                counts[at] += int(tables.sizes[both].sum())
        return counts


def _tables(segment: Segment, name: bool) -> Iterator[StringTable | SubTable]:
    if not name:
        yield segment.text.forms
    yield segment.names.terms


def _near(word: str, reach: int, segment: Segment, name: bool) -> list[str]:
    found: list[str] = []
    firsts = (encode(word[0]), encode(word[1]))
    for table in _tables(segment, name):
        alike = table.alike(encode(word), reach)
        begins = np.zeros(len(alike), dtype=bool)
        # They are sorted: where those of a first letter stand is told without a look at each.
        for low, high in map(table.prefix_range, firsts):
            begins |= (alike >= low) & (alike < high)
        forms = [decode(table[number]) for number in alike[begins].tolist()]
        near = all_within(word, forms, reach)
        found += [form for form, is_near in zip(forms, near.tolist(), strict=True) if is_near]
    return found


def _written(word: str, segments: Sequence[Segment], name: bool) -> int:
    """Papers in which a word stands in this very form: `graphed` is rare, though its stem is not."""
    if name:
        return _papers(word, segments, name)
    key = encode(word)
    numbers = [(segment, segment.text.forms.find(key)) for segment in segments]
    written = sum(int(segment.live[segment.text.form_docs(number)].sum()) for segment, number in numbers if number >= 0)
    return written or _papers(word, segments, True)


def _papers(word: str, segments: Sequence[Segment], name: bool, enough: int | None = None) -> int:
    """About how many papers hold a word in text or names; where they are more than `enough`, no less than that."""
    count = 0
    for segment in segments:
        groups = ((segment.names, word),) if name else ((segment.text, stem(word)), (segment.names, word))
        for group, key in groups:
            number = group.find(encode(key))
            if number < 0:
                continue
            low, high = group.span(number)
            least = high - low - (segment.docs - segment.alive)
            if enough is not None and least > enough:
                return least
            count += high - low if segment.all_live else int(np.count_nonzero(segment.live[group.docs[low:high]]))
    return count
