"""Stored values as JSON, and pickles that may not name a class."""

from __future__ import annotations

import math
import pickle
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.errors import BadIndexError
from indexer.index.whoosh.generic.values import (
    StoredValueError,
    check_numbers,
    decode_record,
    decode_value,
    encode_record,
    encode_value,
    load_numbers,
)

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.text(st.characters(categories=["Cs", "Lu"])),
    st.binary(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.complex_numbers(allow_nan=False),
    st.uuids(),
)
KEYS = st.one_of(st.text(), st.integers(), st.just("~"))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.frozensets(SCALARS, max_size=3),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    """What is stored comes back equal and of the same type."""
    back = decode_value(encode_value(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        datetime(2024, 5, 1, 12, 30, tzinfo=UTC),
        date(2024, 5, 1),
        time(12, 30, 1),
        timedelta(days=-1, microseconds=3),
        Decimal("1.10"),
        Fraction(1, 3),
        1 + 2j,
        UUID(int=7),
        {1, 2},
        bytearray(b"ab"),
        ("a", ("b", ["c"])),
        1 << 80,
        -math.inf,
        "\ud800",
        "\ud800\udc00",
        {"~": ["int", "5"]},
        {"~": {"~": 1}},
    ],
)
def test_types_json_lacks_are_kept(value: Any) -> None:
    """Types that JSON does not have come back as what they were, also where they look like our own tags."""
    back = decode_value(encode_value(value))
    assert back == value
    assert type(back) is type(value)


def test_not_a_number_is_kept() -> None:
    """NaN comes back as NaN."""
    assert math.isnan(decode_value(encode_value(math.nan)))


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), SCALARS, max_size=5))
def test_a_record_is_its_values(record: dict[str, Any]) -> None:
    """Fields encoded one by one and joined are read back as the record, whatever their names."""
    assert decode_record(encode_record({name: encode_value(value) for name, value in record.items()})) == record


def test_an_object_of_another_class_is_refused_when_written() -> None:
    """A value of an unknown class is refused by its type's name when it is written, not when it is read."""
    with pytest.raises(StoredValueError, match="object"):
        encode_value({"a": [object()]})


@pytest.mark.parametrize("data", [b"{", b'{"~":["os.system","ls"]}', b'{"~":1}', b'{"~":["decimal","x"]}', b"\xff"])
def test_damaged_json_is_an_error_of_ours(data: bytes) -> None:
    """A stored value that cannot be read says so; a tag that is not in the table runs nothing."""
    with pytest.raises(BadIndexError):
        decode_value(data)


class _Evil:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return (print, ("this must not run",))


def test_a_pickle_that_names_a_class_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A posting whose value asks for a function to be called is refused, and nothing is called."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(BadIndexError, match="print"):
            check_numbers(pickle.dumps([1, _Evil()], protocol))
    assert capsys.readouterr().out == ""


def test_numbers_pass_and_other_bytes_are_left_alone() -> None:
    """Pickled numbers are read; bytes that are no pickle are no business of the check."""
    assert load_numbers(pickle.dumps([1, (2, 3.5)], 2)) == [1, (2, 3.5)]
    check_numbers(b"test1")
    with pytest.raises(ValueError, match="not a pickle"):
        load_numbers(b"test1")
