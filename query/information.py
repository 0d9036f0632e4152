"""What an index holds, counted over live papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.index.store.generation import Generation


@dataclass(frozen=True, slots=True)
class Information:
    """Counts of a generation, its age, its size in bytes on disk, and what it was made of."""

    papers: int
    author_rows: int
    author_clusters: int
    venues: int
    years: tuple[int, int] | None
    generation: int
    built: str
    bytes: int
    sources: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The JSON of `quiver info`."""
        return {name: getattr(self, name) for name in self.__slots__}


def information(generation: Generation) -> Information:
    """Count what a generation holds. Clusters and rows are united over segments here, 0.1 s for 100,000 papers."""
    clusters: set[bytes] = set()
    rows: set[tuple[bytes, int]] = set()
    venues: set[str] = set()
    first, last = 10_000, 0
    for segment in generation.segments:
        tables = segment.clusters
        chosen = np.repeat(segment.live, np.diff(tables.row_at))
        numbers = np.unique(tables.rows[chosen])
        rows |= {(tables.spellings[row], int(tables.row_id[row])) for row in numbers.tolist()}
        clusters |= {tables.keys[number] for number in np.unique(tables.row_cluster[numbers]).tolist()}
        venues |= {segment.venue_names[number] for number in np.unique(segment.venues[segment.live]).tolist() if number}
        years = segment.years[segment.live]
        years = years[years > 0]
        if years.size:
            first, last = min(first, int(years.min())), max(last, int(years.max()))
    manifest = generation.manifest
    return Information(
        papers=manifest.papers,
        author_rows=len(rows),
        author_clusters=len(clusters),
        venues=len(venues),
        years=(first, last) if last else None,
        generation=manifest.generation,
        built=manifest.built,
        bytes=generation.nbytes,
        sources=manifest.sources,
    )
