"""Where a term stands in one segment: streams of papers with upper bounds, and exact frequencies on request.

A query term may stand in several streams of a segment: its stem in the text, its spelling in author names, its
variants by compounds. A paper's frequencies are the sum over the streams; bounds of streams add up to a bound of the
whole, since W / (k1 + W) is subadditive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import PostingGroup
from indexer.index.text.encoded import encode
from query.engines.masks import count, mark

Docs = npt.NDArray[np.uint16]
Ints = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Stream:
    """Papers of one segment (uint16, rising) with a bound each (uint8, in 255ths of W / (k1 + W)).

    Frequencies come from a group's postings (`group`, `low`, `picked`) or are given (`counts`, papers x all fields).
    `columns` are the fields that count (numbers of the schema).
    """

    docs: Docs
    bounds: npt.NDArray[np.uint8]
    columns: tuple[int, ...]
    group: PostingGroup | None = None
    low: int = 0
    high: int = 0
    picked: Ints | None = None
    first_column: int = 0
    counts: Counts | None = None

    def row(self) -> tuple[Any, ...]:
        """The stream as the kernel takes it."""
        if self.group is None:
            return self.docs, self.bounds, None, 0, 0, 0, self.counts
        columns = sum(1 << column for column in self.columns)
        return self.docs, self.bounds, self.group.native, self.low, self.high, columns, None

    def frequencies(self, at: Ints) -> Counts:
        """Term frequencies (papers x all fields) of the papers at some indices of the stream."""
        out = np.zeros((len(at), len(FIELDS)), dtype=np.int32)
        if self.counts is not None:
            out[:] = self.counts[at]
        elif self.group is not None:
            rows = (
                self.group.frequencies(self.low, self.low + len(self.docs), at)
                if self.picked is None
                else (self.group.frequencies(self.low, self.low + int(self.picked[-1]) + 1, self.picked[at]))
            )
            for column in self.columns:
                out[:, column] = rows[:, column - self.first_column]
        return out


class SegmentTerm:
    """A query term in one segment: its streams, and the papers it matches without scoring (a year).

    The kernel finds streams for itself (`native_streams`); `find` gives them to whoever else asks.
    """

    def __init__(
        self, find: Callable[[], list[Stream]], native_streams: Any = None, match_only: Mask | None = None
    ) -> None:
        self._find = find
        self.match_only = match_only
        if native_streams is None and kernel.native is not None:
            native_streams = kernel.native.Streams([stream.row() for stream in self.streams], len(FIELDS))
        self.native_streams = native_streams

    @cached_property
    def streams(self) -> list[Stream]:
        """The streams."""
        return self._find()

    @property
    def size(self) -> int:
        """An upper bound of the papers that hold the term."""
        if self.native_streams is not None:
            size: int = self.native_streams.size
            return size
        return sum(len(stream.docs) for stream in self.streams)

    def mark(self, mask: Mask) -> None:
        """Set a mask over the segment's papers true where the term matches."""
        if self.native_streams is not None:
            self.native_streams.mark(mask)
        else:
            for stream in self.streams:
                mark(mask, stream.docs)
        if self.match_only is not None:
            mask |= self.match_only

    def document_frequency(self, segment: Segment) -> int:
        """Live papers of the segment that hold the term."""
        if self.native_streams is not None:
            united: int = self.native_streams.united(None if segment.all_live else segment.live)
            return united
        mask = np.zeros(segment.docs, dtype=bool)
        for stream in self.streams:
            mark(mask, stream.docs)
        return count(mask & segment.live)

    def frequencies(self, docs: Ints) -> Counts:
        """Term frequencies (papers x all fields) of given papers, zero where the term is absent."""
        out = np.zeros((len(docs), len(FIELDS)), dtype=np.int32)
        for stream in self.streams:
            at = np.searchsorted(stream.docs, docs.astype(np.uint16))
            at[at == len(stream.docs)] = 0
            held = np.flatnonzero(stream.docs[at] == docs) if len(stream.docs) else np.empty(0, np.int64)
            if held.size:
                out[held] += stream.frequencies(at[held])
        return out


def stored_stream(segment: Segment, group_name: str, term: str, columns: Sequence[int]) -> Stream | None:
    """A term's postings in a group, confined to fields of that group; None where there is none."""
    group = segment.group(group_name)
    number = group.find(encode(term))
    if number < 0:
        return None
    low, high = group.span(number)
    docs = group.docs[low:high]
    bounds = segment.impact(group_name, low, high)
    fields = GROUPS[group_name]
    first = FIELD_NUMBERS[fields[0].name]
    if len(columns) == len(fields):
        return Stream(docs, bounds, tuple(columns), group, low, high, first_column=first)
    local = [column - first for column in columns]
    picked = np.flatnonzero(group.frequencies(low, high)[:, local].any(axis=1))
    if not picked.size:
        return None
    return Stream(docs[picked], bounds[picked], tuple(columns), group, low, high, picked, first)
