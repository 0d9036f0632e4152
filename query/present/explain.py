"""Why a paper scores what it scores: shares of terms, fields and of what `best` adds, which sum up to the score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import norms
from indexer.index.schema import FIELDS, K1
from indexer.index.segment.opened import Segment
from query.engines.answer import Request, Row
from query.engines.array_engine import ArrayEngine
from query.engines.collection import Collection
from query.engines.nodes import Scorer
from query.engines.remembered import once
from query.engines.terms import Term
from query.ranking.best import Ranked
from query.results import ExplainedField, ExplainedTerm, Explanation

LOWERED = "not among the first hits, which are re-scored"
Counts = npt.NDArray[np.int32]


def explain_row(engine: ArrayEngine, request: Request, row: Row, ranked: Ranked | None = None) -> Explanation:
    """The score of one hit, term by term and field by field, then what re-scoring adds (`ranked`).

    Each of `terms` has a `part`: `term` (a word of the query), `pattern`, or what re-scoring adds: `adjacent`,
    `title`, `heading`, `whole`, `signs`, `cited`, `year`, `name`, `feedback`, `lowered`; of a paper that the query
    names it is `identifier`. A field's share of a term is its share of W: the score of the term times w_f tf_f / norm_f
    over W. The scores of `terms` sum up to `score`, those of their fields to theirs.
    """
    if ranked and (row.segment, row.doc) in ranked.named:
        text = request.query.text.strip()
        named: ExplainedTerm = {"part": "identifier", "term": text, "score": row.score, "fields": []}
        return {"score": row.score, "terms": [named]}
    if ranked and (row.segment, row.doc) in ranked.corrected:
        title = engine.collection.segments[row.segment].papers.head(row.doc)["title"]
        respelt: ExplainedTerm = {"part": "corrected", "term": title, "score": row.score, "fields": []}
        return {"score": row.score, "terms": [respelt]}
    compiled = engine.compile(request)
    segment = engine.collection.segments[row.segment]
    number = ranked.number(row) if ranked else None
    multipliers: dict[int, float] = {}
    if ranked and ranked.asked and number is not None:
        multipliers = {
            id(node.term): weight for node, weight in zip(compiled.optional, ranked.asked.scored, strict=True)
        } | {id(term): ranked.asked.score_only for term in compiled.score_only}
    terms: list[ExplainedTerm] = []
    key = (engine, "scorers", request.query, row.segment)
    for scorer in once(key, lambda: engine.scorers(compiled, segment, row.segment)):
        found = _explained(engine.collection, segment, row, scorer, multipliers.get(id(scorer.term), 1.0))
        if found is not None:
            terms.append(found)
    if ranked and number is not None:
        terms += _gains(engine.collection, segment, row, ranked, number)
    elif ranked and ranked.lowered and ranked.lowered[row.tier]:
        terms.append({"part": "lowered", "term": LOWERED, "score": -ranked.lowered[row.tier], "fields": []})
    return {"score": row.score, "terms": terms}


def _explained(
    collection: Collection, segment: Segment, row: Row, scorer: Scorer, multiplier: float
) -> ExplainedTerm | None:
    """What a scorer gives a hit; None where it is nothing."""
    if scorer.active is not None and not scorer.active[row.doc]:
        return None
    if scorer.term is None:
        return {"part": "pattern", "term": "pattern or range", "score": scorer.constant, "fields": []}
    term: Term = scorer.term
    counts = term.segments[row.segment].frequencies(np.array([row.doc], dtype=np.int64))[0]
    parts = _parts(collection, segment, row.doc, counts)
    total = sum(parts)
    if not total or not multiplier:
        return None
    score = multiplier * term.weight * total / (K1 + total)
    return {
        "part": "term",
        "term": "-".join(term.words),
        "score": score,
        "idf": term.weight / term.boost if term.boost else 0.0,
        "boost": multiplier * term.boost,
        "papers": term.document_frequency,
        "fields": _fields(segment, row.doc, counts, parts, score),
    }


def _gains(collection: Collection, segment: Segment, row: Row, ranked: Ranked, number: int) -> list[ExplainedTerm]:
    found: list[ExplainedTerm] = []
    for gain in ranked.gains:
        score = float(gain.gained[number])
        if not score:
            continue
        row_of_gain: ExplainedTerm = {"part": gain.kind, "term": gain.name, "score": score, "fields": []}
        if gain.papers is not None:
            row_of_gain["papers"] = gain.papers
        if gain.counts is not None:
            counts = gain.counts[number]
            parts = _parts(collection, segment, row.doc, counts)
            row_of_gain["fields"] = _fields(segment, row.doc, counts, parts, score)
        found.append(row_of_gain)
    return found


def _parts(collection: Collection, segment: Segment, doc: int, counts: Counts) -> list[float]:
    """What each field adds to W."""
    docs = np.array([doc], dtype=np.int64)
    return [
        float(counts[field]) * float(norms(field, segment.lengths[field][docs], collection.averages[field])[0])
        for field in range(len(FIELDS))
    ]


def _fields(segment: Segment, doc: int, counts: Counts, parts: list[float], score: float) -> list[ExplainedField]:
    total = sum(parts)
    return [
        {
            "field": FIELDS[field].name,
            "count": int(counts[field]),
            "length": int(segment.lengths[field][doc]),
            "score": score * parts[field] / total,
        }
        for field in range(len(FIELDS))
        if parts[field]
    ]
