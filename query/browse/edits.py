"""Edit distance, swaps counted as one: loaded when a query first asks for it, since most never do (4 ms)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt


def distance(word: str, other: str) -> int:
    """Letters to insert, delete, replace or swap with their neighbour."""
    from rapidfuzz.distance import OSA

    return OSA.distance(word, other)


def within(word: str, edits: int) -> Callable[[str], bool]:
    """Whether a word is at most so many edits from another."""
    from rapidfuzz.distance import OSA

    return lambda other: OSA.distance(word, other, score_cutoff=edits) <= edits


def all_within(word: str, others: Sequence[str], edits: int) -> npt.NDArray[np.bool_]:
    """For each of some words whether it is at most so many edits from a word."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    if not others:
        return np.zeros(0, dtype=bool)
    distances: npt.NDArray[np.uint8] = cdist([word], others, scorer=OSA.distance, score_cutoff=edits, dtype=np.uint8)
    near: npt.NDArray[np.bool_] = distances[0] <= edits
    return near
