"""The user's venue spellings as the manifest keeps them, so that a rebuild or a search needs no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from indexer.index.record.venues import Venue, VenueTable


def as_recorded(venues: Iterable[Venue]) -> dict[str, Any]:
    """Venues as JSON: name to type and spellings."""
    return {venue.name: {"type": venue.type, "spellings": list(venue.spellings)} for venue in venues}


def recorded_table(recorded: Mapping[str, Any] | None) -> VenueTable:
    """The shipped table with the recorded venues, which win over it."""
    if not recorded:
        return VenueTable.default()
    return VenueTable.default().with_venues(
        Venue(name, row["type"], tuple(row["spellings"])) for name, row in recorded.items()
    )
