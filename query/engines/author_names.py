"""Which papers `author:` means: names as people write them, looked up among the author clusters of a generation.

The words of a name lead to the clusters that have them, and each of those names is then compared with the typed one
(`indexer.index.record.name_forms`). So initials, particles and inverted names need no table of their own, and no name
is met across two authors. A plain single word that has no other spelling in the index is left to the postings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from indexer.index.record.name_forms import ELIDED, NameForm, Unit, initial_of, readings, stored_form
from indexer.index.record.plain_names import NameTest
from indexer.index.segment.authors import NameTables
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.text.encoded import decode, encode
from query.engines.deadline import check_time
from query.engines.masks import Mask, distinct

Ints = npt.NDArray[np.int64]
KEPT = 1 << 10
"""Names kept a generation long; then all are forgotten and found anew."""

_SIGNS = b" -'`."
_EVERY = 64
"""The clock is looked at after so many names."""
TWO_NAMES = 6
"""A word that no name holds and that has so many letters may be two names written as one (`Jeanpierre`)."""
_NO_NAMES = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class FoundNames:
    """What a typed name means in a generation.

    `clusters` are numbers of author clusters (int64, rising), an array a segment (blocks of one file have the same).
    `widened` are keys of clusters for which an initial that was typed stands, `shorter` those that only have initials
    where a full name was typed and that are therefore not among the clusters; `turned` tells that the name was found
    the other way round alone.
    """

    clusters: tuple[Ints, ...]
    widened: tuple[str, ...] = ()
    shorter: tuple[str, ...] = ()
    turned: bool = False
    keys: tuple[str, ...] = ()
    """Keys of the clusters, where they are known by those (in a cluster of servers)."""

    @property
    def nobody(self) -> bool:
        """Whether no live paper has such a name."""
        return not self.keys and not any(map(len, self.clusters))

    def docs(self, segment: Segment, at: int) -> npt.NDArray[np.int64]:
        """Papers of a segment (its number is `at`) with one of the names, rising; live or not."""
        docs, _ = segment.files.clusters.docs_of(self.clusters[at])
        docs = docs[(docs >= segment.base) & (docs < segment.base + segment.docs)]
        return distinct(docs) - segment.base


class AuthorNames:
    """The names of one generation, as `author:` asks for them."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._files = list(dict.fromkeys(segment.files for segment in segments))
        self._found: dict[str, FoundNames | None] = {}
        self._every: dict[str, FoundNames | None] = {}
        self._sizes: dict[str, int] = {}

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
        forms = readings(text)
        typed = forms[0]
        if len(typed.units) == 1 and not every:
            unit = typed.units[0]
            if unit.abbreviated or not any(self._held(word) for word in _other_spellings(unit)):
                return None
        turned = [other for form in forms for other in form.rotated()]
        for form in (*forms, *turned):
            found = self._clusters(form, typed)
            if found is not None:
                return replace(found, turned=form in turned)
        return FoundNames(tuple(_NO_NAMES for _ in self._segments), shorter=self._shorter(typed))

    def mark(self, mask: Mask, found: FoundNames, segment: Segment, at: int) -> None:
        """Set a mask over a segment's papers (its number is `at`) true where one of the names stands."""
        mask[found.docs(segment, at)] = True

    def looked_at(self, text: str) -> int:
        """About how many names are compared for a typed one: those with the rarest of its words."""
        if text not in self._sizes:
            if len(self._sizes) >= KEPT:
                self._sizes.clear()
            forms = [other for form in readings(text) for other in (form, *form.rotated())]
            self._sizes[text] = sum(_rarest(files.clusters, form) for files in self._files for form in forms)
        return self._sizes[text]

    def _held(self, word: str) -> bool:
        return any(len(files.clusters.with_word(encode(word))) for files in self._files)

    def _clusters(self, form: NameForm, typed: NameForm) -> FoundNames | None:
        """What one way of reading a typed name means; None where no live paper has such a name."""
        widened: set[str] = set()
        found: dict[SegmentFiles, Ints] = {}
        test = NameTest(form)
        for files in self._files:
            tables, numbers, longer = files.clusters, [], []
            for at, number in enumerate(_candidates(tables, form, test.initial)):
                if not at % _EVERY:
                    check_time()
                meaning = test.meant(tables.keys[number])
                if meaning is not None:
                    numbers.append(number)
                    if meaning.widened:
                        longer.append(number)
            found[files] = _live(files, numbers)
            widened.update(decode(tables.keys[number]) for number in _live(files, longer).tolist())
        if not any(len(numbers) for numbers in found.values()):
            return None
        shorter = self._shorter(typed)
        clusters = tuple(found[segment.files] for segment in self._segments)
        return FoundNames(clusters, tuple(sorted(widened)), shorter, turned=form is not typed)

    def _shorter(self, typed: NameForm) -> tuple[str, ...]:
        """Clusters that have initials where the typed name has full names."""
        if len(typed.units) < 2 or all(unit.abbreviated or len(unit.text) == 1 for unit in typed.units[:-1]):
            return ()
        last = NameForm((typed.units[-1],))
        initial = encode(typed.units[0].text[0])
        found: set[str] = set()
        for files in self._files:
            tables = files.clusters
            both = _common(_candidates(tables, last), np.asarray(tables.with_word(initial)).astype(np.int64))
            keys = {number: decode(tables.keys[number]) for number in both.tolist()}
            meant = [number for number, key in keys.items() if initial_of(typed, stored_form(key))]
            found.update(keys[number] for number in _live(files, meant).tolist())
        return tuple(sorted(found))


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


def _candidates(tables: NameTables, form: NameForm, first: bytes = b"") -> Ints:
    """Clusters (rising) that may carry a name; `first` is what those begin with that are plain words."""
    found: Ints | None = None
    unheld: list[list[bytes]] = []
    for words in search_words(form):
        encoded = [encode(word) for word in dict.fromkeys(words)]
        lists = [clusters for word in encoded if len(clusters := tables.with_word(word))]
        if not lists:
            if len(encoded[0]) < TWO_NAMES:
                return _NO_NAMES
            unheld.append(encoded)
            continue
        held = np.asarray(lists[0]).astype(np.int64) if len(lists) == 1 else distinct(np.concatenate(lists))
        found = held.astype(np.int64) if found is None else _common(found, held)
    if found is None:
        return _NO_NAMES
    if first:
        # Keys are sorted: those that begin so stand together. Others count if they may be read otherwise.
        low, high = (int(np.searchsorted(found, end)) for end in tables.keys.prefix_range(first))
        others = [number for number in (*found[:low].tolist(), *found[high:].tolist()) if _odd(tables.keys[number])]
        found = np.sort(np.concatenate([found[low:high], np.array(others, dtype=np.int64)]))
    for words_run_together in unheld:
        kept = [number for number in found.tolist() if _may_hold(tables.keys[number], words_run_together)]
        found = np.array(kept, dtype=np.int64)
    return found


def _odd(key: bytes) -> bool:
    """Whether a key may be of a name that begins otherwise than the key: accents, last name first."""
    return b"," in key or not key.isascii()


def _may_hold(key: bytes, words: Sequence[bytes]) -> bool:
    """Whether a key has one of some words somewhere, without its signs: a cheap test."""
    plain = key.translate(None, _SIGNS)
    return not key.isascii() or any(word in plain for word in words)


def _common(some: Ints, others: Ints) -> Ints:
    """The numbers (rising) that are in both."""
    if len(some) > len(others):
        some, others = others, some
    if not len(others):
        return others
    at = np.searchsorted(others, some)
    at[at == len(others)] = 0
    both: Ints = some[others[at] == some]
    return both


def _live(files: SegmentFiles, clusters: Sequence[int]) -> Ints:
    """Those of some clusters (rising) that a live paper has."""
    numbers = np.array(clusters, dtype=np.int64)
    if files.all_live or not len(numbers):
        return numbers
    docs, owners = files.clusters.docs_of(numbers)
    return numbers[np.bincount(owners[files.live[docs]], minlength=len(numbers)) > 0]


def _rarest(tables: NameTables, form: NameForm) -> int:
    sizes = [sum(len(tables.with_word(encode(word))) for word in set(words)) for words in search_words(form)]
    return min(sizes, default=0)
