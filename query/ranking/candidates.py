"""What re-scoring reads of the first hits, in bulk: lengths, frequencies of terms, places of stems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import norms, saturate
from indexer.index.codec.segment import Segment
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, TEXT
from query.engines.answer import Row
from query.engines.collection import Collection

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int32]
TEXT_FIELDS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[TEXT])
TITLE = FIELD_NUMBERS["title"]


@dataclass(frozen=True, slots=True)
class Places:
    """Occurrences of a stem in the text of candidates: whose, in which field, where in the paper. All int64."""

    owners: Ints
    fields: Ints
    positions: Ints


class Candidates:
    """The hits to re-score, in their order. Arrays are indexed by hit."""

    def __init__(self, collection: Collection, rows: Sequence[Row]) -> None:
        self.collection = collection
        self.rows = rows
        self.size = len(rows)
        self.scores: Floats = np.array([row.score for row in rows], dtype=np.float64)
        self.tiers: Ints = np.array([row.tier for row in rows], dtype=np.int64)
        owners = np.array([row.segment for row in rows], dtype=np.int64)
        docs = np.array([row.doc for row in rows], dtype=np.int64)
        self._parts: list[tuple[int, Segment, Ints, Ints]] = []
        self.lengths: Ints = np.empty((len(FIELDS), self.size), dtype=np.int64)
        self.years: Ints = np.empty(self.size, dtype=np.int64)
        for at in np.flatnonzero(np.bincount(owners)).tolist() if self.size else ():
            picked = np.flatnonzero(owners == at)
            segment = collection.segments[at]
            self._parts.append((at, segment, picked, docs[picked]))
            self.lengths[:, picked] = segment.lengths[:, docs[picked]]
            self.years[picked] = segment.years[docs[picked]]
        self.norms: Floats = np.stack(
            [norms(field, self.lengths[field], collection.averages[field]) for field in range(len(FIELDS))]
        )
        self._borders = np.cumsum(self.lengths[list(TEXT_FIELDS[:-1])], axis=0)

    def order(self, scores: Floats) -> Ints:
        """Hits by tier and falling score; equal ones as they came."""
        return np.lexsort((-scores, self.tiers))

    def counts(self, read: Callable[[int, Segment, Ints], Counts]) -> Counts:
        """Term frequencies (hits x fields); `read` gives those of some papers of a segment, by its number."""
        out = np.zeros((self.size, len(FIELDS)), dtype=np.int32)
        for at, segment, picked, docs in self._parts:
            out[picked] = read(at, segment, docs)
        return out

    def shares(self, counts: Counts) -> Floats:
        """What each field adds to W (fields x hits)."""
        shares: Floats = counts.T * self.norms
        return shares

    def saturated(self, counts: Counts) -> Floats:
        """W / (k1 + W) of each hit."""
        return saturate(self.shares(counts).sum(axis=0))

    def places(self, stem: bytes) -> Places:
        """Where a stem stands in the text fields of the hits."""
        found = [self._places(segment, stem, picked, docs) for _, segment, picked, docs in self._parts]
        if len(found) == 1:
            owners, positions = found[0]
        else:
            owners = np.concatenate([part[0] for part in found])
            positions = np.concatenate([part[1] for part in found])
        fields = np.zeros(len(positions), dtype=np.int64)
        for border in self._borders:
            fields += positions >= border[owners]
        return Places(owners, fields, positions)

    @staticmethod
    def _places(segment: Segment, stem: bytes, picked: Ints, docs: Ints) -> tuple[Ints, Ints]:
        group = segment.text
        term = group.find(stem)
        if term < 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        low, high = group.span(term)
        postings = group.docs[low:high]
        at = np.searchsorted(postings, docs.astype(np.uint16))
        at[at == high - low] = 0
        held = np.flatnonzero(postings[at] == docs)
        positions, owners = group.positions(term, at[held].astype(np.int64))
        return picked[held[owners]], positions
