"""The compiled query: what matches in a segment as masks over its papers, and what scores where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.codec.columns import TYPE_CODES, key_hash
from indexer.index.codec.segment import Segment
from indexer.index.names import cluster_key
from indexer.index.schema import NAMES, TEXT
from query.engines.patterns import Pattern, pattern_mask
from query.engines.phrases import phrase
from query.engines.terms import NAME_COLUMNS, TEXT_COLUMNS, Term

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scorer:
    """Something that scores: a term, or a constant; only in papers where `active` holds (None: everywhere)."""

    term: Term | None
    constant: float = 0.0
    where: Mask | None = None
    active: Mask | None = None


class Node:
    """Part of a compiled query. `mask` and `scorers` are asked segment by segment (`at` is the segment's number)."""

    def mask(self, segment: Segment, at: int) -> Mask:
        """Which papers of the segment match, live or not."""
        raise NotImplementedError

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        """What scores in the segment, in query order."""
        yield from ()


class TermNode(Node):
    """A word."""

    def __init__(self, term: Term) -> None:
        self.term = term

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = np.zeros(segment.docs, dtype=bool)
        self.term.segments[at].mark(mask)
        return mask

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        yield Scorer(self.term, active=active)


class PhraseNode(Node):
    """Words in order, in one field or one author's name; scores as its words do."""

    def __init__(
        self,
        stems: Sequence[str],
        words: Sequence[str],
        terms: Sequence[Term],
        columns: Sequence[int],
        slop: int,
    ) -> None:
        self._stems, self._words, self._terms, self._slop = tuple(stems), tuple(words), terms, slop
        self._text = tuple(column for column in TEXT_COLUMNS if column in columns)
        self._names = tuple(column for column in NAME_COLUMNS if column in columns)

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = np.zeros(segment.docs, dtype=bool)
        if self._text:
            mask[phrase(segment, TEXT, self._stems, self._slop, self._text)[0]] = True
        if self._names:
            mask[phrase(segment, NAMES, self._words, min(self._slop, 64), self._names)[0]] = True
        return mask

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        mine = _and(self.mask(segment, at), active)
        for term in self._terms:
            yield Scorer(term, active=mine)


class PatternNode(Node):
    """A prefix, wildcard or fuzzy word; scores a constant."""

    def __init__(self, pattern: Pattern, columns: Sequence[int]) -> None:
        self._pattern, self._columns = pattern, tuple(columns)

    def mask(self, segment: Segment, at: int) -> Mask:
        return pattern_mask(segment, self._pattern, self._columns)

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        yield Scorer(None, self._pattern.boost, self.mask(segment, at), active)


class YearsNode(Node):
    """A range of years; scores a constant. Papers without a year never match."""

    def __init__(self, first: int | None, last: int | None, boost: float) -> None:
        self._first, self._last, self._boost = first, last, boost

    def mask(self, segment: Segment, at: int) -> Mask:
        return years_mask(segment, self._first, self._last)

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        yield Scorer(None, self._boost, self.mask(segment, at), active)


def years_mask(segment: Segment, first: int | None, last: int | None) -> Mask:
    """Papers of a segment whose year lies in first..last, ends included, None open."""
    years = segment.years
    mask: Mask = years >= np.int16(max(1, first or 1))
    if last is not None:
        mask &= years <= np.int16(last)
    return mask


def cluster_mask(segment: Segment, name: str) -> Mask:
    """Papers of a segment in the author cluster of a name."""
    mask = np.zeros(segment.docs, dtype=bool)
    number = segment.clusters.find(cluster_key(name))
    if number >= 0:
        mask[segment.clusters.docs(number)] = True
    return mask


def venue_mask(segment: Segment, canonical: Sequence[str]) -> Mask:
    """Papers of a segment in any of some venues, by canonical name."""
    wanted = [number for number, name in enumerate(segment.venue_names) if number and name in canonical]
    if len(wanted) == 1:
        return np.asarray(segment.venues == wanted[0])
    table = np.zeros(len(segment.venue_names), dtype=bool)
    table[wanted] = True
    return np.asarray(table[segment.venues])


def type_mask(segment: Segment, types: Sequence[str]) -> Mask:
    """Papers of a segment of any of some types."""
    table = np.zeros(256, dtype=bool)
    table[[TYPE_CODES[name] for name in types]] = True
    return np.asarray(table[segment.types])


class ExactNode(Node):
    """A whole value: author cluster, venue, type, id, DOI, arXiv id or address. Scores nothing."""

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


class AndNode(Node):
    """All of its children."""

    def __init__(self, children: Sequence[Node]) -> None:
        self._children = children

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = self._children[0].mask(segment, at)
        for child in self._children[1:]:
            mask = mask & child.mask(segment, at)
        return mask

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        mine = _and(self.mask(segment, at), active)
        for child in self._children:
            yield from child.scorers(segment, at, mine)


class OrNode(Node):
    """Any of its children."""

    def __init__(self, children: Sequence[Node]) -> None:
        self._children = children

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = self._children[0].mask(segment, at)
        for child in self._children[1:]:
            mask = mask | child.mask(segment, at)
        return mask

    def scorers(self, segment: Segment, at: int, active: Mask | None) -> Iterator[Scorer]:
        for child in self._children:
            yield from child.scorers(segment, at, active)


class NotNode(Node):
    """What its child does not match."""

    def __init__(self, child: Node) -> None:
        self._child = child

    def mask(self, segment: Segment, at: int) -> Mask:
        return ~self._child.mask(segment, at)


def _and(mask: Mask, other: Mask | None) -> Mask:
    return mask if other is None else mask & other
