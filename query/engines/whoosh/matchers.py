"""Matchers that Whoosh lacks: BM25F over several fields, words in order, constants. All stand on Whoosh's own.

A score is added up from the gains of what scores, in query order, as the array engine adds it up: so the two agree to
the last bit, and with it in the order of papers whose scores are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from indexer.index.bm25f import norms, saturate
from indexer.index.schema import FIELDS, NAMES
from indexer.index.segment.layout import NAME_BITS
from indexer.index.whoosh.library import matching

Length = Callable[[int, str], int]
_WIDEST = 1 << NAME_BITS


class Gaining(matching.WrappingMatcher):  # type: ignore[misc]  # Whoosh has no types
    """A matcher that adds to the score of the document it stands on."""

    def gain(self) -> float:
        """What it adds."""
        raise NotImplementedError

    def score(self) -> float:
        return self.gain()


class ConstantMatcher(Gaining):
    """What another matches, each for the same gain."""

    def __init__(self, child: Any, constant: float) -> None:
        super().__init__(child)
        self._constant = constant

    def gain(self) -> float:
        return self._constant


class TermMatcher(Gaining):
    """A term in several fields: one saturation over the weighted fields (`indexer.index.bm25f`).

    `child` is the union of all that matches; `counted` are those of its leaves that count, each with its field's
    number; `weight` is idf times boost.
    """

    def __init__(
        self, child: Any, counted: Sequence[tuple[int, Any]], weight: float, averages: Sequence[float], length: Length
    ) -> None:
        super().__init__(child)
        self._counted = counted
        self._weight = weight
        self._averages = averages
        self._length = length

    def gain(self) -> float:
        doc = self.id()
        counts = [0] * len(FIELDS)
        for field, leaf in self._counted:
            if leaf.is_active() and leaf.id() == doc:
                counts[field] += int(leaf.weight())
        total = np.zeros(1)
        for field, count in enumerate(counts):
            if count:
                lengths = np.array([self._length(doc, FIELDS[field].name)])
                total += count * norms(field, lengths, self._averages[field])
        return self._weight * float(saturate(total)[0])


class PhraseMatcher(matching.WrappingMatcher):  # type: ignore[misc]
    """Words in order in one field: `child` matches papers that hold them all, `words` are its leaves in order.

    `slop` 1 is adjacent; otherwise each word stands at most `slop` positions after the one before. Its weight is how
    often the last word ends a match.
    """

    def __init__(self, child: Any, words: Sequence[Any], field: int, slop: int) -> None:
        super().__init__(child)
        self._words = words
        self._names = FIELDS[field].group == NAMES
        self._slop = min(slop, _WIDEST) if self._names else slop
        self._find()

    def _find(self) -> None:
        self._count = 0
        while self.child.is_active() and not self._count:
            self._count = self._matches()
            if not self._count:
                self.child.next()

    def _positions(self, word: Any) -> list[int]:
        positions: list[int] = word.value_as("positions")
        if self._names:
            # A gap between authors as wide as a name, so that no window reaches from one to the next.
            return [position + (position >> NAME_BITS << NAME_BITS) for position in positions]
        return positions

    def _matches(self) -> int:
        ends = set(self._positions(self._words[0]))
        for word in self._words[1:]:
            ends = {
                position
                for position in self._positions(word)
                if any(before in ends for before in range(position - self._slop, position))
            }
        return len(ends)

    def next(self) -> None:
        self.child.next()
        self._find()

    def skip_to(self, id: int) -> None:  # noqa: A002  # Whoosh's name
        self.child.skip_to(id)
        self._find()

    def reset(self) -> None:
        self.child.reset()
        self._find()

    def weight(self) -> float:
        return float(self._count)


class WithoutMatcher(matching.AndNotMatcher):  # type: ignore[misc]
    """What the first of two matches and the second does not.

    Whoosh's own believes the first document where the second begins before it, and asks the first for its id also
    when that has come to its end.
    """

    def _find_first(self) -> None:
        if self.a.is_active():
            self._find_next()

    def skip_to(self, id: int) -> None:  # noqa: A002  # Whoosh's name
        while self.is_active() and self.id() < id:
            self.next()


def gains(matcher: Any, doc: int) -> Iterator[float]:
    """What adds up to the score of the document a tree of matchers stands on, in query order."""
    if isinstance(matcher, Gaining):
        yield matcher.gain()
    elif isinstance(matcher, matching.BiMatcher):
        for child in (matcher.a, matcher.b):
            if child.is_active() and child.id() == doc:
                yield from gains(child, doc)


def tree(kind: Callable[[Any, Any], Any], matchers: Sequence[Any]) -> Any:
    """Many matchers as a balanced tree of binary ones, in their order."""
    if len(matchers) < 2:
        return matchers[0] if matchers else matching.NullMatcher()
    half = len(matchers) // 2
    return kind(tree(kind, matchers[:half]), tree(kind, matchers[half:]))
