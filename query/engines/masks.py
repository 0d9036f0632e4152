"""Masks over the papers of a segment: one bool a document."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.index.codec import kernel

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


def count(mask: Mask) -> int:
    """How many papers a mask holds."""
    return int(np.count_nonzero(mask))


def tally(mask: Mask, column: npt.NDArray[np.integer], values: int) -> npt.NDArray[np.uint32]:
    """How many papers of a mask have each of the values 0 to `values` - 1 of a column (one value a paper)."""
    counts = np.zeros(values, dtype=np.uint32)
    if kernel.native is not None:
        kernel.native.tally(mask, column, counts)
    else:
        counts += np.bincount(column[mask], minlength=values).astype(np.uint32)
    return counts
