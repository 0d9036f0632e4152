"""Filters: exact conditions on author cluster, venue, year and type, as a table of masks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from indexer.index.segment.opened import Segment
from query.engines.nodes import cluster_mask, type_mask, venue_mask, years_mask

Mask = npt.NDArray[np.bool_]
YearRange = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Since:
    """Papers whose id was first seen in a generation or a later one, or at a time (seconds since 1970) or later."""

    generation: int | None = None
    time: int | None = None

    @property
    def text(self) -> str:
        """In words: a generation, or a day or moment (UTC)."""
        if self.generation is not None:
            return f"generation {self.generation}"
        moment = datetime.fromtimestamp(self.time or 0, UTC)
        return f"{moment:%Y-%m-%d}" if not (self.time or 0) % 86_400 else f"{moment:%Y-%m-%d %H:%M} UTC"

    def holds(self, generation: int, time: int) -> bool:
        """Whether what was first seen in this generation, at this time, is so new."""
        return generation >= self.generation if self.generation is not None else time >= (self.time or 0)

    def mask(self, segment: Segment) -> Mask:
        """Papers of a segment that are so new."""
        return segment.first_seen.since(self.generation, self.time)


@dataclass(frozen=True, slots=True)
class Filters:
    """All authors (cluster names), any of the venues (canonical), any of the years, any of the types; exclusions."""

    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    years: tuple[YearRange, ...] = ()
    types: tuple[str, ...] = ()
    exclude_venues: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    since: Since | None = None

    @property
    def empty(self) -> bool:
        """Whether every paper passes."""
        return not any(
            (
                self.authors,
                self.venues,
                self.years,
                self.types,
                self.exclude_venues,
                self.exclude_types,
                self.since,
            )
        )

    def mask(self, segment: Segment) -> Mask | None:
        """Live papers of a segment that pass; None where that is all of them."""
        masks = self._masks(segment)
        if not masks:
            return None if segment.all_live else segment.live
        if not segment.all_live:
            masks.append(segment.live)
        result = masks[0]
        for mask in masks[1:]:
            result &= mask
        return result

    def _masks(self, segment: Segment) -> list[Mask]:
        masks = [cluster_mask(segment, name) for name in self.authors]
        if self.venues:
            masks.append(venue_mask(segment, self.venues))
        if self.years:
            masks.append(years_mask(segment, *self.years))
        if self.types:
            masks.append(type_mask(segment, self.types))
        if self.exclude_venues:
            masks.append(~venue_mask(segment, self.exclude_venues))
        if self.exclude_types:
            masks.append(~type_mask(segment, self.exclude_types))
        if self.since:
            masks.append(self.since.mask(segment))
        return masks
