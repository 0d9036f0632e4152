"""Facets of an answer as aggregations of the cluster: exact, or asked for again until they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from query.present.facets import TOP_AUTHORS

Json = Mapping[str, Any]
_FIELDS = {"venue": "venue", "year": "year", "type": "type", "author": "clusters"}
MOST = 60_000
"""Values of a facet that are asked for at most."""
STEPS = ((1_000, 1_000), (1_000, 100_000), (2_000, 100_000), (20_000, 200_000), (MOST, 600_000))
"""Authors that are asked for, and how many of them of each shard, until they decide the first: one shard's few are
right, of three shards' the error bound tells. 100,000 at once took 400 ms of a busy node where 200 took 110."""
_ALL = {"venue", "year", "type"}


def aggregations(names: Sequence[str], step: int = 0) -> dict[str, Any]:
    """The aggregations of some facets; of authors as many as a step says."""
    size, of_shard = STEPS[step]
    return {
        name: {
            "terms": {
                "field": _FIELDS[name],
                "size": MOST if name in _ALL else size,
                **({} if name in _ALL else {"shard_size": of_shard}),
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
