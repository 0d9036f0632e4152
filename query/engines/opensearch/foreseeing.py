"""What may be said of an answer before all of it is known: that few papers match, that its first ten are the first."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from query.engines.answer import RELAX_BELOW, Request, Row
from query.engines.opensearch.candidates import Rows
from query.engines.opensearch.compile import ClusterCompiled
from query.engines.opensearch.facts import Statistics

SHOWN = 10
"""So many papers must be the first of all."""
_LEAST = 1e-6
_NARROW = 0.2
"""The share of the papers that is thought to pass filters and required clauses, where it must be guessed."""


def few_likely(statistics: Statistics, compiled: ClusterCompiled, request: Request) -> bool:
    """Whether few papers are likely to have all optional words: as many as would by chance, or some times more."""
    stems, papers = statistics.lexicon.stems, statistics.generation.manifest.papers
    if stems is None or not papers:
        return False
    shares = [stems.papers(node.term.word.stem) / papers for node in compiled.optional]
    given = request.filters
    narrow = _NARROW if compiled.queries or given.authors or given.venues or given.types or given.years else 1.0
    return narrow * papers * prod(shares) < RELAX_BELOW


def proven(segment: Rows, rows: Sequence[Row], matching: int) -> bool:
    """Whether the first ten of some papers are those of all that match: no other one can score so high.

    The server gives them in the order of its own scores. What a paper that was not fetched may score here is the
    last of those, times the most that one of the fetched scores more here than there.
    """
    if len(rows) >= matching or len(rows) <= SHOWN:
        return True
    given = segment.given_scores
    here = np.zeros(len(given))
    here[[row.doc for row in rows]] = [row.score for row in rows]
    most = float((here / np.maximum(given, _LEAST)).max())
    return rows[SHOWN - 1].score >= float(given[-1]) * most
