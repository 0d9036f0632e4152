"""What every engine is asked and what it gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, overload

import numpy as np
import numpy.typing as npt

from query.filters import Filters
from query.language.tree import Query

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
SORTS = ("relevance", "newest", "oldest", "title")
MATCHES = ("auto", "all", "any")
RELAX_BELOW = 10
"""`auto` shows papers with some of the words when fewer than this many have all. A constant: totals, facets and order
must not depend on how many hits are asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """A search: parsed query, filters, `match` and `sort` of the tables above, the first `top` hits (None: all).

    `facets` are the names of those that will be counted over the answer.
    """

    query: Query
    filters: Filters = field(default_factory=Filters)
    match: str = "auto"
    sort: str = "relevance"
    top: int | None = 10
    facets: tuple[str, ...] = ()


class Row(NamedTuple):
    """A hit: segment number, document number, tier (0: all words, 1: some), score in float64."""

    segment: int
    doc: int
    tier: int
    score: float


class Rows(Sequence[Row]):
    """Hits as arrays (int64, scores float64): 200 are re-scored at once, of which ten are shown."""

    def __init__(self, segments: Ints, docs: Ints, tiers: Ints, scores: Floats) -> None:
        self.segments, self.docs, self.tiers, self.scores = segments, docs, tiers, scores

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Rows:
        """Some rows as arrays."""
        if isinstance(rows, Rows):
            return rows
        # One array for all four: the numbers are small enough for float64 to hold them exactly.
        given = np.array(rows, dtype=np.float64).reshape(-1, 4)
        segments, docs, tiers = given[:, :3].T.astype(np.int64)
        return cls(segments, docs, tiers, given[:, 3].copy())

    @property
    def columns(self) -> tuple[Ints, Ints, Ints, Floats]:
        """The arrays, in the order of a row."""
        return self.segments, self.docs, self.tiers, self.scores

    def pick(self, at: Ints | slice) -> Rows:
        """Some of them, by number."""
        return Rows(self.segments[at], self.docs[at], self.tiers[at], self.scores[at])

    def __len__(self) -> int:
        return len(self.docs)

    @overload
    def __getitem__(self, at: int) -> Row: ...

    @overload
    def __getitem__(self, at: slice) -> Rows: ...

    def __getitem__(self, at: int | slice) -> Row | Rows:
        if isinstance(at, slice):
            return self.pick(at)
        return Row(int(self.segments[at]), int(self.docs[at]), int(self.tiers[at]), float(self.scores[at]))

    def __iter__(self) -> Iterator[Row]:
        return map(Row._make, zip(*(column.tolist() for column in self.columns), strict=True))


def joined(first: Sequence[Row], others: Sequence[Row]) -> Sequence[Row]:
    """Some rows and some more, as arrays where either is."""
    if not first:
        return others
    if not isinstance(first, Rows) and not isinstance(others, Rows):
        return [*first, *others]
    one, two = Rows.of(first), Rows.of(others)
    return Rows(
        np.concatenate((one.segments, two.segments)),
        np.concatenate((one.docs, two.docs)),
        np.concatenate((one.tiers, two.tiers)),
        np.concatenate((one.scores, two.scores)),
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """The first hits in order, exact totals, and where facets are counted which papers matched: a mask a segment.

    An engine elsewhere gives no masks but what it `counted`. Where it gives fewer rows than were asked for, `more` is
    the rest in its own order, fetched as it is read; past `exact_to` hits that is not exact (None: it is).
    `partial`: the time was over before all papers were looked at; hits and totals are of those that were.
    """

    rows: Sequence[Row]
    total: int
    all_words: int
    relaxed: bool
    masks: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    counted: Mapping[str, Counter[str]] | None = None
    more: Callable[[], Iterator[Row]] | None = None
    exact_to: int | None = None
    partial: bool = False

    def beside(self, other: Answer) -> Answer:
        """This answer with the totals and what matched of another, which has none of its papers."""
        pairs = zip(self.masks, other.masks, strict=True) if self.masks and other.masks else ()
        counted = None
        if self.counted is not None and other.counted is not None:
            counted = {name: counts + other.counted[name] for name, counts in self.counted.items()}
        return replace(
            self,
            total=self.total + other.total,
            all_words=self.all_words + other.all_words,
            masks=[np.logical_or(*pair) for pair in pairs],
            counted=counted,
            partial=self.partial or other.partial,
        )
