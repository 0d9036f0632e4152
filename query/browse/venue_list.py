"""The venues of an index: canonical name, type, published spellings, years, papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from indexer.index.record.venues import VenueTable
from indexer.index.segment.opened import Segment


@dataclass(slots=True)
class VenueRow:
    """A venue; `type` is conference, journal or empty, `years` the first and the last."""

    name: str
    type: str
    count: int = 0
    years: tuple[int, int] | None = None
    spellings: Counter[str] = field(default_factory=Counter)


def venue_list(segments: Sequence[Segment], table: VenueTable) -> list[VenueRow]:
    """All venues of live papers, by count, then name."""
    rows: dict[str, VenueRow] = {}
    for segment in segments:
        live = np.flatnonzero(segment.live)
        pairs = segment.venues[live].astype(np.int64) << 32 | segment.arrays["doc.spelling"][live]
        for pair, count in zip(*(part.tolist() for part in np.unique(pairs, return_counts=True)), strict=True):
            venue = pair >> 32
            if not venue:
                continue
            name = segment.venue_names[venue]
            row = rows.setdefault(name, VenueRow(name, table.type_of(name)))
            row.count += count
            row.spellings[segment.published_venues[pair & 0xFFFFFFFF]] += count
            years = segment.years[live[pairs == pair]]
            years = years[years > 0]
            if years.size:
                known = row.years or (9999, 0)
                row.years = (min(known[0], int(years.min())), max(known[1], int(years.max())))
    return sorted(rows.values(), key=lambda row: (-row.count, row.name))
