"""Prefixes, wildcards and fuzzy words: which surface words of a segment they mean, and the papers that hold those."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.schema import FIELD_NUMBERS, GROUPS, NAMES, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM, PostingGroup
from indexer.index.segment.strings import StringTable, SubTable
from indexer.index.text.analysis import fold
from indexer.index.text.encoded import decode, encode
from query.browse.edits import all_within, within
from query.engines.deadline import check_time
from query.engines.masks import Mask, mark
from query.language.tree import Fuzzy, Prefix, Wildcard

Ints = npt.NDArray[np.int64]
Pattern = Prefix | Wildcard | Fuzzy


def matching_words(table: StringTable | SubTable, pattern: Pattern) -> Ints:
    """Numbers (rising) of the words of a sorted table that a pattern means."""
    check_time()
    if isinstance(pattern, Prefix):
        # Side by side in a sorted table, and so in a part of it: nothing is looked up word by word.
        low, high = table.prefix_range(encode(fold(pattern.text)))
        return np.arange(low, high, dtype=np.int64)
    if isinstance(table, SubTable):
        return table.held(matching_words(table.whole, pattern))
    return table.once(pattern, lambda: _matching(table, pattern))


def _matching(table: StringTable, pattern: Wildcard | Fuzzy) -> Ints:
    if isinstance(pattern, Wildcard):
        return _wildcard(table, fold(pattern.text))
    return _fuzzy(table, fold(pattern.text), pattern.distance)


def _fuzzy(table: StringTable, word: str, distance: int) -> Ints:
    near = table.alike(encode(word), distance)
    words = [decode(table[number]) for number in near.tolist()]
    return near[all_within(word, words, distance)]


def _wildcard(table: StringTable, text: str) -> Ints:
    literal = re.split(r"[*?]", text, maxsplit=1)[0]
    expression = _expression(text)
    low, high = table.prefix_range(encode(literal))
    return np.array(
        [number for number in range(low, high) if expression.fullmatch(decode(table[number]))],
        dtype=np.int64,
    )


def _expression(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in text), re.DOTALL)


def word_test(pattern: Pattern) -> Callable[[str], bool]:
    """Whether a folded surface word is one that a pattern means."""
    text = fold(pattern.text)
    if isinstance(pattern, Prefix):
        return lambda word: word.startswith(text)
    if isinstance(pattern, Wildcard):
        expression = _expression(text)
        return lambda word: expression.fullmatch(word) is not None
    return within(text, pattern.distance)


def pattern_mask(segment: Segment, pattern: Pattern, columns: Sequence[int]) -> Mask:
    """Papers of a segment that hold, in one of the fields `columns`, a word that the pattern means."""
    mask = np.zeros(segment.docs, dtype=bool)
    for name in (TEXT, NAMES):
        own = [FIELD_NUMBERS[field.name] for field in GROUPS[name] if FIELD_NUMBERS[field.name] in columns]
        if own and name == TEXT:
            mark_forms(mask, segment.text, matching_words(segment.text.forms, pattern), own)
        elif own:
            segment.names.mark(mask, matching_words(segment.names.terms, pattern), own)
    return mask


def mark_forms(mask: Mask, group: PostingGroup, forms: Ints, columns: Sequence[int]) -> None:
    """Papers of some surface forms (by number): those of their stems, less those that hold only other forms."""
    bits = group.form_bit[forms]
    own = bits < LAST_FORM
    terms, which = np.unique(group.form_term[forms[own]], return_inverse=True)
    allowed = np.zeros(len(terms), dtype=np.uint8)
    np.bitwise_or.at(allowed, which, np.left_shift(np.uint8(1), bits[own]))
    group.mark(mask, terms.astype(np.int64), columns, allowed)
    # The forms that share the last bit have their papers in a list of pairs, without frequencies.
    if len(columns) == group.fields:
        mark(mask, group.rare_docs(forms[~own]))
        return
    for form in forms[~own].tolist():
        docs = group.form_docs(form)
        if len(docs):
            low, high = group.span(int(group.form_term[form]))
            at = np.searchsorted(group.docs[low:high], docs).astype(np.int64)
            local = [column - FIELD_NUMBERS[GROUPS[TEXT][0].name] for column in columns]
            docs = docs[group.frequencies(low, high, at)[:, local].any(axis=1)]
        mark(mask, docs)
