"""Masks over the papers of a segment: one bool a document."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.segment.postings import sorted_once

Docs = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]


def mark(mask: Mask, docs: Docs) -> None:
    """Set a mask true at some documents (uint16, rising)."""
    # 1 ns a posting in the kernel, 4 in numpy, which makes int64 of the numbers first.
    if kernel.native is not None:
        kernel.native.mark(mask, docs)
    else:
        mask[docs] = True


def mask_of(papers: int, docs: Docs) -> Mask:
    """The mask of `papers` documents that is true at `docs`."""
    mask = np.zeros(papers, dtype=bool)
    mark(mask, docs)
    return mask


def mark_within(mask: Mask, column: npt.NDArray[np.integer], low: int, high: int) -> None:
    """Set a mask true where the value of a column (none negative) is `low` to `high`, ends included."""
    if kernel.native is not None:
        kernel.native.within(mask, column, low, high)
    else:
        mask |= (column >= low) & (column <= high)


def count(mask: Mask) -> int:
    """How many papers a mask holds."""
    return int(np.count_nonzero(mask))


def listed(mask: Mask) -> Docs:
    """The papers of a mask (uint16, rising)."""
    if kernel.native is not None:
        return np.frombuffer(kernel.native.listed(mask), dtype=np.uint16)
    return np.flatnonzero(mask).astype(np.uint16)


def tally(docs: Docs, column: npt.NDArray[np.integer], counts: npt.NDArray[np.uint32]) -> None:
    """Add to `counts` how many of some papers have each value of a column (one value a paper)."""
    if kernel.native is not None:
        kernel.native.tally(docs, column, counts)
    else:
        counts += np.bincount(column[docs], minlength=len(counts)).astype(np.uint32)


def largest(counts: npt.NDArray[np.uint32], top: int) -> list[int]:
    """Numbers (rising) of the `top` largest counts and of all that equal the last of them; none of a count of 0."""
    if kernel.native is not None:
        numbers: list[int] = kernel.native.largest(counts, top)
        return numbers
    positive = np.flatnonzero(counts)
    if len(positive) > top:
        floor = np.partition(counts[positive], len(positive) - top)[len(positive) - top]
        positive = positive[counts[positive] >= floor]
    return [int(number) for number in positive]


def distinct(values: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Different values, rising. `np.unique` loads masked arrays when it is first called: 25 ms."""
    return sorted_once(values).astype(np.int64)
