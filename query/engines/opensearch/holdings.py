"""What a generation in a cluster holds: venues, years, moments, numbers."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from typing import Any

from indexer.index.native import kernel
from indexer.index.record.venues import VenueTable
from query.browse.venue_list import VenueRow
from query.engines.opensearch.facts import Json, Statistics
from query.information import Information, version


class Holdings:
    """What is counted over all papers of one generation."""

    def __init__(self, statistics: Statistics, venues: VenueTable) -> None:
        self._statistics, self._venues = statistics, venues
        self._rows: list[VenueRow] | None = None

    def venues(self) -> list[VenueRow]:
        """Venues by count, then name."""
        if self._rows is None:
            rows: dict[str, VenueRow] = {}
            for bucket in self._composite(["venue", "venue_published"], ["year"]):
                name, published = bucket["key"]["venue"], bucket["key"]["venue_published"]
                row = rows.setdefault(name, VenueRow(name, self._venues.type_of(name)))
                row.count += bucket["doc_count"]
                row.spellings[published] += bucket["doc_count"]
                first, last = bucket["first-year"]["value"], bucket["last-year"]["value"]
                if first is not None:
                    known = row.years or (9999, 0)
                    row.years = (min(known[0], int(first)), max(known[1], int(last)))
            self._rows = sorted(rows.values(), key=lambda row: (-row.count, row.name))
        return self._rows

    def years(self) -> tuple[int, int] | None:
        """The first and the last year of papers; None where none has a year."""
        aggs = {"first": {"min": {"field": "year"}}, "last": {"max": {"field": "year"}}}
        found = self._statistics.search({"size": 0, "track_total_hits": False, "aggs": aggs})["aggregations"]
        first, last = found["first"]["value"], found["last"]["value"]
        return None if first is None else (int(first), int(last))

    def moments(self) -> set[tuple[int, int]]:
        """Generations in which papers were first seen, with their times in seconds since 1970."""
        buckets = self._composite(["seen_generation", "seen_time"], [])
        return {(int(row["key"]["seen_generation"]), int(row["key"]["seen_time"])) for row in buckets}

    def info(self) -> Information:
        """What the index holds. Author rows are counted one by one, since the server's own count is an estimate."""
        rows = clusters = 0
        before = None
        for bucket in self._composite(["author_rows"], []):
            key = bucket["key"]["author_rows"].partition("\t")[0]
            rows += 1
            clusters += key != before
            before = key
        generation = self._statistics.generation
        manifest = generation.manifest
        return Information(
            papers=manifest.papers,
            author_rows=rows,
            author_clusters=clusters,
            venues=len(self.venues()),
            years=self.years(),
            generation=manifest.generation,
            built=manifest.built,
            bytes=self._bytes(),
            sources=manifest.sources,
            format=manifest.format,
            quiver=version(),
            python=platform.python_version(),
            kernel="python" if kernel.native is None else "c",
        )

    def _bytes(self) -> int:
        generation = self._statistics.generation
        answer = self._statistics.connection.call("GET", f"/{generation.papers},{generation.meta}/_stats/store")
        size: int = answer["_all"]["primaries"]["store"]["size_in_bytes"]
        return size

    def _composite(self, fields: Sequence[str], extent: Sequence[str]) -> Iterator[Json]:
        """All combinations of values of some fields with their papers, and the extent of numbers in each."""
        sources = [{field: {"terms": {"field": field}}} for field in fields]
        inner = {f"first-{field}": {"min": {"field": field}} for field in extent}
        inner |= {f"last-{field}": {"max": {"field": field}} for field in extent}
        after: Json | None = None
        while True:
            composite: dict[str, Any] = {"size": 10_000, "sources": sources}
            if after is not None:
                composite["after"] = after
            values: dict[str, Any] = {"composite": composite}
            if inner:
                values["aggs"] = inner
            body = {"size": 0, "track_total_hits": False, "aggs": {"values": values}}
            found = self._statistics.search(body)["aggregations"]["values"]
            yield from found["buckets"]
            after = found.get("after_key")
            if after is None or not found["buckets"]:
                return
