"""A word as it is written, in some fields of the text: which papers have it there.

A posting tells how often the stem stands in each field, and which forms of it the whole paper holds. So most papers are
told at once: where the stem is in no other field, or in no other form. Of the others it is asked of which form each
occurrence is: of 80,000 papers 7,400 hold `robot` in the abstract, another form of it, and the stem in title or venue
too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.schema import FIELD_NUMBERS, GROUPS, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM

Docs = npt.NDArray[np.uint16]
_COLUMNS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[TEXT])


def settled(segment: Segment, term: int, bit: int, docs: Docs, columns: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which papers surely hold a word as written in one of some fields, as far as that is told without positions.

    `bit` is that of the form among the forms of the term; `docs` (rising) are papers that hold the form, and its stem
    in one of the fields `columns`.
    """
    group = segment.text
    low, high = group.span(term)
    at = np.searchsorted(group.docs[low:high], docs).astype(np.int64)
    others = [column - _COLUMNS[0] for column in _COLUMNS if column not in columns]
    sure: npt.NDArray[np.bool_] = np.asarray(~(group.frequencies(low, high, at)[:, others] > 0).any(axis=1))
    masks = group.form_masks(term)
    if masks is None:
        return np.ones(len(docs), dtype=bool)
    return sure | ((masks[at] & ~np.uint8(1 << bit)) == 0) if bit < LAST_FORM else sure
