"""Scores in a segment: upper bounds of many papers in float32, exact scores of few in float64."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import saturate
from indexer.index.codec.impacts import SCALE
from indexer.index.codec.segment import Segment
from query.engines.collection import Collection
from query.engines.nodes import Scorer

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEVELS = np.arange(SCALE + 1, dtype=np.float64) / SCALE
# Sums of float32 stray by parts in 10^7 from those of float64; a bound must not fall below what it bounds.
_ROUNDING = 1.0 + 1e-5


def bounds(collection: Collection, segment: Segment, at: int, scorers: Sequence[Scorer]) -> npt.NDArray[np.float32]:
    """Upper bound of the score of every paper of a segment: float32, one a document, 0 where nothing scores."""
    total = np.zeros(segment.docs, dtype=np.float32)
    slack = collection.slack(segment) * _ROUNDING
    for scorer in scorers:
        if scorer.term is None:
            if scorer.where is not None:
                mask = scorer.where if scorer.active is None else scorer.where & scorer.active
                total[mask] += np.float32(scorer.constant * _ROUNDING)
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
    for scorer in scorers:
        if scorer.term is None:
            gained = np.full(len(docs), scorer.constant)
            if scorer.where is not None:
                gained[~scorer.where[docs]] = 0.0
        else:
            counts = scorer.term.segments[at].frequencies(docs)
            gained = scorer.term.weight * saturate(collection.weights(segment, docs, counts))
        if scorer.active is not None:
            gained[~scorer.active[docs]] = 0.0
        total += gained
    return total
