"""Completions of what somebody types: authors, venues and title words, with their papers.

Segments keep how many papers each author cluster and each title word has, so that the commonest of thousands that
begin alike are found without looking at papers; these counts are upper bounds where some papers are not live, and of
what may be among the first the living are counted.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.record.names import cluster_key
from indexer.index.schema import GROUPS, TEXT
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.segment.strings import StringTable
from indexer.index.text.analysis import fold, name_words
from query.browse.clusters import heading, size
from query.results import FacetCount

Ints = npt.NDArray[np.int64]
_TITLE_COLUMN = [field.name for field in GROUPS[TEXT]].index("title")
_AT_ONCE = 64
"""So many candidates are brought into order at first; four times as many where those do not decide it."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Completions by count, then name."""

    authors: Sequence[FacetCount]
    venues: Sequence[FacetCount]
    words: Sequence[FacetCount]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Strings of one segment's sorted table that complete what is typed (numbers, rising), each with its papers."""

    table: StringTable
    numbers: Ints
    counts: Ints


def suggestions(files: Sequence[SegmentFiles], prefix: str, limit: int | None) -> Suggestions:
    """The `limit` commonest completions (None: all) of each sort; every word of a name may be what is typed."""
    text = prefix.strip()
    if not text or limit == 0:
        return Suggestions([], [], [])
    whole = all(segment.all_live for segment in files)
    authors = [_authors(segment, text) for segment in files]
    words = [_words(segment, text) for segment in files]
    return Suggestions(
        _named(
            commonest(authors, limit, None if whole else lambda key: size(files, _text(key))),
            lambda key: heading(files, key),
        ),
        _venues(files, text, limit),
        _named(commonest(words, limit, None if whole else lambda word: _titled(files, word)), str),
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
    """All candidates by falling sum of their counts, equal ones as strings sort."""
    largest = max(range(len(parts)), key=lambda at: len(parts[at].numbers), default=-1)
    if largest < 0:
        return
    base = parts[largest]
    counts, others = base.counts.copy(), Counter[bytes]()
    for part in (*parts[:largest], *parts[largest + 1 :]):
        for number, count in zip(part.numbers.tolist(), part.counts.tolist(), strict=True):
            key = part.table[number]
            known = base.table.find(key)
            at = int(np.searchsorted(base.numbers, known)) if known >= 0 else len(counts)
            if at < len(counts) and base.numbers[at] == known:
                counts[at] += count
            else:
                others[key] += count
    more = sorted((-count, key) for key, count in others.items())
    yield from _merged(_ordered(base, counts), more)


def _ordered(base: Candidates, counts: Ints) -> Iterator[tuple[int, bytes]]:
    """(-count, string) of one table's candidates in order, so many at a time as are asked for."""
    # The table is sorted: of equal counts the smaller number is the smaller string.
    keys = (int(counts.max(initial=0)) - counts) << 32 | np.arange(len(counts))
    done, wanted = 0, _AT_ONCE
    while done < len(keys):
        first = np.argpartition(keys, wanted)[:wanted] if wanted < len(keys) else np.arange(len(keys))
        first = first[np.argsort(keys[first])]
        for at in first[done:].tolist():
            yield -int(counts[at]), base.table[int(base.numbers[at])]
        done, wanted = len(first), wanted * 4


def _merged(first: Iterator[tuple[int, bytes]], more: Sequence[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    at = 0
    for row in first:
        while at < len(more) and more[at] < row:
            yield -more[at][0], more[at][1]
            at += 1
        yield -row[0], row[1]
    for count, key in more[at:]:
        yield -count, key


def _authors(segment: SegmentFiles, prefix: str) -> Candidates:
    """Clusters whose name begins with what is typed, or has its words, the last one begun."""
    tables = segment.clusters
    low, high = tables.keys.prefix_range(cluster_key(prefix).encode("utf-8", "surrogatepass"))
    found = [tables.beginning(word.encode("utf-8", "surrogatepass")) for word in name_words(prefix)]
    numbers = np.arange(low, high)
    if found:
        found.sort(key=len)
        held = found[0]
        for other in found[1:]:
            held = np.intersect1d(held, other, assume_unique=True)
        numbers = np.union1d(numbers, held) if high > low else held
    return Candidates(tables.keys, numbers, tables.sizes[numbers].astype(np.int64))


def _words(segment: SegmentFiles, prefix: str) -> Candidates:
    """Surface words of titles, with the papers that have the word's stem in the title in one of its forms."""
    table = segment.forms
    low, high = table.prefix_range(fold(prefix).encode("utf-8", "surrogatepass"))
    counts = segment.titled[low:high]
    held = np.flatnonzero(counts)
    return Candidates(table, held + low, counts[held].astype(np.int64))


def _titled(files: Sequence[SegmentFiles], word: bytes) -> int:
    """Living papers with a word's stem in the title that hold the word."""
    return sum(_titled_in(block, word) for segment in files for block in segment.blocks)


def _titled_in(segment: Segment, word: bytes) -> int:
    group = segment.text
    form = group.forms.find(word)
    if form < 0:
        return 0
    first, last = group.span(int(group.form_term[form]))
    titled = group.docs[first:last][group.frequencies(first, last)[:, _TITLE_COLUMN] > 0]
    return int(np.count_nonzero(segment.live[np.intersect1d(titled, group.form_docs(form))]))


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
    return key.decode("utf-8", "surrogatepass")
