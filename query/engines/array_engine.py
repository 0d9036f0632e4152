"""The engine of this machine: queries as array operations over mapped segments.

By relevance the kernel answers all segments in one call (`direct`). Elsewhere, and without a kernel, a segment is
answered in steps: masks say what matches; upper bounds (one byte a posting, added up in float32) say which papers can
be among the first; only those are scored exactly. What is given does not depend on the bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from indexer.index.record.venues import VenueTable
from indexer.index.segment.opened import Segment
from indexer.index.store.generation import Generation
from query.engines.answer import RELAX_BELOW, Answer, Request, Row, joined
from query.engines.collection import Collection
from query.engines.compile import Compiled, Compiler
from query.engines.deadline import LateError, check_time, show
from query.engines.direct import answer_direct
from query.engines.masks import Mask, count
from query.engines.nodes import EVERY_HIT, Scorer
from query.engines.orders import Found, first_docs, first_rows, newest, reached
from query.engines.remembered import once
from query.engines.scoring import best, constant, exact
from query.language.analysed import AnalysedQuery, analyse
from query.language.tree import Query

_KEPT, _SHORT = 512, 200
"""So many analysed queries are kept, of so many characters."""


@dataclass(slots=True)
class _Matched:
    """What matches in a segment: all words, and some words where the answer is relaxed."""

    every: Mask
    count: int
    some: Mask | None = None

    @property
    def mask(self) -> Mask:
        return self.every if self.some is None else self.some

    def tier(self, tier: int) -> tuple[Mask, int]:
        """The papers of a tier, 0 all words, 1 only some; and how many they are."""
        if tier == 0 or self.some is None:
            return self.every, self.count
        mask = self.some & ~self.every
        return mask, count(mask)


class _Part(NamedTuple):
    """What of a tier lies in a segment, and what scores there."""

    at: int
    segment: Segment
    mask: Mask
    inside: int
    scorers: list[Scorer]


class ArrayEngine:
    """Answers requests over one generation."""

    def __init__(self, generation: Generation, venues: VenueTable) -> None:
        self.collection = Collection(generation)
        # Every search needs them, and they read nothing of the files.
        _ = self.collection.readers
        self._analyse = partial(analyse, venues=venues)
        self._kept = lru_cache(_KEPT)(self._analyse)
        self._compiler = Compiler(self.collection, venues)

    def compile(self, request: Request) -> Compiled:
        """The nodes of a request's query."""
        query = request.query
        return once((self, query), lambda: self._compiler.compile(self.analysed(query)))

    def analysed(self, query: Query) -> AnalysedQuery:
        """The words of a query. Those of short ones are kept: the same are asked with other filters and pages."""
        if len(query.text) <= _SHORT:
            return self._kept(query)
        return once((self, "analysed", query), lambda: self._analyse(query))

    def totals(self, requests: Sequence[Request]) -> list[int]:
        """How many papers each of some requests finds."""
        return [self.answer(replace(request, top=0, facets=())).total for request in requests]

    def answer(self, request: Request, compiled: Compiled | None = None) -> Answer:
        """The first hits in order, totals and masks; `compiled` where the caller has the nodes already."""
        if compiled is None:
            compiled = self.compile(request)
        bases, partial = self._bases(compiled, request)
        show()
        answer = self._answer(request, compiled, bases)
        return replace(answer, partial=True) if partial else answer

    def _answer(self, request: Request, compiled: Compiled, bases: Sequence[Mask | None]) -> Answer:
        if request.sort == "relevance" and not self.collection.works:
            answer = answer_direct(self.collection, compiled, request, bases)
            if answer is not None:
                return answer
        matched = self._match(compiled, request, bases)
        relaxed = any(part.some is not None for part in matched)
        all_words = sum(part.count for part in matched)
        total = sum(count(part.mask) for part in matched) if relaxed else all_words
        # Without a query there is nothing to rank by: newest first.
        sort = "newest" if compiled.empty and request.sort == "relevance" else request.sort
        top = min(total, request.top) if request.top is not None else total
        rows: Sequence[Row] = []
        for tier in (0, 1) if relaxed else (0,):
            if len(rows) < top:
                rows = joined(rows, self._tier(compiled, matched, tier, sort, top - len(rows)))
        return Answer(rows, total, all_words, relaxed, [part.mask for part in matched])

    def _match(self, compiled: Compiled, request: Request, bases: Sequence[Mask | None]) -> list[_Matched]:
        combine = self._any if compiled.optional and request.match == "any" else self._all
        works = self.collection.works
        masks = [
            combine(compiled, segment, at, base)
            for at, (segment, base) in enumerate(zip(self.collection.segments, bases, strict=True))
        ]
        if works:
            masks = works.one_each(masks)
        matched = [_Matched(every, count(every)) for every in masks]
        if request.match == "auto" and len(compiled.optional) > 1 and sum(part.count for part in matched) < RELAX_BELOW:
            some = [
                self._any(compiled, segment, at, base)
                for at, (segment, base) in enumerate(zip(self.collection.segments, bases, strict=True))
            ]
            if works:
                # A work that a paper with all words stands for is not shown again for another that has some.
                others = [mask & ~part.every for mask, part in zip(some, matched, strict=True)]
                others = works.one_each(others, works.held(masks))
                some = [mask | part.every for mask, part in zip(others, matched, strict=True)]
            if any(count(mask) > part.count for mask, part in zip(some, matched, strict=True)):
                for mask, part in zip(some, matched, strict=True):
                    part.some = mask
        return matched

    def _bases(self, compiled: Compiled, request: Request) -> tuple[list[Mask | None], bool]:
        """`_base` of every segment; no paper of those that the time did not suffice for, and whether there are any."""
        bases: list[Mask | None] = []
        segments = self.collection.segments
        try:
            for at, segment in enumerate(segments):
                check_time()
                bases.append(self._base(compiled, request, segment, at))
        except LateError:
            bases += [np.zeros(segment.docs, dtype=bool) for segment in segments[len(bases) :]]
            return bases, True
        return bases, False

    @staticmethod
    def _base(compiled: Compiled, request: Request, segment: Segment, at: int) -> Mask | None:
        """Papers that are live, pass the filters and match what always holds; None: every one."""
        base = request.filters.mask(segment)
        for node in compiled.required:
            mask = node.mask(segment, at)
            base = mask if base is None else base & mask
        return base

    @staticmethod
    def _any(compiled: Compiled, segment: Segment, at: int, base: Mask | None) -> Mask:
        mask = np.zeros(segment.docs, dtype=bool)
        for node in compiled.optional:
            node.term.segments[at].mark(mask)
        return mask if base is None else mask & base

    @staticmethod
    def _all(compiled: Compiled, segment: Segment, at: int, base: Mask | None) -> Mask:
        mask = base
        for node in sorted(compiled.optional, key=lambda node: node.term.segments[at].size):
            here = node.mask(segment, at)
            mask = here if mask is None else mask & here
        return np.ones(segment.docs, dtype=bool) if mask is None else mask

    def _tier(self, compiled: Compiled, matched: list[_Matched], tier: int, sort: str, top: int) -> Sequence[Row]:
        """The first `top` hits of a tier over all segments, in order."""
        parts = [
            _Part(at, segment, mask, inside, [] if compiled.empty else self.scorers(compiled, segment, at))
            for at, (segment, part) in enumerate(zip(self.collection.segments, matched, strict=True))
            for mask, inside in (part.tier(tier),)
            if inside
        ]
        found = self._best(parts, top) if sort == "relevance" else self._ordered(parts, sort, top)
        return first_rows(self.collection.segments, found, tier, sort, top)

    def _best(self, parts: Sequence[_Part], top: int) -> list[Found]:
        """Papers among which the first `top` by relevance are."""
        same = {constant(part.scorers) for part in parts}
        if len(same) == 1 and (score := same.pop()) is not None:
            firsts = newest([part.segment for part in parts], [part.mask for part in parts], top)
            return [Found(part.at, docs, np.full(len(docs), score)) for part, docs in zip(parts, firsts, strict=True)]
        found: list[Found] = []
        threshold = -1.0
        for part in parts:
            check_time()
            docs, scores = best(
                self.collection, part.segment, part.at, part.scorers, part.mask, part.inside, top, threshold
            )
            found.append(Found(part.at, docs, scores))
            threshold = max(threshold, reached(found, top))
        return found

    def _ordered(self, parts: Sequence[_Part], sort: str, top: int) -> list[Found]:
        """Papers among which the first `top` in an order not by score are."""
        docs = first_docs([part.segment for part in parts], [part.mask for part in parts], sort, top)
        return [
            Found(
                part.at,
                here,
                exact(self.collection, part.segment, part.at, part.scorers, here)
                if part.scorers
                else np.zeros(len(here)),
            )
            for part, here in zip(parts, docs, strict=True)
            if len(here)
        ]

    def scorers(self, compiled: Compiled, segment: Segment, at: int) -> list[Scorer]:
        """What scores in a segment, in the order in which it adds up."""
        found = [Scorer(node.term) for node in compiled.optional]
        for node in compiled.required:
            found += node.scorers(segment, at, EVERY_HIT)
        found += [Scorer(term) for term in compiled.score_only]
        return found
