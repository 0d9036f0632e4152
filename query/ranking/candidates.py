"""What re-scoring reads of the first hits, in bulk: lengths, frequencies of terms, positions of stems."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import all_norms, saturate
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import encode
from indexer.index.text.spellings import spelled_alike
from query.engines.answer import Row, Rows
from query.engines.collection import Collection
from query.engines.phrases import member

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
TEXT_FIELDS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[TEXT])
TITLE = FIELD_NUMBERS["title"]


OWNER, FIELD = 40, 32
"""A position of a word here is the hit's number << OWNER | the field's << FIELD | the position inside the paper."""


class Candidates:
    """The hits to re-score. Arrays are indexed by hit, by segment and document; `ranks` is where each stood."""

    def __init__(self, collection: Collection, rows: Sequence[Row]) -> None:
        self.collection = collection
        self.size = len(rows)
        given = Rows.of(rows)
        self.ranks: Ints = np.argsort(given.segments << 16 | given.docs)
        self.segments, self.docs, self.tiers, self.scores = given.pick(self.ranks).columns
        self._parts: list[tuple[int, Segment, int, int]] = []
        self._numbers: npt.NDArray[np.uint16] = self.docs.astype(np.uint16)
        self.lengths: Ints = np.empty((len(FIELDS), self.size), dtype=np.int64)
        self.years: Ints = np.empty(self.size, dtype=np.int64)
        ends = np.searchsorted(self.segments, np.arange(len(collection.segments) + 1)).tolist()
        for at, segment in enumerate(collection.segments):
            low, high = ends[at], ends[at + 1]
            if low < high:
                self._parts.append((at, segment, low, high))
                self.lengths[:, low:high] = segment.lengths[:, self.docs[low:high]]
                self.years[low:high] = segment.years[self.docs[low:high]]
        self.norms: Floats = all_norms(self.lengths, collection.averages)

    def order(self, scores: Floats) -> Ints:
        """Hits by tier and falling score; equal ones as they came."""
        return np.lexsort((self.ranks, -scores, self.tiers))

    def counts(self, read: Callable[[int, Segment, Ints], Counts]) -> Counts:
        """Term frequencies (hits x fields); `read` gives those of some papers of a segment, by its number."""
        out = np.zeros((self.size, len(FIELDS)), dtype=np.int32)
        for at, segment, low, high in self._parts:
            out[low:high] = read(at, segment, self.docs[low:high])
        return out

    def held(self, read: Callable[[Segment, int], npt.NDArray[np.bool_] | None]) -> npt.NDArray[np.bool_]:
        """Which hits are in a mask; `read` gives that of a segment, by its number (None: none are)."""
        found = np.zeros(self.size, dtype=bool)
        for at, segment, low, high in self._parts:
            if (mask := read(segment, at)) is not None:
                found[low:high] = mask[self.docs[low:high]]
        return found

    def shares(self, counts: Counts) -> Floats:
        """What each field adds to W (fields x hits)."""
        shares: Floats = counts.T * self.norms
        return shares

    def saturated(self, counts: Counts) -> Floats:
        """W / (k1 + W) of each hit."""
        return saturate(self.shares(counts).sum(axis=0))

    def named(self, word: str) -> npt.NDArray[np.bool_]:
        """Whether a word stands in the author names of each hit."""
        found = np.zeros(self.size, dtype=bool)
        for _, segment, low, high in self._parts:
            term = segment.names.find(encode(word))
            if term >= 0:
                first, last = segment.names.span(term)
                found[low:high] = member(self._numbers[low:high], segment.names.docs[first:last])
        return found

    def written(self, word: str, stem: bytes) -> npt.NDArray[np.bool_]:
        """Whether a word stands in the text of each hit in this very form, in any of its spellings."""
        found = np.zeros(self.size, dtype=bool)
        for _, segment, low, high in self._parts:
            if segment.text.find(stem) >= 0:
                for spelling in spelled_alike(word):
                    found[low:high] |= member(self._numbers[low:high], segment.form_docs(spelling))
        return found

    def positions(self, stem: bytes, columns: Sequence[int] = TEXT_FIELDS) -> Ints:
        """Where a stem stands in some text fields of the hits, rising (see OWNER)."""
        bits = sum(1 << column for column in columns)
        found = [self._positions(segment, stem, low, high, bits) for _, segment, low, high in self._parts]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _positions(self, segment: Segment, stem: bytes, low: int, high: int, columns: int) -> Ints:
        group = segment.text
        term = group.find(stem)
        if term < 0:
            return np.empty(0, dtype=np.int64)
        first, last = group.placed(term)
        docs = self._numbers[low:high]
        if group.native is not None:
            native = group.native.positions(first, last, docs, segment.lengths, segment.docs, low, columns)
            return np.frombuffer(native, dtype=np.int64)
        postings = group.docs[first:last]
        at = np.searchsorted(postings, docs)
        at[at == last - first] = 0
        held = np.flatnonzero(postings[at] == docs)
        positions, numbers = group.positions(term, at[held].astype(np.int64))
        owners = held[numbers] + low
        fields = np.zeros(len(positions), dtype=np.int64)
        for border in np.cumsum(self.lengths[list(TEXT_FIELDS[:-1])], axis=0):
            fields += positions >= border[owners]
        coded: Ints = (owners << OWNER | fields << FIELD | positions)[(columns >> fields & 1).astype(bool)]
        return coded
