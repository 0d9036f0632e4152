"""Ranges of years."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.errors import QueryError, UsageError
from query.language.years import EARLIEST, LATEST, format_years, parse_years

YEARS = st.none() | st.integers(EARLIEST, LATEST)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("2018", (2018, 2018)),
        ("2018..2024", (2018, 2024)),
        ("2018-2024", (2018, 2024)),
        ("2018–2024", (2018, 2024)),
        ("2018..", (2018, None)),
        ("..2016", (None, 2016)),
        (" 2018 .. 2024 ", (2018, 2024)),
        ("2018..2018", (2018, 2018)),
    ],
)
def test_forms(text: str, years: tuple[int | None, int | None]) -> None:
    """Every published form is a pair of years, ends included."""
    assert parse_years(text) == years


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("20l8", "2018"),
        ("2O18..2020", "2018..2020"),
        ("2020..2018", "2018..2020"),
        ("2020-2018", "2018..2020"),
        (">=2018", "2018.."),
        ("2018-", "2018.."),
        ("2018+", "2018.."),
        ("2018:2020", "2018..2020"),
        ("[2018 TO 2020]", "2018..2020"),
        ("201*", "2010..2019"),
        ("", None),
        ("..", None),
        ("18", None),
        ("0999", None),
        ("3000", None),
        ("२०१८", None),
        ("soon", None),
    ],
)
def test_refused(text: str, suggestion: str | None) -> None:
    """Anything else is wrong usage: the message has the value and the suggestion what was probably meant."""
    with pytest.raises(QueryError) as caught:
        parse_years(text)
    assert isinstance(caught.value, UsageError)
    assert caught.value.exit_status == 2
    assert caught.value.suggestion == suggestion
    if suggestion is not None:
        parse_years(suggestion)


@given(YEARS, YEARS)
def test_round_trip(first: int | None, last: int | None) -> None:
    """What `format_years` writes, `parse_years` reads."""
    if first is None and last is None:
        return
    if first is not None and last is not None:
        first, last = min(first, last), max(first, last)
    assert parse_years(format_years(first, last)) == (first, last)
