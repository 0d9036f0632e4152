"""Papers like a paper: a search for the words that tell it from the others."""

from __future__ import annotations

from collections import Counter

from indexer.index.bm25f import idf
from indexer.index.schema import FIELDS
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import STOP_WORDS, stem, words
from indexer.index.text.reading import as_read
from query.engines.collection import Collection
from query.language.tree import Query, Word

TERMS = 25
"""Words of a paper that are searched for: more add common words, fewer miss the subject."""
_TITLE_WEIGHT = FIELDS[0].weight


def related_query(collection: Collection, segment: Segment, doc: int) -> Query:
    """The most telling words of a paper, weighted by frequency and idf, as a query of bare words."""
    record = segment.papers.record(doc)
    counts: Counter[str] = Counter()
    surface: dict[str, str] = {}
    for text, weight in ((record["title"], _TITLE_WEIGHT), (record.get("abstract", ""), 1.0)):
        for word in words(as_read(text)):
            if word not in STOP_WORDS:
                surface.setdefault(stem(word), word)
                counts[stem(word)] += weight  # type: ignore[assignment]
    papers = collection.stem_papers(counts)
    # A word of this paper alone finds nothing else.
    scored = [
        (count / (count + 1.5) * idf(collection.papers, papers[term]), term)
        for term, count in counts.items()
        if papers[term] > 1
    ]
    best = sorted(scored, reverse=True)[:TERMS]
    heaviest = best[0][0] if best else 1.0
    return Query("", tuple(Word(surface[term], boost=round(score / heaviest, 3)) for score, term in best))
