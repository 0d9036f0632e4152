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
from query.ranking.candidates import TITLE, Candidates, Places
from query.ranking.parameters import Parameters

Floats = npt.NDArray[np.float64]
_OWNER, _FIELD = 40, 32


def pair_scores(
    candidates: Candidates, content: Sequence[AskedWord], places: Mapping[bytes, Places], parameters: Parameters
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
        if not first.owners.size or not second.owners.size:
            continue
        both = np.intersect1d(_keys(first) + apart, _keys(second), assume_unique=True)
        if not both.size:
            continue
        owners, fields = both >> _OWNER, both >> _FIELD & 0xFF
        together: Floats = np.bincount(owners, candidates.norms[fields, owners], minlength=candidates.size).astype(
            np.float64
        )
        weight = parameters.adjacent * min(left.weight, right.weight)
        found.append((left, right, weight * saturate(together)))
    return found


def _keys(places: Places) -> npt.NDArray[np.int64]:
    return places.owners << _OWNER | places.fields << _FIELD | places.positions


def title_scores(
    candidates: Candidates, words: Sequence[AskedWord], places: Mapping[bytes, Places], parameters: Parameters
) -> Floats:
    """What each hit gains by a title that runs as the query does.

    A * (A / T)^2 with A the weight of the words that stand in the title at the distances of the query (two at
    least: a missing or misspelt word breaks nothing), T the weight of all words. The square keeps short runs of long
    queries small. A query of one word gains by opening the title.
    """
    gained = np.zeros(candidates.size)
    if len(words) == 1:
        there = places[words[0].stem]
        gained[there.owners[there.positions == 0]] = parameters.first * words[0].weight
        return gained
    owners, starts, weights = [], [], []
    for word in words:
        there = places[word.stem]
        titles = there.fields == TITLE
        owners.append(there.owners[titles])
        starts.append(there.positions[titles] - word.place)
        weights.append(np.full(len(owners[-1]), word.weight))
    keys = np.concatenate(owners) << _FIELD | (np.concatenate(starts) + (1 << 20))
    runs, where = np.unique(keys, return_inverse=True)
    if not runs.size:
        return gained
    held = np.bincount(where, np.concatenate(weights))
    held[np.bincount(where) < 2] = 0.0
    np.maximum.at(gained, runs >> _FIELD, held)
    total = sum(word.weight for word in words)
    if total > 0:
        gained *= parameters.title * (gained / total) ** 2
    return gained
