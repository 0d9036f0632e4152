"""Measures on judged collections: nDCG@10 with linear gains, MAP over 1,000, recall@100, MRR@10.

As trec_eval computes them (Voorhees & Harman, TREC, 2005); a query without a relevant paper does not count. Of equal
scores the engine's own order holds: ids rank as given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from query.search import PaperIndex

DEPTH = 1000
Judgments = Mapping[str, int]
Measure = Callable[[Sequence[str], Judgments], float]


def ndcg(ranked: Sequence[str], judged: Judgments, depth: int = 10) -> float:
    """Normalised discounted cumulative gain, gains linear, discount log2(rank + 1)."""
    gains = [max(0, judged.get(paper, 0)) for paper in ranked[:depth]]
    ideal = sorted((gain for gain in judged.values() if gain > 0), reverse=True)[:depth]
    return _dcg(gains) / _dcg(ideal) if ideal else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def average_precision(ranked: Sequence[str], judged: Judgments, depth: int = DEPTH) -> float:
    """Mean of the precisions at each relevant paper, over all relevant papers."""
    relevant = sum(gain > 0 for gain in judged.values())
    found, total = 0, 0.0
    for rank, paper in enumerate(ranked[:depth], 1):
        if judged.get(paper, 0) > 0:
            found += 1
            total += found / rank
    return total / relevant if relevant else 0.0


def recall(ranked: Sequence[str], judged: Judgments, depth: int = 100) -> float:
    """Share of the relevant papers among the first."""
    relevant = sum(gain > 0 for gain in judged.values())
    return sum(judged.get(paper, 0) > 0 for paper in ranked[:depth]) / relevant if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], judged: Judgments, depth: int = 10) -> float:
    """One over the rank of the first relevant paper, 0 without one."""
    for rank, paper in enumerate(ranked[:depth], 1):
        if judged.get(paper, 0) > 0:
            return 1.0 / rank
    return 0.0


MEASURES: dict[str, Measure] = {
    "ndcg@10": ndcg,
    "map": average_precision,
    "recall@100": recall,
    "mrr@10": reciprocal_rank,
}


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over the judged queries."""

    values: Mapping[str, float]
    queries: int

    def as_json(self) -> dict[str, float | int]:
        """The JSON of `quiver eval`."""
        return {**self.values, "queries": self.queries}


def evaluate(
    index: PaperIndex,
    queries: Mapping[str, str],
    judgments: Mapping[str, Judgments],
    *,
    ranking: str = "best",
    expand: bool = False,
) -> Measures:
    """Run judged queries as plain words, any word matching, and take the means of all measures."""
    judged = {
        query: rows for query, rows in judgments.items() if query in queries and any(g > 0 for g in rows.values())
    }
    totals = dict.fromkeys(MEASURES, 0.0)
    for query, rows in judged.items():
        ranked = index.rank_plain(queries[query], DEPTH, ranking=ranking, expand=expand)
        for name, measure in MEASURES.items():
            totals[name] += measure(ranked, rows)
    count = len(judged)
    return Measures({name: total / count if count else 0.0 for name, total in totals.items()}, count)
