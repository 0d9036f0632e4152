"""The engine whose papers lie in a cluster: it matches, counts and proposes; what is shown is scored here.

A search is one request: what matches as a filter, the first WINDOW papers by about BM25F with the words by which they
are scored, exact totals, facets, and beside it the papers of each term that is not known yet. The rows become a segment
in memory, over which the array engine's own modules compute the scores. Where `auto` finds fewer than ten papers with
all words, a second request asks for those with some.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from indexer.index.errors import BadIndexError, QueryError
from indexer.index.opensearch.mapping import stored_lines
from indexer.index.record.venues import VenueTable
from query.engines.answer import RELAX_BELOW, Answer, Request, Row
from query.engines.array_engine import ArrayEngine
from query.engines.compile import Compiled
from query.engines.opensearch import clauses
from query.engines.opensearch.asking import Asked, either_of, forms_of, holding_form, tied_here
from query.engines.opensearch.candidates import Rows
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.compile import ClusterCompiled, ClusterCompiler
from query.engines.opensearch.facets import MOST, STEPS, aggregations, counted
from query.engines.opensearch.facts import Statistics, counting, totals
from query.engines.opensearch.foreseeing import few_likely, proven
from query.engines.opensearch.rows_collection import ClusterCollection
from query.engines.opensearch.scrolling import scrolled
from query.engines.opensearch.shown_once import but, left_out
from query.engines.orders import Found, first_rows
from query.engines.scoring import exact
from query.language.analysed import analyse

Json = Mapping[str, Any]
WINDOW, WIDE = 500, 2_000
"""So many papers are re-scored: among them are the first. Constants, so that no order depends on `limit`; of 600
queries 200 papers had the first ten of all, 100 missed two. The second number where the first does not prove it."""
_PAGE = 500


class ClusterEngine(ArrayEngine):
    """Answers the requests of one call; what it fetches is in its collection's segments."""

    def __init__(self, statistics: Statistics, venues: VenueTable) -> None:
        self.statistics = statistics
        self.collection: ClusterCollection = ClusterCollection(statistics)
        self._analyse = partial(analyse, venues=venues)
        self._kept = self._analyse  # type: ignore[assignment]  # a call asks once
        self._compiler: ClusterCompiler = ClusterCompiler(self.collection, venues)
        self._places: dict[str, tuple[int, int]] = {}

    def answer(self, request: Request, compiled: Compiled | None = None) -> Answer:
        """The first hits in order, totals, counts of facets; the hits after those as `more`."""
        if not isinstance(compiled, ClusterCompiled):
            compiled = self._compiler.compile(self.analysed(request.query))
        every = [clauses.matching(node.term) for node in compiled.optional]
        base = [*clauses.filters(request.filters), *compiled.queries]
        sort = "newest" if compiled.empty and request.sort == "relevance" else request.sort
        some = clauses.either(every) if every else clauses.EVERY
        first = [some] if every and request.match == "any" else every
        asked = Asked(clauses.both([*base, *first]), compiled.ordering(), sort, forms=forms_of(compiled))
        second = replace(asked, matched=clauses.both([*base, some]), tier=1, without=clauses.both(every))
        may_relax = request.match == "auto" and len(every) > 1
        gone: tuple[Query, Query | QueryError] = (clauses.NONE, clauses.NONE)
        if self.statistics.generation.manifest.group_duplicates:
            gone = left_out(self.statistics, base, some if may_relax else None, first)
            asked = replace(asked, matched=but(asked.matched, gone[0]))
            if not isinstance(gone[1], QueryError):
                second = replace(second, matched=but(second.matched, gone[1]))
        # Where few papers are likely to have all words both tiers are asked for at once.
        likely = may_relax and few_likely(self.statistics, compiled, request)
        found, *others = self._ask([asked, second] if likely else [asked], request, compiled)
        total = all_words = found["hits"]["total"]["value"]
        tiers = [(asked, self.take(found, asked), total)]
        aggregated = found.get("aggregations", {})
        if may_relax and all_words < RELAX_BELOW:
            if isinstance(gone[1], QueryError):
                raise gone[1]
            found = others[0] if others else self._ask([second], request, compiled)[0]
            if more := found["hits"]["total"]["value"]:
                asked = second
                tiers.append((asked, self.take(found, asked), more))
                total += more
                aggregated = found.get("aggregations", {})
        # A term looks at all segments when it is first asked: all that is scored must have been fetched.
        rows: list[Row] = []
        ordering = compiled.ordering()
        for number, (tier, at, matching) in enumerate(tiers):
            scored = self._scored(at, tier, compiled)
            # Words turned out to be much rarer than was thought, or much commoner; or among those that were not fetched
            # one of the first may be.
            other = ordering != tier.ordering and len(scored) < matching
            if sort == "relevance" and (other or not proven(self._rows(at), scored, matching)):
                tier = replace(tier, ordering=ordering)
                tiers[number] = (tier, self._again(at, tier, compiled, WINDOW if other else WIDE), matching)
                scored = self._scored(tiers[number][1], tier, compiled)
            rows += map(self._once, scored)
        wanted = total if request.top is None else min(total, request.top)
        facets = self._counted(request.facets, asked.matched, aggregated) if request.facets else None
        rest = None
        if len(rows) < total and wanted:
            rest = partial(self._rest, request, tiers, frozenset(self._id(row) for row in rows))
        exact_to = len(rows) if rest is not None and sort == "relevance" else None
        return Answer(rows[:wanted], total, all_words, total > all_words, [], facets, rest, exact_to)

    def totals(self, requests: Sequence[Request]) -> list[int]:
        """How many papers each of some requests finds: asked of the cluster at once."""
        if self.statistics.generation.manifest.group_duplicates:
            return super().totals(requests)
        asked: list[Query] = []
        for request in requests:
            compiled = self._compiler.compile(self.analysed(request.query))
            every = [clauses.matching(node.term) for node in compiled.optional]
            base = [*clauses.filters(request.filters), *compiled.queries]
            some, strict = clauses.both([*base, *either_of(every)]), clauses.both([*base, *every])
            first = some if request.match == "any" else strict
            asked += [first, strict if request.match == "all" else some]
        counts = self.statistics.counts(asked)
        return [
            first if first >= RELAX_BELOW else second for first, second in zip(counts[::2], counts[1::2], strict=True)
        ]

    def _rows(self, at: int) -> Rows:
        segment = self.collection.segments[at]
        assert isinstance(segment, Rows)  # nothing else is fetched
        return segment

    def _again(self, at: int, asked: Asked, compiled: ClusterCompiled, size: int) -> int:
        """Fetch the papers of a tier anew in place of those of a segment; gives the number of theirs."""
        self.collection.segments[at] = Rows(f"rows {at}", [], self.stored, self.written)
        body = asked.body(size, compounds=tied_here(compiled)) | {"track_total_hits": False}
        return self.take(self.statistics.search(body), asked)

    def _ask(self, asked: Sequence[Asked], request: Request, compiled: ClusterCompiled) -> list[Json]:
        """The answers to some tiers, in one request with the papers of terms that are not known."""
        bodies = []
        for one in asked:
            size = WINDOW if one.sort == "relevance" else min(WINDOW, WINDOW if request.top is None else request.top)
            bodies.append(one.body(0 if request.top == 0 else size, compounds=tied_here(compiled)))
            if request.facets:
                bodies[-1]["aggs"] = aggregations(request.facets)
        unknown = [] if request.top == 0 else self.statistics.unknown(term.key for term in compiled.terms())
        found = self.statistics.searches([*bodies, *(counting(clauses.holding(key)) for key in unknown)])
        self.statistics.learn(unknown, totals(found[len(bodies) :]))
        return found[: len(bodies)]

    def _scored(self, at: int, asked: Asked, compiled: ClusterCompiled) -> list[Row]:
        """The papers of a segment with their scores: by relevance in the order of these, else as they came."""
        segment = self.collection.segments[at]
        if not segment.docs:
            return []
        docs = np.arange(segment.docs, dtype=np.int64)
        scorers = [] if compiled.empty else self.scorers(compiled, segment, at)
        scores = exact(self.collection, segment, at, scorers, docs) if scorers else np.zeros(len(docs))
        if asked.sort == "relevance":
            rows = list(
                first_rows(self.collection.segments, [Found(at, docs, scores)], asked.tier, "relevance", len(docs))
            )
        else:
            rows = [Row(at, doc, asked.tier, score) for doc, score in enumerate(scores.tolist())]
        segment.papers.order = [row.doc for row in rows]  # type: ignore[attr-defined]  # of rows
        return rows

    def _counted(self, names: Sequence[str], matched: Query, found: Json) -> Mapping[str, Counter[str]]:
        """Counts of facets, asked for again with more values where those that came do not decide them."""
        counts = counted(names, found)
        for step in range(1, len(STEPS)):
            if counts is not None:
                break
            body = {"size": 0, "query": {"bool": {"filter": [matched]}}, "aggs": aggregations(names, step)}
            counts = counted(names, self.statistics.search(body)["aggregations"])
        if counts is None:
            raise QueryError(f"this answer has more than {MOST:,} values of a facet; add a filter")
        return counts

    def take(self, found: Json, asked: Asked | None = None) -> int:
        """Make a segment of the hits of an answer (to what was `asked`); gives its number.

        What was compiled before looks at it too: papers whose whole title is the query come after those of the query.
        """
        for compiled in self._compiler.compiled:
            for term in compiled.terms():
                term.look_again()
        number = len(self.collection.segments)
        rows = Rows(f"rows {number}", found["hits"]["hits"], self.stored, self.written)
        if asked is not None and asked.sort == "relevance" and asked.ordering:
            rows.told_forms = frozenset(asked.forms)
        self.collection.segments.append(rows)
        return number

    def stored(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """The stored lines of some papers."""
        body = {
            "size": len(ids),
            "query": {"bool": {"filter": [{"terms": {"id": list(ids)}}]}},
            "track_total_hits": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["id", "stored"],
        }
        hits = self.statistics.search(body, shown=True)["hits"]["hits"]
        found = {hit["fields"]["id"][0]: stored_lines(hit) for hit in hits}
        for paper in ids:
            if paper not in found:
                papers = self.statistics.generation.papers
                raise BadIndexError(f"{papers} does not give the paper {paper!r}; run `quiver verify`")
        return found

    def written(self, word: str, ids: Sequence[str]) -> frozenset[str]:
        """Those of some papers whose text holds a surface word."""
        held = holding_form(word)
        body = {
            "size": len(ids),
            "query": {"bool": {"filter": [{"terms": {"id": list(ids)}}, held]}},
            "track_total_hits": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["id"],
        }
        return frozenset(hit["fields"]["id"][0] for hit in self.statistics.search(body)["hits"]["hits"])

    def _once(self, row: Row) -> Row:
        """The row of a paper that came first: the papers of whole titles are asked for after those of the query."""
        at, doc = self._places.setdefault(self._id(row), (row.segment, row.doc))
        return row if at == row.segment else row._replace(segment=at, doc=doc)

    def _id(self, row: Row) -> str:
        return self.collection.segments[row.segment].paper_id(row.doc)

    def _rest(self, request: Request, tiers: Sequence[tuple[Asked, int, int]], given: frozenset[str]) -> Iterator[Row]:
        """The hits that are not among the first, in the order of the cluster."""
        sizes = [self.collection.segments[at].docs for _, at, _ in tiers]
        for (asked, _, total), first in zip(tiers, sizes, strict=True):
            if first == total:
                continue
            body = asked.body(_PAGE, compounds=True) | {"track_total_hits": False}
            for hits in scrolled(self.statistics, body):
                new = [hit for hit in hits if hit["fields"]["id"][0] not in given]
                self._forget()
                if not new:
                    continue
                compiled = self._compiler.compile(self.analysed(request.query))
                rows = self._scored(self.take({"hits": {"hits": new}}), asked, compiled)
                yield from sorted(rows, key=lambda row: row.doc)

    def _forget(self) -> None:
        """Let go of the rows that were given; their numbers stay."""
        for number, segment in enumerate(self.collection.segments):
            if segment.docs:
                self.collection.segments[number] = Rows(segment.name, [], self.stored, self.written)
