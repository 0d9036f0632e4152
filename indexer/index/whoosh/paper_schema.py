"""Quiver's schema in Whoosh's terms, with which `whoosh.index.open_dir` reads an index of papers.

Tables of contents name `WordAnalyzer` by its path, which is therefore part of the format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from indexer.index.text.analysis import name_words, stems, tokens, words
from indexer.index.text.reading import as_read
from indexer.index.whoosh.library import analysis, fields


class WordAnalyzer(analysis.Analyzer):  # type: ignore[misc]  # Whoosh has no types
    """The project's words as Whoosh's tokens: stems, or the words of author names as they are."""

    def __init__(self, names: bool = False) -> None:
        self.names = names

    def __call__(
        self, value: str, positions: bool = False, chars: bool = False, start_pos: int = 0, mode: str = "", **_: Any
    ) -> Iterator[Any]:
        read = value if self.names else as_read(value)
        found = name_words(read) if self.names else stems(words(read))
        places = [(token.start, token.end) for token in tokens(read)] if chars else []
        if len(places) != len(found):
            # Words of names are parted elsewhere; what asks for places wants to mark text, and gets all of it.
            places = [(0, len(read))] * len(found)
        token = analysis.Token(positions, chars, mode=mode)
        for place, (text, (start, end)) in enumerate(zip(found, places, strict=True), start_pos):
            token.text = text
            token.boost = 1.0
            token.stopped = False
            token.pos = place
            token.startchar, token.endchar = start, end
            yield token


YEAR = fields.NUMERIC(int, bits=16, signed=False, shift_step=0, default=0, stored=True, sortable=True)


def paper_schema() -> Any:
    """The fields of a paper: what is searched, what is sorted by, what is stored."""
    text = WordAnalyzer()
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        title=fields.TEXT(text, stored=True),
        abstract=fields.TEXT(text, stored=True),
        authors=fields.TEXT(WordAnalyzer(names=True), stored=True),
        venue=fields.TEXT(text, stored=True, sortable=True),
        keywords=fields.TEXT(text, stored=True),
        year=YEAR,
        type=fields.ID(stored=True, sortable=True),
        url=fields.STORED,
        pdf=fields.STORED,
        doi=fields.STORED,
        arxiv=fields.STORED,
    )
