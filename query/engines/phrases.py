"""Words in order: positions of several terms joined on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, K1, NAMES
from indexer.index.segment.impacts import SCALE
from indexer.index.segment.layout import NAME_BITS
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import PostingGroup
from indexer.index.text.encoded import encode
from query.engines.collection import Collection
from query.engines.deadline import check_time

Ints = npt.NDArray[np.int64]

# A position here is index of the paper << 40 | field << 32 | position; those of names hold the author, in field 0.
_PAPER, _UNIT = 40, 32


class Matches(NamedTuple):
    """Papers (uint16, rising), how often in each field (papers x all fields, int32), and bounds of W / (k1 + W)."""

    docs: npt.NDArray[np.uint16]
    counts: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.uint8]

    def row(self) -> tuple[Any, ...]:
        """The papers as the kernel takes a stream."""
        return self.docs, self.bounds, None, 0, 0, 0, self.counts


NOWHERE = Matches(np.empty(0, np.uint16), np.empty((0, len(FIELDS)), np.int32), np.empty(0, np.uint8))


def phrase(
    collection: Collection, segment: Segment, group_name: str, words: Sequence[str], slop: int, columns: Sequence[int]
) -> Matches:
    """Papers in which the words stand in order inside one field (or one author's name).

    `slop` 1 is adjacent; otherwise each word at most `slop` positions after the one before. `columns` confines the
    fields.
    """
    check_time()
    group = segment.group(group_name)
    terms = [group.find(encode(word)) for word in words]
    if not terms or min(terms) < 0:
        return NOWHERE
    if group.native is not None:
        spans = tuple([group.placed(term) for term in terms])
        fields_bits = sum(1 << column for column in columns)
        bits = NAME_BITS if group_name == NAMES else 0
        found, rows, bounds = group.native.phrase(
            spans, segment.lengths, collection.parameters, segment.docs, slop, fields_bits, bits
        )
        if not found:
            return NOWHERE
        return Matches(
            np.frombuffer(found, dtype=np.uint16),
            np.frombuffer(rows, dtype=np.int32).reshape(-1, len(FIELDS)),
            np.frombuffer(bounds, dtype=np.uint8),
        )
    docs = _common(group, terms)
    if not docs.size:
        return NOWHERE
    positions = {term: positions_of(segment, group, group_name, term, docs) for term in set(terms)}
    ends = chain([positions[term] for term in terms], slop)
    first = FIELD_NUMBERS[GROUPS[group_name][0].name]
    fields = (ends >> _UNIT & 0xFF) + first
    owners = ends >> _PAPER
    wanted = np.isin(fields, columns)
    owners, fields = owners[wanted], fields[wanted]
    counts = np.bincount(owners * len(FIELDS) + fields, minlength=len(docs) * len(FIELDS)).reshape(-1, len(FIELDS))
    held = np.flatnonzero(counts.any(axis=1))
    kept = counts[held].astype(np.int32)
    weights = collection.weights(segment, docs[held].astype(np.int64), kept)
    levels = np.ceil(weights / (K1 + weights) * (SCALE * (1 + 1e-9)))
    return Matches(docs[held], kept, np.minimum(levels, SCALE).astype(np.uint8))


def _common(group: PostingGroup, terms: Sequence[int]) -> npt.NDArray[np.uint16]:
    """Papers that hold all terms, the rarest asked first."""
    spans = sorted({group.span(term) for term in terms}, key=lambda span: span[1] - span[0])
    docs = group.docs[slice(*spans[0])]
    for span in spans[1:]:
        docs = docs[member(docs, group.docs[slice(*span)])]
    return docs


def member(docs: npt.NDArray[np.uint16], among: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """For each of some papers whether it is among others; both rising."""
    if not len(among) or not len(docs):
        return np.zeros(len(docs), dtype=bool)
    if len(docs) * 12 < len(among):
        at = np.searchsorted(among, docs)
        at[at == len(among)] = 0
        return np.asarray(among[at] == docs)
    table = np.zeros(1 << 16, dtype=bool)
    table[among] = True
    return table[docs]


def chain(positions: Sequence[Ints], slop: int) -> Ints:
    """Positions of the last words of all matches, from the rising positions of each word in order."""
    if slop == 1:
        # Rarest first: the chain never grows.
        order = sorted(range(len(positions)), key=lambda at: len(positions[at]))
        ends = positions[order[0]] - order[0]
        for at in order[1:]:
            ends = _both(ends, positions[at] - at)
        return ends + (len(positions) - 1)
    ends = positions[0]
    for here in positions[1:]:
        near = np.searchsorted(ends, here - slop) < np.searchsorted(ends, here)
        ends = here[near]
    return ends


def _both(left: Ints, right: Ints) -> Ints:
    if not len(left) or not len(right):
        return left[:0]
    if len(left) > len(right):
        left, right = right, left
    at = np.searchsorted(right, left)
    at[at == len(right)] = 0
    both: Ints = left[right[at] == left]
    return both


def positions_of(segment: Segment, group: PostingGroup, name: str, term: int, docs: npt.NDArray[np.uint16]) -> Ints:
    """Positions of a term in papers that hold it: index among `docs` << 40 | field of the group << 32 | position."""
    low, high = group.span(term)
    picked = np.searchsorted(group.docs[low:high], docs).astype(np.int64)
    positions, owners = group.positions(term, picked)
    if name == NAMES:
        # A gap between authors as wide as a name, so that no window reaches across.
        author = positions >> NAME_BITS
        return owners << _PAPER | (positions + (author << NAME_BITS))
    fields = GROUPS[name]
    unit = np.zeros(len(positions), dtype=np.int64)
    border = np.zeros(len(docs), dtype=np.int64)
    first = FIELD_NUMBERS[fields[0].name]
    for number in range(len(fields) - 1):
        border += segment.lengths[first + number][docs]
        unit += positions >= border[owners]
    return owners << _PAPER | unit << _UNIT | positions
