"""Scores in a segment: upper bounds of many papers in float32, exact scores of few in float64."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import saturate
from indexer.index.native import kernel
from indexer.index.segment.impacts import SCALE
from indexer.index.segment.opened import Segment
from query.engines.collection import Collection
from query.engines.masks import Mask
from query.engines.nodes import Scorer
from query.engines.orders import newest

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LEVELS = np.arange(SCALE + 1, dtype=np.float64) / SCALE
# Sums of float32 stray by parts in 10^7 from those of float64; a bound must not fall below what it bounds.
_ROUNDING = 1.0 + 1e-5
_FEW = 256
"""So many papers are scored exactly at once: their bounds would cost more than they save."""
_BLOCK = 64


def bounds(collection: Collection, segment: Segment, at: int, scorers: Sequence[Scorer]) -> npt.NDArray[np.float32]:
    """Upper bound of the score of every paper of a segment: float32, one a document, 0 where nothing scores."""
    total = np.zeros(segment.docs, dtype=np.float32)
    slack = native_slack(collection, segment, len(scorers))
    for scorer in scorers:
        if scorer.term is None:
            total[slice(None) if scorer.active is None else scorer.active] += np.float32(scorer.constant * _ROUNDING)
            continue
        levels = (_LEVELS * (scorer.term.weight * slack)).astype(np.float32)
        for stream in scorer.term.segments[at].streams:
            if scorer.active is None:
                total[stream.docs] += levels[stream.bounds]
            else:
                held = scorer.active[stream.docs]
                total[stream.docs[held]] += levels[stream.bounds[held]]
    return total


def exact(collection: Collection, segment: Segment, at: int, scorers: Sequence[Scorer], docs: Ints) -> Floats:
    """Scores of some papers (int64, rising) of a segment: BM25F in float64 from integers, scorer by scorer."""
    total = np.zeros(len(docs))
    if kernel.native is not None:
        terms = [native_row(scorer, at) for scorer in scorers]
        kernel.native.exact(terms, segment.lengths, collection.parameters, docs.astype(np.uint16), total)
        return total
    for scorer in scorers:
        if scorer.term is None:
            gained = np.full(len(docs), scorer.constant)
        else:
            counts = scorer.term.segments[at].frequencies(docs)
            gained = scorer.term.weight * saturate(collection.weights(segment, docs, counts))
        if scorer.active is not None:
            gained[~scorer.active[docs]] = 0.0
        total += gained
    return total


def native_row(scorer: Scorer, at: int) -> tuple[Any, ...]:
    """A scorer in a segment as the kernel takes it."""
    if scorer.term is None:
        return scorer.constant, None, scorer.active, None
    return scorer.term.weight, scorer.term.native_streams[at], scorer.active, None


def native_slack(collection: Collection, segment: Segment, scorers: int) -> float:
    """By what factor bounds of a segment must grow: sums of float32 stray a little further with every term."""
    return collection.slack(segment) * (_ROUNDING + 1e-7 * scorers)


def constant(scorers: Sequence[Scorer]) -> float | None:
    """What every match scores, where that is the same for all: of a prefix, a range of years."""
    if any(scorer.term is not None or scorer.active is not None for scorer in scorers):
        return None
    return sum((scorer.constant for scorer in scorers), 0.0)


def best(
    collection: Collection,
    segment: Segment,
    at: int,
    scorers: Sequence[Scorer],
    mask: Mask,
    matched: int,
    top: int,
    threshold: float,
) -> tuple[Ints, Floats]:
    """Papers among which the first `top` of a segment's `matched` papers in a mask are: rising, with exact scores.

    `threshold` is a score that as many papers elsewhere already reach.
    """
    same = constant(scorers)
    if same is not None:
        (docs,) = newest([segment], [mask], top)
        return docs, np.full(len(docs), same)
    if matched <= max(_FEW, top):
        docs = np.flatnonzero(mask)
        return docs, exact(collection, segment, at, scorers, docs)
    upper = bounds(collection, segment, at, scorers)
    upper[~mask] = -1.0
    reached = np.sort(exact(collection, segment, at, scorers, _largest(upper, top)))
    if len(reached) >= top:
        threshold = max(threshold, float(reached[-top]))
    # Equal scores are ordered by year and id, so that what merely equals the threshold stays in.
    chosen = np.flatnonzero(upper >= np.float32(threshold * (1 - 1e-6)))
    return chosen, exact(collection, segment, at, scorers, chosen)


def _largest(values: npt.NDArray[np.float32], top: int) -> Ints:
    """Indices (rising) of at least the `top` largest values, or all that are not negative.

    By the largest of each block of 64: their top-th largest is a value that `top` papers reach.
    """
    blocks = -(-len(values) // _BLOCK)
    padded = (
        values
        if len(values) == blocks * _BLOCK
        else np.append(values, np.full(blocks * _BLOCK - len(values), -1.0, dtype=np.float32))
    )
    largest = padded.reshape(blocks, _BLOCK).max(axis=1)
    floor = 0.0
    if top < blocks:
        floor = max(0.0, float(np.partition(largest, blocks - top)[blocks - top]))
    return np.flatnonzero(values >= np.float32(floor))
