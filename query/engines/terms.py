"""A query word as a term of the index: its streams in every segment, variants by compounds among them, and its idf."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import idf
from indexer.index.native import kernel
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS, NAMES, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import encode
from indexer.index.text.spellings import spelled_in_names
from query.engines.author_names import FoundNames
from query.engines.collection import Collection, TermKey
from query.engines.phrases import Matches, phrase
from query.engines.term_postings import SegmentTerm, Stream, stored_stream
from query.engines.variants import Parts, Variants
from query.language.analysed import AnalysedWord

Mask = npt.NDArray[np.bool_]
ALL_COLUMNS = tuple(range(len(FIELDS)))
TEXT_COLUMNS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[TEXT])
NAME_COLUMNS = tuple(FIELD_NUMBERS[field.name] for field in GROUPS[NAMES])


class Term:
    """One scored term: a word of a query in some fields.

    `columns` are the fields it is confined to; `joined` are stems that count as the word because the query holds the
    parts side by side (`multi task` finds `multitask`).
    """

    def __init__(
        self,
        variants: Variants,
        collection: Collection,
        word: AnalysedWord,
        columns: Sequence[int] = ALL_COLUMNS,
        joined: Sequence[str] = (),
    ) -> None:
        self.word = word
        self.columns = tuple(columns)
        self.joined = tuple(joined)
        self._ties = variants
        self._collection = collection
        whole = word.parts[0] if len(word.parts) == 1 else "".join(word.parts)
        self._every = every = self.columns == ALL_COLUMNS
        self._text = TEXT_COLUMNS if every else tuple(column for column in TEXT_COLUMNS if column in self.columns)
        self._names = NAME_COLUMNS if every else tuple(column for column in NAME_COLUMNS if column in self.columns)
        self._stems = tuple(dict.fromkeys((word.stem, *joined, *word.also)))
        self._variants = self._parts() if self._text else ()
        # Whoever asks for a word in all fields finds as many papers in either spelling; `author:Grey` is no Gray.
        self._spelled = spelled_in_names(word.parts[0]) if every and len(word.parts) == 1 else ()
        self.key = TermKey(self._stems, self._variants, word.in_names, self._text, self._names, self._spelled)
        self._name = "".join(word.in_names)
        self.year = int(whole) if len(word.parts) == 1 and every and is_year(whole) else None
        """The year that the word names; papers of that year match it without scoring."""
        self.venue = word.venue if every else ""
        """The venue that the word is the acronym of, whose papers match it without scoring."""
        self.initial_of = word.initial_of if every else ()
        """Names whose initial the word may be; papers of such authors match it without scoring."""

    @property
    def matches_more(self) -> bool:
        """Whether papers may match it that do not hold it."""
        return self.year is not None or bool(self.venue or self.initial_of)

    @property
    def words(self) -> tuple[str, ...]:
        """Its surface words: one, or the parts of a compound."""
        return self.word.parts

    @property
    def boost(self) -> float:
        """By what its score is multiplied."""
        return self.word.boost

    def _parts(self) -> tuple[Parts, ...]:
        """Stems side by side that count as this term."""
        return self._ties.of_word(self.word)

    @cached_property
    def segments(self) -> list[SegmentTerm]:
        """The term in each segment."""
        found = self._found[1] if self._found is not None else [None] * len(self._collection.segments)
        pairs = zip(self._collection.segments, found, strict=True)
        return [
            SegmentTerm(partial(self._streams, segment), native, self.match_only(segment, at))
            for at, (segment, native) in enumerate(pairs)
        ]

    def look_again(self) -> None:
        """Look at all segments when next asked: another has come, as they do where a cluster gives papers."""
        for looked_up in ("segments", "_found"):
            self.__dict__.pop(looked_up, None)

    @property
    def native_streams(self) -> Sequence[Any]:
        """Its streams in each segment as the kernel takes them."""
        return self._found[1] if self._found is not None else [term.native_streams for term in self.segments]

    def match_only(self, segment: Segment, at: int) -> Mask | None:
        """Papers of a segment (its number is `at`) that match and gain nothing by it; None where there are none."""
        named = self.of_names(segment, at)
        if self.venue and (number := segment.venue_numbers.get(self.venue)) is not None:
            held = np.asarray(segment.venues == number)
            return held if named is None else held | named
        return named if self.year is None else segment.years == self.year

    def of_names(self, segment: Segment, at: int) -> Mask | None:
        """Papers of a segment (its number is `at`) by authors whose initial the word is; None where there are none."""
        if not self.whose:
            return None
        mask = np.zeros(segment.docs, dtype=bool)
        for found in self.whose:
            self._collection.author_names.mark(mask, found, segment, at)
        return mask

    @cached_property
    def whose(self) -> list[FoundNames]:
        """What the names mean whose initial the word may be."""
        for name in self.initial_of:
            # The first reading that anybody's name bears out: beside Jordan nobody looks for I. Michael.
            found = self._collection.author_names.find(name)
            if found is not None and not found.nobody:
                return [found]
        return []

    @cached_property
    def _found(self) -> tuple[int, Sequence[Any]] | None:
        """Papers and streams as the kernel finds them, in one call for all segments."""
        readers = self._collection.readers
        if readers is None or not self._every:
            return None
        keys = tuple([encode(word) for word in self._stems])
        name = encode(self._name)
        segments = self._collection.segments
        given: tuple[tuple[Any, ...], ...] = ((),) * len(segments)
        if self._variants or self._spelled or len(self.word.in_names) > 1:
            given = tuple(
                [tuple([found.row() for found in self._phrases(segment) if len(found.docs)]) for segment in segments]
            )
        while True:
            found = kernel.native.term(readers, keys, name, given, len(FIELDS))  # type: ignore[union-attr]
            if len(found) == 2:
                papers, streams = found
                return papers, streams
            at, group, number = found
            segments[at].admit(group, number)

    def _phrases(self, segment: Segment) -> Iterator[Matches]:
        """Papers in which words side by side count as this term."""
        for parts in self._variants:
            yield self._ties.matches(segment, parts, self._text)
        if self._names and len(self.word.in_names) > 1:
            yield phrase(self._collection, segment, NAMES, self.word.in_names, 1, self._names)
        for other in self._spelled:
            yield phrase(self._collection, segment, NAMES, (other,), 1, self._names)

    def _streams(self, segment: Segment) -> list[Stream]:
        stored = [stored_stream(segment, TEXT, word, self._text) for word in self._stems] if self._text else []
        if self._names:
            stored.append(stored_stream(segment, NAMES, self._name, self._names))
        found = [stream for stream in stored if stream is not None]
        placed = [matches for matches in self._phrases(segment) if len(matches.docs)]
        return found + [Stream(row.docs, row.bounds, self.columns, counts=row.counts) for row in placed]

    @cached_property
    def document_frequency(self) -> int:
        """n_t: live papers with the term in any of its fields."""
        known = self._collection.holding(self.key)
        if known is not None:
            return known
        if self._found is not None:
            return self._found[0]
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
