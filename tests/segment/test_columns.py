"""Numbers of a block's words, searched in the kernel: as bisection does, whatever they are, each part checked first."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.errors import BadIndexError
from indexer.index.native import kernel
from indexer.index.segment.container import Array

pytestmark = pytest.mark.skipif(kernel.native is None, reason="no kernel here")
numbers = st.sets(st.integers(0, 5000), max_size=60) | st.sets(st.integers(0, 3000), min_size=1400, max_size=1500)


def rising(held: set[int]) -> Array:
    return np.array(sorted(held), dtype=np.uint32)


@given(numbers, st.integers(0, 6000))
@example(set(), 0)
@example({4999}, 4999)
@example(set(range(4000, 5000)), 4000)
def test_numbers_are_found_where_bisection_finds_them(held: set[int], wanted: int) -> None:
    """However unevenly they lie."""
    assert kernel.native is not None
    table, found = rising(held), kernel.native.Numbers(rising(held), 5001)
    place = bisect_left(table.tolist(), wanted)
    assert found.lower(wanted) == place
    assert found.find(wanted) == (place if wanted in held else -1)


def test_what_is_read_was_checked() -> None:
    """Each part when it is first read and never again; one that is damaged is an error."""
    assert kernel.native is not None
    page, table = 4096, np.arange(0, 60_000, 2, dtype=np.uint32)
    unread = bytearray(b"\1") * (1 + 4 * len(table) // page)
    asked: list[tuple[int, int]] = []

    def check(low: int, high: int) -> None:
        asked.append((low, high))
        if low < 100:
            raise BadIndexError("damaged")
        for part in range(4 * low // page, (4 * high - 1) // page + 1):
            unread[part] = 0

    found = kernel.native.Numbers((table, check, unread, 0, page), 60_000)
    assert [found.find(number) for number in (30_000, 30_002, 30_001)] == [15_000, 15_001, -1]
    known = len(asked)
    assert 0 < known < 4
    assert found.find(30_002) == 15_001
    assert len(asked) == known
    with pytest.raises(BadIndexError):
        found.find(0)
    with pytest.raises(ValueError, match="a flag for each page"):
        kernel.native.Numbers((table, check, bytearray(3), 0, page), 60_000)
