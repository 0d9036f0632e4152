"""What hyphens tie in the live papers of a generation: which parts count as a word, and where they stand side by side.

Asked of every segment for every word of every query, and the same each time: `learning` has ten forms like `learn-ing`
in 80,000 papers, and looking them up costs more than scoring the word. So what was found is kept, a few thousand words
of it. These are facts about words of the index, as its dictionaries are, not answers to queries.
"""

from __future__ import annotations

from indexer.index.schema import TEXT
from indexer.index.segment.opened import Segment
from query.engines.collection import Collection
from query.engines.phrases import Matches, phrase

KEPT = 1 << 14
"""Entries kept; then all are forgotten and found anew. Most hold a handful of papers."""

Parts = tuple[str, ...]


class Joins:
    """The joins of one generation."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._variants: dict[str, tuple[Parts, ...]] = {}
        self._phrases: dict[tuple[str, Parts, tuple[int, ...]], Matches] = {}

    def variants(self, joined: str) -> tuple[Parts, ...]:
        """Stems side by side that count as a joined stem: those that a hyphen ties in some live paper."""
        found = self._variants.get(joined)
        if found is None:
            parts: dict[Parts, None] = {}
            for segment in self._collection.segments:
                for text, row in segment.joins.parts(joined):
                    pair = tuple(text.split(" "))
                    if pair not in parts and (segment.all_live or segment.live[segment.joins.docs(row)].any()):
                        parts[pair] = None
            if len(self._variants) >= KEPT:
                self._variants.clear()
            found = self._variants[joined] = tuple(parts)
        return found

    def places(self, segment: Segment, parts: Parts, columns: tuple[int, ...]) -> Matches:
        """Papers of a segment in which the parts stand side by side in fields of the text."""
        key = (segment.name, parts, columns)
        found = self._phrases.get(key)
        if found is None:
            found = phrase(self._collection, segment, TEXT, parts, 1, columns)
            if len(self._phrases) >= KEPT:
                self._phrases.clear()
            self._phrases[key] = found
        return found
