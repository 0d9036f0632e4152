"""The way by relevance through the kernel: what matches, and the first of it, in one call for all segments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from indexer.index.native import kernel
from query.engines.answer import RELAX_BELOW, Answer, Request, Row, joined
from query.engines.collection import Collection
from query.engines.compile import Compiled
from query.engines.masks import Mask
from query.engines.nodes import EVERY_HIT
from query.engines.orders import FEW, Found, first_rows, in_order
from query.engines.scoring import native_row, native_slack

_EVERYTHING = 1 << 40
"""More hits than there can be."""
Rows = list[tuple[Any, ...]]
Pieces = Sequence[tuple[int, bytes, bytes]]


def answer_direct(
    collection: Collection, compiled: Compiled, request: Request, bases: Sequence[Mask | None]
) -> Answer | None:
    """The answer by relevance; None without the kernel, and where nothing scores by its frequency.

    `bases` are masks of the papers that may match, of each segment (None: all).
    """
    if kernel.native is None:
        return None
    terms = _terms(collection, compiled)
    if terms is None:
        return None
    wanted = _EVERYTHING if request.top is None else request.top
    masks = [np.zeros(segment.docs, dtype=bool) for segment in collection.segments] if request.facets else []
    rows: Rows = [
        (
            terms[at],
            segment.lengths,
            bases[at],
            masks[at] if request.facets else None,
            native_slack(collection, segment, len(terms[at])),
        )
        for at, segment in enumerate(collection.segments)
    ]
    optional = len(compiled.optional)
    # Where few have all words all of those must be known, to be left out of the papers with some.
    top = max(wanted, RELAX_BELOW) if wanted else 0
    all_words, pieces = kernel.native.first(rows, collection.parameters, optional, request.match != "any", top)
    first = _first(collection, pieces, 0, wanted)
    if request.match == "auto" and optional > 1 and all_words < RELAX_BELOW:
        total, others = kernel.native.first(rows, collection.parameters, optional, False, wanted)
        if total > all_words:
            some = _first(collection, _without(others, pieces), 1, wanted)
            return Answer(joined(first, some)[:wanted], total, all_words, True, masks)
    return Answer(first, all_words, all_words, False, masks)


def _without(others: Pieces, pieces: Pieces) -> Pieces:
    """What was found less what is known already, which is little."""
    known = {at: memoryview(docs).cast("H").tolist() for at, docs, _ in pieces}
    left = []
    for at, docs, scores in others:
        if at in known:
            numbers = np.frombuffer(docs, dtype=np.uint16)
            kept = np.ones(len(numbers), dtype=bool)
            for doc in known[at]:
                kept &= numbers != doc
            left.append((at, numbers[kept].tobytes(), np.frombuffer(scores)[kept].tobytes()))
        else:
            left.append((at, docs, scores))
    return left


def _terms(collection: Collection, compiled: Compiled) -> list[Rows] | None:
    """What scores in each segment, optional clauses first, as the kernel takes it."""
    if compiled.empty:
        return None
    optional = [(node.term.weight, node.term.native_streams, node.term) for node in compiled.optional]
    score_only = [(term.weight, term.native_streams) for term in compiled.score_only]
    found = []
    for at, segment in enumerate(collection.segments):
        rows: Rows = [
            (weight, streams[at], None, term.match_only(segment, at) if term.matches_more else None)
            for weight, streams, term in optional
        ]
        if compiled.required:
            scorers = [scorer for node in compiled.required for scorer in node.scorers(segment, at, EVERY_HIT)]
            if not rows and all(scorer.term is None and scorer.active is None for scorer in scorers):
                return None
            rows += [native_row(scorer, at) for scorer in scorers]
        found.append(rows + [(weight, streams[at], None, None) for weight, streams in score_only])
    return found


def _first(collection: Collection, pieces: Pieces, tier: int, top: int) -> Sequence[Row]:
    """The first rows of what the kernel found, in order."""
    if sum(len(docs) for _, docs, _ in pieces) <= 2 * FEW:
        rows = [
            Row(at, doc, tier, score)
            for at, docs, scores in pieces
            for doc, score in zip(memoryview(docs).cast("H"), memoryview(scores).cast("d"), strict=True)
        ]
        return in_order(collection.segments, rows, "relevance")[:top]
    found = [
        Found(at, np.frombuffer(docs, dtype=np.uint16).astype(np.int64), np.frombuffer(scores))
        for at, docs, scores in pieces
    ]
    return first_rows(collection.segments, found, tier, "relevance", top)
