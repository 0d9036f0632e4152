"""String to query tree: plain words here, as most queries are, everything else by the grammar (`grammar`).

At most 10,000 characters, 1,000 words and phrases, and 100 parentheses inside one another.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from indexer.index.checked import shown
from indexer.index.errors import QueryError, UsageError
from query.language.foreign import WORDS
from query.language.tree import Query, Word
from query.late import late

if TYPE_CHECKING:
    from query.language.grammar import parse_fully as parse_fully
else:
    # Eight modules that a search for plain words has no need of.
    parse_fully = late("query.language.grammar:parse_fully")

MAX_CHARACTERS = 10_000
MAX_LEAVES = 1_000
_KEPT, _SHORT = 512, 200
"""So many parsed queries are kept, of so many characters: the same words are asked with other filters and pages."""

# Words that no rule of the language can touch; most searches are these, and need none of what follows.
_PLAIN_WORD = r"[^\W_]\w*(?:['’-]\w+)*"
_PLAIN = re.compile(rf" *{_PLAIN_WORD}(?: +{_PLAIN_WORD})* *")
_WORDS = re.compile(r"[^ ]+")
_YEARS = re.compile(r"\b[12][0-9]{3}-[12][0-9]{3}\b")
_RESERVED = frozenset(("AND", "OR", "NOT")) | WORDS
# What may make an identifier of the number behind it: `pmid 31452104`.
_PREFIXES = frozenset(name for kind in ("pmid", "pmcid", "isbn", "ssrn") for name in (kind, kind.upper()))


def parse(text: str) -> Query:
    """The tree of a query, with what was read leniently among its diagnostics.

    Positions are code points of `text`. An empty query, or one of white space, matches every paper. Raises
    `QueryError` for what has no meaning (`year:20l8`, `()`), and beyond the limits in this module's heading.
    """
    if not isinstance(text, str):
        raise UsageError(f'query {shown(text)} is no text; write the words to look for, or "" for every paper')
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            f"The query has {len(text):,} characters; at most {MAX_CHARACTERS:,} are read. Shorten it",
            position=MAX_CHARACTERS,
            length=len(text) - MAX_CHARACTERS,
        )
    return _kept(text) if len(text) <= _SHORT else _parse(text)


def _parse(text: str) -> Query:
    if _PLAIN.fullmatch(text) and not ("-" in text and _YEARS.search(text)):
        words = tuple([Word(m[0], None, 1.0, m.start(), m.end() - m.start()) for m in _WORDS.finditer(text)])
        if (
            len(words) <= MAX_LEAVES
            and _RESERVED.isdisjoint([word.text for word in words])
            and words[0].text not in _PREFIXES
        ):
            return Query(text, words)
    return parse_fully(text)


_kept = lru_cache(_KEPT)(_parse)
