"""A query word as a term of the index: its streams in every segment, variants by joins among them, and its idf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from indexer.index.analysis import stem
from indexer.index.bm25f import idf
from indexer.index.codec.segment import Segment
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, NAMES, TEXT
from query.engines.collection import Collection
from query.engines.joins import Joins, Parts
from query.engines.phrases import Matches, phrase
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
        self._keys = tuple([word.encode("utf-8", "surrogatepass") for word in self._stems])
        self._name = self._whole.encode("utf-8", "surrogatepass")
        self._variants = self._parts() if self._text else ()
        self._year = int(self._whole) if len(words) == 1 and every and is_year(self._whole) else None
        self.segments = [self._find(segment) for segment in collection.segments]

    def _parts(self) -> tuple[Parts, ...]:
        """Stems side by side that count as this term: those of a hyphenated form are its own alone."""
        return self._joins.variants(self._stems[0]) if len(self.words) == 1 else (tuple(map(stem, self.words)),)

    def _find(self, segment: Segment) -> SegmentTerm:
        silent = None if self._year is None else segment.years == self._year
        places = self._places(segment) if self.columns == ALL_COLUMNS and segment.reader is not None else None
        return SegmentTerm(lambda: self._streams(segment), places, silent)

    def _places(self, segment: Segment) -> Any:
        """The streams as the kernel finds them."""
        reader = segment.reader
        given = tuple([found.row() for found in self._phrases(segment) if len(found.docs)])
        places = reader.term(self._keys, self._name, given, len(FIELDS))
        while isinstance(places, tuple):
            segment.admit(*places)
            places = reader.term(self._keys, self._name, given, len(FIELDS))
        return places

    def _phrases(self, segment: Segment) -> Iterator[Matches]:
        """Papers in which words side by side count as this term."""
        for parts in self._variants:
            yield self._joins.places(segment, parts, self._text)
        if self._names and len(self.words) > 1:
            yield phrase(self._collection, segment, NAMES, self.words, 1, self._names)

    def _streams(self, segment: Segment) -> list[Stream]:
        stored = [stored_stream(segment, TEXT, word, self._text) for word in self._stems] if self._text else []
        if self._names:
            stored.append(stored_stream(segment, NAMES, self._whole, self._names))
        found = [stream for stream in stored if stream is not None]
        placed = [matches for matches in self._phrases(segment) if len(matches.docs)]
        return found + [Stream(row.docs, row.bounds, self.columns, counts=row.counts) for row in placed]

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
