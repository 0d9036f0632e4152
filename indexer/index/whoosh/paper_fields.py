"""Quiver's own fields as Whoosh sees them: a field source over the posting groups, without a copy of a posting.

A group holds the postings of several fields together. What Whoosh asks of one field is picked from them when it is
asked: the terms that occur in the field at the first question for a field, postings when a matcher is made.
Counts, like Whoosh's, include papers that are shadowed or deleted.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.index.once import made_once
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, TEXT, Field
from indexer.index.segment.container import Array
from indexer.index.segment.postings import PostingGroup
from indexer.index.segment.strings import StringTable, SubTable
from indexer.index.whoosh.generic.payload import FROM_POSITIONS, encode_positions
from indexer.index.whoosh.library import reading
from indexer.index.whoosh.matcher import ArrayMatcher, Blocks, Numbers
from indexer.index.whoosh.seams import Arrays

_BLOCK = 128
_CHUNK = 1 << 18


class _Terms(Sequence[bytes]):
    """The terms of a group that occur in one field."""

    def __init__(self, table: StringTable | SubTable, numbers: Array) -> None:
        self._table = table
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]  # slices have no use here
        return self._table[int(self.numbers[at])]


@dataclass(frozen=True)
class _Picked:
    """Which terms of a group occur in a field, in how many papers and how often."""

    terms: _Terms
    papers: Array
    total: Array


class _Postings:
    """The postings of one term in one field: what a matcher needs beside document numbers."""

    def __init__(self, group: PostingGroup, term: int, picked: Array, counts: Array, border: Array) -> None:
        self._group = group
        self._term = term
        self._picked = picked
        self._counts = counts
        self._border = border

    def weights(self, low: int, high: int) -> list[float]:
        """Term frequencies, as Whoosh's weights."""
        found: list[float] = self._counts[low:high].astype(np.float64).tolist()
        return found

    @made_once
    def _positions(self) -> tuple[Array, Array]:
        """Positions inside the field of all postings, and where those of each begin."""
        positions, owners = self._group.positions(self._term, self._picked)
        first, past = self._border[0][owners], self._border[1][owners]
        inside = (positions >= first) & (positions < past)
        starts = np.zeros(len(self._picked) + 1, dtype=np.int64)
        np.cumsum(np.bincount(owners[inside], minlength=len(self._picked)), out=starts[1:])
        return (positions - first)[inside], starts

    def positions(self, number: int) -> list[int]:
        """Positions of one posting inside the field."""
        positions, starts = self._positions
        found: list[int] = positions[starts[number] : starts[number + 1]].tolist()
        return found

    def checked_value(self, number: int, format_: Any) -> bytes:
        """The value as Whoosh's format with positions encodes it."""
        return encode_positions(self.positions(number))

    def value_as(self, number: int, kind: str, format_: Any) -> Any:
        """What that format would decode from it."""
        if kind in ("frequency", "weight"):
            return int(self._counts[number]) * (1 if kind == "frequency" else format_.field_boost)
        return FROM_POSITIONS[kind](self.positions(number), format_)


class GroupFields:
    """Title, venue, abstract, keywords and authors of a segment; no fields in a file without posting groups."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._names = sorted(field.name for field in FIELDS) if f"{TEXT}.start" in arrays else []
        self._groups: dict[str, PostingGroup] = {}
        self._picks: dict[str, _Picked] = {}

    def fields(self) -> Sequence[str]:
        """Names of the fields, sorted."""
        return self._names

    def _field(self, fieldname: str) -> tuple[PostingGroup, int, Field]:
        field = FIELDS[FIELD_NUMBERS[fieldname]]
        if field.group not in self._groups:
            fields = len(GROUPS[field.group])
            self._groups[field.group] = PostingGroup(self._arrays, field.group, fields)  # type: ignore[arg-type]
        return self._groups[field.group], GROUPS[field.group].index(field), field

    def _pick(self, fieldname: str) -> _Picked:
        if fieldname not in self._picks:
            group, column, _ = self._field(fieldname)
            group.check_all()
            counts = np.empty(len(group.docs), dtype=np.int64)
            for low in range(0, len(counts), _CHUNK):
                high = min(low + _CHUNK, len(counts))
                counts[low:high] = group.frequencies(low, high)[:, column]
            papers, total = (_sums(column_of, group.starts) for column_of in (counts > 0, counts))
            held = np.flatnonzero(papers)
            self._picks[fieldname] = _Picked(_Terms(group.terms, held), papers[held], total[held])
        return self._picks[fieldname]

    def terms(self, fieldname: str) -> Sequence[bytes]:
        """The terms that occur in a field; none if there is no such field."""
        return self._pick(fieldname).terms if fieldname in self._names else ()

    def find(self, fieldname: str, term: bytes) -> int:
        """The number of a term, -1 if the field does not have it."""
        terms = self.terms(fieldname)
        at = bisect_left(terms, term)
        return at if at < len(terms) and terms[at] == term else -1

    def doc_frequency(self, fieldname: str, number: int) -> int:
        """How many papers have the term in the field."""
        return int(self._pick(fieldname).papers[number])

    def _lengths(self, field: Field) -> Array:
        lengths: Array = self._arrays["doc.length"][FIELD_NUMBERS[field.name]]
        return lengths

    def _borders(self, group_name: str, column: int, docs: Array) -> Array:
        """Where a field begins and ends among the positions of papers: (2, papers); the last has no end."""
        lengths = self._arrays["doc.length"]
        fields = GROUPS[group_name]
        first = np.zeros(len(docs), dtype=np.int64)
        for before in fields[:column]:
            first += lengths[FIELD_NUMBERS[before.name]][docs]
        if column == len(fields) - 1:
            return np.stack([first, np.full(len(docs), np.iinfo(np.int64).max)])
        return np.stack([first, first + lengths[FIELD_NUMBERS[fields[column].name]][docs]])

    def matcher(self, fieldname: str, number: int, term: bytes, format_: Any, scorer: Any) -> ArrayMatcher:
        """A matcher over the papers that have the term in the field."""
        group, column, field = self._field(fieldname)
        place = int(self._pick(fieldname).terms.numbers[number])
        low, high = group.span(place)
        counts = group.frequencies(low, high)[:, column]
        picked = np.flatnonzero(counts)
        docs = np.ascontiguousarray(group.docs[low:high][picked])
        counts = counts[picked]
        postings = _Postings(group, place, picked, counts, self._borders(field.group, column, docs))
        begins = np.arange(0, len(docs), _BLOCK)
        lengths = self._lengths(field)[docs]
        blocks = Blocks(
            _BLOCK,
            np.maximum.reduceat(counts, begins).astype(np.float64).tolist(),
            np.minimum.reduceat(lengths, begins).tolist(),
            np.maximum.reduceat(lengths, begins).tolist(),
        )
        return ArrayMatcher(Numbers(docs.data), postings, 0, len(docs), blocks, format_, scorer, (fieldname, term))

    def term_info(self, fieldname: str, number: int) -> Any:
        """Statistics of a term in a field."""
        group, column, field = self._field(fieldname)
        picks = self._pick(fieldname)
        low, high = group.span(int(picks.terms.numbers[number]))
        counts = group.frequencies(low, high)[:, column]
        docs = group.docs[low:high][counts > 0]
        lengths = self._lengths(field)[docs]
        return reading.TermInfo(
            weight=float(picks.total[number]),
            df=len(docs),
            minlength=int(lengths.min()),
            maxlength=int(lengths.max()),
            maxweight=float(counts.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )


def _sums(values: Array, starts: Array) -> Array:
    """Sum of each term's run of values."""
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    sums: Array = running[starts[1:]] - running[starts[:-1]]
    return sums
