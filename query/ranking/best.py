"""`ranking="best"`: the first hits of BM25F, re-scored. The set of hits, totals and facets stay as they are.

The score of a re-scored hit is its BM25F score, in which function words of a sentence count less, plus what it gains
(`Gain`). Hits stay in their tier, and in each tier the re-scored ones stand before those that are not: if their
lowest score does not exceed the highest of the others, all the others are lowered until it does. So scores fall from
hit to hit here as everywhere, and the order depends neither on `limit` nor on `offset`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from query.engines.answer import Row, Rows, joined
from query.engines.collection import Collection
from query.engines.compile import Compiled
from query.engines.deadline import check_time
from query.engines.terms import Term
from query.late import late
from query.ranking.candidates import TEXT_FIELDS, TITLE, Candidates, Counts, Ints
from query.ranking.features import LONGEST, heading_scores, proximity
from query.ranking.parameters import BEST, DEPTH, Parameters, strength
from query.ranking.query_words import Asked, asked
from query.ranking.signs import signed_words, written_so
from query.ranking.title_runs import run_scores
from query.ranking.whole_titles import whole_titles

if TYPE_CHECKING:
    from query.ranking.feedback import FeedbackWord, feedback
else:
    # The first hit of most queries is clear enough to do without.
    feedback = late("query.ranking.feedback:feedback")

Floats = npt.NDArray[np.float64]
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
    """Rows in their final order, and why the re-scored ones have their scores.

    `named` are those that stand first because the query is their identifier, `corrected` because their title is the
    query respelt.
    """

    rows: Sequence[Row]
    asked: Asked | None = None
    candidates: Candidates | None = None
    gains: list[Gain] = field(default_factory=list)
    lowered: tuple[float, ...] = ()
    named: frozenset[tuple[int, int]] = frozenset()
    corrected: frozenset[tuple[int, int]] = frozenset()

    def number(self, row: Row) -> int | None:
        """The number of a row among the re-scored ones, by which gains are indexed."""
        if self.candidates is None:
            return None
        same = (self.candidates.segments == row.segment) & (self.candidates.docs == row.doc)
        found = np.flatnonzero(same)
        return int(found[0]) if found.size else None


def rerank(
    collection: Collection,
    compiled: Compiled,
    rows: Sequence[Row],
    parameters: Parameters = BEST,
    top: int | None = None,
    depth: int | None = None,
) -> Ranked:
    """Bring the first rows of an answer by relevance into the order of `best`, and give the first `top` (None: all).

    `rows` must begin with the first DEPTH + 1 hits, or be all; the same rows give the same order always. The first
    `depth` are re-scored: DEPTH (None), and what was put among them since its title is the query.
    """
    if not compiled.optional or not rows:
        return Ranked(list(rows[:top]))
    depth = DEPTH if depth is None else depth
    check_time()
    wanted, candidates, scores, gains, exact = _scored(collection, compiled, rows[:depth], parameters)
    check_time()
    # A query that feedback has widened needs none again.
    clear = compiled.query.widened or not strength(float(scores.max()), wanted.highest, parameters)
    for word in () if clear else feedback(candidates, parameters, scores, wanted.highest):
        gains.append(Gain("feedback", word.word, word.gained, word.counts, word.papers))
        scores += word.gained
    if (signed := signed_words(compiled.query.query)) and (held := written_so(candidates, signed)).any():
        # All of them before the others, each in its order.
        others = float(scores[~held].max(initial=-np.inf)) - float(scores[held].min())
        gained = np.where(held, max(0.0, others + 1.0), 0.0)
        gains.append(Gain("signs", " ".join(signed), gained))
        scores += gained
    if exact:
        # Whoever pastes a title wants that paper, whatever else its words would find.
        gained = np.zeros(candidates.size)
        gained[exact] = float(scores.max() - scores[exact].min()) + 1.0
        gains.append(Gain("whole", "", gained))
        scores += gained
    rescored = _sorted(collection, candidates, scores, top)
    if top is not None and top <= candidates.size:
        return Ranked(rescored, wanted, candidates, gains)
    rest, lowered = _lowered(candidates, scores, rows[depth:])
    return Ranked(joined(rescored, rest)[:top], wanted, candidates, gains, lowered)


def feedback_words(
    collection: Collection, compiled: Compiled, rows: Sequence[Row], parameters: Parameters
) -> list[FeedbackWord]:
    """The words that a query is widened by (`--expand`), from the first hits that it has without them."""
    if not compiled.optional or not rows:
        return []
    wanted, candidates, scores, *_ = _scored(collection, compiled, rows[:DEPTH], parameters)
    return feedback(candidates, parameters, scores, wanted.highest)


def _scored(
    collection: Collection, compiled: Compiled, rows: Sequence[Row], parameters: Parameters
) -> tuple[Asked, Candidates, Floats, list[Gain], list[int]]:
    """Scores of the first hits before feedback; and the hits whose whole title is the query."""
    wanted = asked(compiled, parameters)
    candidates = Candidates(collection, rows)
    scores, gains = _lexical(candidates, compiled, wanted)
    stand, exact = _proximity(candidates, wanted, parameters)
    gains += stand
    for gain in gains:
        scores += gain.gained
    return wanted, candidates, scores, gains, exact


def _lexical(candidates: Candidates, compiled: Compiled, wanted: Asked) -> tuple[Floats, list[Gain]]:
    """Scores in which function words count less, and what hits gain that are of a year or an author asked for."""
    scores = candidates.scores.copy()
    gains = []
    for number, (node, multiplier) in enumerate(zip(compiled.optional, wanted.scored, strict=True)):
        year = number in wanted.years
        if multiplier != 1.0 or year:
            given = _given(candidates, node.term)
            scores += (multiplier - 1.0) * given
            if year:
                # As though the year stood in the text as often as could be.
                there = candidates.years == int(node.term.words[0])
                gains.append(Gain("year", node.term.words[0], np.where(there, node.term.weight - given, 0.0)))
    for number in wanted.named:
        term = compiled.optional[number].term
        there = candidates.held(term.of_names)
        gains.append(Gain("name", term.initial_of[0], np.where(there, term.weight - _given(candidates, term), 0.0)))
    if wanted.score_only != 1.0:
        for term in compiled.score_only:
            scores += (wanted.score_only - 1.0) * _given(candidates, term)
    return scores, gains


def _given(candidates: Candidates, term: Term) -> Floats:
    """What a term gives each hit in BM25F."""
    counts = candidates.counts(lambda at, _, docs: term.segments[at].frequencies(docs))
    return term.weight * candidates.saturated(counts)


def _proximity(candidates: Candidates, wanted: Asked, parameters: Parameters) -> tuple[list[Gain], list[int]]:
    """Gains by how the words stand in the papers; and the hits whose whole title is the query."""
    if len(wanted.words) > LONGEST:
        return [], []
    everywhere = {word.stem for word in wanted.content()} if len(wanted.words) > 1 else set()
    # Of other words only the titles are read: a function word stands in most abstracts.
    positions = {
        stem: candidates.positions(stem, TEXT_FIELDS if stem in everywhere else (TITLE,))
        for stem in dict.fromkeys(word.stem for word in wanted.words)
    }
    found = proximity(candidates, wanted.words, positions, parameters)
    gains = [Gain("adjacent", f"{left.text} {right.text}", gained) for left, right, gained in found.pairs]
    gains.append(Gain("title", "", found.title))
    gains.append(Gain("run", "", run_scores(candidates, wanted.words, found.title, parameters)))
    gains.append(Gain("heading", "", heading_scores(candidates, wanted.words, found.titled, parameters)))
    if len(wanted.words) == 1:
        word = wanted.words[0]
        held = candidates.written(word.text, word.stem)
        gains.append(Gain("written", word.text, np.where(held, parameters.written * word.weight, 0.0)))
    whole = whole_titles(candidates, wanted.words, found.titled)
    if whole.cited:
        gained = np.zeros(candidates.size)
        gained[list(whole.cited)] = [parameters.cited * weight for weight in whole.cited.values()]
        gains.append(Gain("cited", "", gained))
    return gains, whole.exact


def _sorted(collection: Collection, candidates: Candidates, scores: Floats, top: int | None) -> list[Row]:
    """The first re-scored rows in order: tier, score, newer year, id."""
    order = np.lexsort((-scores, candidates.tiers)) if candidates.tiers.any() else np.argsort(-scores)
    if top is not None and top < len(order):
        order = order[: _reached(candidates.tiers, scores, order, top)]
    ordered = scores[order]
    if (ordered[1:] == ordered[:-1]).any():
        order = _parted(collection, candidates, scores, order)
    order = order[:top]
    columns = (candidates.segments, candidates.docs, candidates.tiers, scores)
    return [Row(*values) for values in zip(*(column[order].tolist() for column in columns), strict=True)]


def _reached(tiers: Ints, scores: Floats, order: Ints, top: int) -> int:
    """How many are needed to tell the first `top`: these, and those that equal the last of them."""
    if top < 1:
        return 0
    last, others = order[top - 1], order[top:]
    return top + int(np.count_nonzero((scores[others] == scores[last]) & (tiers[others] == tiers[last])))


def _parted(collection: Collection, candidates: Candidates, scores: Floats, order: Ints) -> Ints:
    """Some in their order where scores are equal: ids are read for equal scores of one year only."""
    # A paper without a year (0) stands last among equals.
    order = order[np.lexsort((-candidates.years[order], -scores[order], candidates.tiers[order]))]
    keys = np.stack([candidates.tiers, candidates.years, scores])[:, order]
    ends = np.append(np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1, len(order))
    for low, high in pairwise([0, *ends.tolist()]):
        if high - low > 1:
            order[low:high] = sorted(order[low:high].tolist(), key=lambda at: _id(collection, candidates, at))
    return order


def _id(collection: Collection, candidates: Candidates, at: int) -> bytes:
    return collection.segments[int(candidates.segments[at])].ids[int(candidates.docs[at])]


def _lowered(candidates: Candidates, scores: Floats, rest: Sequence[Row]) -> tuple[Rows, tuple[float, ...]]:
    """The other rows with scores that do not exceed those of the re-scored rows of their tier; by how much, a tier."""
    given = Rows.of(rest)
    lowered = []
    for tier in range(2):
        lowest = float(scores[candidates.tiers == tier].min(initial=np.inf))
        highest = float(given.scores[given.tiers == tier].max(initial=-np.inf))
        lowered.append(highest - lowest + _STEP if highest >= lowest else 0.0)
    less = given.scores - np.array(lowered)[given.tiers]
    return Rows(given.segments, given.docs, given.tiers, less), tuple(lowered)
