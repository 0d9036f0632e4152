"""What a search may be asked: arguments as people write them, checked and brought into one form.

A wrong type or value is a `UsageError` that names the argument, the value and what to write instead.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, SupportsIndex

from indexer.index.checked import number_between, shown, text_of, whole_number
from indexer.index.errors import QueryError, UsageError
from indexer.index.record.paper import TYPES, Paper
from indexer.index.record.venues import VenueTable
from query.filters import Filters, Since, YearRange
from query.language.parser import parse
from query.language.tree import Query
from query.language.years import EARLIEST, LATEST, parse_years
from query.results import Hit

SinceValue = int | str | date | None
"""A generation, a day or a moment."""
Names = str | Iterable[str] | None
"""One name, several, or none."""
YearEnd = SupportsIndex | str | None
YearForm = SupportsIndex | str | tuple[YearEnd, YearEnd]
Years = YearForm | Iterable[YearForm] | None
"""A year, a pair of the first and the last (ends included, None open), `"2018..2024"`, or several of these."""


def check(what: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse a value that is not of its table. Raises UsageError."""
    names = tuple(allowed)
    if not isinstance(value, str) or value not in names:
        raise UsageError(f"{what} {shown(value)} is not one of {', '.join(names)}")


def query_of(query: object) -> Query:
    """The tree of a query. Raises QueryError for one that cannot be understood, UsageError for what is no text."""
    if isinstance(query, Query):
        return query
    return parse(query)  # type: ignore[arg-type]  # which refuses what is no text


def paper_of(given: str | Paper | Hit) -> str:
    """What names a paper: its id, another identifier of it, or the paper or a hit of it itself."""
    return given.id if isinstance(given, (Paper, Hit)) else text_of("paper", given)


def names_of(what: str, given: Names) -> tuple[str, ...]:
    """Names from one name or several; none from None."""
    if given is None:
        return ()
    if isinstance(given, str):
        return (given,)
    found = _several(what, given, "a name, or a list of names")
    for name in found:
        if not isinstance(name, str):
            raise UsageError(f"{what} holds {shown(name)}, which is no name; write a name, or a list of names")
    return tuple(found)


def facets_of(given: Names, allowed: Iterable[str]) -> tuple[str, ...]:
    """Names of facets, each once, in the order asked for."""
    names = tuple(dict.fromkeys(names_of("facets", given)))
    for name in names:
        check("facet", name, allowed)
    return names


def number_of(what: str, given: object) -> int:
    """A number from 0 on."""
    hint = "write a number from 0 on"
    number = whole_number(what, given, hint)
    if number < 0:
        raise UsageError(f"{what} {number} must not be negative; {hint}")
    return number


def timeout_of(given: object) -> float | None:
    """Seconds that a search may take; None for as long as it takes."""
    if given is None:
        return None
    hint = "write seconds above 0, as 0.2"
    seconds = number_between("timeout", given, 0, float("inf"), hint)
    if not seconds:
        raise UsageError(f"timeout {shown(given)} leaves no time; {hint}")
    return seconds


def limit_of(given: object) -> int | None:
    """How many hits at most; None for all."""
    if given is None:
        return None
    try:
        return number_of("limit", given)
    except UsageError as error:
        raise UsageError(f"{error}: 0 gives counts and facets alone, None every paper") from error


_EVERY = Filters()


def filters_of(
    table: VenueTable,
    authors: Names,
    venues: Names,
    years: Years,
    types: Names,
    exclude_venues: Names,
    exclude_types: Names,
    since: SinceValue = None,
) -> Filters:
    """Filters with the venues' canonical names. Raises UsageError for types and years that cannot be."""
    given = (authors, venues, years, types, exclude_venues, exclude_types)
    if since is None and all(value is None or (type(value) is tuple and not value) for value in given):
        return _EVERY
    kinds, others = names_of("types", types), names_of("exclude_types", exclude_types)
    for name in kinds:
        check("types", name, TYPES)
    for name in others:
        check("exclude_types", name, TYPES)
    return Filters(
        authors=names_of("authors", authors),
        venues=tuple(table.canonical(venue) for venue in names_of("venues", venues)),
        years=years_of(years),
        types=kinds,
        exclude_venues=tuple(table.canonical(venue) for venue in names_of("exclude_venues", exclude_venues)),
        exclude_types=others,
        since=since_of(since),
    )


def since_of(value: SinceValue) -> Since | None:
    """A generation (12), a day or a moment (2026-11-01, 2026-11-01T12:00, in UTC unless it says otherwise).

    Raises UsageError.
    """
    if value is None:
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if _is_number(value) and 0 < (number := operator.index(value)) < 1 << 31:  # type: ignore[arg-type]  # as asked
        return Since(generation=number)
    try:
        when = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if isinstance(when, date):
            if not isinstance(when, datetime):
                when = datetime(when.year, when.month, when.day)
            aware = when if when.tzinfo else when.replace(tzinfo=UTC)
            return Since(time=max(0, int(aware.timestamp())))
    except (ValueError, OverflowError):
        pass
    raise UsageError(f"since {shown(value)} is neither a generation, as 12, nor a date, as 2026-11-01")


_YEARS = 'write 2018, (2018, 2024), (2018, None), "2018..2024", or a list of these'


def years_of(years: Years) -> tuple[YearRange, ...]:
    """Ranges of years, ends included, None open. Raises UsageError."""
    if years is None:
        return ()
    if isinstance(years, str) or _is_number(years) or _is_pair(years, tuple):
        return (_range(years),)
    return tuple(_range(form) for form in _several("years", years, "a year, a pair of years, or a list of these"))


def _range(form: Any) -> YearRange:
    if isinstance(form, str):
        try:
            return parse_years(form)
        except QueryError as error:
            raise UsageError(f"years {shown(form)}: {error}") from error
    if _is_number(form):
        year = _year(form, form)
        return year, year
    if not _is_pair(form, (tuple, list)):
        raise UsageError(f"years {shown(form)} is no year and no pair of years; {_YEARS}")
    first, last = (None if end is None else _year(end, form) for end in form)
    if first is not None and last is not None and first > last:
        raise UsageError(f"years {shown(form)} run backwards; write ({last}, {first})")
    return first, last


def _is_number(value: object) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool) and not hasattr(value, "__len__")


def _is_pair(value: object, kinds: type | tuple[type, ...]) -> bool:
    if not isinstance(value, kinds):
        return False
    ends: Sequence[Any] = value  # type: ignore[assignment]  # the kinds are tuple and list
    return len(ends) == 2 and all(end is None or _is_number(end) or _is_digits(end) for end in ends)


def _is_digits(value: object) -> bool:
    """Whether this is a year as text, as forms and command lines hand it on."""
    return isinstance(value, str) and len(value) == 4 and value.isascii() and value.isdigit()


def _year(value: Any, form: object) -> int:
    year = int(value) if isinstance(value, str) else int(operator.index(value))
    if not EARLIEST <= year <= LATEST:
        raise UsageError(f"years {shown(form)}: {shown(year)} is outside {EARLIEST} to {LATEST}; {_YEARS}")
    return year


def _several(what: str, given: object, forms: str) -> list[Any]:
    if isinstance(given, (bytes, dict)) or not isinstance(given, Iterable):
        raise UsageError(f"{what} {shown(given)} cannot be read; write {forms}")
    return list(given)
