"""Facets: how many papers of an answer have each venue, year, type and author; counted, never estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from indexer.index.segment.columns import TYPE_NAMES
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.text.encoded import decode
from query.engines.masks import Docs, largest, tally
from query.results import FacetCount

TOP_AUTHORS = 10


@dataclass(frozen=True, slots=True)
class Matched:
    """The papers of an answer, block by block, and what names an author cluster by its key."""

    segments: Sequence[Segment]
    docs: Sequence[Docs]
    heading: Callable[[str], str]

    @property
    def files(self) -> Iterator[tuple[SegmentFiles, list[tuple[Segment, Docs]]]]:
        """Each segment with its blocks and their papers: what has names has its numbers from the segment."""
        for _, parts in groupby(self.parts, key=lambda part: id(part[0].files)):
            blocks = list(parts)
            yield blocks[0][0].files, blocks

    @property
    def parts(self) -> Iterator[tuple[Segment, Docs]]:
        """Each block with its papers."""
        return zip(self.segments, self.docs, strict=True)


def _venues(matched: Matched) -> list[FacetCount]:
    counts: Counter[str] = Counter()
    for files, parts in matched.files:
        found = np.zeros(len(files.venue_names), dtype=np.uint32)
        for segment, docs in parts:
            tally(docs, segment.venues, found)
        for number in np.flatnonzero(found).tolist():
            if number:
                counts[files.venue_names[number]] += int(found[number])
    return _commonest(counts)


def _types(matched: Matched) -> list[FacetCount]:
    found = np.zeros(len(TYPE_NAMES), dtype=np.uint32)
    for segment, docs in matched.parts:
        tally(docs, segment.types, found)
    return _commonest({TYPE_NAMES[code]: int(found[code]) for code in np.flatnonzero(found).tolist() if code})


def _years(matched: Matched) -> list[FacetCount]:
    counts = np.zeros(3000, dtype=np.uint32)
    for segment, docs in matched.parts:
        tally(docs, segment.years, counts)
    counts[0] = 0
    return [FacetCount(year, int(counts[year])) for year in np.flatnonzero(counts)[::-1].tolist()]


def _authors(matched: Matched) -> list[FacetCount]:
    """The commonest author clusters, by count then name."""
    files, counts = [], []
    for segment, parts in matched.files:
        found = np.zeros(len(segment.clusters.keys) + 1, dtype=np.uint32)
        for block, docs in parts:
            block.clusters.add_counts(docs, found)
        files.append(segment)
        counts.append(found[:-1])
    named = [(matched.heading(decode(key)), count) for key, count in _united(files, counts).items()]
    named.sort(key=lambda row: (-row[1], row[0]))
    return [FacetCount(name, count) for name, count in named[:TOP_AUTHORS]]


def _united(segments: Sequence[SegmentFiles], per_segment: Sequence[npt.NDArray[np.uint32]]) -> dict[bytes, int]:
    """Counts of the clusters that can be among the first, summed over segments.

    A cluster among the first has, in some segment, at least its share of the first's smallest count; the others are
    looked up by key.
    """
    known: dict[bytes, int] = {}

    def take(segment: SegmentFiles, numbers: Sequence[int]) -> None:
        for number in numbers:
            key = segment.clusters.keys[number]
            if key not in known:
                known[key] = sum(
                    int(counts[place])
                    for other, counts in zip(segments, per_segment, strict=True)
                    if (place := other.clusters.keys.find(key)) >= 0
                )

    # Of thousands that all have one paper a few tell what the first have at least; of one segment all are wanted.
    few = 4 * TOP_AUTHORS if len(segments) > 1 else None
    for segment, counts in zip(segments, per_segment, strict=True):
        take(segment, largest(counts, TOP_AUTHORS)[:few])
    best = sorted(known.values(), reverse=True)[:TOP_AUTHORS]
    if best and len(segments) > 1:
        share = max(1, -(-best[-1] // len(segments))) if len(best) == TOP_AUTHORS else 1
        for segment, counts in zip(segments, per_segment, strict=True):
            take(segment, np.flatnonzero(counts >= share).tolist())
    floor = sorted(known.values(), reverse=True)[TOP_AUTHORS - 1] if len(known) > TOP_AUTHORS else 1
    return {key: count for key, count in known.items() if count >= floor}


def _commonest(counts: Mapping[str, int]) -> list[FacetCount]:
    return [FacetCount(value, count) for value, count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]


FACETS: dict[str, Callable[[Matched], list[FacetCount]]] = {
    "venue": _venues,
    "year": _years,
    "type": _types,
    "author": _authors,
}
