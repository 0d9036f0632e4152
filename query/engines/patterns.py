"""Prefixes, wildcards and fuzzy words: which surface words of a segment they mean, and the papers that hold those."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract_iter

from indexer.index.analysis import fold
from indexer.index.codec.groups import LAST_FORM, PostingGroup, ragged
from indexer.index.codec.segment import Segment
from indexer.index.codec.strings import StringTable
from indexer.index.schema import FIELD_NUMBERS, GROUPS, NAMES, TEXT
from query.language.tree import Fuzzy, Prefix, Wildcard

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Pattern = Prefix | Wildcard | Fuzzy


def matching_words(table: StringTable, pattern: Pattern) -> Ints:
    """Numbers of the words of a sorted table that a pattern means."""
    if isinstance(pattern, Prefix):
        low, high = table.prefix_range(fold(pattern.text).encode("utf-8", "surrogatepass"))
        return np.arange(low, high, dtype=np.int64)
    if isinstance(pattern, Wildcard):
        return _wildcard(table, fold(pattern.text))
    word = fold(pattern.text)
    choices = {number: text.decode("utf-8", "surrogatepass") for number, text in enumerate(table)}
    found = extract_iter(word, choices, scorer=OSA.distance, processor=None, score_cutoff=pattern.distance)
    return np.array(sorted(number for _, _, number in found), dtype=np.int64)


def _wildcard(table: StringTable, text: str) -> Ints:
    literal = re.split(r"[*?]", text, maxsplit=1)[0]
    expression = _expression(text)
    low, high = table.prefix_range(literal.encode("utf-8", "surrogatepass"))
    return np.array(
        [number for number in range(low, high) if expression.fullmatch(table[number].decode("utf-8", "surrogatepass"))],
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
    distance = pattern.distance
    return lambda word: OSA.distance(text, word, score_cutoff=distance) <= distance


def pattern_mask(segment: Segment, pattern: Pattern, columns: Sequence[int]) -> Mask:
    """Papers of a segment that hold, in one of the fields `columns`, a word that the pattern means."""
    mask = np.zeros(segment.docs, dtype=bool)
    for name in (TEXT, NAMES):
        first = FIELD_NUMBERS[GROUPS[name][0].name]
        local = [column - first for column in columns if first <= column < first + len(GROUPS[name])]
        if not local:
            continue
        group = segment.group(name)
        postings = (
            _text_postings(group, pattern)
            if name == TEXT
            else _term_postings(group, matching_words(group.terms, pattern))
        )
        if len(local) < len(GROUPS[name]) and postings.size:
            frequencies = group.frequencies(0, len(group.docs), postings)
            postings = postings[frequencies[:, local].any(axis=1)]
        mask[group.docs[postings]] = True
    return mask


def _term_postings(group: PostingGroup, terms: Ints) -> Ints:
    starts = group.starts
    numbers, _ = ragged(starts[terms], starts[terms + 1] - starts[terms])
    return numbers


def _text_postings(group: PostingGroup, pattern: Pattern) -> Ints:
    """Postings of stems, less those whose papers hold only other forms of the stem."""
    forms = matching_words(group.forms, pattern)
    if not forms.size:
        return forms
    bits = group.form_bit[forms]
    allowed = np.zeros(len(group.terms), dtype=np.uint8)
    own = bits < LAST_FORM
    np.bitwise_or.at(allowed, group.form_term[forms[own]], np.left_shift(np.uint8(1), bits[own]))
    wanted = np.flatnonzero(allowed)
    numbers, owners = ragged(group.starts[wanted], group.starts[wanted + 1] - group.starts[wanted])
    masks = group.masks_of(wanted, owners)
    held: Ints = numbers[(masks & allowed[wanted][owners]) != 0]
    shared = [_form_postings(group, form) for form in forms[~own].tolist()]
    return np.unique(np.concatenate([held, *shared])) if shared else held


def _form_postings(group: PostingGroup, form: int) -> Ints:
    """Postings of a form that shares its bit with others of its stem."""
    low, high = group.span(int(group.form_term[form]))
    return low + np.searchsorted(group.docs[low:high], group.form_docs(form)).astype(np.int64)
