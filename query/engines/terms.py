"""A query word as a term of the index: its streams in every segment, variants by joins among them, and its idf."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from indexer.index.analysis import stem
from indexer.index.bm25f import idf
from indexer.index.codec.segment import Segment
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, NAMES, TEXT
from query.engines.collection import Collection
from query.engines.joins import Joins, Parts
from query.engines.phrases import phrase
from query.engines.streams import SegmentTerm, Stream, stored_stream

ALL_COLUMNS = tuple(range(len(FIELDS)))
TEXT_COLUMNS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[TEXT])
NAME_COLUMNS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[NAMES])


class Term:
    """One scored term. `words` are surface words: one, or the parts of a hyphenated form.

    `columns` are the fields it is confined to; `joined` are stems that count as the word because the query holds the
    parts side by side (`multi task` finds `multitask`).
    """

    def __init__(
        self,
        joins: Joins,
        collection: Collection,
        words: tuple[str, ...],
        columns: Sequence[int] = ALL_COLUMNS,
        boost: float = 1.0,
        joined: Sequence[str] = (),
    ) -> None:
        self.words = words
        self.columns = tuple(columns)
        self.boost = boost
        self.joined = tuple(joined)
        self._joins = joins
        self._collection = collection
        self._whole = "".join(words)
        every = self.columns == ALL_COLUMNS
        self._text = TEXT_COLUMNS if every else tuple(column for column in TEXT_COLUMNS if column in self.columns)
        self._names = NAME_COLUMNS if every else tuple(column for column in NAME_COLUMNS if column in self.columns)
        self._stems = (stem(self._whole), *joined)
        self._variants = self._parts() if self._text else ()
        self._year = int(self._whole) if len(words) == 1 and every and is_year(self._whole) else None
        self.segments = [self._find(segment) for segment in collection.segments]

    def _parts(self) -> tuple[Parts, ...]:
        """Stems side by side that count as this term: those of a hyphenated form are its own alone."""
        return self._joins.variants(self._stems[0]) if len(self.words) == 1 else (tuple(map(stem, self.words)),)

    def _find(self, segment: Segment) -> SegmentTerm:
        term = SegmentTerm()
        keep = term.streams.append
        if self._text:
            for word in self._stems:
                if (stream := stored_stream(segment, TEXT, word, self._text)) is not None:
                    keep(stream)
            for parts in self._variants:
                found = self._joins.places(segment, parts, self._text)
                if len(found.docs):
                    keep(Stream(found.docs, found.bounds, self._text, counts=found.counts))
        if self._names:
            if len(self.words) > 1:
                found = phrase(self._collection, segment, NAMES, self.words, 1, self._names)
                if len(found.docs):
                    keep(Stream(found.docs, found.bounds, self._names, counts=found.counts))
            if (stream := stored_stream(segment, NAMES, self._whole, self._names)) is not None:
                keep(stream)
        if self._year is not None:
            term.silent = segment.years == self._year
        return term

    def native(self, at: int) -> tuple[float, list[tuple[Any, ...]]]:
        """The term in a segment as the kernel takes it."""
        return self.weight, self.segments[at].native()

    @cached_property
    def document_frequency(self) -> int:
        """n_t: live papers with the term in any of its fields."""
        return sum(
            term.document_frequency(segment)
            for term, segment in zip(self.segments, self._collection.segments, strict=True)
        )

    @cached_property
    def weight(self) -> float:
        """idf times boost."""
        return idf(self._collection.papers, self.document_frequency) * self.boost


def is_year(word: str) -> bool:
    """Whether a word is a four-digit year that a paper may have."""
    return len(word) == 4 and word.isascii() and word.isdigit() and "1000" <= word <= "2999"
