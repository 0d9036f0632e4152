"""A stream of words to postings: in C where that was built, else one sort of integers in numpy. Both give the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.index.segment.container import Array
from indexer.index.segment.vocabulary import COMPILED

if COMPILED:
    from indexer.index.native import _bulk

# One uint64 key sorts everything: term 22 bits, document 16, position 23, form 3. A numpy sort of 7 million such
# keys takes 0.1 to 0.3 s; a stable argsort by term alone 2 s.
_TERM, _DOC, _POS = 42, 26, 3
_MAX_POSITION = (1 << 23) - 1


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Words of papers in their order, all uint32.

    `stream` are numbers of words (0: a gap), `extents` how many of them belong to each paper, `lengths` the words in
    each field of each paper (papers x fields), `positions` those of the words (empty: as they come in the paper).
    """

    stream: npt.NDArray[np.uint32]
    extents: npt.NDArray[np.uint32]
    lengths: npt.NDArray[np.uint32]
    positions: npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Counts:
    """Term frequencies of postings in each of at most four fields."""

    packed: npt.NDArray[np.uint16]  # four bits a field, the first field lowest; 15 is 15 or more
    wide: npt.NDArray[np.int64]  # postings with a 15, rising
    exact: npt.NDArray[np.uint32]  # (wide, fields) their true frequencies

    @classmethod
    def of(cls, counts: Array) -> Counts:
        """From frequencies, postings x fields."""
        packed = np.zeros(len(counts), dtype=np.uint16)
        for number in range(counts.shape[1]):
            packed |= np.minimum(counts[:, number], 15).astype(np.uint16) << np.uint16(4 * number)
        wide = np.flatnonzero((counts >= 15).any(axis=1))
        return cls(packed, wide, counts[wide].astype(np.uint32))

    def totals(self) -> npt.NDArray[np.int64]:
        """Occurrences of each posting, in all fields."""
        totals = np.zeros(len(self.packed), dtype=np.int64)
        for number in range(self.exact.shape[1]):
            totals += self.packed >> np.uint16(4 * number) & np.uint16(15)
        totals[self.wide] = self.exact.sum(axis=1)
        return totals

    @classmethod
    def of_packed(cls, packed: npt.NDArray[np.uint16], above: Array, fields: int) -> Counts:
        """From what is packed, and posting * fields + field of each occurrence above 15."""
        full = np.zeros(len(packed), dtype=bool)
        for number in range(fields):
            full |= (packed >> np.uint16(4 * number) & np.uint16(15)) == 15
        wide = np.flatnonzero(full)
        shifts = np.arange(0, 4 * fields, 4, dtype=np.uint16)
        exact = (packed[wide][:, None] >> shifts & np.uint16(15)).astype(np.uint32)
        np.add.at(exact, (np.searchsorted(wide, above // fields), above % fields), 1)
        return cls(packed, wide, exact)


@dataclass(frozen=True, slots=True)
class Postings:
    """A group's postings before they are written: sorted by term, then document, then position."""

    terms: list[bytes]
    term_starts: Array  # (terms + 1,) first posting
    docs: Array  # (postings,) uint16
    counts: Counts
    occurrence_starts: Array  # (terms + 1,) first occurrence
    positions: Array  # (occurrences,) uint32


class Forms(NamedTuple):
    """Which surface forms stand behind postings: of each the forms that it holds, a bit each, and of each occurrence
    its form (0 to 7)."""

    masks: npt.NDArray[np.uint8]
    numbers: npt.NDArray[np.uint8]


def invert(
    occurrences: Occurrences, term_of: Array, bits: Array, terms: list[bytes], compiled: bool = COMPILED
) -> tuple[Postings, Forms]:
    """Postings, and the forms behind them.

    `term_of` (uint32) and `bits` (uint8, 0 to 7) are the term and form of every word, number 0 unused.
    """
    if not compiled:
        return _sorted(occurrences, term_of, bits, terms)
    fields = occurrences.lengths.shape[1]
    starts, occurrence_starts, docs, packed, positions, masks, above, forms = _bulk.invert(
        occurrences.stream,
        term_of,
        bits,
        occurrences.extents,
        np.ascontiguousarray(occurrences.lengths),
        occurrences.positions,
        fields,
        len(terms),
    )
    postings = Postings(
        terms,
        np.frombuffer(starts, np.int64),
        np.frombuffer(docs, np.uint16),
        Counts.of_packed(np.frombuffer(packed, np.uint16), np.frombuffer(above, np.uint64).astype(np.int64), fields),
        np.frombuffer(occurrence_starts, np.int64),
        np.frombuffer(positions, np.uint32),
    )
    return postings, Forms(np.frombuffer(masks, np.uint8), np.frombuffer(forms, np.uint8))


def _sorted(occurrences: Occurrences, term_of: Array, bits: Array, terms: list[bytes]) -> tuple[Postings, Forms]:
    stream, extents = occurrences.stream, occurrences.extents.astype(np.int64)
    docs = np.repeat(np.arange(len(extents), dtype=np.uint64), extents)
    if len(occurrences.positions):
        at = occurrences.positions.astype(np.uint64)
    else:
        ends = np.cumsum(extents)
        at = np.arange(len(stream), dtype=np.uint64) - np.repeat(ends - extents, extents).astype(np.uint64)
    np.minimum(at, _MAX_POSITION, out=at)
    term = term_of.astype(np.uint64)
    keys = term[stream] << np.uint64(_TERM) | docs << np.uint64(_DOC) | at << np.uint64(_POS) | bits[stream]
    keys = keys[stream != 0]
    del docs, at
    keys.sort()
    return _collapsed(occurrences, keys, terms)


def _collapsed(occurrences: Occurrences, keys: npt.NDArray[np.uint64], terms: list[bytes]) -> tuple[Postings, Forms]:
    pairs = keys >> np.uint64(_DOC)
    new = np.ones(len(keys), dtype=bool)
    new[1:] = pairs[1:] != pairs[:-1]
    firsts = np.flatnonzero(new)
    pairs = pairs[firsts]
    positions = (keys >> np.uint64(_POS) & np.uint64(_MAX_POSITION)).astype(np.uint32)
    docs = (pairs & np.uint64(0xFFFF)).astype(np.uint16)
    # A range of the dictionary: postings of term t are starts[t]..starts[t + 1].
    starts = np.searchsorted(pairs >> np.uint64(16), np.arange(len(terms) + 1, dtype=np.uint64))
    occurrence_starts = np.append(firsts, len(keys))[starts]
    counts = _counts(occurrences.lengths, docs, positions, firsts)
    forms = (keys & np.uint64(7)).astype(np.uint8)
    masks = np.left_shift(np.uint8(1), forms)
    if len(firsts):
        masks = np.bitwise_or.reduceat(masks, firsts)
    return Postings(terms, starts, docs, Counts.of(counts), occurrence_starts, positions), Forms(masks, forms)


def _counts(lengths: Array, docs: Array, positions: Array, firsts: Array) -> Array:
    """How often each posting's term stands in each field, by where its positions lie between the fields' borders."""
    per_posting = np.diff(np.append(firsts, len(positions)))
    fields = lengths.shape[1]
    counts = np.zeros((len(firsts), fields), dtype=np.uint32)
    if fields == 1:
        counts[:, 0] = per_posting
    elif len(firsts):
        borders = np.cumsum(lengths[:, :-1], axis=1, dtype=np.uint32)
        owners = np.repeat(docs, per_posting)
        field = np.zeros(len(positions), dtype=np.uint8)
        for border in range(fields - 1):
            field += positions >= borders[:, border][owners]
        for number in range(fields):
            counts[:, number] = np.add.reduceat((field == number).view(np.uint8), firsts, dtype=np.uint32)
    return counts
