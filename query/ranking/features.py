"""What re-scoring adds to BM25F, as pure functions of arrays: words side by side, and titles that run as the query.

Pairs of words follow Metzler & Croft, "A Markov random field model for term dependencies", SIGIR 2005 (sequential
dependence, ordered), scored as BM25F terms with the smaller of both weights as Rasolofo & Savoy, "Term proximity
scoring for keyword-based retrieval systems", ECIR 2003, do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import saturate
from query.ranking.asked import AskedWord
from query.ranking.candidates import FIELD, OWNER, TITLE, Candidates, Ints
from query.ranking.parameters import Parameters

Floats = npt.NDArray[np.float64]
_START = 1 << 20


def pair_scores(
    candidates: Candidates, content: Sequence[AskedWord], places: Mapping[bytes, Ints], parameters: Parameters
) -> list[tuple[AskedWord, AskedWord, Floats]]:
    """For each two neighbouring content words what their standing together gives each hit.

    Together is: in one field, as far apart as in the query, which is at most `distance` words.
    """
    found = []
    for left, right in pairwise(content):
        apart = right.place - left.place
        if apart > parameters.distance or left.stem == right.stem:
            continue
        first, second = places[left.stem], places[right.stem]
        both = _common(first + apart, second)
        if not both.size:
            continue
        owners, fields = both >> OWNER, both >> FIELD & 0xFF
        together: Floats = np.bincount(owners, candidates.norms[fields, owners], minlength=candidates.size).astype(
            np.float64
        )
        weight = parameters.adjacent * min(left.weight, right.weight)
        found.append((left, right, weight * saturate(together)))
    return found


def heading_scores(
    candidates: Candidates, content: Sequence[AskedWord], places: Mapping[bytes, Ints], parameters: Parameters
) -> Floats:
    """What each hit gains whose title and author names hold every content word: a paper half remembered."""
    held = np.full(candidates.size, 2 <= len(content) <= parameters.few)
    for word in content:
        if not held.any():
            break
        there = places[word.stem]
        titled = np.zeros(candidates.size, dtype=bool)
        titled[there[(there >> FIELD & 0xFF) == TITLE] >> OWNER] = True
        # Names are looked up only where the title lacks the word.
        held &= titled if (titled | ~held).all() else titled | candidates.named(word.text)
    return np.where(held, parameters.heading * sum(word.weight for word in content), 0.0)


def _common(left: Ints, right: Ints) -> Ints:
    """What two rising arrays share."""
    if not left.size or not right.size:
        return left[:0]
    at = np.searchsorted(right, left)
    at[at == right.size] = 0
    both: Ints = left[right[at] == left]
    return both


def title_scores(
    candidates: Candidates, words: Sequence[AskedWord], places: Mapping[bytes, Ints], parameters: Parameters
) -> Floats:
    """What each hit gains by a title that runs as the query does.

    A * (A / T)^2 with A the weight of the words that stand in the title at the distances of the query (two at
    least: a missing or misspelt word breaks nothing), T the weight of all words. The square keeps short runs of long
    queries small. A query of one word gains by opening the title.
    """
    gained = np.zeros(candidates.size)
    if len(words) == 1:
        there = places[words[0].stem]
        gained[there[(there & ((1 << OWNER) - 1)) == TITLE << FIELD] >> OWNER] = parameters.first * words[0].weight
        return gained
    keys, sizes = [], []
    for word in words:
        there = places[word.stem]
        there = there[(there >> FIELD & 0xFF) == TITLE]
        # Where the query's first word would stand; far from 0, since it may be missing before the title.
        keys.append(there - word.place + _START)
        sizes.append(len(there))
    starts = np.concatenate(keys)
    if not starts.size:
        return gained
    order = np.argsort(starts, kind="stable")
    ordered = starts[order]
    new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    runs, where = ordered[new], np.empty(len(order), dtype=np.int64)
    where[order] = np.cumsum(new) - 1
    held = np.bincount(where, np.repeat([word.weight for word in words], sizes))
    held[np.bincount(where) < 2] = 0.0
    np.maximum.at(gained, runs >> OWNER, held)
    total = sum(word.weight for word in words)
    if total > 0:
        gained *= parameters.title * (gained / total) ** 2
    return gained
