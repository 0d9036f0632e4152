"""What is counted over the papers of a mask, beside the same said plainly."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.native import kernel
from query.engines.masks import largest, listed, tally
from query.engines.orders import newest

masks = st.lists(st.booleans(), max_size=700)


@pytest.fixture(scope="module", params=["kernel", "numpy"], autouse=True)
def engine(request: pytest.FixtureRequest) -> Any:
    """Both ways of every loop."""
    if request.param == "kernel" and kernel.native is None:
        pytest.skip("no kernel here")
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "numpy":
            patch.setattr(kernel, "native", None)
        yield


@given(masks)
def test_a_mask_is_listed(mask: list[bool]) -> None:
    """The papers of a mask, rising."""
    assert listed(np.array(mask, dtype=bool)).tolist() == [doc for doc, held in enumerate(mask) if held]


@given(masks, st.data())
def test_values_are_tallied(mask: list[bool], data: st.DataObject) -> None:
    """How many papers have each value, in columns of every width."""
    docs = listed(np.array(mask, dtype=bool))
    dtype = data.draw(st.sampled_from([np.uint8, np.uint16, np.uint32]))
    column = np.array(data.draw(st.lists(st.integers(0, 6), min_size=len(mask), max_size=len(mask))), dtype=dtype)
    wanted = Counter(column[docs].tolist())
    counts = np.ones(7, dtype=np.uint32)
    tally(docs, column, counts)
    assert counts.tolist() == [1 + wanted[value] for value in range(7)]


@given(st.lists(st.integers(0, 9), max_size=900), st.integers(1, 12))
def test_the_largest_are_found(counts: list[int], top: int) -> None:
    """The first by count, and all that equal the last of them; no count of 0 is among them."""
    positive = sorted((count for count in counts if count), reverse=True)
    floor = positive[min(top, len(positive)) - 1] if positive else 1
    wanted = [number for number, count in enumerate(counts) if count >= floor]
    assert largest(np.array(counts, dtype=np.uint32), top) == wanted


@given(st.lists(masks, min_size=1, max_size=3), st.integers(1, 40), st.data())
def test_the_newest_are_found(held: list[list[bool]], top: int, data: st.DataObject) -> None:
    """The newest first, papers without a year last, and within a year of a segment by the order of ids."""
    segments: list[Any] = []
    wanted: list[tuple[int, int, int]] = []
    for at, mask in enumerate(held):
        years = data.draw(st.lists(st.sampled_from([0, 1999, 2020, 2021]), min_size=len(mask), max_size=len(mask)))
        ranks = data.draw(st.permutations(range(len(mask))))
        arrays = {"doc.id_rank": np.array(ranks, dtype=np.uint16)}
        segments.append(SimpleNamespace(years=np.array(years, dtype=np.int16), arrays=arrays))
        firsts = sorted((-years[doc], ranks[doc], doc) for doc, is_held in enumerate(mask) if is_held)[:top]
        wanted += [(year, at, doc) for year, _, doc in firsts]
    cut = sorted(wanted)[:top][-1][0] if wanted else 0
    found = newest(segments, [np.array(mask, dtype=bool) for mask in held], top)
    for at, docs in enumerate(found):
        of_cut = {doc for year, segment, doc in wanted if segment == at and year <= cut}
        all_first = {doc for year, segment, doc in wanted if segment == at}
        assert of_cut <= set(docs.tolist()) <= all_first
        assert docs.tolist() == sorted(set(docs.tolist()))
