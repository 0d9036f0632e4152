"""Orders of hits: inside a segment by arrays, between segments by the values themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice, pairwise
from operator import attrgetter

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.segment.columns import title_key
from indexer.index.segment.opened import Segment
from indexer.index.text.reading import as_read
from query.engines.answer import Row, Rows
from query.engines.masks import Mask

Ints = npt.NDArray[np.int64]
Keys = Sequence[npt.NDArray[np.generic]]


def _age(segment: Segment, docs: Ints, *, newest: bool) -> npt.NDArray[np.int64]:
    """Rises from the first year wanted to the last; no year comes last."""
    years = segment.years[docs].astype(np.int64)
    return np.where(years == 0, 1 << 20, 4096 - years if newest else years)


_SCORE = attrgetter("score")
FEW = 64
"""Up to so many rows Python sorts sooner than numpy orders arrays: 25 us a segment."""


@dataclass(frozen=True, slots=True)
class Found:
    """Papers of one segment (int64, rising or in order) with their scores: among them are the first of an answer."""

    segment: int
    docs: Ints
    scores: npt.NDArray[np.float64]


def reached(found: Sequence[Found], top: int) -> float:
    """A score that `top` of the papers found reach, -1 where there are fewer."""
    if sum(len(part.scores) for part in found) < top:
        return -1.0
    scores = np.concatenate([part.scores for part in found]) if len(found) > 1 else found[0].scores
    if len(scores) <= FEW:
        return float(sorted(scores.tolist())[-top])
    return float(np.partition(scores, len(scores) - top)[len(scores) - top])


def first_docs(segments: Sequence[Segment], masks: Sequence[Mask], sort: str, top: int) -> list[Ints]:
    """Of the papers of each mask those among which the first `top` are, in an order not by score; each rising."""
    if sort == "newest":
        return newest(segments, masks, top, "doc.title_rank")
    return [
        _first_docs(segment, np.flatnonzero(mask), sort, top) for segment, mask in zip(segments, masks, strict=True)
    ]


def _first_docs(segment: Segment, docs: Ints, sort: str, top: int) -> Ints:
    return np.sort(docs[local_order(segment, docs, np.zeros(len(docs)), sort)[:top]]) if len(docs) > top else docs


def newest(segments: Sequence[Segment], masks: Sequence[Mask], top: int, rank: str = "doc.id_rank") -> list[Ints]:
    """Of the papers of each mask, which all score the same, those among which the first `top` of all are; each rising.

    First are the newest, of one year those that stand first by the column `rank`.
    """
    if kernel.native is not None:
        rows = [(mask, segment.years, segment.arrays[rank]) for segment, mask in zip(segments, masks, strict=True)]
        found = kernel.native.newest(rows, top)
        return [np.sort(np.frombuffer(docs, dtype=np.uint16)).astype(np.int64) for docs in found]
    return [_newest(segment, np.flatnonzero(mask), top, rank) for segment, mask in zip(segments, masks, strict=True)]


def _newest(segment: Segment, docs: Ints, top: int, rank: str) -> Ints:
    if len(docs) <= top:
        return docs
    keys = _age(segment, docs, newest=True) << 32 | segment.arrays[rank][docs].astype(np.int64)
    return np.sort(docs[np.argpartition(keys, top)[:top]])


def first_rows(segments: Sequence[Segment], found: Sequence[Found], tier: int, sort: str, top: int) -> Sequence[Row]:
    """The first `top` of what was found in all segments, in order."""
    floor = reached(found, top) if sort == "relevance" and found else -np.inf
    if sort == "relevance" and sum(len(part.docs) for part in found) <= FEW:
        rows = [row for part in found for row in _rows(part, tier) if row.score >= floor]
        return in_order(segments, rows, sort)[:top]
    if len(found) > 1 and sort == "relevance":
        return _merged(segments, found, floor, tier, top)
    # Scores may be equal by the thousand: arrays order them before Python's objects are made.
    parts = [_cut(segments[part.segment], part, floor, sort, top) for part in found]
    if len(parts) == 1:
        docs = parts[0].docs
        return Rows(np.full(len(docs), parts[0].segment), docs, np.full(len(docs), tier), parts[0].scores)
    return _in_turn(segments, parts, tier, sort, top)


def in_order(segments: Sequence[Segment], rows: list[Row], sort: str) -> list[Row]:
    """Some rows of one tier in order."""
    if sort == "relevance":
        by_score = sorted(rows, key=_SCORE, reverse=True)
        if all(one.score > other.score for one, other in pairwise(by_score)):
            return by_score
    return sorted(rows, key=global_key(segments, sort))


def _rows(part: Found, tier: int) -> list[Row]:
    pairs = zip(part.docs.tolist(), part.scores.tolist(), strict=True)
    return [Row(part.segment, doc, tier, score) for doc, score in pairs]


def _cut(segment: Segment, part: Found, floor: float, sort: str, top: int) -> Found:
    """The first `top` of the papers of one segment that reach a score, in order."""
    kept = np.flatnonzero(part.scores >= floor)
    kept = kept[local_order(segment, part.docs[kept], part.scores[kept], sort)[:top]]
    return Found(part.segment, part.docs[kept], part.scores[kept])


def _merged(segments: Sequence[Segment], parts: Sequence[Found], floor: float, tier: int, top: int) -> Rows:
    """The first `top` by relevance of several segments, by arrays; ids are read for equal scores of one year only."""
    ages = np.concatenate([_age(segments[part.segment], part.docs, newest=True) for part in parts])
    docs, scores = np.concatenate([part.docs for part in parts]), np.concatenate([part.scores for part in parts])
    owners = np.repeat([part.segment for part in parts], [len(part.docs) for part in parts])
    kept = np.flatnonzero(scores >= floor)
    order = kept[np.lexsort((ages[kept], -scores[kept]))]
    firsts, years = scores[order], ages[order]
    same = (firsts[1:] == firsts[:-1]) & (years[1:] == years[:-1])
    if same[: max(0, top)].any():
        ends = np.append(np.flatnonzero(~same) + 1, len(order))
        lows = np.append(0, ends[:-1])
        for at in np.flatnonzero((ends - lows > 1) & (lows < top)).tolist():
            low, high = int(lows[at]), int(ends[at])
            order[low:high] = sorted(
                order[low:high].tolist(), key=lambda at: segments[int(owners[at])].ids[int(docs[at])]
            )
    order = order[:top]
    return Rows(owners[order], docs[order], np.full(len(order), tier), scores[order])


def _in_turn(segments: Sequence[Segment], parts: Sequence[Found], tier: int, sort: str, top: int) -> Rows:
    """The first `top` of several segments, each in order already; a title is read when its turn comes, and not kept."""
    total = min(top, sum(len(part.docs) for part in parts))
    owners, docs, scores = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64), np.empty(total)
    ordered = merge(*(_each(part, tier) for part in parts), key=global_key(segments, sort))
    for place, row in enumerate(islice(ordered, total)):
        owners[place], docs[place], scores[place] = row.segment, row.doc, row.score
    return Rows(owners, docs, np.full(total, tier), scores)


def _each(part: Found, tier: int) -> Iterator[Row]:
    for number in range(len(part.docs)):
        yield Row(part.segment, int(part.docs[number]), tier, float(part.scores[number]))


def local_order(segment: Segment, docs: Ints, scores: npt.NDArray[np.float64], sort: str) -> Ints:
    """Indices that bring documents of one segment into order."""
    ids = segment.arrays["doc.id_rank"][docs]
    keys: dict[str, Callable[[], Keys]] = {
        "relevance": lambda: (ids, _age(segment, docs, newest=True), -scores),
        "newest": lambda: (segment.arrays["doc.title_rank"][docs], _age(segment, docs, newest=True)),
        "oldest": lambda: (segment.arrays["doc.title_rank"][docs], _age(segment, docs, newest=False)),
        "title": lambda: (ids, _age(segment, docs, newest=True), _title_groups(segment, docs)),
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
