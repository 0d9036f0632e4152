"""All papers of a query, page by page, of one point in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Json, Statistics

_PAGE = 1_000
_KEEP = "5m"


def scrolled(statistics: Statistics, body: Mapping[str, Any]) -> Iterator[list[Json]]:
    """The hits of a search that sorts them, as many at once as it asks for."""
    connection, papers = statistics.connection, statistics.generation.papers
    point = connection.call("POST", f"/{papers}/_search/point_in_time", keep_alive=_KEEP)["pit_id"]
    try:
        after: dict[str, Any] = {}
        while True:
            asked = {**body, **after, "pit": {"id": point, "keep_alive": _KEEP}}
            hits: list[Json] = connection.whole(connection.call("POST", "/_search", asked))["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = {"search_after": hits[-1]["sort"]}
    finally:
        connection.call("DELETE", "/_search/point_in_time", {"pit_id": [point]}, expected=(404,))


def every(statistics: Statistics, values: Sequence[str], query: Query | None = None) -> Iterator[Json]:
    """All papers (of a query) by id, with some doc values."""
    body = {
        "size": _PAGE,
        "query": query or clauses.EVERY,
        "sort": [{"id": "asc"}],
        "stored_fields": "_none_",
        "docvalue_fields": list(values),
        "track_total_hits": False,
    }
    for hits in scrolled(statistics, body):
        yield from hits
