"""Papers whose whole title is asked for, wherever in the order of BM25F they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import encode
from query.engines.answer import Row
from query.engines.collection import Collection
from query.engines.phrases import member
from query.language.analysed import ADDED, AnalysedQuery
from query.ranking.whole_titles import MOST

_TITLE = FIELD_NUMBERS["title"]
_LONGEST = 40
"""Words of the longest title that is looked for."""


def may_be_titles(collection: Collection, query: AnalysedQuery) -> list[str]:
    """Ids of live papers with a title of just the words of a query (in any order); none where they are too many.

    Which of them run as the query does is for the re-scoring to see, which reads them.
    """
    stems = [stem for word in query.words if word.start != ADDED for stem in word.part_stems]
    if query.required or not 0 < len(stems) <= _LONGEST:
        return []
    found: list[str] = []
    for segment in collection.segments:
        for doc in _titled(segment, stems):
            found.append(segment.paper_id(doc))
            if len(found) > 2 * MOST:
                return []
    return found


def _titled(segment: Segment, stems: Sequence[str]) -> Iterator[int]:
    """Papers of a segment whose title has as many words as there are stems, and every one of these in it."""
    group = segment.text
    terms = [group.find(encode(stem)) for stem in dict.fromkeys(stems)]
    if min(terms) < 0:
        return
    spans = sorted((group.span(term) for term in terms), key=lambda span: span[1] - span[0])
    rarest = group.docs[slice(*spans[0])]
    docs = rarest[(segment.lengths[_TITLE][rarest] == len(stems)) & segment.live[rarest]]
    for low, high in spans[1:]:
        docs = docs[member(docs, group.docs[low:high])]
    if not docs.size:
        return
    for low, high in spans:
        at = np.searchsorted(group.docs[low:high], docs).astype(np.int64)
        docs = docs[group.frequencies(low, high, at)[:, _TITLE] > 0]
    yield from docs.tolist()


def with_titled(rows: Sequence[Row], titled: Sequence[Row], depth: int) -> tuple[list[Row], int]:
    """Rows with those of some titles behind the first `depth`, to be re-scored with them; how many these are."""
    first = list(rows[:depth])
    known = {(row.segment, row.doc) for row in first}
    added = [row for row in titled if (row.segment, row.doc) not in known][:MOST]
    extra = {(row.segment, row.doc) for row in added}
    rest = [row for row in rows[depth:] if (row.segment, row.doc) not in extra] if added else list(rows[depth:])
    return [*first, *added, *rest], len(first) + len(added)
