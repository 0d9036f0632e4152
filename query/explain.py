"""Why a paper scores what it scores: shares of terms and fields that add up to the score, with no remainder."""

from __future__ import annotations

from typing import Any

import numpy as np

from indexer.index.bm25f import norms
from indexer.index.schema import FIELDS, K1
from query.engines.answer import Request, Row
from query.engines.arrays import ArrayEngine


def explain_row(engine: ArrayEngine, request: Request, row: Row) -> dict[str, Any]:
    """The score of one hit, term by term and field by field.

    A field's share of a term is its share of W: the score of the term times w_f tf_f / norm_f over W.
    """
    compiled = engine.compile(request)
    collection = engine.collection
    segment = collection.segments[row.segment]
    docs = np.array([row.doc], dtype=np.int64)
    terms = []
    for scorer in engine.scorers(compiled, segment, row.segment):
        if scorer.active is not None and not scorer.active[row.doc]:
            continue
        if scorer.term is None:
            terms.append({"term": "pattern or range", "score": scorer.constant, "fields": []})
            continue
        counts = scorer.term.segments[row.segment].frequencies(docs)[0]
        parts = [
            float(counts[field]) * float(norms(field, segment.lengths[field][docs], collection.averages[field])[0])
            for field in range(len(FIELDS))
        ]
        total = sum(parts)
        score = scorer.term.weight * total / (K1 + total)
        if not total:
            continue
        terms.append(
            {
                "term": "-".join(scorer.term.words),
                "score": score,
                "idf": scorer.term.weight / scorer.term.boost if scorer.term.boost else 0.0,
                "boost": scorer.term.boost,
                "papers": scorer.term.document_frequency,
                "fields": [
                    {
                        "field": FIELDS[field].name,
                        "count": int(counts[field]),
                        "length": int(segment.lengths[field][row.doc]),
                        "score": score * parts[field] / total,
                    }
                    for field in range(len(FIELDS))
                    if parts[field]
                ],
            }
        )
    return {"score": row.score, "terms": terms}
