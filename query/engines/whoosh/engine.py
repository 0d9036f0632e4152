"""The plain engine: the same answers through Whoosh's searcher and matchers over the same files, paper by paper.

What is matched, counted and scored comes from Whoosh's matchers; the analysis of the query's words, and what faces ask
of an engine beside answers, is that of the array engine.
"""

from __future__ import annotations

from itertools import chain, groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.record.venues import VenueTable
from indexer.index.segment.opened import Segment
from indexer.index.store.generation import Generation
from indexer.index.whoosh.codec import ArraySegment
from indexer.index.whoosh.library import collectors, filestore, reading, searching
from indexer.index.whoosh.paper_schema import paper_schema
from indexer.index.whoosh.table_of_contents import segment_id
from query.engines.answer import RELAX_BELOW, Answer, Request, Row
from query.engines.array_engine import ArrayEngine
from query.engines.compile import Compiled
from query.engines.deadline import check_time
from query.engines.orders import Found, first_rows
from query.engines.whoosh.matchers import gains
from query.engines.whoosh.queries import Leaf
from query.engines.whoosh.translate import Translator


class _Scores(collectors.Collector):  # type: ignore[misc]  # Whoosh has no types
    """The score of every paper that matches, by segment and document."""

    def __init__(self, numbers: dict[str, int]) -> None:
        self._numbers = numbers
        self.found: dict[tuple[int, int], float] = {}

    def set_subsearcher(self, subsearcher: Any, offset: int) -> None:
        super().set_subsearcher(subsearcher, offset)
        self._at = self._numbers[subsearcher.reader().segment().segid]

    def collect(self, sub_docnum: int) -> None:
        check_time()
        total = 0.0
        for gain in gains(self.matcher, sub_docnum):
            total += gain
        self.found[self._at, sub_docnum] = total


class WhooshEngine(ArrayEngine):
    """Answers requests over one generation."""

    def __init__(self, generation: Generation, venues: VenueTable) -> None:
        super().__init__(generation, venues)
        storage, schema = filestore.FileStorage(str(generation.folder)), paper_schema()
        leaves: dict[str, Leaf] = {}
        self._numbers: dict[str, int] = {}
        for number, segment in enumerate(generation.segments):
            known = _as_whoosh(segment)
            self._numbers[known.segid] = number
            leaves[known.segid] = Leaf(reading.SegmentReader(storage, schema, known), segment)
        readers = [leaf.reader for leaf in leaves.values()]
        self._searcher = None
        if readers:
            self._searcher = searching.Searcher(readers[0] if len(readers) == 1 else reading.MultiReader(readers))
        self._translator = Translator(leaves, self.collection, venues)

    def answer(self, request: Request, compiled: Compiled | None = None) -> Answer:
        """The first hits in order, totals and masks; `compiled` where the caller has the nodes already."""
        compiled = compiled or self.compile(request)
        translate = self._translator
        base = translate.filters(request.filters)
        words, score_only = translate.words(compiled)
        required = translate.required(compiled.query)
        some = [translate.any(words)] if words else []
        every = some if request.match == "any" else words
        tiers = [self._run(translate.maybe(translate.all([*base, *every, *required]), score_only))]
        works = self.collection.works
        if works:
            tiers[0] = {key: tiers[0][key] for key in sorted(works.best_of(tiers[0]))}
        if request.match == "auto" and len(words) > 1 and len(tiers[0]) < RELAX_BELOW:
            second = self._run(translate.maybe(translate.all([*base, *some, *required]), score_only))
            second = {key: score for key, score in second.items() if key not in tiers[0]}
            if works:
                taken = {works.work(*key) for key in tiers[0]} - {None}
                second = {key: score for key, score in second.items() if works.work(*key) not in taken}
                second = {key: second[key] for key in sorted(works.best_of(second))}
            tiers.append(second)
        total = sum(map(len, tiers))
        sort = "newest" if compiled.empty and request.sort == "relevance" else request.sort
        top = total if request.top is None else min(total, request.top)
        rows: list[Row] = []
        for tier, scores in enumerate(tiers):
            if scores and len(rows) < top:
                rows += first_rows(self.collection.segments, _parts(scores), tier, sort, top - len(rows))
        return Answer(rows, total, len(tiers[0]), total > len(tiers[0]), self._masks(tiers))

    def _masks(self, tiers: list[dict[tuple[int, int], float]]) -> list[npt.NDArray[np.bool_]]:
        masks = [np.zeros(segment.docs, dtype=bool) for segment in self.collection.segments]
        for at, doc in chain.from_iterable(tiers):
            masks[at][doc] = True
        return masks

    def _run(self, query: Any) -> dict[tuple[int, int], float]:
        collector = _Scores(self._numbers)
        if self._searcher is not None:
            self._searcher.search_with_collector(query, collector, self._searcher.context(needs_current=True))
        return collector.found


def _as_whoosh(segment: Segment) -> ArraySegment:
    """A segment for Whoosh's reader, over the file that is open already."""
    gone = np.flatnonzero(~segment.live).tolist()
    known = ArraySegment("MAIN", segment.docs, segment_id(segment.name), gone)
    known.lend(segment.arrays)
    return known


def _parts(scores: dict[tuple[int, int], float]) -> list[Found]:
    """Scores by segment and document, in rising order, as arrays a segment."""
    return [
        Found(at, np.array([doc for (_, doc), _ in items], dtype=np.int64), np.array([score for _, score in items]))
        for at, group in groupby(scores.items(), key=lambda item: item[0][0])
        if (items := list(group))
    ]
