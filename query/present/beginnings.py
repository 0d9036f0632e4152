"""With which letters a word must begin to have one of some stems: most words of a text need not be stemmed.

The Snowball stemmer changes the end of a word, from its third letter on, and makes y an i. So a word begins with the
first three letters of its stem, with two where the stem has three (`aging` is age), else with one. Words that the table
of spellings brings to others first (`oestrogen`, `grey`) are looked up there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from indexer.index.text.spellings import american_spellings

SIZE = 3
"""Bytes of a beginning; shorter ones are filled up with null bytes."""
MOST = 64
"""Beginnings that are worth comparing one by one; for more every word of a text is stemmed."""


def beginnings(stems: Iterable[str], begins: Iterable[str] = ()) -> bytes | None:
    """Beginnings of the words that have one of some stems, or begin with one of `begins`, SIZE bytes each, y as i.

    None where they are too many. They tell words of ASCII alone: any other may have any of the stems.
    """
    found = {_folded(begin[:SIZE]) for begin in begins if begin.isascii()}
    for stem in stems:
        if stem and stem.isascii():
            own = _folded(stem[: (1, 1, 1, 2)[len(stem)] if len(stem) < 4 else SIZE])
            found |= {own, *(word for plain, word in _respelt() if plain.startswith(own))}
        if len(found) > MOST:
            return None
    return b"".join(beginning.encode().ljust(SIZE, b"\0") for beginning in sorted(found))


@cache
def _respelt() -> frozenset[tuple[str, str]]:
    """Beginnings of the spellings that words are brought to, and of those words, where the two differ."""
    # Few of them begin otherwise: only those are folded.
    pairs = {(plain[:SIZE], word[:SIZE]) for word, plain in american_spellings().items()}
    folded = ((_folded(plain), _folded(word)) for plain, word in pairs if plain != word)
    return frozenset((plain, word) for plain, word in folded if plain != word)


def _folded(letters: str) -> str:
    return letters.replace("y", "i")
