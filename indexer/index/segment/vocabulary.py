"""Texts to numbers of words: a vocabulary that grows, and the stream of its numbers.

`Words` is the loop in C where it was built, else `PlainWords`, which gives the same numbers at fifteen times the cost.
"""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Protocol

from indexer.index.text.analysis import compounds, name_words, words
from indexer.index.text.folding import WORD_CHARACTERS
from indexer.index.text.languages import ENGLISH, OF_ENGLISH, OF_OTHERS, READ, language_of, mostly_english
from indexer.index.text.reading import as_read, as_shown
from indexer.index.text.signs import with_signs
from indexer.index.text.ties import Tie, ties

if TYPE_CHECKING:
    from indexer.index.native import _bulk
else:
    _bulk = None
    if os.environ.get("QUIVER_KERNEL", "") != "python":
        try:
            from indexer.index.native import _bulk
        except ImportError:
            # Built without a C compiler: the same bytes take three times as long.
            _bulk = None

COMPILED = _bulk is not None
"""Whether the loops in C are there and wanted (see `kernel`)."""


def read(text: str) -> str:
    """`as_read(text)`, at a tenth of the cost for texts in which there is nothing to resolve: two of three."""
    return text if _bulk is not None and _bulk.plain(text) else as_read(text)


def show(text: str) -> str:
    """`as_shown(text)`, in the same way."""
    return text if _bulk is not None and _bulk.plain(text) else as_shown(text)


def ties_of(text: str) -> Iterable[Tie]:
    """`ties(text)`, at a tenth of the cost for texts in which there are surely none: nine of ten."""
    return () if _bulk is not None and not _bulk.may_tie(text) else ties(text)


def spoken(text: str, said: object = None, default: str = "") -> str:
    """`language_of(text, said, default)`, at a fifth of the cost for texts that are surely English."""
    if _bulk is not None and not said and not default:
        others = _bulk.words_among(text, READ, _OTHERS)
        if others is not None and mostly_english(others, _bulk.words_among(text, READ, _ENGLISH) or 0):
            return ENGLISH
    return language_of(text, said, default)


def _packed(words: Iterable[str]) -> bytes:
    """Words as `words_among` takes them; what is no ASCII stands in no text that it reads."""
    slots = [0] * 512
    for word in sorted(words):
        if word.isascii():
            packed = int.from_bytes(word.encode().ljust(8, b"\0"), "big")
            at = packed * 0x9E3779B97F4A7C15 % (1 << 64) >> 55
            while slots[at]:
                at = (at + 1) % len(slots)
            slots[at] = packed
    return array("Q", slots).tobytes()


_OTHERS, _ENGLISH = _packed(OF_OTHERS), _packed(OF_ENGLISH)


class WordStream(Protocol):
    """Words as numbers from 1, in the order in which they first came; 0 is a gap."""

    @property
    def stream(self) -> bytearray | array[int]:
        """Numbers of all words so far, uint32."""

    @property
    def form_stream(self) -> bytearray | array[int]:
        """Numbers (from 1) of all hyphenated forms so far, uint32."""

    def add(self, text: str, /) -> int:
        """Append the words of a text as read; gives how many."""

    def add_tied(self, text: str, /) -> int:
        """The same, and append the text's hyphenated forms (`analysis.compounds`)."""

    def add_name(self, name: str, /) -> int:
        """Append the words of an author's name as read; gives how many."""

    def gap(self) -> None:
        """Append a gap."""

    def vocabulary(self) -> list[str]:
        """Every word; number n stands at n - 1."""

    def forms(self) -> list[tuple[int, ...]]:
        """Every hyphenated form as the numbers of its words; number n stands at n - 1."""


class PlainWords:
    """The stream without C."""

    def __init__(self) -> None:
        self._words: defaultdict[str, int] = defaultdict(count(1).__next__)
        self._forms: defaultdict[tuple[int, ...], int] = defaultdict(count(1).__next__)
        self.stream = array("I")
        self.form_stream = array("I")

    def _append(self, found: list[str]) -> int:
        self.stream.extend(map(self._words.__getitem__, found))
        return len(found)

    def add(self, text: str, /) -> int:
        """See WordStream."""
        return self._append(words(text))

    def add_tied(self, text: str, /) -> int:
        """See WordStream."""
        added = self._append(words(text))
        for parts in compounds(text):
            self.form_stream.append(self._forms[tuple(map(self._words.__getitem__, parts))])
        return added

    def add_name(self, name: str, /) -> int:
        """See WordStream."""
        return self._append(name_words(name))

    def gap(self) -> None:
        """See WordStream."""
        self.stream.append(0)

    def vocabulary(self) -> list[str]:
        """See WordStream."""
        return list(self._words)

    def forms(self) -> list[tuple[int, ...]]:
        """See WordStream."""
        return list(self._forms)


def new_words(compiled: bool = COMPILED) -> WordStream:
    """An empty stream, in C where that is there and wanted."""
    return _bulk.Words(WORD_CHARACTERS, with_signs) if compiled else PlainWords()
