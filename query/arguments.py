"""What a search may be asked: values of the tables, and filters made of names as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.index.errors import UsageError
from indexer.index.record.paper import TYPES
from indexer.index.record.venues import VenueTable
from query.filters import Filters, YearRange

Years = YearRange | Sequence[YearRange] | None


def check(what: str, value: str, allowed: Iterable[str]) -> None:
    """Refuse a value that is not of its table. Raises UsageError."""
    if value not in allowed:
        raise UsageError(f"{what} {value!r} is not one of {', '.join(allowed)}")


def filters_of(
    table: VenueTable,
    authors: Sequence[str],
    venues: Sequence[str],
    years: Years,
    types: Sequence[str] | None,
    exclude_venues: Sequence[str],
    exclude_types: Sequence[str],
) -> Filters:
    """Filters with the venues' canonical names. Raises UsageError for types and years that cannot be."""
    for name in (*(types or ()), *exclude_types):
        check("type", name, TYPES)
    return Filters(
        authors=tuple(authors),
        venues=tuple(table.canonical(venue) for venue in venues),
        years=_year_ranges(years),
        types=tuple(types or ()),
        exclude_venues=tuple(table.canonical(venue) for venue in exclude_venues),
        exclude_types=tuple(exclude_types),
    )


def _year_ranges(years: Years) -> tuple[YearRange, ...]:
    if years is None:
        return ()
    pairs = list(years)
    if len(pairs) == 2 and all(end is None or isinstance(end, int) for end in pairs):
        pairs = [pairs]  # type: ignore[list-item]
    ranges: list[YearRange] = []
    for pair in pairs:
        first, last = pair  # type: ignore[misc]
        if first is not None and last is not None and first > last:
            raise UsageError(f"years {first}..{last} run backwards; write {last}..{first}")
        ranges.append((first, last))
    return tuple(ranges)
