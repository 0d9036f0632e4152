"""JSON of clusters, venues and completions, the same on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from query.results import FacetCount, Hit

if TYPE_CHECKING:
    from query.browse.clusters import Cluster
    from query.browse.suggest import Suggestions
    from query.browse.venue_list import VenueRow

_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("abstract", "pdf", "doi", "arxiv"), ""),
    "keywords": [],
    "ids": {},
}


def hit_json(hit: Hit, more: Sequence[str] = ()) -> dict[str, Any]:
    """A hit of a search, with `more` keys of its record: those that it lacks are empty; `all` are all that it has."""
    row = hit.as_json()
    if not more:
        return row
    record = hit.paper.as_record()
    names = (*(name for name in more if name != "all"), *(record if "all" in more else ()))
    return row | {name: record.get(name, _EMPTY.get(name)) for name in names if name not in row}


def cluster_json(cluster: Cluster) -> dict[str, Any]:
    """An author cluster with the records of its papers."""
    return {
        "name": cluster.name,
        "papers": [paper.as_record() for paper in cluster.papers],
        "author_rows": cluster.rows,
        "coauthors": [{"name": row.name, "count": row.count} for row in cluster.coauthors],
        "venues": _values(cluster.venues),
        "years": _values(cluster.years),
        "neighbours": [{"name": row.name, "reason": row.reason, "count": row.count} for row in cluster.neighbours],
    }


def venues_json(venues: Iterable[VenueRow]) -> list[dict[str, Any]]:
    """Venues with types, spellings, first and last year, papers."""
    return [
        {
            "name": row.name,
            "type": row.type,
            "count": row.count,
            "years": row.years,
            "spellings": _values(row.spellings.most_common()),
        }
        for row in venues
    ]


def suggestions_json(found: Suggestions) -> dict[str, Any]:
    """Completions of authors, venues and title words."""
    kinds: dict[str, Sequence[FacetCount]] = {
        "authors": found.authors,
        "venues": found.venues,
        "words": found.words,
    }
    return {name: _values((row.value, row.count) for row in rows) for name, rows in kinds.items()}


def _values(pairs: Iterable[tuple[str | int, int]]) -> list[dict[str, Any]]:
    return [{"value": value, "count": count} for value, count in pairs]
