"""`ranking="best"`: the first hits of BM25F, re-scored. The set of hits, totals and facets stay as they are.

The score of a re-scored hit is its BM25F score, in which function words of a sentence count less, plus what it gains
(`Gain`). Hits stay in their tier, and in each tier the re-scored ones stand before those that are not: if their
lowest score does not exceed the highest of the others, all the others are lowered until it does. So scores fall from
hit to hit here as everywhere, and the order depends neither on `limit` nor on `offset`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from indexer.index.codec.segment import Segment
from query.engines.answer import Row
from query.engines.collection import Collection
from query.engines.compile import Compiled
from query.engines.terms import Term
from query.language.tree import Query
from query.ranking.asked import ADDED, Asked, asked
from query.ranking.candidates import Candidates, Counts
from query.ranking.features import pair_scores, title_scores
from query.ranking.feedback import Feedback, FeedbackWord
from query.ranking.parameters import BEST, DEPTH, Parameters

Floats = npt.NDArray[np.float64]
Place = tuple[int, int]
"""Segment and document of a hit."""
_STEP = 1e-6
"""So much lower than the last re-scored hit the next one is at least."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Something that adds to scores of hits: its kind, in words what it is, how much each hit gains.

    `counts` (hits x fields) are given where it is a word's, by which fields share the gain.
    """

    kind: str
    name: str
    gained: Floats
    counts: Counts | None = None
    papers: int | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """Rows in their final order, and why the re-scored ones have their scores."""

    rows: list[Row]
    asked: Asked | None = None
    candidates: Candidates | None = None
    gains: list[Gain] = field(default_factory=list)
    numbers: dict[Place, int] = field(default_factory=dict)
    lowered: tuple[float, ...] = ()


def rerank(
    collection: Collection, query: Query, compiled: Compiled, rows: Sequence[Row], parameters: Parameters = BEST
) -> Ranked:
    """Bring the first rows of an answer by relevance into the order of `best`.

    `rows` must begin with the first DEPTH + 1 hits, or be all; the same rows give the same order always.
    """
    if not compiled.bare or not rows:
        return Ranked(list(rows))
    wanted, candidates, scores, gains = _scored(collection, query, compiled, rows, parameters)
    # A query that feedback has widened needs none again.
    widened = query.bare[-1].start == ADDED
    for word in () if widened else Feedback(candidates, parameters).words(scores, wanted.highest):
        gains.append(Gain("feedback", word.word, word.gained, word.counts, word.papers))
        scores += word.gained
    rescored = _sorted(collection, candidates, scores)
    rest, lowered = _lowered(rescored, rows[DEPTH:])
    numbers = {(row.segment, row.doc): number for number, row in enumerate(candidates.rows)}
    return Ranked(rescored + rest, wanted, candidates, gains, numbers, lowered)


def feedback_words(
    collection: Collection, query: Query, compiled: Compiled, rows: Sequence[Row], parameters: Parameters
) -> list[FeedbackWord]:
    """The words that a query is widened by (`--expand`), from the first hits that it has without them."""
    if not compiled.bare or not rows:
        return []
    wanted, candidates, scores, _ = _scored(collection, query, compiled, rows, parameters)
    return Feedback(candidates, parameters).words(scores, wanted.highest)


def _scored(
    collection: Collection, query: Query, compiled: Compiled, rows: Sequence[Row], parameters: Parameters
) -> tuple[Asked, Candidates, Floats, list[Gain]]:
    """Scores of the first hits before feedback."""
    wanted = asked(query, compiled, parameters)
    candidates = Candidates(collection, rows[:DEPTH])
    scores, gains = _lexical(candidates, compiled, wanted)
    gains += _standing(candidates, wanted, parameters)
    for gain in gains:
        scores += gain.gained
    return wanted, candidates, scores, gains


def _lexical(candidates: Candidates, compiled: Compiled, wanted: Asked) -> tuple[Floats, list[Gain]]:
    """Scores in which function words count less, and what hits of the years asked for gain."""
    scores = candidates.scores.copy()
    gains = []
    for number, (node, multiplier) in enumerate(zip(compiled.bare, wanted.scored, strict=True)):
        year = number in wanted.years
        if multiplier != 1.0 or year:
            given = _given(candidates, node.term)
            scores += (multiplier - 1.0) * given
            if year:
                # As though the year stood in the text as often as could be.
                there = candidates.years == int(node.term.words[0])
                gains.append(Gain("year", node.term.words[0], np.where(there, node.term.weight - given, 0.0)))
    if wanted.silent != 1.0:
        for term in compiled.silent:
            scores += (wanted.silent - 1.0) * _given(candidates, term)
    return scores, gains


def _given(candidates: Candidates, term: Term) -> Floats:
    """What a term gives each hit in BM25F."""
    counts = candidates.counts(lambda at, _, docs: term.segments[at].frequencies(docs))
    return term.weight * candidates.saturated(counts)


def _standing(candidates: Candidates, wanted: Asked, parameters: Parameters) -> list[Gain]:
    """Gains by how the words stand in the papers."""
    places = {stem: candidates.places(stem) for stem in {word.stem: None for word in wanted.words}}
    gains = [
        Gain("adjacent", f"{left.text} {right.text}", gained)
        for left, right, gained in pair_scores(candidates, list(wanted.content()), places, parameters)
    ]
    return [*gains, Gain("title", "", title_scores(candidates, wanted.words, places, parameters))]


def _sorted(collection: Collection, candidates: Candidates, scores: Floats) -> list[Row]:
    """The re-scored rows in order: tier, score, newer year, id."""
    order = np.lexsort((-candidates.years, -scores, candidates.tiers))
    rows = [
        Row(old.segment, old.doc, old.tier, score)
        for old, score in zip((candidates.rows[at] for at in order.tolist()), scores[order].tolist(), strict=True)
    ]
    # Ids are read for equal scores only.
    ties = [at for at in range(1, len(rows)) if rows[at].score == rows[at - 1].score]
    if ties:
        rows.sort(key=lambda row: _key(collection.segments[row.segment], row))
    return rows


def _key(segment: Segment, row: Row) -> tuple[int, float, int, bytes]:
    year = int(segment.years[row.doc])
    return row.tier, -row.score, -year if year else 1, segment.ids[row.doc]


def _lowered(rescored: Sequence[Row], rest: Sequence[Row]) -> tuple[list[Row], tuple[float, ...]]:
    """The other rows with scores that do not exceed those of the re-scored rows of their tier; by how much, a tier."""
    lowered = []
    for tier in range(2):
        lowest = min((row.score for row in rescored if row.tier == tier), default=np.inf)
        highest = max((row.score for row in rest if row.tier == tier), default=-np.inf)
        lowered.append(highest - lowest + _STEP if highest >= lowest else 0.0)
    return [replace(row, score=row.score - lowered[row.tier]) for row in rest], tuple(lowered)
