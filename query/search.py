"""`PaperIndex`: the one thing that every face calls, and every program that builds on Quiver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType

from indexer.index.errors import NotFoundError, QueryError, UsageError
from indexer.index.record.paper import Paper
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.segment.opened import Segment
from indexer.index.store.generation import Generation, latest, open_generation
from indexer.index.text.analysis import fingerprint
from query.arguments import SinceValue, Years, check, filters_of
from query.browse.clusters import Cluster, author_cluster, heading
from query.browse.related import related_query
from query.browse.spelling import better_query
from query.browse.suggest import Suggestions, suggestions
from query.browse.venue_list import VenueRow, venue_list
from query.engines import registry
from query.engines.answer import MATCHES, SORTS, Answer, Request
from query.engines.array_engine import ArrayEngine
from query.engines.compile import Compiled
from query.engines.masks import listed
from query.engines.registry import engine_class
from query.information import Information, information
from query.language.parser import parse
from query.language.tree import Query, Word
from query.named import may_name, named, named_first
from query.present.explain import explain_row
from query.present.facets import FACETS, Matched
from query.present.marking import Marks, marks_of
from query.present.snippets import snippet
from query.ranking.best import Ranked, rerank
from query.ranking.expand import expanded
from query.ranking.parameters import DEPTH
from query.results import FacetCount, Hit, Page

RANKINGS = ("best", "bm25f")
_HEADINGS = 4096
"""Names of author clusters that are kept."""


class PaperIndex:
    """An index, opened at one generation; cheap to open, read-only, safe to use from several threads.

    Use as a context manager, or `close` it. `reopen` moves to the newest generation.
    """

    def __init__(self, path: str | Path, generation: Generation, engine: str | None = None) -> None:
        self.path = Path(path)
        self._engine_class = engine_class(engine or registry.DEFAULT)
        self._use(generation)

    @classmethod
    def open(cls, path: str | Path, *, engine: str | None = None) -> PaperIndex:
        """Open the newest generation of an index folder. Raises BadIndexError.

        `engine` is of the table in `query.engines.registry`: "arrays", or "whoosh", slow, with the same answers.
        """
        return cls(path, open_generation(Path(path)), engine)

    def _use(self, generation: Generation) -> None:
        self.venue_table = recorded_table(generation.manifest.venues)
        self._generation = generation
        self._engine = self._engine_class(generation, self.venue_table)
        # The commonest spelling of a cluster is counted from all its papers, 20 us, and the same few head most facets.
        self._heading = lru_cache(_HEADINGS)(partial(heading, generation.segments))

    @property
    def generation(self) -> int:
        """Number of the generation that is open."""
        return self._generation.number

    @property
    def warnings(self) -> list[str]:
        """What its user should know of the open generation: that it was made with another analysis, for one."""
        if self._generation.manifest.analysis == fingerprint():
            return []
        return [
            f"{self.path} was made with another version of the analysis of texts, so that words may be missed; "
            "run `quiver rebuild`"
        ]

    @property
    def engine(self) -> ArrayEngine:
        """The engine that answers, for programs that measure it."""
        return self._engine

    @property
    def segments(self) -> Sequence[Segment]:
        """The segments of the open generation."""
        return self._generation.segments

    def reopen(self) -> bool:
        """Move to the newest generation; says whether there was a newer one."""
        if latest(self.path).identity == self._generation.manifest.identity:
            return False
        # The old one is not closed here: another thread may be searching it; it goes with its last reader.
        self._use(open_generation(self.path))
        return True

    def close(self) -> None:
        """Let go of the files."""
        self._generation.close()

    def __enter__(self) -> PaperIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(
        self,
        query: str = "",
        *,
        authors: Sequence[str] = (),
        venues: Sequence[str] = (),
        years: Years = None,
        types: Sequence[str] | None = None,
        exclude_venues: Sequence[str] = (),
        exclude_types: Sequence[str] = (),
        since: SinceValue = None,
        limit: int = 10,
        offset: int = 0,
        sort: str = "relevance",
        match: str = "auto",
        ranking: str = "best",
        facets: Sequence[str] = (),
        snippets: bool = True,
        explain: bool = False,
        expand: bool = False,
    ) -> Page:
        """Ranked papers for a query (DESIGN sections 3 to 5).

        `authors` all, any of `venues`, of `years` (a pair or pairs, ends included, None open) and of `types`;
        `since` leaves papers that are new since a generation (12) or a day ("2026-11-01"), those of it included.
        `limit` 0 is the whole result. `expand` adds words that the first papers share; any word matches then. Raises
        QueryError for a query that cannot be understood, UsageError for arguments that are not of the tables.
        """
        started = time.perf_counter()
        filters = filters_of(self.venue_table, authors, venues, years, types, exclude_venues, exclude_types, since)
        check("sort", sort, SORTS)
        check("match", match, MATCHES)
        check("ranking", ranking, RANKINGS)
        for name in facets:
            check("facet", name, tuple(FACETS))
        if limit < 0 or offset < 0:
            raise UsageError(f"limit {limit} and offset {offset} must not be negative")
        parsed = parse(query)
        request = Request(parsed, filters, match, sort, offset + limit if limit else None, bool(facets))
        if expand:
            request = self._expanded(request)
        answer, ranked = self._answer(request, ranking)
        counted = self._facets(facets, answer)
        hits = list(self._hits(answer, request, offset, snippets, ranked if explain else None))
        suggestion = None
        if not ranked.named:
            suggestion = better_query(parsed, answer, self.segments, lambda text: self._total(text, request))
        return Page(
            query=query,
            generation=self.generation,
            total=answer.total,
            all_words=answer.all_words,
            relaxed=answer.relaxed,
            offset=offset,
            limit=limit,
            hits=hits,
            facets=counted,
            took_ms=(time.perf_counter() - started) * 1000,
            suggestion=suggestion,
            diagnostics=parsed.diagnostics,
        )

    def _answer(self, request: Request, ranking: str) -> tuple[Answer, Ranked]:
        compiled = self._engine.compile(request)
        if compiled.empty and request.query.text.strip():
            raise QueryError(
                f"there is no word to search for in {request.query.text!r}", length=len(request.query.text)
            )
        if may_name(request.query) and (found := named(self.segments, request.query.text)):
            papers = [(self.segments[at].paper_id(doc), at, doc) for at, doc in found]
            return named_first(request, papers, lambda other: self._ranked(other, self._engine.compile(other), ranking))
        return self._ranked(request, compiled, ranking)

    def _ranked(self, request: Request, compiled: Compiled, ranking: str) -> tuple[Answer, Ranked]:
        """The answer in its final order, and why hits have their scores."""
        if ranking != "best" or request.sort != "relevance" or not compiled.optional:
            answer = self._engine.answer(request, compiled)
            return answer, Ranked(answer.rows)
        # One hit more than is re-scored tells how high the others reach.
        top = None if request.top is None else max(request.top, DEPTH + 1)
        answer = self._engine.answer(replace(request, top=top), compiled)
        ranked = rerank(self._engine.collection, compiled, answer.rows, top=request.top)
        return replace(answer, rows=ranked.rows), ranked

    def _expanded(self, request: Request) -> Request:
        """The same with the words that its first papers share, any word matching."""
        anywhere = replace(request, match="any", sort="relevance", top=DEPTH + 1)
        compiled = self._engine.compile(anywhere)
        answer = self._engine.answer(anywhere, compiled)
        query = expanded(self._engine.collection, compiled, answer.rows)
        return replace(request, query=query, match="any")

    def _facets(self, names: Sequence[str], answer: Answer) -> dict[str, list[FacetCount]]:
        if not names:
            return {}
        matched = Matched(self.segments, [listed(mask) for mask in answer.masks], self._heading)
        return {name: FACETS[name](matched) for name in names}

    def _total(self, text: str, request: Request) -> tuple[int, int]:
        """Papers with all words of another query, and in all, under the same filters."""
        answer = self._engine.answer(replace(request, query=parse(text), top=0))
        return answer.all_words, answer.total

    def _hits(
        self, answer: Answer, request: Request, offset: int, snippets: bool, ranked: Ranked | None
    ) -> Iterator[Hit]:
        marks = marks_of(self._engine.analysed(request.query)) if snippets else None
        for rank, row in enumerate(answer.rows[offset:], offset + 1):
            segment = self.segments[row.segment]
            stored = segment.papers
            yield Hit(
                rank=rank,
                score=row.score,
                tier=row.tier,
                head=stored.head(row.doc),
                venue=segment.venue_names[segment.venues[row.doc]],
                load=_loader(segment, row.doc),
                snippet=_snippet(segment, row.doc, marks) if marks else "",
                explanation=explain_row(self._engine, request, row, ranked) if ranked else None,
            )

    def rank_plain(self, text: str, limit: int, *, ranking: str = "best", expand: bool = False) -> list[str]:
        """Ids of the first papers for a text read as plain words without syntax, any word matching."""
        query = Query(text, tuple(Word(word) for word in text.split()))
        request = Request(query, match="any", top=limit)
        if expand:
            request = self._expanded(request)
        answer, _ = self._ranked(request, self._engine.compile(request), ranking)
        return [self.segments[row.segment].paper_id(row.doc) for row in answer.rows]

    def papers(self, answer_of: Page) -> Iterator[Paper]:
        """The whole records of a page's hits, one by one."""
        return (hit.paper for hit in answer_of.hits)

    def paper(self, paper: str) -> Paper:
        """The paper of an id, or of a DOI, arXiv id, address or other identifier in any form. Raises NotFoundError."""
        segment, doc = self._locate(paper)
        return segment.papers.paper(doc)

    def _locate(self, paper: str) -> tuple[Segment, int]:
        for at, doc in named(self.segments, paper):
            return self.segments[at], doc
        raise NotFoundError(f"no paper with id {paper!r}; `quiver search` shows ids with --format ids")

    def also_as(self, paper: Paper) -> list[str]:
        """Ids of other live papers with the same title, first author and year, give or take one."""
        segment, doc = self._locate(paper.id)
        work = segment.arrays["doc.work"][doc]
        found = []
        for other in self.segments:
            docs = (other.arrays["doc.work"] == work) & other.live
            for number in docs.nonzero()[0].tolist():
                year = int(other.years[number])
                same = other is segment and number == doc
                if not same and (not paper.year or not year or abs(year - paper.year) <= 1):
                    found.append(other.paper_id(number))
        return sorted(found)

    def related(self, paper: str, limit: int = 10) -> Page:
        """Papers like one, by the words that tell it from others. Raises NotFoundError."""
        segment, doc = self._locate(paper)
        query = related_query(self._engine.collection, segment, doc)
        request = Request(query, match="any", top=limit + 1)
        answer = self._engine.answer(request)
        me = self.segments.index(segment)
        rows = [row for row in answer.rows if (row.segment, row.doc) != (me, doc)]
        kept = replace(answer, rows=rows[:limit], total=max(0, answer.total - 1))
        hits = list(self._hits(kept, request, 0, True, None))
        return Page("", self.generation, kept.total, kept.total, False, 0, limit, hits, {}, 0.0)

    def author(self, name: str) -> Cluster:
        """The author cluster of a name (DESIGN section 1). Raises NotFoundError."""
        return author_cluster(self.segments, self.venue_table, name)

    def suggest(self, prefix: str, limit: int = 10) -> Suggestions:
        """Completions of authors, venues and title words, with counts."""
        return suggestions(self.segments, prefix, limit)

    def venues(self) -> list[VenueRow]:
        """Venues with types, spellings, years and counts, by count."""
        return venue_list(self.segments, self.venue_table)

    def info(self) -> Information:
        """What the index holds."""
        return information(self._generation)


def _snippet(segment: Segment, doc: int, marks: Marks) -> str:
    return snippet(segment.papers.abstract(doc), marks.stems, match=marks.match)


def _loader(segment: Segment, doc: int) -> Callable[[], Paper]:
    return lambda: segment.papers.paper(doc)
