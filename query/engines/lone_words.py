"""A word as it is written, in some fields of the text: which papers surely have it there, and which must be read.

A posting tells how often the stem stands in each field, and which forms of it the whole paper holds. So a paper is sure
where the stem is in no other field, or in no other form; and where it is in both, what the shorter of the other fields
hold may settle it: a title is read in a third of the time of an abstract. Of 80,000 papers 7,400 hold `robot` in the
abstract, another form of it, and the stem in title or venue too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.schema import FIELD_NUMBERS, GROUPS, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM
from query.engines.deadline import check_time
from query.engines.written import Reader
from query.language.parts import Part

Docs = npt.NDArray[np.uint16]
_COLUMNS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[TEXT])
_ABSTRACT = FIELD_NUMBERS["abstract"]


def surely(segment: Segment, part: Part, form: int, docs: Docs, columns: Sequence[int]) -> tuple[Docs, Docs]:
    """Papers that surely hold a word as written in one of some fields, without reading abstracts, and those that may.

    `form` is its number among the surface forms; `docs` (rising) are papers that hold the form, and its stem in one of
    the fields `columns`.
    """
    group = segment.text
    term, bit = int(group.form_term[form]), int(group.form_bit[form])
    low, high = group.span(term)
    at = np.searchsorted(group.docs[low:high], docs).astype(np.int64)
    counts = group.frequencies(low, high, at)
    others = [column for column in _COLUMNS if column not in columns]
    elsewhere = counts[:, [column - _COLUMNS[0] for column in others]] > 0
    certain: npt.NDArray[np.bool_] = np.asarray(~elsewhere.any(axis=1))
    masks = group.form_masks(term)
    if masks is None:
        return docs, docs
    if bit < LAST_FORM:
        certain |= (masks[at] & ~np.uint8(1 << bit)) == 0
    if _ABSTRACT not in others:
        reader = Reader([part], 1)
        for place in np.flatnonzero(~certain).tolist():
            check_time()
            held = [column for column, has in zip(others, elsewhere[place], strict=True) if has]
            certain[place] = not reader.holds(segment, int(docs[place]), held, TEXT)
    return docs[certain], docs
