"""The compiled query: what matches in a segment as masks over its papers, and what scores where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from indexer.index.record.names import cluster_key
from indexer.index.schema import NAMES, TEXT
from indexer.index.segment.columns import TYPE_CODES, key_hash
from indexer.index.segment.container import Array
from indexer.index.segment.opened import Segment
from query.engines.author_positions import count_mask, position_mask
from query.engines.collection import Collection
from query.engines.masks import Mask, mark, mark_within
from query.engines.patterns import Pattern, PatternFinder
from query.engines.phrases import phrase
from query.engines.runs import run_masks
from query.engines.terms import NAME_COLUMNS, TEXT_COLUMNS, Term
from query.language.parts import Part
from query.language.tree import AuthorCount, AuthorPosition

_LAST_YEAR = 9999


@dataclass(frozen=True, slots=True)
class Scorer:
    """Something that scores: a term, or a constant; only in papers where `active` holds (None: everywhere)."""

    term: Term | None
    constant: float = 0.0
    active: Mask | None = None


class Node:
    """Part of a compiled query. `mask` and `scorers` are asked segment by segment (`at` is the segment's number)."""

    def mask(self, segment: Segment, at: int) -> Mask:
        """Which papers of the segment match, live or not."""
        raise NotImplementedError

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        """What scores in the segment, in query order."""
        yield from ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a node may score: only where `active` holds (None: everywhere); `certain`: all hits match the node."""

    active: Mask | None = None
    certain: bool = False

    def of(self, node: Node, segment: Segment, at: int) -> Scope:
        """The scope of what stands inside a node that scores only where it matches."""
        return self if self.certain else Scope(_and(node.mask(segment, at), self.active))


EVERY_HIT = Scope(certain=True)
"""The scope of a node that every hit matches: no mask need tell where it scores."""


class TermNode(Node):
    """A word."""

    def __init__(self, term: Term) -> None:
        self.term = term

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = np.zeros(segment.docs, dtype=bool)
        self.term.segments[at].mark(mask)
        return mask

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        yield Scorer(self.term, active=scope.active)


class PhraseNode(Node):
    """Words in order, in one field or one author's name; scores as its words do."""

    def __init__(
        self,
        collection: Collection,
        stems: Sequence[str],
        words: Sequence[str],
        terms: Sequence[Term],
        columns: Sequence[int],
        slop: int,
    ) -> None:
        self._collection = collection
        self._stems, self._words, self._terms, self._slop = tuple(stems), tuple(words), terms, slop
        self._text = tuple(column for column in TEXT_COLUMNS if column in columns)
        self._names = tuple(column for column in NAME_COLUMNS if column in columns)
        self._masks: dict[int, Mask] = {}

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = self._masks.get(at)
        if mask is None:
            mask = np.zeros(segment.docs, dtype=bool)
            for group, words, slop, columns in (
                (TEXT, self._stems, self._slop, self._text),
                (NAMES, self._words, min(self._slop, 64), self._names),
            ):
                if columns:
                    mark(mask, phrase(self._collection, segment, group, words, slop, columns).docs)
            self._masks[at] = mask
        return mask

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        inner = scope.of(self, segment, at)
        for term in self._terms:
            yield Scorer(term, active=inner.active)


class RunNode(Node):
    """Words as written and patterns in order; its words score as terms, each of its patterns its boost."""

    def __init__(
        self,
        segments: Sequence[Segment],
        parts: Sequence[Part],
        terms: Sequence[Term | None],
        boost: float,
        columns: Sequence[int],
        slop: int,
    ) -> None:
        self._terms, self._boost = terms, boost
        self._find = partial(run_masks, segments, parts, slop, columns)
        self._masks: list[Mask] = []

    def mask(self, segment: Segment, at: int) -> Mask:
        if not self._masks:
            self._masks = self._find()
        return self._masks[at]

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        active = scope.of(self, segment, at).active
        for term in self._terms:
            yield Scorer(term, 0.0 if term else self._boost, active=active)


class ConstantNode(Node):
    """What scores the same in every paper that it matches."""

    def __init__(self, boost: float, find: Callable[[Segment], Mask]) -> None:
        self._boost, self._find = boost, find
        self._masks: dict[int, Mask] = {}

    def mask(self, segment: Segment, at: int) -> Mask:
        if at not in self._masks:
            self._masks[at] = self._find(segment)
        return self._masks[at]

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        yield Scorer(None, self._boost, active=scope.of(self, segment, at).active)


class PatternNode(ConstantNode):
    """A prefix, wildcard or fuzzy word."""

    def __init__(self, pattern: Pattern, columns: Sequence[int]) -> None:
        super().__init__(pattern.boost, PatternFinder(pattern, columns))


class AuthorPositionNode(ConstantNode):
    """A name at the first or last position among the authors."""

    def __init__(self, collection: Collection, asked: AuthorPosition) -> None:
        segments, names = collection.segments, collection.author_names
        super().__init__(asked.boost, lambda segment: position_mask(names, segment, segments.index(segment), asked))


class AuthorCountNode(ConstantNode):
    """So many authors."""

    def __init__(self, asked: AuthorCount) -> None:
        super().__init__(asked.boost, lambda segment: count_mask(segment, asked))


class YearsNode(ConstantNode):
    """A range of years. Papers without a year never match."""

    def __init__(self, first: int | None, last: int | None, boost: float) -> None:
        super().__init__(boost, lambda segment: years_mask(segment, (first, last)))


def years_mask(segment: Segment, *ranges: tuple[int | None, int | None]) -> Mask:
    """Papers of a segment whose year lies in one of some ranges, ends included, None open."""
    mask = np.zeros(segment.docs, dtype=bool)
    for first, last in ranges:
        mark_within(mask, segment.years, max(1, first or 1), _LAST_YEAR if last is None else last)
    return mask


def cluster_mask(segment: Segment, name: str) -> Mask:
    """Papers of a segment in the author cluster of a name."""
    mask = np.zeros(segment.docs, dtype=bool)
    number = segment.clusters.find(cluster_key(name))
    if number >= 0:
        mark(mask, segment.clusters.docs(number))
    return mask


def venue_mask(segment: Segment, canonical: Sequence[str]) -> Mask:
    """Papers of a segment in any of some venues, by canonical name."""
    numbers = segment.venue_numbers
    return _any_of(segment.venues, [numbers[name] for name in canonical if name in numbers])


def type_mask(segment: Segment, types: Sequence[str]) -> Mask:
    """Papers of a segment of any of some types."""
    return _any_of(segment.types, [TYPE_CODES[name] for name in types])


def _any_of(column: Array, wanted: Sequence[int]) -> Mask:
    # A comparison takes 2 us for 40,000 papers; a table looked up by every paper takes 40.
    mask = np.zeros(len(column), dtype=bool)
    for value in wanted:
        mark_within(mask, column, value, value)
    return mask


class ExactNode(Node):
    """A whole value: author cluster, venue, type, id or another identifier. Scores nothing."""

    def __init__(self, field: str, value: str) -> None:
        self._field, self._value = field, value

    def mask(self, segment: Segment, at: int) -> Mask:
        if self._field == "authors":
            return cluster_mask(segment, self._value)
        if self._field == "venue":
            return venue_mask(segment, [self._value])
        if self._field == "type":
            return type_mask(segment, [self._value])
        mask = np.zeros(segment.docs, dtype=bool)
        mask[segment.find_key(key_hash(self._field, self._value))] = True
        return mask


class _Composite(Node):
    """Several nodes. Its masks are kept: of nested groups each would else make those of all within it anew."""

    def __init__(self, children: Sequence[Node]) -> None:
        self._children = children
        self._masks: dict[int, Mask] = {}

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = self._masks.get(at)
        if mask is None:
            mask = self._children[0].mask(segment, at).copy()
            for child in self._children[1:]:
                self._combine(mask, child.mask(segment, at))
            self._masks[at] = mask
        return mask

    @staticmethod
    def _combine(mask: Mask, other: Mask) -> None:
        """Take another child's papers into a mask."""
        raise NotImplementedError


class AndNode(_Composite):
    """All of its children."""

    @staticmethod
    def _combine(mask: Mask, other: Mask) -> None:
        mask &= other

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        return _together(self._children, segment, at, scope.of(self, segment, at))


class OrNode(_Composite):
    """Any of its children."""

    @staticmethod
    def _combine(mask: Mask, other: Mask) -> None:
        mask |= other

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        # Which of the children a hit matches is not known.
        return _together(self._children, segment, at, Scope(scope.active))


def _together(children: Sequence[Node], segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
    """The scorers of some nodes, listed: generators would hand each through all the groups around it."""
    found: list[Scorer] = []
    for child in children:
        found += child.scorers(segment, at, scope)
    return iter(found)


class NotNode(Node):
    """What its child does not match."""

    def __init__(self, child: Node) -> None:
        self._child = child

    def mask(self, segment: Segment, at: int) -> Mask:
        return ~self._child.mask(segment, at)


def _and(mask: Mask, other: Mask | None) -> Mask:
    return mask if other is None else mask & other
