"""Orders of hits: inside a segment by arrays, between segments by the values themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.codec.columns import title_key
from indexer.index.codec.segment import Segment
from indexer.index.text import as_read
from query.engines.answer import Row

Ints = npt.NDArray[np.int64]
Keys = Sequence[npt.NDArray[np.generic]]


def _age(segment: Segment, docs: Ints, *, newest: bool) -> npt.NDArray[np.int64]:
    """Rises from the first year wanted to the last; no year comes last."""
    years = segment.years[docs].astype(np.int64)
    return np.where(years == 0, 1 << 20, -years if newest else years)


def local_order(
    segment: Segment, docs: Ints, tiers: npt.NDArray[np.int8], scores: npt.NDArray[np.float64], sort: str
) -> Ints:
    """Indices that bring documents of one segment into order (DESIGN section 3, Orders)."""
    ids = segment.arrays["doc.id_rank"][docs]
    keys: dict[str, Callable[[], Keys]] = {
        "relevance": lambda: (ids, _age(segment, docs, newest=True), -scores, tiers),
        "newest": lambda: (segment.arrays["doc.title_rank"][docs], _age(segment, docs, newest=True), tiers),
        "oldest": lambda: (segment.arrays["doc.title_rank"][docs], _age(segment, docs, newest=False), tiers),
        "title": lambda: (ids, _age(segment, docs, newest=True), _title_groups(segment, docs), tiers),
    }
    return np.lexsort(keys[sort]())


def _title_groups(segment: Segment, docs: Ints) -> npt.NDArray[np.int64]:
    """Ranks of titles in which equal titles are equal: within those the year decides, then the id."""
    groups: npt.NDArray[np.int64] = segment.title_groups[docs]
    return groups


def global_key(segments: Sequence[Segment], sort: str) -> Callable[[Row], tuple[object, ...]]:
    """The key by which rows of several segments are brought into one order."""

    def year(row: Row, *, newest: bool) -> int:
        value = int(segments[row.segment].years[row.doc])
        return 1 << 20 if not value else -value if newest else value

    def title(row: Row) -> bytes:
        return title_key(as_read(segments[row.segment].papers.head(row.doc)["title"]))

    def paper(row: Row) -> bytes:
        return segments[row.segment].ids[row.doc]

    keys: dict[str, Callable[[Row], tuple[object, ...]]] = {
        "relevance": lambda row: (row.tier, -row.score, year(row, newest=True), paper(row)),
        "newest": lambda row: (row.tier, year(row, newest=True), title(row), paper(row)),
        "oldest": lambda row: (row.tier, year(row, newest=False), title(row), paper(row)),
        "title": lambda row: (row.tier, title(row), year(row, newest=True), paper(row)),
    }
    return keys[sort]
