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
