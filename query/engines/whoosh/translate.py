"""Quiver's query tree and filters as queries of Whoosh's: what `query.engines.compile` does for arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from indexer.index.record.names import cluster_key
from indexer.index.record.venues import VenueTable
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.columns import TYPE_CODES, key_hash
from indexer.index.segment.container import Array
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import encode
from indexer.index.whoosh.library import matching, query
from query.engines.author_names import FoundNames
from query.engines.author_positions import count_mask, position_mask
from query.engines.collection import Collection
from query.engines.compile import Compiled
from query.engines.masks import listed
from query.engines.runs import pattern_finder, run_mask
from query.engines.terms import Term
from query.engines.whoosh.matchers import WithoutMatcher
from query.engines.whoosh.queries import (
    ALL_COLUMNS,
    Combined,
    Constant,
    Leaf,
    Live,
    Papers,
    PatternQuery,
    PhraseQuery,
    TermQuery,
)
from query.filters import Filters
from query.language.analysed import AnalysedQuery, AnalysedWord, names_asked, phrase_in_names
from query.language.leaves import Leaf as Leaf_
from query.language.parts import Part
from query.language.tree import (
    And,
    AuthorCount,
    AuthorPosition,
    Exact,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Wildcard,
    Years,
)
from query.language.venue_words import known_venue

_LAST_YEAR = 2999


class Translator:
    """Translates queries and filters for the leaves of one generation."""

    def __init__(self, leaves: dict[str, Leaf], collection: Collection, venues: VenueTable) -> None:
        self._leaves, self._collection, self._venues = leaves, collection, venues

    def all(self, parts: Sequence[Any]) -> Any:
        """Papers that match every part."""
        return Combined(self._leaves, matching.IntersectionMatcher, parts)

    def any(self, parts: Sequence[Any]) -> Any:
        """Papers that match any part."""
        return Combined(self._leaves, matching.UnionMatcher, parts)

    def without(self, part: Any) -> Any:
        """Live papers that do not match a part."""
        return Combined(self._leaves, WithoutMatcher, [Live(self._leaves), part])

    def maybe(self, part: Any, more: Sequence[Any]) -> Any:
        """Papers that match a part; others add to their scores."""
        return Combined(self._leaves, matching.AndMaybeMatcher, [part, self.any(more)]) if more else part

    def required(self, asked: AnalysedQuery) -> list[Any]:
        """What must hold of a query."""
        return [self._node(node, asked) for node in asked.required]

    def words(self, compiled: Compiled) -> tuple[list[Any], list[Any]]:
        """The deciding words of a query, and those that only score."""
        return [self._term(node.term) for node in compiled.optional], [self._term(term) for term in compiled.score_only]

    def _term(self, term: Term) -> Any:
        return self._word(term.word, term.columns, term.joined)

    def _word(self, word: AnalysedWord, columns: Sequence[int], joined: Sequence[str] = ()) -> Any:
        return TermQuery(self._leaves, self._collection, word, columns, joined)

    # Filters

    def filters(self, filters: Filters) -> list[Any]:
        """Live papers, and each condition on them."""
        return [Live(self._leaves), *self._conditions(filters)]

    def _conditions(self, filters: Filters) -> Iterator[Any]:
        for name in filters.authors:
            yield self._cluster(name)
        if filters.venues:
            yield self._venue(filters.venues)
        if filters.years:
            yield query.ColumnQuery("year", _year_test(filters.years))
        if filters.types:
            yield query.ColumnQuery("type", _one_of(filters.types))
        if filters.exclude_venues:
            yield self.without(self._venue(filters.exclude_venues))
        if filters.exclude_types:
            yield self.without(query.ColumnQuery("type", _one_of(filters.exclude_types)))
        if filters.since:
            since = filters.since
            yield Papers(self._leaves, lambda segment: np.flatnonzero(since.mask(segment)))

    def _cluster(self, name: str) -> Any:
        def docs(segment: Segment) -> Array:
            number = segment.clusters.find(cluster_key(name))
            return segment.clusters.docs(number) if number >= 0 else np.empty(0, dtype=np.uint16)

        return Papers(self._leaves, docs)

    def _venue(self, canonical: Sequence[str]) -> Any:
        return query.ColumnQuery("venue", _one_of(canonical))

    # The tree

    def _node(self, tree: Node, asked: AnalysedQuery) -> Any:
        if isinstance(tree, And | Or):
            children = [self._node(child, asked) for child in tree.children]
            return self.all(children) if isinstance(tree, And) else self.any(children)
        if isinstance(tree, Not):
            return self.without(self._node(tree.child, asked))
        if isinstance(tree, Years):
            first, last = max(1, tree.first or 1), min(_LAST_YEAR, tree.last or _LAST_YEAR)
            return Constant(self._leaves, query.NumericRange("year", first, last), tree.boost)
        if isinstance(tree, AuthorPosition | AuthorCount):
            return Constant(self._leaves, Papers(self._leaves, partial(self._by_authors, tree)), tree.boost)
        if isinstance(tree, Exact):
            return self._exact(tree)
        columns = ALL_COLUMNS if tree.field is None else (FIELD_NUMBERS[tree.field],)
        if groups := asked.parts_of(tree):
            return self._run(tree, groups, asked, columns)
        if isinstance(tree, Prefix | Wildcard | Fuzzy):
            return Constant(self._leaves, PatternQuery(self._leaves, tree, columns), tree.boost)
        if tree.field == "venue" and not tree.written and (name := known_venue(self._venues, tree.text)) is not None:
            return self._venue([name])
        words = asked.words_of(tree)
        if names_asked(tree) and (found := self._collection.author_names.find(tree.text)) is not None:
            return self._names(found, [part for word in words for part in word.parts_apart()], columns)
        return self._phrase(words, columns, tree) if isinstance(tree, Phrase) else self._words(words, columns)

    def _by_authors(self, tree: AuthorPosition | AuthorCount, segment: Segment) -> Array:
        if isinstance(tree, AuthorCount):
            return listed(count_mask(segment, tree))
        at = self._collection.segments.index(segment)
        return listed(position_mask(self._collection.author_names, segment, at, tree))

    def _exact(self, tree: Exact) -> Any:
        if tree.field == "authors":
            return self._cluster(tree.text)
        if tree.field == "venue":
            return self._venue([self._venues.canonical(tree.text)])
        if tree.field == "type":
            return query.Term("type", tree.text if tree.text in TYPE_CODES else "")
        if tree.field == "id":
            return query.Term("id", encode(tree.text))
        key = key_hash(tree.field or "", tree.text)
        return Papers(self._leaves, lambda segment: segment.find_key(key))

    def _names(self, found: FoundNames, words: Sequence[AnalysedWord], columns: Sequence[int]) -> Any:
        segments = self._collection.segments
        named = Papers(self._leaves, lambda segment: found.docs(segment, segments.index(segment)))
        # Not `maybe`, whose matcher does not follow when it is itself moved on by another.
        return self.all([named, self.any([named, *(self._word(word, columns) for word in words)])])

    def _run(self, tree: Leaf_, groups: Sequence[Sequence[Part]], asked: AnalysedQuery, columns: Sequence[int]) -> Any:
        parts = [part for group in groups for part in group]
        if isinstance(tree, Prefix | Wildcard):
            if len(parts) == 1 and parts[0].pattern is not None:
                found: Any = PatternQuery(self._leaves, parts[0].pattern, columns)
            else:
                find = pattern_finder(groups, columns)
                found = Papers(self._leaves, lambda segment: listed(find(segment)))
            return Constant(self._leaves, found, tree.boost)
        slop = tree.slop if isinstance(tree, Phrase) else 1
        run = Papers(self._leaves, lambda segment: listed(run_mask(segment, parts, slop, columns)))
        terms = iter([self._word(word, columns) for word in asked.words_of(tree)])
        scoring = [Constant(self._leaves, run, tree.boost) if part.pattern else next(terms) for part in parts]
        return self.all([run, *scoring])

    def _words(self, words: Sequence[AnalysedWord], columns: Sequence[int]) -> Any:
        return self.all([self._word(word, columns) for word in words])

    def _phrase(self, words: Sequence[AnalysedWord], columns: Sequence[int], tree: Phrase) -> Any:
        parts = [part for word in words for part in word.parts_apart()]
        terms: list[Any] = [self._word(part, columns) for part in parts]
        if len(parts) > 1:
            surface = [part.parts[0] for part in parts]
            terms.insert(0, PhraseQuery(self._leaves, surface, phrase_in_names(tree), columns, tree.slop))
        return self.all(terms)


def _one_of(values: Sequence[str]) -> Callable[[str], bool]:
    wanted = set(values) - {""}
    return lambda value: value in wanted


def _year_test(ranges: Sequence[tuple[int | None, int | None]]) -> Callable[[int], bool]:
    bounds = [(max(1, first or 1), _LAST_YEAR if last is None else last) for first, last in ranges]
    return lambda year: any(first <= year <= last for first, last in bounds)
