"""All papers of a query, page by page, of one point in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Statistics

Json = Mapping[str, Any]
_PAGE = 1_000
_KEEP = "5m"


def every(statistics: Statistics, values: Sequence[str], query: Query | None = None) -> Iterator[Json]:
    """All papers (of a query) by id, page by page, of one point in time, with some doc values."""
    connection, papers = statistics.connection, statistics.generation.papers
    point = connection.call("POST", f"/{papers}/_search/point_in_time", keep_alive=_KEEP)["pit_id"]
    try:
        after: list[Any] | None = None
        while True:
            body: dict[str, Any] = {
                "size": _PAGE,
                "query": query or clauses.EVERY,
                "sort": [{"id": "asc"}],
                "pit": {"id": point, "keep_alive": _KEEP},
                "stored_fields": "_none_",
                "docvalue_fields": list(values),
                "track_total_hits": False,
            }
            if after is not None:
                body["search_after"] = after
            hits = connection.whole(connection.call("POST", "/_search", body))["hits"]["hits"]
            if not hits:
                return
            yield from hits
            after = hits[-1]["sort"]
    finally:
        connection.call("DELETE", "/_search/point_in_time", {"pit_id": [point]}, expected=(404,))
