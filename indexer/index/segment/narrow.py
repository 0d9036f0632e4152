"""Small integers in small dtypes: what fits is stored narrow, the few that do not are exceptions."""

from __future__ import annotations

import numpy as np

from indexer.index.segment.container import Array


def narrow(array: Array) -> Array:
    """The same non-negative integers in the smallest unsigned dtype that holds them all."""
    top = int(array.max()) if array.size else 0
    for dtype in (np.uint8, np.uint16, np.uint32):
        if top <= np.iinfo(dtype).max:
            return array.astype(dtype)
    return array.astype(np.uint64)
