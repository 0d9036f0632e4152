"""What hyphens tie in the live papers of a generation: which parts count as a word, and where they stand side by side.

Asked of every segment for every word of every query, and the same each time: `learning` has ten forms like `learn-ing`
in 80,000 papers, and looking them up costs more than scoring the word. So what was found is kept, a few thousand words
of it. These are facts about words of the index, as its dictionaries are, not answers to queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from indexer.index.schema import TEXT
from indexer.index.segment.compounds import begins
from indexer.index.segment.opened import Segment
from indexer.index.segment.strings import StringTable
from indexer.index.text.languages import LANGUAGES, tagged_stem
from indexer.index.text.ties import EVERYWHERE, HERE
from query.engines.collection import Collection
from query.engines.phrases import Matches, member, phrase
from query.language.analysed import AnalysedWord

KEPT = 1 << 14
"""Entries kept; then all are forgotten and found anew. Most hold a handful of papers."""

Parts = tuple[str, ...]
TIES = (HERE, EVERYWHERE)


class Variants:
    """The variants of words in one generation."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._variants: dict[str, tuple[Parts, ...]] = {}
        self._phrases: dict[tuple[str, Parts, tuple[int, ...]], Matches] = {}

    def variants(self, joined: str) -> tuple[Parts, ...]:
        """Stems side by side that count as a joined stem: those that a hyphen ties in some live paper.

        Of another spelling (`text.ties`) it is the mark of the tie, the joined stem and the other one.
        """
        found = self._variants.get(joined)
        if found is None:
            parts: dict[Parts, None] = {}
            for segment in self._parting(joined):
                for text, row in segment.compounds.parts(joined):
                    pair = (text[0], joined, text[1:]) if text[0] in TIES else tuple(text.split(" "))
                    if pair not in parts and (segment.all_live or segment.live[segment.compounds.docs(row)].any()):
                        parts[pair] = None
            if len(self._variants) >= KEPT:
                self._variants.clear()
            found = self._variants[joined] = tuple(parts)
        return found

    def _parting(self, joined: str) -> Iterator[Segment]:
        """Segments that may part a joined stem: most are parted nowhere, and the blocks of a file share its keys."""
        known: dict[StringTable, bool] = {}
        for segment in self._collection.segments:
            keys = segment.compounds.whole
            if keys not in known:
                known[keys] = begins(keys, f"{joined}\t")
            if known[keys]:
                yield segment

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages beside English that the index holds papers in."""
        tables = {segment.compounds.whole for segment in self._collection.segments}
        return tuple(code for code in LANGUAGES if any(begins(keys, f"{code}:") for keys in tables))

    def of_word(self, word: AnalysedWord) -> tuple[Parts, ...]:
        """What counts as a word of a query beside its stem: `variants` of it and of its stems in other languages.

        What was typed with an umlaut is looked for written out whether papers tie the two or not. A hyphenated form has
        its own parts alone, and what the other spelling of its Greek letter has.
        """
        if len(word.parts) > 1:
            return tuple(dict.fromkeys([word.part_stems, *(of for stem in word.also for of in self.variants(stem))]))
        found = [parts for parts in self.variants(word.stem) if parts[-1] not in word.also]
        if not self.languages:
            return tuple(found)
        counted = {word.stem, *word.also, *(parts[-1] for parts in found if parts[0] in TIES)}
        for code in self.languages:
            tagged = self.variants(tagged_stem(word.parts[0], code))
            found += [parts for parts in tagged if parts[-1] not in counted]
        return tuple(found)

    def matches(self, segment: Segment, parts: Parts, columns: tuple[int, ...]) -> Matches:
        """Papers of a segment in which the parts stand side by side in fields of the text."""
        key = (segment.name, parts, columns)
        found = self._phrases.get(key)
        if found is None:
            tied = parts[0] in TIES
            found = phrase(self._collection, segment, TEXT, parts[2:] if tied else parts, 1, columns)
            if parts[0] == HERE:
                kept = member(found.docs, segment.compounds.tied(parts[1], parts[2]))
                found = Matches(found.docs[kept], found.counts[kept], found.bounds[kept])
            if len(self._phrases) >= KEPT:
                self._phrases.clear()
            self._phrases[key] = found
        return found
