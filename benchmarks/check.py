"""Did the engines do the same work? Their first ten and their totals beside Quiver's, over the timed searches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.queries import Asked
from benchmarks.search import Measured, Server

COUNTED = 40
"""Searches of a kind whose totals are compared: counting is no part of what most engines do fast."""
REFERENCE = "Quiver"

Figures = dict[str, float]


def compare_answers(
    found: Mapping[str, Mapping[str, Measured]],
    opened: Mapping[str, Server],
    asked: Mapping[str, Sequence[Asked]],
) -> dict[str, dict[str, Figures]]:
    """By kind and engine, against the reference: share of common ids among the first ten; share of equal totals;
    the median ratio of totals; and the largest difference of totals as a share of the larger.
    """
    return {
        kind: {
            name: _against(measured, by_engine[REFERENCE], opened[name], asked[kind])
            for name, measured in by_engine.items()
            if name != REFERENCE
        }
        for kind, by_engine in found.items()
        if REFERENCE in by_engine
    }


def _against(measured: Measured, reference: Measured, server: Server, asked: Sequence[Asked]) -> Figures:
    first = dict(zip(reference.asked, reference.hits, strict=True))
    totals = dict(zip(reference.asked, reference.totals, strict=True))
    common = [number for number in measured.asked if first.get(number)]
    hits = dict(zip(measured.asked, measured.hits, strict=True))
    overlap = [len(set(hits[number]) & set(first[number])) / len(first[number]) for number in common]
    few = common[:COUNTED]
    counts = server.ask("count", [asked[number] for number in few])["counts"]
    pairs = [(count, totals[number] or 0) for number, count in zip(few, counts, strict=True) if count is not None]
    if not pairs or not overlap:
        return {}
    mine, theirs = np.array(pairs, dtype=np.float64).T
    return {
        "overlap_at_10": float(np.mean(overlap)),
        "equal_totals": float(np.mean(mine == theirs)),
        "ratio_of_totals": float(np.median((mine + 1) / (theirs + 1))),
        "largest_difference": float(np.max(np.abs(mine - theirs) / np.maximum(np.maximum(mine, theirs), 1))),
    }
