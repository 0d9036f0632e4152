"""One generation in a cluster, opened: what `query.snapshot` answers from files, asked of the cluster."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from indexer.index.opensearch.address import parse_address
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.failures import ClusterError
from indexer.index.opensearch.mapping import stored_head, stored_lines
from indexer.index.opensearch.published import current, pointed_at
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.store.manifest import Manifest
from query.browse.clusters import Cluster
from query.browse.name_notes import name_notes
from query.browse.suggest import Suggestions
from query.browse.venue_list import VenueRow
from query.engines.answer import Answer, Row
from query.engines.array_engine import ArrayEngine
from query.engines.opensearch import clauses
from query.engines.opensearch.authors import Authors
from query.engines.opensearch.candidates import ROW_FIELDS, SHOWN_FIELDS, Records, RowPapers
from query.engines.opensearch.completions import Completions
from query.engines.opensearch.engine import ClusterEngine
from query.engines.opensearch.facts import Statistics
from query.engines.opensearch.headings import Headings
from query.engines.opensearch.holdings import Holdings
from query.engines.opensearch.scrolling import every
from query.engines.opensearch.shown_once import BEHIND
from query.engines.opensearch.spellings import respelt
from query.information import Information
from query.language.tree import Diagnostic, Query
from query.named import readings
from query.present.facets import TOP_AUTHORS
from query.results import FacetCount
from query.snapshot import Snapshot, Total

_HEADINGS = 4096
_SIGN_SECONDS = 2.0
"""So often at most a server asks which generation is published."""
_SIGNS: dict[str, tuple[float, str]] = {}
_WATCHED: dict[str, Connection] = {}


class ClusterSnapshot(Snapshot):
    """A generation in a cluster. What a call fetches is in its `session`; what is learnt of the whole is shared."""

    def __init__(self, path: str, statistics: Statistics) -> None:
        self.path = path
        self.statistics = statistics
        self.venue_table = recorded_table(statistics.generation.manifest.venues)
        self._headings = Headings(statistics)
        self._authors = Authors(statistics, self.venue_table, self._headings)
        self._holdings = Holdings(statistics, self.venue_table)
        self._completions = Completions(statistics, self._headings, self._holdings.venues)
        self.heading = lru_cache(_HEADINGS)(self._headings.heading)
        self._closed = False
        self._begin()

    def _begin(self) -> None:
        engine = ClusterEngine(self.statistics, self.venue_table)
        self.engine: ClusterEngine = engine
        self.segments = engine.collection.segments
        self.files = ()

    @classmethod
    def open(cls, index: str | Path, engine: type[ArrayEngine]) -> Snapshot:
        """The newest generation of an index at an address. Raises BadIndexError."""
        address = parse_address(str(index))
        connection = Connection(address)
        return cls(str(address), Statistics(connection, current(connection)))

    def newer(self) -> Snapshot | None:
        """The newest generation; None where it is this one."""
        newest = current(self.statistics.connection)
        if newest.manifest.identity == self.statistics.generation.manifest.identity:
            return None
        return ClusterSnapshot(str(self.path), Statistics(self.statistics.connection, newest))

    @classmethod
    def sign(cls, index: str | Path) -> tuple[int, int | str]:
        """The generation that is published; asked once in a while alone."""
        known = _SIGNS.get(str(index))
        now = time.monotonic()
        if known is None or now - known[0] > _SIGN_SECONDS:
            with suppress(ClusterError):
                connection = _WATCHED.setdefault(str(index), Connection(parse_address(str(index))))
                known = _SIGNS[str(index)] = (now, pointed_at(connection) or "")
        return 1, known[1] if known else ""

    def session(self) -> Snapshot:
        """One that gathers what a call fetches."""
        fresh = ClusterSnapshot.__new__(ClusterSnapshot)
        fresh.__dict__.update(self.__dict__)
        fresh._begin()
        fresh._owner = self
        return fresh

    _owner: ClusterSnapshot | None = None

    @property
    def manifest(self) -> Manifest:
        """The manifest of the generation."""
        return self.statistics.generation.manifest

    def check(self) -> None:
        """Raise ClosedIndexError where it was closed."""
        if self._owner is not None:
            self._owner.check()
        else:
            super().check()

    def named(self, text: str) -> list[tuple[int, int]]:
        """Segment and row numbers of the papers that a text names: by the surest reading that any has."""
        asked = list(dict.fromkeys(readings(text.strip())))
        if not asked:
            return []
        named = [
            {"bool": {"filter": [clauses.exact(kind, value)], "_name": str(number)}}
            for number, (kind, value) in enumerate(asked)
        ]
        body = {
            "size": 100,
            "query": {"bool": {"filter": [clauses.either(named)]}},
            "sort": [{"id": "asc"}],
            "docvalue_fields": [*ROW_FIELDS, *SHOWN_FIELDS, "joins"],
            "stored_fields": "_none_",
        }
        hits = self.statistics.search(body)["hits"]["hits"]
        if not hits:
            return []
        best = min(int(name) for hit in hits for name in hit["matched_queries"])
        at = self.engine.take({"hits": {"hits": [hit for hit in hits if str(best) in hit["matched_queries"]]}})
        return [(at, doc) for doc in range(self.segments[at].docs)]

    # --- what is asked of the whole collection ---

    def ids(self) -> Iterator[str]:
        """Ids of all papers, in their order."""
        for hit in every(self.statistics, ["id"]):
            self.check()
            yield hit["fields"]["id"][0]

    def heads(self) -> Iterator[dict[str, Any]]:
        """What a hit shows of every paper."""
        for hit in every(self.statistics, ["stored"]):
            self.check()
            yield stored_head(stored_lines(hit))

    def moments(self) -> set[tuple[int, int]]:
        """Generations in which papers were first seen, with their times in seconds since 1970."""
        return self._holdings.moments()

    def author(self, name: str) -> Cluster:
        """The author cluster of a name. Raises NotFoundError with names that are alike."""
        return self._authors.author(name)

    def suggest(self, prefix: str, limit: int | None) -> Suggestions:
        """The commonest completions, of each sort at most `limit`."""
        return self._completions.suggest(prefix, limit)

    def venues(self) -> list[VenueRow]:
        """Venues by count, then name."""
        return self._holdings.venues()

    def years(self) -> tuple[int, int] | None:
        """The first and the last year of papers; None where none has a year."""
        return self._holdings.years()

    def info(self) -> Information:
        """What the index holds."""
        return self._holdings.info()

    def same_title(self, paper: str) -> list[str]:
        """Ids of the other papers with the same title, first author and year, give or take one, sorted."""
        segment, doc = self.locate(paper)
        if self.manifest.group_duplicates:
            return [other for other in self.records_of(paper) if other != segment.paper_id(doc)]
        return self._authors.same_title(segment.papers.paper(doc))

    def records_of(self, paper: str) -> list[str]:
        """Ids of all records of a paper's work, the preferred first. Raises NotFoundError."""
        segment, doc = self.locate(paper)
        assert isinstance(segment, Records)  # only rows of a cluster are located
        return segment.records(doc)

    def stand_ins(self) -> set[str]:
        """Ids of the records that are not the preferred ones of their works."""
        if not self.manifest.group_duplicates:
            return set()
        return {hit["fields"]["id"][0] for hit in every(self.statistics, ["id"], BEHIND)}

    # --- what is asked about an answer ---

    def expect(self, rows: Sequence[Row]) -> None:
        """These hits will be shown next: their records are fetched together."""
        for at in {row.segment for row in rows}:
            papers = self.segments[at].papers
            assert isinstance(papers, RowPapers)  # only rows of a cluster are asked
            papers.expect([row.doc for row in rows if row.segment == at])

    def facets(self, names: Sequence[str], answer: Answer) -> dict[str, list[FacetCount]]:
        """The facets that were asked for: counted with the answer."""
        counted = answer.counted or {}
        found: dict[str, list[FacetCount]] = {}
        for name in names:
            rows = list(counted[name].items())
            if name == "author":
                floor = sorted((count for _, count in rows), reverse=True)[:TOP_AUTHORS]
                first = [(key, count) for key, count in rows if floor and count >= floor[-1]]
                self._headings.learn([key for key, _ in first])
                shown = sorted((-count, self.heading(key)) for key, count in first)[:TOP_AUTHORS]
                found[name] = [FacetCount(value, -count) for count, value in shown]
            elif name == "year":
                found[name] = [FacetCount(int(value), count) for value, count in sorted(rows, reverse=True)]
            else:
                found[name] = [FacetCount(*row) for row in sorted(rows, key=lambda row: (-row[1], row[0]))]
        return found

    def better_query(self, query: Query, answer: Answer, total: Total) -> str | None:
        """The query with words respelt, if that finds many times more."""
        return respelt(self.statistics, query, answer, total)

    def names_read(self, query: Query) -> Iterator[Diagnostic]:
        """What a searcher should know of how the names of a query were read."""
        if query.required:
            names = self.engine.collection.author_names
            yield from name_notes(query, names, self._authors.size, self.heading)
