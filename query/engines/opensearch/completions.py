"""Completions of authors, venues and title words, counted in a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from indexer.index.record.names import cluster_key
from indexer.index.text.analysis import fold, name_words
from query.browse.suggest import Suggestions
from query.browse.venue_list import VenueRow
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Statistics, escaped
from query.engines.opensearch.headings import Headings
from query.results import FacetCount


class Completions:
    """Completions of one generation; `venues` lists its venues."""

    def __init__(self, statistics: Statistics, headings: Headings, venues: Callable[[], Sequence[VenueRow]]) -> None:
        self._statistics, self._headings, self._venues = statistics, headings, venues

    def suggest(self, prefix: str, limit: int | None) -> Suggestions:
        """The `limit` commonest completions (None: all) of each sort; every word of a name may be what is typed."""
        text = prefix.strip()
        if not text or limit == 0:
            return Suggestions([], [], [])
        folded = fold(text)
        typed = self._top("titled", None, f"{escaped(folded)}.*", limit)
        return Suggestions(
            self._authors(text, limit), self._venue_names(folded, limit), [FacetCount(*row) for row in typed]
        )

    def _authors(self, text: str, limit: int | None) -> list[FacetCount]:
        key, parts = cluster_key(text), name_words(text)
        begins = {"prefix": {"clusters": {"value": key}}}
        held = [{"prefix": {"names": {"value": part}}} for part in parts]
        query = clauses.either([begins, clauses.both(held)]) if held else begins

        def meant(name: str) -> bool:
            own = name_words(name)
            return name.startswith(key) or (
                bool(parts) and all(any(word.startswith(part) for word in own) for part in parts)
            )

        rows = self._top("clusters", query, None, limit, meant)
        self._headings.learn([name for name, _ in rows])
        return [FacetCount(self._headings.heading(name), count) for name, count in rows]

    def _top(
        self, field: str, query: Query | None, include: str | None, limit: int | None, meant: Any = None
    ) -> list[tuple[str, int]]:
        """The commonest values of a field that are meant, equal counts by the value itself."""
        size = 1_000
        while True:
            terms: dict[str, Any] = {"field": field, "size": size, "shard_size": max(100_000, size)}
            if include is not None:
                terms["include"] = include
            body: dict[str, Any] = {"size": 0, "track_total_hits": False, "aggs": {"values": {"terms": terms}}}
            if query is not None:
                body["query"] = {"bool": {"filter": [query]}}
            found = self._statistics.search(body)["aggregations"]["values"]
            rows = [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]
            kept = [row for row in rows if meant is None or meant(row[0])]
            kept.sort(key=lambda row: (-row[1], row[0]))
            whole = not found["sum_other_doc_count"]
            decided = limit is not None and len(kept) > limit and kept[limit - 1][1] > rows[-1][1]
            if whole or decided or size >= 60_000:
                return kept[:limit]
            size = min(60_000, size * 10)

    def _venue_names(self, typed: str, limit: int | None) -> list[FacetCount]:
        found = [
            FacetCount(row.name, row.count)
            for row in self._venues()
            if any(part.startswith(typed) for part in (fold(row.name), *fold(row.name).split()))
        ]
        return found[:limit]
