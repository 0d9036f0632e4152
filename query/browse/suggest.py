"""Completions of what somebody types: authors, venues and title words, with their papers.

Segments keep how many papers each author cluster and each title word has, so that the commonest of thousands that
begin alike are found without looking at papers; these counts are upper bounds where some papers are not live, and of
what may be among the first the living are counted. Of 200,000 names that begin with one letter only those are brought
into order that reach the largest counts of some blocks of them: .1 ms instead of 2.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from indexer.index.record.names import cluster_key
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.container import Array
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.segment.strings import StringTable
from indexer.index.segment.word_papers import mark_forms
from indexer.index.text.analysis import fold, name_words
from indexer.index.text.encoded import decode, encode
from query.browse.clusters import size
from query.engines.masks import count, distinct
from query.results import FacetCount

Ints = npt.NDArray[np.int64]
_AT_ONCE = 64
"""So many candidates are brought into order at first; four times as many where those do not decide it."""
_BLOCK = 64
"""Counts of which the largest is looked at first."""
_FEW = 4096
"""Numbers that are sorted rather than marked among those of all clusters."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Completions by count, then name."""

    authors: Sequence[FacetCount]
    venues: Sequence[FacetCount]
    words: Sequence[FacetCount]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Strings of one segment's sorted table that complete what is typed: their numbers, rising, and papers of all."""

    table: StringTable
    numbers: Ints
    papers: npt.NDArray[np.uint32]

    def papers_of(self, key: bytes) -> int:
        """Papers of a string, which completes what is typed; 0 where the table does not have it."""
        number = self.table.find(key)
        return int(self.papers[number]) if number >= 0 else 0


def suggestions(
    files: Sequence[SegmentFiles],
    shown: Callable[[str], str],
    titled: Callable[[bytes], int],
    prefix: str,
    limit: int | None,
) -> Suggestions:
    """The `limit` commonest completions (None: all) of each sort; every word of a name may be what is typed.

    `shown` gives the name of an author cluster by its key, `titled` the living papers with a word in the title.
    """
    text = prefix.strip()
    if not text or limit == 0:
        return Suggestions([], [], [])
    whole = all(segment.all_live for segment in files)
    authors = [_authors(segment, text) for segment in files]
    words = [_words(segment, text) for segment in files]
    return Suggestions(
        _named(
            commonest(authors, limit, None if whole else lambda key: size(files, _text(key))),
            shown,
        ),
        _venues(files, text, limit),
        _named(commonest(words, limit, None if whole else titled), str),
    )


def commonest(
    parts: Sequence[Candidates], limit: int | None, exact: Callable[[bytes], int] | None
) -> list[tuple[bytes, int]]:
    """The first `limit` (None: all) by count, then by the string itself, summed over segments.

    With `exact`, which counts the living papers of a string, the counts given are upper bounds only.
    """
    found: list[tuple[int, bytes]] = []
    for bound, key in _falling(parts):
        if len(found) == limit and (-bound, key) > found[-1]:
            break
        papers = exact(key) if exact else bound
        if papers:
            insort(found, (-papers, key))
            del found[limit or len(found) :]
    return [(key, -papers) for papers, key in found]


def _falling(parts: Sequence[Candidates]) -> Iterator[tuple[int, bytes]]:
    """All candidates by falling sum of their counts, equal ones as strings sort.

    Of several segments each gives its own in that order; a sum is certain once what no segment has given yet cannot
    reach it (Fagin's threshold algorithm).
    """
    streams = [_ordered(part) for part in parts if len(part.numbers)]
    if len(streams) == 1:
        yield from streams[0]
        return
    heads = {at: head for at, stream in enumerate(streams) if (head := next(stream, None))}
    waiting: list[tuple[int, bytes]] = []
    seen: set[bytes] = set()
    while heads:
        reach = sum(count for count, _ in heads.values())
        while waiting and -waiting[0][0] > reach:
            yield _popped(waiting)
        at = max(heads, key=lambda at: heads[at][0])
        key = heads[at][1]
        if key not in seen:
            seen.add(key)
            heappush(waiting, (-sum(part.papers_of(key) for part in parts), key))
        if head := next(streams[at], None):
            heads[at] = head
        else:
            del heads[at]
    while waiting:
        yield _popped(waiting)


def _popped(waiting: list[tuple[int, bytes]]) -> tuple[int, bytes]:
    papers, key = heappop(waiting)
    return -papers, key


def _ordered(part: Candidates) -> Iterator[tuple[int, bytes]]:
    """One table's candidates in order, so many at a time as are asked for."""
    counts = part.papers[part.numbers]
    above, wanted = -1, _AT_ONCE
    while above:
        # As many blocks as are wanted reach the bound, and so do as many candidates.
        whole = len(counts) // _BLOCK * _BLOCK
        bound = 0
        if whole >= 2 * wanted * _BLOCK:
            largest = counts[:whole].reshape(-1, _BLOCK).max(axis=1)
            bound = int(np.partition(largest, -wanted)[-wanted])
        # The table is sorted: of equal counts the smaller number is the smaller string.
        for first in (_between(counts, bound, above), np.flatnonzero(counts == bound) if bound != above else ()):
            for at in first:
                yield int(counts[at]), part.table[int(part.numbers[at])]
        above, wanted = bound, wanted * 4


def _between(counts: npt.NDArray[np.uint32], low: int, high: int) -> Ints:
    """Where counts lie between two, the larger first; a negative `high` is no bound."""
    found = np.flatnonzero((counts > low) & (counts < high) if high >= 0 else counts > low)
    order: Ints = found[np.argsort(-counts[found].astype(np.int64), kind="stable")]
    return order


def _authors(segment: SegmentFiles, prefix: str) -> Candidates:
    """Clusters whose name begins with what is typed, or has its words, the last one begun."""
    tables = segment.clusters
    low, high = tables.keys.prefix_range(encode(cluster_key(prefix)))
    words = [encode(word) for word in name_words(prefix)]
    found = sorted((tables.beginning(word) for word in words), key=len)
    numbers = _common(found, len(tables.keys)) if found else np.empty(0, np.int64)
    whole = np.searchsorted(numbers, [low, high])
    if whole[1] - whole[0] < high - low:
        numbers = np.union1d(numbers, np.arange(low, high))
    return Candidates(tables.keys, numbers, tables.sizes)


def _common(found: Sequence[Array], count: int) -> Ints:
    """Numbers below `count` (rising, each once) that are in all of some lists, the shortest of which comes first."""
    held = distinct(found[0]) if len(found[0]) < _FEW else np.flatnonzero(_marked(found[0], count))
    for other in found[1:]:
        held = held[np.isin(held, other) if len(other) < _FEW else _marked(other, count)[held]]
    return held


def _marked(numbers: Array, count: int) -> npt.NDArray[np.bool_]:
    marks = np.zeros(count, dtype=bool)
    marks[numbers] = True
    return marks


def _words(segment: SegmentFiles, prefix: str) -> Candidates:
    """Surface words of titles, with the papers that have the word's stem in the title in one of its forms."""
    table = segment.forms
    low, high = table.prefix_range(encode(fold(prefix)))
    return Candidates(table, np.flatnonzero(segment.titled[low:high]) + low, segment.titled)


def titled_papers(files: Sequence[SegmentFiles], word: bytes) -> int:
    """Living papers with a word's stem in the title that hold the word: .1 ms for the commonest words."""
    return sum(_titled_in(block, word) for segment in files for block in segment.blocks)


def _titled_in(segment: Segment, word: bytes) -> int:
    form = segment.text.forms.find(word)
    if form < 0:
        return 0
    if segment.all_live:
        return int(segment.arrays["text.titled"][form])
    mask = np.zeros(segment.docs, dtype=bool)
    mark_forms(mask, segment.text, np.array([form]), (FIELD_NUMBERS["title"],))
    return count(mask & segment.live)


def _venues(files: Sequence[SegmentFiles], prefix: str, limit: int | None) -> list[FacetCount]:
    typed = fold(prefix)
    counts: Counter[str] = Counter()
    for segment in files:
        for number, name in enumerate(segment.venue_names):
            papers = segment.venue_papers[number]
            if number and papers and any(part.startswith(typed) for part in segment.venue_beginnings[number]):
                counts[name] += papers
    best = sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:limit]
    return [FacetCount(name, count) for name, count in best]


def _named(rows: Sequence[tuple[bytes, int]], shown: Callable[[str], str]) -> list[FacetCount]:
    return [FacetCount(shown(_text(key)), count) for key, count in rows]


def _text(key: bytes) -> str:
    return decode(key)
