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
        self._collection = collection
        self._text = tuple(column for column in TEXT_COLUMNS if column in self.columns)
        self._names = tuple(column for column in NAME_COLUMNS if column in self.columns)
        self._variants = self._parts() if self._text else []
        self.segments = [self._find(segment) for segment in collection.segments]

    def _parts(self) -> list[tuple[str, ...]]:
        """Stems side by side that count as this term."""
        joined = stem("".join(self.words))
        own = [tuple(map(stem, self.words))] if len(self.words) > 1 else []
        found = dict.fromkeys(own)
        if len(self.words) == 1:
            for segment in self._collection.segments:
                for parts, row in segment.joins.parts(joined):
                    pair = tuple(parts.split(" "))
                    if pair not in found and (segment.all_live or segment.live[segment.joins.docs(row)].any()):
                        found[pair] = None
        return list(found)

    def _find(self, segment: Segment) -> SegmentTerm:
        term = SegmentTerm()
        if self._text:
            for word in (stem("".join(self.words)), *self.joined):
                self._keep(term, stored_stream(segment, TEXT, word, self._text))
            for parts in self._variants:
                self._keep(term, self._phrase(segment, TEXT, parts, self._text))
        if self._names:
            if len(self.words) > 1:
                self._keep(term, self._phrase(segment, NAMES, self.words, self._names))
            self._keep(term, stored_stream(segment, NAMES, "".join(self.words), self._names))
        if len(self.words) == 1 and self.columns == ALL_COLUMNS and is_year(self.words[0]):
            term.silent = segment.years == int(self.words[0])
        return term

    @staticmethod
    def _keep(term: SegmentTerm, stream: Stream | None) -> None:
        if stream is not None:
            term.streams.append(stream)

    def _phrase(self, segment: Segment, group: str, words: Sequence[str], columns: tuple[int, ...]) -> Stream | None:
        found = phrase(self._collection, segment, group, words, 1, columns)
        return Stream(found.docs, found.bounds, columns, counts=found.counts) if len(found.docs) else None

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
