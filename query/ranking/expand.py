"""`--expand`: a query and the words that its first papers share, for who looks for what else there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from indexer.index.bm25f import idf
from query.engines.answer import Row
from query.engines.collection import Collection
from query.engines.compile import Compiled
from query.language.analysed import ADDED
from query.language.tree import Query, Word
from query.ranking.best import feedback_words
from query.ranking.parameters import EXPAND, Parameters


def expanded(collection: Collection, compiled: Compiled, rows: Sequence[Row], parameters: Parameters = EXPAND) -> Query:
    """The query with feedback words, boosted so that each gives what it gives in re-scoring.

    `rows` are its first hits with any word. A query without optional clauses stays as it is.
    """
    papers = collection.papers
    added = [
        Word(word.word, boost=word.factor / rarity, start=ADDED)
        for word in feedback_words(collection, compiled, rows, parameters)
        if (rarity := idf(papers, word.papers)) > 0
    ]
    query = compiled.query.query
    return replace(query, optional=(*query.optional, *added))
