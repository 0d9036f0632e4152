"""Facets: how many papers of an answer have each venue, year, type and author; counted, never estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.codec.columns import TYPE_NAMES
from indexer.index.codec.segment import Segment
from query.clusters import heading
from query.engines.masks import Mask, tally
from query.results import FacetCount

TOP_AUTHORS = 10
Counted = Callable[[Sequence[Segment], Sequence[Mask]], list[FacetCount]]


def _venues(segments: Sequence[Segment], masks: Sequence[Mask]) -> list[FacetCount]:
    counts: Counter[str] = Counter()
    for segment, mask in zip(segments, masks, strict=True):
        found = tally(mask, segment.venues, len(segment.venue_names))
        for number in np.flatnonzero(found).tolist():
            if number:
                counts[segment.venue_names[number]] += int(found[number])
    return _commonest(counts)


def _types(segments: Sequence[Segment], masks: Sequence[Mask]) -> list[FacetCount]:
    counts: Counter[str] = Counter()
    for segment, mask in zip(segments, masks, strict=True):
        found = tally(mask, segment.types, len(TYPE_NAMES))
        for code in np.flatnonzero(found).tolist():
            if code:
                counts[TYPE_NAMES[code]] += int(found[code])
    return _commonest(counts)


def _years(segments: Sequence[Segment], masks: Sequence[Mask]) -> list[FacetCount]:
    counts = np.zeros(3000, dtype=np.int64)
    for segment, mask in zip(segments, masks, strict=True):
        counts += tally(mask, segment.years, len(counts))
    counts[0] = 0
    return [FacetCount(year, int(counts[year])) for year in np.flatnonzero(counts)[::-1].tolist()]


def _authors(segments: Sequence[Segment], masks: Sequence[Mask]) -> list[FacetCount]:
    """The commonest author clusters, by count then name."""
    if len(segments) == 1:
        counts = segments[0].clusters.counts(masks[0])
        top = _top_numbers(counts, TOP_AUTHORS)
        keys = {segments[0].clusters.keys[number]: int(counts[number]) for number in top}
    else:
        keys = _united(segments, masks)
    named = [(heading(segments, key.decode("utf-8", "surrogatepass")), count) for key, count in keys.items()]
    named.sort(key=lambda row: (-row[1], row[0]))
    return [FacetCount(name, count) for name, count in named[:TOP_AUTHORS]]


def _top_numbers(counts: npt.NDArray[np.uint32], top: int) -> list[int]:
    """Numbers of at least the `top` largest counts, ties with the last of them included."""
    positive = int(np.count_nonzero(counts))
    if not positive:
        return []
    if positive <= top:
        return [int(number) for number in np.flatnonzero(counts)]
    floor = 1
    if positive > 64 * top:
        # Most clusters have one paper or two: what is left above a power of two is quickly sorted.
        while np.count_nonzero(counts > 2 * floor) >= top:
            floor *= 2
    chosen = np.flatnonzero(counts >= floor)
    values = np.sort(counts[chosen])
    found: list[int] = chosen[counts[chosen] >= values[len(values) - top]].tolist()
    return found


def _united(segments: Sequence[Segment], masks: Sequence[Mask]) -> dict[bytes, int]:
    """Counts of the clusters that can be among the first, summed over segments.

    A cluster among the first has, in some segment, at least its share of the first's smallest count; the others are
    looked up by key.
    """
    per_segment = [segment.clusters.counts(mask) for segment, mask in zip(segments, masks, strict=True)]
    known: dict[bytes, int] = {}

    def total(key: bytes) -> int:
        count = 0
        for segment, counts in zip(segments, per_segment, strict=True):
            number = segment.clusters.keys.find(key)
            count += int(counts[number]) if number >= 0 else 0
        return count

    def take(floor: int) -> None:
        for segment, counts in zip(segments, per_segment, strict=True):
            for number in np.flatnonzero(counts >= floor).tolist():
                key = segment.clusters.keys[number]
                if key not in known:
                    known[key] = total(key)

    for segment, counts in zip(segments, per_segment, strict=True):
        for number in _top_numbers(counts, TOP_AUTHORS)[: 4 * TOP_AUTHORS]:
            key = segment.clusters.keys[number]
            if key not in known:
                known[key] = total(key)
    best = sorted(known.values(), reverse=True)[:TOP_AUTHORS]
    if best:
        smallest = best[-1] if len(best) == TOP_AUTHORS else 1
        take(max(1, -(-smallest // len(segments))))
    ordered = sorted(known.items(), key=lambda row: -row[1])
    floor = ordered[TOP_AUTHORS - 1][1] if len(ordered) > TOP_AUTHORS else 0
    return {key: count for key, count in ordered if count >= max(1, floor)}


def _commonest(counts: Mapping[str, int]) -> list[FacetCount]:
    return [FacetCount(value, count) for value, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


FACETS: dict[str, Counted] = {"venue": _venues, "year": _years, "type": _types, "author": _authors}
