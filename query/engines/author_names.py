"""Which papers `author:` means: names as people write them, looked up among the author clusters of a generation.

The words of a name lead to papers, these to the names on them, and each name is then compared with the typed one
(`indexer.index.record.name_forms`). So initials, particles and inverted names need no table of their own, and no name
is met across two authors. A plain single word that has no other spelling in the index is left to the postings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.record.name_forms import ELIDED, NameForm, Unit, initial_of, meant, stored_form, typed_form
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.authors import NameTables
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import decode, encode
from query.engines.deadline import check_time

Ints = npt.NDArray[np.int64]
KEPT = 1 << 10
"""Names kept a generation long; then all are forgotten and found anew."""

_SIGNS = b" -'`."
TWO_NAMES = 6
"""A word that no name holds and that has so many letters may be two names written as one (`Jeanpierre`)."""
_NO_NAMES = np.empty(0, dtype=np.int64)
_AUTHORS = FIELD_NUMBERS["authors"]


@dataclass(frozen=True, slots=True)
class FoundNames:
    """What a typed name means in a generation.

    `clusters` are numbers of author clusters (int64, rising), an array a segment. `widened` are keys of clusters for
    which an initial that was typed stands, `shorter` those that only have initials where a full name was typed and that
    are therefore not among the clusters; `turned` tells that the name was found the other way round alone.
    """

    clusters: tuple[Ints, ...]
    widened: tuple[str, ...] = ()
    shorter: tuple[str, ...] = ()
    turned: bool = False
    keys: tuple[str, ...] = ()
    """Keys of the clusters, where they are known by those (in a cluster of servers)."""

    def docs(self, segment: Segment, at: int) -> npt.NDArray[np.int64]:
        """Papers of a segment (its number is `at`) with one of the names, rising; live or not."""
        parts = [segment.clusters.docs(number).astype(np.int64) for number in self.clusters[at].tolist()]
        return np.unique(np.concatenate(parts)) if parts else _NO_NAMES


class AuthorNames:
    """The names of one generation, as `author:` asks for them."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._found: dict[str, FoundNames | None] = {}
        self._every: dict[str, FoundNames | None] = {}

    def find(self, text: str, *, every: bool = False) -> FoundNames | None:
        """The clusters that a typed name means. None: it is one plain word, and the postings of names have them all.

        With `every` they are looked up for such a word too.
        """
        known = self._every if every else self._found
        if text not in known:
            if len(known) >= KEPT:
                known.clear()
            known[text] = self._look_up(text, every)
        return known[text]

    def _look_up(self, text: str, every: bool) -> FoundNames | None:
        typed = typed_form(text)
        if len(typed.units) == 1 and not every:
            unit = typed.units[0]
            if unit.abbreviated or not any(self._held(word) for word in _other_spellings(unit)):
                return None
        for form in (typed, *typed.rotated()):
            found = self._clusters(form, typed)
            if found is not None:
                return found
        return FoundNames(tuple(_NO_NAMES for _ in self._segments), shorter=self._shorter(typed))

    def _held(self, word: str) -> bool:
        return any(segment.names.find(encode(word)) >= 0 for segment in self._segments)

    def _clusters(self, form: NameForm, typed: NameForm) -> FoundNames | None:
        """What one way of reading a typed name means; None where no live paper has such a name."""
        widened: set[str] = set()
        found: list[Ints] = []
        for segment in self._segments:
            numbers = []
            for number, key in _candidates(segment, form):
                check_time()
                meaning = meant(form, stored_form(key))
                if meaning is not None and segment.live[segment.clusters.docs(number)].any():
                    numbers.append(number)
                    if meaning.widened:
                        widened.add(key)
            found.append(np.array(sorted(numbers), dtype=np.int64))
        if not any(len(numbers) for numbers in found):
            return None
        shorter = self._shorter(typed)
        return FoundNames(tuple(found), tuple(sorted(widened)), shorter, turned=form is not typed)

    def _shorter(self, typed: NameForm) -> tuple[str, ...]:
        """Clusters that have initials where the typed name has full names."""
        if len(typed.units) < 2 or all(unit.abbreviated or len(unit.text) == 1 for unit in typed.units[:-1]):
            return ()
        last = NameForm((typed.units[-1],))
        initial = encode(typed.units[0].text[0])
        return tuple(
            sorted(
                {
                    key
                    for segment in self._segments
                    if segment.names.find(initial) >= 0
                    for number, key in _candidates(segment, last, initial)
                    if initial_of(typed, stored_form(key)) and segment.live[segment.clusters.docs(number)].any()
                }
            )
        )


def _other_spellings(unit: Unit) -> Iterator[str]:
    """Words under which a single name may stand beside the one that was typed."""
    yield from unit.texts[1:]
    for text in unit.texts[:1]:
        yield from (particle + text for particle in ELIDED)
        plain = text.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("aa", "a")
        if plain != text:
            yield plain


def search_words(form: NameForm) -> Iterator[list[str]]:
    """For each single name that is no initial, the words under which papers may have it, the rarest kind first."""
    order = sorted(range(len(form.units)), key=lambda at: (at != len(form.units) - 1, -len(form.units[at].text)))
    for at in order:
        unit = form.units[at]
        if unit.abbreviated:
            continue
        together = ["".join(one.text for one in form.units[low:high]) for low, high in _around(at, len(form.units))]
        yield [*unit.texts, *together, *_other_spellings(unit)]


def _around(at: int, units: int) -> Iterator[tuple[int, int]]:
    """Runs of two and three units with one of them in it."""
    for size in (2, 3):
        for low in range(max(0, at - size + 1), min(at, units - size) + 1):
            yield low, low + size


def _candidates(segment: Segment, form: NameForm, also: bytes = b"") -> Iterator[tuple[int, str]]:
    """Clusters of a segment that may carry a name, and their keys; with `also`, of papers that hold that word too."""
    mask: npt.NDArray[np.bool_] | None = None
    sought: list[list[bytes]] = []
    for words in search_words(form):
        encoded = [encode(word) for word in dict.fromkeys(words)]
        sought.append(encoded)
        held = _holding(segment, encoded)
        if held is not None:
            mask = held if mask is None else mask & held
        elif len(encoded[0]) < TWO_NAMES:
            return
    if also and mask is not None:
        held = _holding(segment, [also])
        mask = None if held is None else mask & held
    if mask is None:
        return
    initial = form.units[0]
    told = initial.abbreviated and initial.text not in ELIDED
    first = encode(initial.text) if told else b""
    for number in _named(segment.clusters, mask).tolist():
        raw = segment.clusters.keys[number]
        # The folded words are looked for in plain keys as they stand; a key with accents is compared as a whole.
        if not raw.isascii() or _may_be(raw, sought, first):
            yield number, decode(raw)


def _holding(segment: Segment, words: Sequence[bytes]) -> npt.NDArray[np.bool_] | None:
    """Papers with one of some words in their authors' names; None where there are none."""
    numbers = sorted(number for number in map(segment.names.find, words) if number >= 0)
    if not numbers:
        return None
    held = np.zeros(segment.docs, dtype=bool)
    segment.names.mark(held, np.array(numbers, dtype=np.int64), [_AUTHORS])
    return held


def _may_be(key: bytes, sought: Sequence[Sequence[bytes]], first: bytes) -> bool:
    """Whether a key begins with an initial and has all words of a name somewhere: a cheap test."""
    if not key.startswith(first) and b"," not in key:
        return False
    plain = key.translate(None, _SIGNS)
    return all(any(word in plain for word in words) for words in sought)


def _named(tables: NameTables, mask: npt.NDArray[np.bool_]) -> Ints:
    """Clusters of the authors of some papers, rising."""
    docs = np.flatnonzero(mask)
    starts = tables.row_at[docs].astype(np.int64)
    sizes = tables.row_at[docs + 1].astype(np.int64) - starts
    ends = np.cumsum(sizes)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - sizes), sizes)
    return np.unique(tables.row_cluster[tables.rows[places]]).astype(np.int64)
