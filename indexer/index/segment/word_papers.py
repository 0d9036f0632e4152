"""Papers that hold any of many words of a group: the words that a pattern means, or some surface forms."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.segment.postings import LAST_FORM, PostingGroup, ragged, sorted_once
from indexer.index.segment.strings import SubTable

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Numbers = range | Ints | npt.NDArray[np.uint32]
"""Words by their numbers in a sorted table, rising; a range where they stand side by side."""


def mark_terms(mask: Mask, group: PostingGroup, terms: Ints, columns: Sequence[int]) -> None:
    """Set a mask over the papers true where one of some terms of a group stands in one of the fields `columns`.

    `columns` are numbers of the schema.
    """
    _mark(mask, group, terms, None, columns, forms=False)


def mark_forms(mask: Mask, group: PostingGroup, forms: Ints, columns: Sequence[int]) -> None:
    """The same of surface forms: papers of their terms, less those that hold only other forms."""
    _mark(mask, group, forms, None, columns, forms=True)


def mark_words(mask: Mask, group: PostingGroup, words: Numbers, columns: Sequence[int]) -> None:
    """The same of words (surface forms where the group has them, else terms) by their numbers in the whole segment."""
    table = group.forms if group.has_forms else group.terms
    _mark(mask, group, words, table if isinstance(table, SubTable) else None, columns, forms=group.has_forms)


def _mark(
    mask: Mask, group: PostingGroup, words: Numbers, own: SubTable | None, columns: Sequence[int], *, forms: bool
) -> None:
    if kernel.native is None:
        here = words if own is None else own.held(np.asarray(words, dtype=np.int64))
        _mark_plainly(mask, group, np.asarray(here, dtype=np.int64), columns, forms=forms)
        return
    native = group.native_forms if forms else group.native_terms
    bits = sum(1 << column for column in columns)
    numbers, low, high = None, 0, 0
    if isinstance(words, range):
        low, high = words.start, words.stop
    else:
        numbers = words.astype(np.uint32, copy=False)
    while (unread := native.mark(mask, numbers, low, high, own and own.native_numbers, bits)) is not None:
        group.check_terms(sorted_once(np.frombuffer(unread, dtype=np.uint32)).astype(np.int64), forms=forms)


def _mark_plainly(mask: Mask, group: PostingGroup, words: Ints, columns: Sequence[int], *, forms: bool) -> None:
    """The kernel's twin."""
    if not forms:
        _mark_postings(mask, group, words, None, columns)
        return
    bits = group.form_bit[words]
    own = bits < LAST_FORM
    terms, which = np.unique(group.form_term[words[own]], return_inverse=True)
    allowed = np.zeros(len(terms), dtype=np.uint8)
    np.bitwise_or.at(allowed, which, np.left_shift(np.uint8(1), bits[own]))
    _mark_postings(mask, group, terms.astype(np.int64), allowed, columns)
    # The forms that share the last bit have their papers in a list of pairs, without frequencies.
    if len(columns) == group.fields:
        mask[group.rare_docs(words[~own])] = True
        return
    for form in words[~own].tolist():
        docs = group.form_docs(form)
        if len(docs):
            low, high = group.span(int(group.form_term[form]))
            at = np.searchsorted(group.docs[low:high], docs).astype(np.int64)
            local = [column - group.first for column in columns]
            docs = docs[group.frequencies(low, high, at)[:, local].any(axis=1)]
        mask[docs] = True


def _mark_postings(
    mask: Mask, group: PostingGroup, terms: Ints, allowed: npt.NDArray[np.uint8] | None, columns: Sequence[int]
) -> None:
    """Papers of some terms, each confined to some of its surface forms where `allowed` has a bit a form."""
    group.check_terms(terms, forms=allowed is not None)
    postings, owners = ragged(group.starts[terms], group.starts[terms + 1] - group.starts[terms])
    if allowed is not None:
        postings = postings[(group.masks_of(terms, owners) & allowed[owners]) != 0]
    if len(columns) < group.fields and postings.size:
        local = [column - group.first for column in columns]
        postings = postings[group.frequencies(0, len(group.docs), postings)[:, local].any(axis=1)]
    mask[group.docs[postings]] = True
