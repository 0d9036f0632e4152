"""Prefixes, wildcards and fuzzy words: which surface words of a segment they mean, and the papers that hold those."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.schema import FIELD_NUMBERS, GROUPS, NAMES, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.segment.strings import StringTable, SubTable
from indexer.index.segment.word_papers import Numbers, mark_words
from indexer.index.text.analysis import fold
from indexer.index.text.encoded import decode, encode
from query.browse.edits import all_within, within
from query.engines.deadline import check_time
from query.engines.masks import Mask
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
    expression = _expression(text)
    low, high = table.prefix_range(encode(_literal(text)))
    return np.array(
        [number for number in range(low, high) if expression.fullmatch(decode(table[number]))],
        dtype=np.int64,
    )


def _literal(text: str) -> str:
    """What stands before the first sign of a wildcard."""
    return re.split(r"[*?]", text, maxsplit=1)[0]


def _expression(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in text), re.DOTALL)


@dataclass(frozen=True, slots=True)
class WordTest:
    """A test of folded words, and what tells at a glance that a word does not pass it.

    A word that passes has one of the beginnings `begins`, or is at most so many edits from one of `near`.
    """

    test: Callable[[str], bool]
    begins: tuple[str, ...] = ()
    near: tuple[tuple[str, int], ...] = ()

    def __call__(self, word: str) -> bool:
        return self.test(word)


def word_test(pattern: Pattern) -> WordTest:
    """Whether a folded surface word is one that a pattern means."""
    text = fold(pattern.text)
    if isinstance(pattern, Prefix):
        return WordTest(lambda word: word.startswith(text), (text,))
    if isinstance(pattern, Wildcard):
        expression = _expression(text)
        return WordTest(lambda word: expression.fullmatch(word) is not None, (_literal(text),))
    return WordTest(within(text, pattern.distance), near=((text, pattern.distance),))


def any_test(tests: Sequence[WordTest]) -> WordTest:
    """Whether a word passes one of some tests."""
    if len(tests) == 1:
        return tests[0]
    begins = tuple(begin for test in tests for begin in test.begins)
    near = tuple(word for test in tests for word in test.near)
    return WordTest(lambda word: any(test.test(word) for test in tests), begins, near)


class PatternFinder:
    """Gives the papers of a segment that hold, in one of the fields `columns`, a word that a pattern means.

    Which words those are is asked once of each table: the blocks of a segment share theirs.
    """

    def __init__(self, pattern: Pattern, columns: Sequence[int]) -> None:
        self._pattern = pattern
        fields = {name: [FIELD_NUMBERS[field.name] for field in GROUPS[name]] for name in (TEXT, NAMES)}
        self._columns = {name: [column for column in own if column in columns] for name, own in fields.items()}
        self._found: dict[StringTable, Numbers] = {}

    def __call__(self, segment: Segment) -> Mask:
        mask = np.zeros(segment.docs, dtype=bool)
        for name, columns in self._columns.items():
            if columns:
                group = segment.group(name)
                table = group.forms if group.has_forms else group.terms
                mark_words(mask, group, self._meant(table.whole if isinstance(table, SubTable) else table), columns)
        return mask

    def _meant(self, table: StringTable) -> Numbers:
        found = self._found.get(table)
        if found is None:
            check_time()
            found = self._found[table] = self._words(table)
        return found

    def _words(self, table: StringTable) -> Numbers:
        if isinstance(self._pattern, Prefix):
            return range(*table.prefix_range(encode(fold(self._pattern.text))))
        return matching_words(table, self._pattern).astype(np.uint32)
