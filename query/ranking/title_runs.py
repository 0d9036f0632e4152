"""Titles in which the whole query stands in order: of several the shorter first, those of papers with its forms before.

Three words of a title stand in other titles too: one in four such queries has two or more titles with the very words
(`Motion Planning for`: 229). Which of these is meant nothing tells but how much of the title was typed: who types half
of a title means a short one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from query.ranking.candidates import TITLE, Candidates
from query.ranking.parameters import Parameters
from query.ranking.query_words import AskedWord

Floats = npt.NDArray[np.float64]
_ROUNDING = 1e-9


def run_scores(candidates: Candidates, asked: Sequence[AskedWord], title: Floats, parameters: Parameters) -> Floats:
    """What hits gain whose title has all words of a query side by side; `title` is what `title_scores` gave."""
    total = sum(word.weight for word in asked)
    gained = np.zeros(candidates.size)
    whole = np.flatnonzero(title >= parameters.title * total * (1 - _ROUNDING))
    if len(asked) < 2 or total <= 0 or not whole.size:
        return gained
    gained[whole] = parameters.covered * total * len(asked) / np.maximum(candidates.lengths[TITLE][whole], len(asked))
    if whole.size > 1:
        # Read from the lists of papers of forms: to read the titles took as long as half a search.
        written = np.ones(candidates.size, dtype=bool)
        for word in asked:
            written &= candidates.written(word.text, word.stem)
        gained[whole] += np.where(written[whole], parameters.forms * total, 0.0)
    return gained
