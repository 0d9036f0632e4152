"""`PaperIndex`: the one thing that every face calls, and every program that builds on Quiver."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from indexer.index.checked import flag_of, text_of
from indexer.index.errors import ClosedIndexError, UsageError
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.text.languages import LANGUAGE_CODES
from query.answering import hits_of, ranked_of, widened
from query.arguments import Names, SinceValue, Years, check, facets_of, limit_of, number_of, paper_of, timeout_of
from query.damage import naming_files
from query.engines.answer import Request, Row
from query.engines.array_engine import ArrayEngine
from query.engines.deadline import within
from query.engines.registry import open_snapshot
from query.engines.remembered import remembering
from query.language.tree import Query, Word
from query.late import late
from query.paging import RANKINGS, page_of, request_of, rows_of, scan_of
from query.present.facets import FACETS
from query.results import Hit, Page
from query.snapshot import Snapshot

if TYPE_CHECKING:
    from query.browse.clusters import Cluster
    from query.browse.related import related_query
    from query.browse.suggest import Suggestions
    from query.browse.venue_list import VenueRow
    from query.information import Information
else:
    related_query = late("query.browse.related:related_query")


class PaperIndex:
    """An index of papers, opened at one generation: read-only, cheap to open, safe to use from several threads.

    Use it as a context manager, or `close` it. It stays on the generation that it opened, whatever is built meanwhile,
    until `reopen`; each call sees one generation whole. `len(index)` counts papers, `"an-id" in index` says whether
    there is one. After `close` every call raises ClosedIndexError.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.path = snapshot.path
        self._moving = threading.Lock()
        self._snapshot: Snapshot | None = snapshot

    @classmethod
    def open(cls, path: str | Path, *, engine: str | None = None) -> PaperIndex:
        """Open the newest generation of an index: a folder, or `http://HOST:9200/NAME` in a cluster of OpenSearch.

        `engine` is "arrays" for a folder, or "whoosh": slow, with the same answers. Raises BadIndexError.
        """
        return cls(open_snapshot(path, engine))

    def pinned(self) -> PaperIndex:
        """The same generation as an index of its own, for several calls that must see the same papers.

        Another thread may `reopen` this one meanwhile. Costs nothing; it ends with this one's `close`.
        """
        return PaperIndex(self._now())

    def _now(self) -> Snapshot:
        """What is open at this moment: taken once a call. Raises ClosedIndexError."""
        snapshot = self._snapshot
        if snapshot is None:
            raise ClosedIndexError(str(self.path))
        snapshot.check()
        return snapshot

    @property
    def generation(self) -> int:
        """Number of the generation that is open."""
        return self._now().number

    @property
    def warnings(self) -> list[str]:
        """What its user should know of the open generation: that it was made with another analysis, for one."""
        return self._now().warnings

    @property
    def engine(self) -> ArrayEngine:
        """The engine that answers, for programs that measure it."""
        return self._now().engine

    @property
    def segments(self) -> Sequence[Segment]:
        """The blocks of the segments of the open generation, which a search walks through."""
        return self._now().segments

    @property
    def files(self) -> Sequence[SegmentFiles]:
        """Its segments as a whole, which have what has names: author clusters, venues, ids."""
        return self._now().files

    @property
    def venue_table(self) -> VenueTable:
        """Which spelling means which venue."""
        return self._now().venue_table

    def reopen(self) -> bool:
        """Move to the newest generation; says whether there was a newer one. Calls under way end on theirs."""
        with self._moving:
            newer = self._now().newer()
            if newer is None:
                return False
            # The old one is not closed: other threads may be reading it, and hits that it gave; it goes with the last.
            self._snapshot = newer
            return True

    def close(self) -> None:
        """Let go of the files. Calls under way in other threads end well; later ones raise ClosedIndexError."""
        with self._moving:
            snapshot, self._snapshot = self._snapshot, None
        if snapshot is not None:
            snapshot.close()

    def __enter__(self) -> PaperIndex:
        self._now()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        snapshot = self._snapshot
        held = f"generation {snapshot.number}, {snapshot.papers:,} papers" if snapshot else "closed"
        return f"PaperIndex({str(self.path)!r}: {held})"

    def __reduce__(self) -> str:
        raise UsageError("an open index does not pickle; give its path, and open it where it is to be read")

    def __copy__(self) -> PaperIndex:
        return self.pinned()

    def __len__(self) -> int:
        return self._now().papers

    def __bool__(self) -> bool:
        # An index without papers is an index.
        return True

    @naming_files
    def __contains__(self, paper: object) -> bool:
        known = isinstance(paper, (str, Paper, Hit))
        return known and self._now().session().find(paper_of(paper)) is not None  # type: ignore[arg-type]  # it is known

    def ids(self) -> Iterator[str]:
        """Ids of all papers, in the order in which they are stored."""
        return self._now().ids()

    @naming_files
    def search(
        self,
        query: str | Query = "",
        *,
        authors: Names = (),
        venues: Names = (),
        years: Years = None,
        types: Names = None,
        exclude_venues: Names = (),
        exclude_types: Names = (),
        since: SinceValue = None,
        limit: int | None = 10,
        offset: int = 0,
        sort: str = "relevance",
        match: str = "auto",
        ranking: str = "best",
        facets: Names = (),
        snippets: bool = True,
        explain: bool = False,
        expand: bool = False,
        timeout: float | None = None,
    ) -> Page:
        """Ranked papers for a query, as one page.

        query    words, "phrases", AND OR NOT -word ( ), prefix*, wi?d, fuzzy~, word^2, and fields: title: abstract:
                 author: first: last: authors: venue: year: type: keyword: id: doi: arxiv:. Empty: every paper,
                 newest first.
        authors  names of author clusters, compared whole but for case; papers of all of them.
        venues   venues in any known spelling; papers of any of them.
        years    a year, a pair (ends included, None open), text such as "2018..2024", or a list of these.
        types    CSL types such as "paper-conference"; papers of any of them.
        exclude_venues, exclude_types  papers of none of them.
        since    a generation (12), a day or a moment ("2026-11-01"); papers that are new since, those of it included.
        limit    hits of the page; 0 gives counts and facets alone, None all hits (`scan` takes less memory).
        offset   hits to pass over.
        sort     "relevance", "newest", "oldest" or "title".
        match    "all" words, "any" word, or "auto": all, and any (as tier 1) where fewer than ten papers have all.
        ranking  "best": BM25F, its first 200 re-scored by how the words stand; "bm25f": the formula alone.
        facets   of "venue", "year", "type", "author": counted over the whole answer, into `page.facets`.
        snippets whether hits show the passage in which the words stand, as HTML with `<mark>`.
        explain  whether hits say how their score came about.
        expand   adds words that the first papers share; any word matches then.
        timeout  seconds after which the page holds what was found until then and `page.partial` is true: then hits,
                 totals and facets may lack papers, and hits their snippets. None: as long as it takes.

        Wherever several are taken one will do. Raises QueryError (with the position) for a query that cannot be
        understood, UsageError for any other argument of a wrong type or value, ClosedIndexError.
        """
        started = time.perf_counter()
        snapshot, seconds = self._now().session(), timeout_of(timeout)
        wanted, passed = limit_of(limit), number_of("offset", offset)
        top = None if wanted is None else passed + wanted if wanted else 0
        names = facets_of(facets, FACETS)
        shown, why, widen = flag_of("snippets", snippets), flag_of("explain", explain), flag_of("expand", expand)
        filters = (authors, venues, years, types, exclude_venues, exclude_types, since)
        with within(seconds), remembering():
            request = request_of(snapshot, query, filters, sort, match, ranking, top, names)
            return page_of(snapshot, request, ranking, (passed, wanted), shown, why, widen, started)

    def scan(
        self,
        query: str | Query = "",
        *,
        authors: Names = (),
        venues: Names = (),
        years: Years = None,
        types: Names = None,
        exclude_venues: Names = (),
        exclude_types: Names = (),
        since: SinceValue = None,
        sort: str = "relevance",
        match: str = "auto",
        ranking: str = "best",
        snippets: bool = False,
    ) -> Iterator[Hit]:
        """Every hit of a query, one by one, in the order of `search`, of which it takes the arguments.

        However many there are, none is kept: for exports and statistics. All are of the generation that is open at the
        call. Raises as `search` does, at the call; ClosedIndexError also where the index is closed before the end.
        """
        snapshot = self._now().session()
        request = request_of(
            snapshot,
            query,
            (authors, venues, years, types, exclude_venues, exclude_types, since),
            sort,
            match,
            ranking,
            None,
        )
        return scan_of(snapshot, request, ranking, flag_of("snippets", snippets))

    @naming_files
    def rank_plain(self, text: str, limit: int, *, ranking: str = "best", expand: bool = False) -> list[str]:
        """Ids of the first papers for a text read as plain words without syntax, any word matching."""
        snapshot, words = self._now().session(), text_of("text", text).split()
        check("ranking", ranking, RANKINGS)
        request = Request(Query(text, tuple(map(Word, words))), match="any", top=number_of("limit", limit))
        if flag_of("expand", expand):
            request = widened(snapshot, request)
        answer, _ = ranked_of(snapshot, request, snapshot.engine.compile(request), ranking)
        return [snapshot.segments[row.segment].paper_id(row.doc) for row in answer.rows]

    def papers(self, answer_of: Page) -> Iterator[Paper]:
        """The whole records of a page's hits, one by one."""
        return (hit.paper for hit in answer_of.hits)

    @naming_files
    def paper(self, paper: str | Paper | Hit) -> Paper:
        """The paper of an id, or of a DOI, arXiv id, address or other identifier in any form. Raises NotFoundError."""
        segment, doc = self._now().session().locate(paper_of(paper))
        return segment.papers.paper(doc)

    @naming_files
    def language(self, paper: str | Paper | Hit) -> str:
        """The language that a paper's words were stemmed in, as its code (`en`, `de`). Raises NotFoundError."""
        segment, doc = self._now().session().locate(paper_of(paper))
        code: str = LANGUAGE_CODES[int(segment.arrays["doc.language"][doc])]
        return code

    @naming_files
    def duplicates_of(self, paper: str | Paper | Hit) -> list[str]:
        """Ids of the other papers with the same title, first author and year, give or take one, sorted.

        Where works are grouped the other records of the work, the preferred first.
        Raises NotFoundError where there is no such paper.
        """
        return self._now().session().same_title(paper_of(paper))

    @property
    def grouped(self) -> bool:
        """Whether records of one work are shown once (`--group-duplicates`)."""
        return self._now().manifest.group_duplicates

    @naming_files
    def records_of(self, paper: str) -> list[str]:
        """Ids of all records of a paper's work, the preferred first; its own alone where it is alone."""
        return self._now().session().records_of(text_of("paper", paper))

    @naming_files
    def stand_ins(self) -> set[str]:
        """Ids of the records that are not the preferred ones of their works."""
        return self._now().stand_ins()

    @naming_files
    def related(self, paper: str | Paper | Hit, limit: int | None = 10) -> Page:
        """Papers like one, by the words that tell it from others. Raises NotFoundError."""
        snapshot, wanted = self._now().session(), limit_of(limit)
        segment, doc = snapshot.locate(paper_of(paper))
        query = related_query(snapshot.engine.collection, segment, doc)
        request = Request(query, match="any", top=None if wanted is None else wanted + 1)
        answer = snapshot.engine.answer(request)
        me = snapshot.segments.index(segment)
        own = {segment.paper_id(doc), *snapshot.engine.collection.other_records(me, doc)}
        found = (row for row in rows_of(answer, 0, request.top) if _id(snapshot, row) not in own)
        rows = list(islice(found, wanted))
        total = max(0, answer.total - 1)
        hits = list(hits_of(snapshot, rows, request))
        return Page("", snapshot.number, total, total, False, 0, wanted, hits, {}, 0.0)

    @naming_files
    def author(self, name: str) -> Cluster:
        """The author cluster of a name: all papers that carry exactly this name, whatever its case.

        A grouping by name, not a claim that it is one person. Raises NotFoundError with names that are alike.
        """
        return self._now().author(text_of("name", name))

    @naming_files
    def suggest(self, prefix: str, limit: int | None = 10) -> Suggestions:
        """The commonest completions of authors, venues and title words, with counts; of each at most `limit`."""
        return self._now().suggest(text_of("prefix", prefix), limit_of(limit))

    @naming_files
    def venues(self) -> list[VenueRow]:
        """Venues with types, spellings, years and counts, by count."""
        return self._now().venues()

    @naming_files
    def info(self) -> Information:
        """What the index holds, and what it is read with."""
        return self._now().info()

    @naming_files
    def heading(self, key: str) -> str:
        """The name by which an author cluster is shown; its key where no paper carries it."""
        return self._now().heading(text_of("key", key))

    def heads(self) -> Iterator[dict[str, Any]]:
        """What a hit shows of every paper, as it is stored."""
        return self._now().heads()

    def moments(self) -> set[tuple[int, int]]:
        """Generations in which papers were first seen, with their times in seconds since 1970."""
        return self._now().moments()


def _id(snapshot: Snapshot, row: Row) -> str:
    return snapshot.segments[row.segment].paper_id(row.doc)
