"""What re-scoring adds to BM25F, as pure functions of arrays: words side by side, and titles that run as the query.

Pairs of words follow Metzler & Croft, "A Markov random field model for term dependencies", SIGIR 2005 (sequential
dependence, ordered), scored as BM25F terms with the smaller of both weights as Rasolofo & Savoy, "Term proximity
scoring for keyword-based retrieval systems", ECIR 2003, do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import saturate
from indexer.index.native import kernel
from indexer.index.schema import K1
from query.ranking.candidates import FIELD, OWNER, TITLE, Candidates, Ints
from query.ranking.parameters import Parameters
from query.ranking.query_words import AskedWord
from query.ranking.sentence import Role

Floats = npt.NDArray[np.float64]
Positions = Mapping[bytes, Ints]
_START = 1 << 20
LONGEST = 256
"""Longer queries are no titles: how their words stand is not looked at."""


@dataclass(frozen=True, slots=True)
class Proximity:
    """How the words of a query stand in the hits.

    `pairs` are neighbouring content words and what standing side by side gives each hit; `title` is what each gains
    by its title; `titled` (words x hits) says which words stand in it.
    """

    pairs: list[tuple[AskedWord, AskedWord, Floats]]
    title: Floats
    titled: npt.NDArray[np.bool_]


def proximity(
    candidates: Candidates, words: Sequence[AskedWord], positions: Positions, parameters: Parameters
) -> Proximity:
    """How the words of a query stand in the hits: as pairs of content words, and in titles."""
    if kernel.native is None or len(words) < 2:
        titled = np.array([_titled(candidates, positions[word.stem]) for word in words])
        pairs = pair_scores(candidates, words, positions, parameters) if len(words) > 1 else []
        return Proximity(pairs, title_scores(candidates, words, positions, parameters), titled)
    rows = [(positions[word.stem], word.weight, word.position, word.role is Role.CONTENT) for word in words]
    found, title, marks = kernel.native.proximity(
        rows, candidates.norms, candidates.size, parameters.adjacent, parameters.distance, parameters.title, K1
    )
    pairs = [(words[left], words[right], np.frombuffer(gained)) for left, right, gained in found]
    return Proximity(pairs, np.frombuffer(title), np.frombuffer(marks, dtype=bool).reshape(len(words), -1))


def pair_scores(
    candidates: Candidates, words: Sequence[AskedWord], positions: Positions, parameters: Parameters
) -> list[tuple[AskedWord, AskedWord, Floats]]:
    """For each two neighbouring content words what standing side by side gives each hit.

    Together is: in one field, as far apart as in the query, which is at most `distance` words.
    """
    found = []
    for left, right in pairwise(word for word in words if word.role is Role.CONTENT):
        apart = right.position - left.position
        if apart > parameters.distance or left.stem == right.stem:
            continue
        both = _common(positions[left.stem] + apart, positions[right.stem])
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
    candidates: Candidates, words: Sequence[AskedWord], titled: npt.NDArray[np.bool_], parameters: Parameters
) -> Floats:
    """What each hit gains whose title and author names hold every content word: a paper half remembered."""
    content = [(word, titled[at]) for at, word in enumerate(words) if word.role is Role.CONTENT]
    if not 1 < len(content) <= parameters.few:
        return np.zeros(candidates.size)
    held = np.ones(candidates.size, dtype=bool)
    for word, in_title in content:
        # Names are looked up only where the title lacks the word.
        held &= in_title if (in_title >= held).all() else in_title | candidates.named(word.text)
        if not held.any():
            break
    return np.where(held, parameters.heading * sum(word.weight for word, _ in content), 0.0)


def _titled(candidates: Candidates, positions: Ints) -> npt.NDArray[np.bool_]:
    """Whether a word stands in the title of each hit."""
    held = np.zeros(candidates.size, dtype=bool)
    held[positions[(positions >> FIELD & 0xFF) == TITLE] >> OWNER] = True
    return held


def _common(left: Ints, right: Ints) -> Ints:
    """What two rising arrays share."""
    if not left.size or not right.size:
        return left[:0]
    at = np.searchsorted(right, left)
    at[at == right.size] = 0
    both: Ints = left[right[at] == left]
    return both


def title_scores(
    candidates: Candidates, words: Sequence[AskedWord], positions: Positions, parameters: Parameters
) -> Floats:
    """What each hit gains by a title that runs as the query does.

    A * (A / T)^2 with A the weight of the words that stand in the title at the distances of the query (two at
    least: a missing or misspelt word breaks nothing), T the weight of all words. The square keeps short runs of long
    queries small. A query of one word gains by opening the title.
    """
    gained = np.zeros(candidates.size)
    if len(words) == 1:
        there = positions[words[0].stem]
        gained[there[(there & ((1 << OWNER) - 1)) == TITLE << FIELD] >> OWNER] = parameters.first * words[0].weight
        return gained
    keys, sizes = [], []
    for word in words:
        there = positions[word.stem]
        there = there[(there >> FIELD & 0xFF) == TITLE]
        # Where the query's first word would stand; far from 0, since it may be missing before the title.
        keys.append(there - word.position + _START)
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
