"""What a search may be asked: values of the tables, and filters made of names as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from indexer.index.errors import UsageError
from indexer.index.record.paper import TYPES
from indexer.index.record.venues import VenueTable
from query.filters import Filters, Since, YearRange

SinceValue = int | str | date | None
"""A generation, a day or a moment."""
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
    since: SinceValue = None,
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
        since=_since(since),
    )


def _since(value: SinceValue) -> Since | None:
    """A generation (12), a day or a moment (2026-11-01, 2026-11-01T12:00, in UTC unless it says otherwise)."""
    if value is None:
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 31:
        return Since(generation=value)
    try:
        when = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if isinstance(when, date):
            if not isinstance(when, datetime):
                when = datetime(when.year, when.month, when.day)
            aware = when if when.tzinfo else when.replace(tzinfo=UTC)
            return Since(time=max(0, int(aware.timestamp())))
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"since {value!r} is neither a generation, as 12, nor a date, as 2026-11-01")


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
