"""The engine of this machine: queries as array operations over mapped segments.

A segment is answered in steps: masks say what matches; upper bounds (one byte a posting, added up in float32) say
which papers can be among the first; only those are scored exactly. What is given does not depend on the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.codec.segment import Segment
from indexer.index.store import Generation
from indexer.index.venues import VenueTable
from query.engines.answer import RELAX_BELOW, Answer, Request, Row
from query.engines.collection import Collection
from query.engines.compile import Compiled, Compiler
from query.engines.nodes import Scorer
from query.engines.orders import global_key, local_order
from query.engines.scoring import bounds, exact

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_FEW = 512
"""So many papers are scored exactly at once rather than bounded first: 40 us a term."""
_BLOCK = 64


@dataclass(slots=True)
class _Matched:
    """What matches in a segment: all words, and some words where the answer is relaxed."""

    every: Mask
    some: Mask | None = None

    @property
    def mask(self) -> Mask:
        return self.every if self.some is None else self.some


class ArrayEngine:
    """Answers requests over one generation."""

    def __init__(self, generation: Generation, venues: VenueTable) -> None:
        self.collection = Collection(generation)
        self._compiler = Compiler(self.collection, venues)

    def compile(self, request: Request) -> Compiled:
        """The nodes of a request's query."""
        return self._compiler.compile(request.query)

    def answer(self, request: Request, compiled: Compiled | None = None) -> Answer:
        """The first hits in order, totals and masks; `compiled` where the caller has the nodes already."""
        if compiled is None:
            compiled = self.compile(request)
        matched = self._match(compiled, request)
        relaxed = any(part.some is not None for part in matched)
        all_words = sum(int(np.count_nonzero(part.every)) for part in matched)
        total = sum(int(np.count_nonzero(part.mask)) for part in matched) if relaxed else all_words
        # Without a query there is nothing to rank by: newest first.
        sort = "newest" if compiled.empty and request.sort == "relevance" else request.sort
        top = request.top if request.top is not None else total
        rows: list[Row] = []
        threshold = -1.0
        for at, (segment, part) in enumerate(zip(self.collection.segments, matched, strict=True)):
            rows += self._rows(compiled, segment, at, part, sort, top, threshold)
            if sort == "relevance" and 0 < top <= len(rows):
                rows.sort(key=lambda row: (row.tier, -row.score))
                threshold = rows[top - 1].score if rows[top - 1].tier == 0 else -1.0
        if len(matched) > 1 or sort == "relevance":
            rows.sort(key=global_key(self.collection.segments, sort))
        return Answer(rows[:top], total, all_words, relaxed, [part.mask for part in matched])

    def _match(self, compiled: Compiled, request: Request) -> list[_Matched]:
        matched = []
        for at, segment in enumerate(self.collection.segments):
            base = request.filters.mask(segment)
            for node in compiled.required:
                mask = node.mask(segment, at)
                base = mask if base is None else base & mask
            if compiled.bare and request.match == "any":
                every = self._any(compiled, segment, at, base)
            else:
                every = self._all(compiled, segment, at, base)
            matched.append(_Matched(every))
        if request.match == "auto" and len(compiled.bare) > 1:
            found = sum(int(np.count_nonzero(part.every)) for part in matched)
            if found < RELAX_BELOW:
                self._relax(compiled, request, matched)
        return matched

    def _relax(self, compiled: Compiled, request: Request, matched: list[_Matched]) -> None:
        some = []
        for at, segment in enumerate(self.collection.segments):
            base = request.filters.mask(segment)
            for node in compiled.required:
                mask = node.mask(segment, at)
                base = mask if base is None else base & mask
            some.append(self._any(compiled, segment, at, base))
        if any(np.count_nonzero(mask) > np.count_nonzero(part.every) for mask, part in zip(some, matched, strict=True)):
            for mask, part in zip(some, matched, strict=True):
                part.some = mask

    @staticmethod
    def _any(compiled: Compiled, segment: Segment, at: int, base: Mask | None) -> Mask:
        mask = np.zeros(segment.docs, dtype=bool)
        for node in compiled.bare:
            node.term.segments[at].mark(mask)
        return mask if base is None else mask & base

    @staticmethod
    def _all(compiled: Compiled, segment: Segment, at: int, base: Mask | None) -> Mask:
        mask = base
        for node in sorted(compiled.bare, key=lambda node: node.term.segments[at].size):
            here = node.mask(segment, at)
            mask = here if mask is None else mask & here
        return np.ones(segment.docs, dtype=bool) if mask is None else mask

    def _rows(
        self,
        compiled: Compiled,
        segment: Segment,
        at: int,
        part: _Matched,
        sort: str,
        top: int,
        threshold: float,
    ) -> list[Row]:
        """The first `top` hits of a segment, a few more where bounds could not tell."""
        rows: list[Row] = []
        tiers = [part.every] if part.some is None else [part.every, part.some & ~part.every]
        for tier, mask in enumerate(tiers):
            wanted = top - len(rows) if sort != "relevance" else top
            if wanted <= 0:
                break
            docs = np.flatnonzero(mask)
            scores = np.zeros(len(docs))
            if docs.size and not compiled.empty:
                scorers = self.scorers(compiled, segment, at)
                if sort == "relevance":
                    docs, scores = self._best(
                        segment, at, scorers, mask, docs, wanted, threshold if tier == 0 else -1.0
                    )
            order = local_order(segment, docs, np.zeros(len(docs), dtype=np.int8), scores, sort)[:wanted]
            docs, scores = docs[order], scores[order]
            if sort != "relevance" and docs.size and not compiled.empty:
                rising = np.argsort(docs)
                scores[rising] = exact(self.collection, segment, at, scorers, docs[rising])
            rows += [Row(at, doc, tier, score) for doc, score in zip(docs.tolist(), scores.tolist(), strict=True)]
        return rows

    def scorers(self, compiled: Compiled, segment: Segment, at: int) -> list[Scorer]:
        """What scores in a segment, in the order in which it adds up."""
        found = [Scorer(node.term) for node in compiled.bare]
        for node in compiled.required:
            found += node.scorers(segment, at, None)
        found += [Scorer(term) for term in compiled.silent]
        return found

    def _best(
        self,
        segment: Segment,
        at: int,
        scorers: list[Scorer],
        mask: Mask,
        docs: Ints,
        top: int,
        threshold: float,
    ) -> tuple[Ints, npt.NDArray[np.float64]]:
        """Documents among which the first `top` of a segment are, rising, with exact scores.

        `threshold`: a score that as many papers elsewhere already reach.
        """
        if len(docs) <= max(_FEW, top):
            return docs, exact(self.collection, segment, at, scorers, docs)
        upper = bounds(self.collection, segment, at, scorers)
        upper[~mask] = -1.0
        first = _largest(upper, top)
        scores = np.sort(exact(self.collection, segment, at, scorers, first))
        if len(scores) >= top:
            threshold = max(threshold, float(scores[-top]))
        # Equal scores are ordered by year and id, so that what merely equals the threshold stays in.
        chosen = np.flatnonzero(upper >= np.float32(threshold * (1 - 1e-6)))
        return chosen, exact(self.collection, segment, at, scorers, chosen)


def _largest(values: npt.NDArray[np.float32], top: int) -> Ints:
    """Indices (rising) of at least the `top` largest values, or all that are not negative.

    By the largest of each block of 64: their top-th largest is a value that `top` papers reach.
    """
    blocks = -(-len(values) // _BLOCK)
    padded = (
        values
        if len(values) == blocks * _BLOCK
        else np.append(values, np.full(blocks * _BLOCK - len(values), -1.0, dtype=np.float32))
    )
    largest = padded.reshape(blocks, _BLOCK).max(axis=1)
    floor = 0.0
    if top < blocks:
        floor = max(0.0, float(np.partition(largest, blocks - top)[blocks - top]))
    return np.flatnonzero(values >= np.float32(floor))
