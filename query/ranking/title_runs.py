"""Titles in which the whole query stands in order: of several the shorter first, those in its forms before.

Three words of a title stand in other titles too: one in four such queries has two or more titles with the very words
(`Motion Planning for`: 229). Which of these is meant nothing tells but how much of the title was typed: who types half
of a title means a short one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read
from query.ranking.candidates import TITLE, Candidates
from query.ranking.parameters import Parameters
from query.ranking.query_words import AskedWord
from query.ranking.whole_titles import place

Floats = npt.NDArray[np.float64]
_ROUNDING = 1e-9
_READ = 10
"""So many titles are read at most, whatever is asked for."""


def run_scores(candidates: Candidates, asked: Sequence[AskedWord], title: Floats, parameters: Parameters) -> Floats:
    """What hits gain whose title has all words of a query side by side; `title` is what `title_scores` gave."""
    total = sum(word.weight for word in asked)
    gained = np.zeros(candidates.size)
    whole = np.flatnonzero(title >= parameters.title * total * (1 - _ROUNDING))
    if len(asked) < 2 or total <= 0 or not whole.size:
        return gained
    gained[whole] = parameters.covered * total * len(asked) / np.maximum(candidates.lengths[TITLE][whole], len(asked))
    if whole.size > 1:
        # What the papers hold is read from the lists of papers of forms; then few titles, each 15 us.
        held = np.ones(candidates.size, dtype=bool)
        for word in asked:
            held &= candidates.written(word.text, word.stem)
        may = whole[held[whole]]
        first = may[np.argsort(-candidates.scores[may] - gained[may], kind="stable")][:_READ]
        typed = [word.text for word in asked]
        written = [hit for hit in first.tolist() if place(typed, _title(candidates, hit)) is not None]
        gained[written] += parameters.forms * total
    return gained


def _title(candidates: Candidates, hit: int) -> list[str]:
    segment = candidates.collection.segments[int(candidates.segments[hit])]
    return words(as_read(segment.papers.head(int(candidates.docs[hit]))["title"]))
