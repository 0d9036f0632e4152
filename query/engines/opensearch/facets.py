"""Facets of an answer as aggregations of the cluster: exact, or asked for again until they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from query.present.facets import TOP_AUTHORS

Json = Mapping[str, Any]
_FIELDS = {"venue": "venue", "year": "year", "type": "type", "author": "clusters"}
MOST, FIRST_SIZE = 60_000, 200
"""Values of a facet that are asked for at most, and of authors at first."""
_SHARD = 100_000
"""Values that each shard gives of the authors: of 80,000 papers 1,000 were right by luck, 100,000 surely."""
_ALL = {"venue", "year", "type"}


def aggregations(names: Sequence[str], size: int = FIRST_SIZE) -> dict[str, Any]:
    """The aggregations of some facets; of authors the `size` commonest."""
    return {
        name: {
            "terms": {
                "field": _FIELDS[name],
                "size": MOST if name in _ALL else size,
                **({} if name in _ALL else {"shard_size": max(_SHARD, size)}),
            }
        }
        for name in names
    }


def counted(names: Sequence[str], found: Json) -> dict[str, Counter[str]] | None:
    """Counts by value of each facet; of authors all that may be among the first. None where more must be asked for."""
    counts: dict[str, Counter[str]] = {}
    for name in names:
        part = found[name]
        buckets = part["buckets"]
        if part["doc_count_error_upper_bound"] or (name in _ALL and part["sum_other_doc_count"]):
            return None
        if name not in _ALL and part["sum_other_doc_count"] and not _decided(buckets):
            return None
        counts[name] = Counter({bucket["key"]: bucket["doc_count"] for bucket in buckets})
    return counts


def _decided(buckets: Sequence[Json]) -> bool:
    """Whether no value that is not given can be among the first: equal counts are ordered by name."""
    return len(buckets) > TOP_AUTHORS and buckets[TOP_AUTHORS - 1]["doc_count"] > buckets[-1]["doc_count"]
