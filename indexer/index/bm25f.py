"""BM25F as published, as pure functions.

Robertson, Zaragoza & Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004; Robertson & Zaragoza,
"The Probabilistic Relevance Framework: BM25 and Beyond", FnTIR 3(4), 2009, section 3.6. One saturation over the
weighted fields:

    W(t,d) = sum over fields f of  w_f * tf_f / (1 - b_f + b_f * len_f / avglen_f)
    score  = sum over terms t of   ln(1 + (N - n_t + 0.5) / (n_t + 0.5)) * W / (k1 + W)
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.schema import FIELDS, K1

Floats = npt.NDArray[np.float64]
_WEIGHTS = np.array([[row.weight] for row in FIELDS])
_B = np.array([[row.b] for row in FIELDS])


def idf(papers: int, containing: int) -> float:
    """Inverse document frequency of a term in `containing` of `papers` papers; never negative."""
    return math.log(1.0 + (papers - containing + 0.5) / (containing + 0.5))


def average_length(total: int, papers: int) -> float:
    """Average length of a field, papers without it included, rounded to three significant digits.

    Rounded so that it, and with it every stored impact, stays as it is while a collection grows a little.
    """
    return float(f"{total / papers:.3g}") if papers and total else 1.0


def norms(field: int, lengths: npt.NDArray[np.integer], average: float) -> Floats:
    """w_f / (1 - b_f + b_f * len_f / avglen_f) for each length: what one occurrence adds to W. Float64."""
    row = FIELDS[field]
    return _norm(row.weight, row.b, lengths, average)


def all_norms(lengths: npt.NDArray[np.integer], averages: Sequence[float]) -> Floats:
    """`norms` of every field at once (fields x papers)."""
    return _norm(_WEIGHTS, _B, lengths, np.array(averages)[:, None])


def _norm(
    weight: float | Floats, b: float | Floats, lengths: npt.NDArray[np.integer], average: float | Floats
) -> Floats:
    values: Floats = weight / (1.0 - b + b * (lengths.astype(np.float64) / average))
    return values


def saturate(weights: Floats) -> Floats:
    """W / (k1 + W)."""
    return weights / (K1 + weights)
