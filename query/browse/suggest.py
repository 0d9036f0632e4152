"""Completions of what somebody types: authors, venues and title words, with their papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.index.record.names import cluster_key
from indexer.index.schema import FIELD_NUMBERS, GROUPS, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import fold, name_words
from query.browse.clusters import heading
from query.engines.patterns import pattern_mask
from query.language.tree import Prefix
from query.results import FacetCount

_TITLE_COLUMN = [field.name for field in GROUPS[TEXT]].index("title")


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Completions by count, then name."""

    authors: Sequence[FacetCount]
    venues: Sequence[FacetCount]
    words: Sequence[FacetCount]


def suggestions(segments: Sequence[Segment], prefix: str, limit: int | None) -> Suggestions:
    """The `limit` commonest completions (None: all) of each sort; every word of a name may be what is typed."""
    text = prefix.strip()
    if not text:
        return Suggestions([], [], [])
    return Suggestions(
        _first(_authors(segments, text), limit, lambda key: heading(segments, key)),
        _first(_venues(segments, text), limit, str),
        _first(_words(segments, text), limit, str),
    )


def _authors(segments: Sequence[Segment], prefix: str) -> Counter[str]:
    """Clusters whose name begins with what is typed, or has its words, the last one begun."""
    typed = name_words(prefix)
    key = cluster_key(prefix).encode("utf-8", "surrogatepass")
    counts: Counter[str] = Counter()
    for segment in segments:
        mask = segment.live.copy()
        for word in typed:
            mask &= pattern_mask(segment, Prefix(word), (FIELD_NUMBERS["authors"],))
        tables = segment.clusters
        low, high = tables.keys.prefix_range(key)
        chosen = np.repeat(mask, np.diff(tables.row_at)) & (tables.again == 0)
        found = np.bincount(tables.row_cluster[tables.rows[chosen]], minlength=len(tables.keys))
        for number in np.flatnonzero(found).tolist():
            name = tables.keys[number].decode("utf-8", "surrogatepass")
            words = name_words(name)
            if low <= number < high or all(any(word.startswith(part) for word in words) for part in typed):
                counts[name] += int(found[number])
    return counts


def _venues(segments: Sequence[Segment], prefix: str) -> Counter[str]:
    typed = fold(prefix)
    counts: Counter[str] = Counter()
    for segment in segments:
        found = np.bincount(segment.venues[segment.live], minlength=len(segment.venue_names))
        for number, name in enumerate(segment.venue_names):
            if number and found[number] and any(part.startswith(typed) for part in (fold(name), *fold(name).split())):
                counts[name] += int(found[number])
    return counts


def _words(segments: Sequence[Segment], prefix: str) -> Counter[str]:
    """Surface words of titles, with the papers that have the word's stem in the title in one of its forms."""
    typed = fold(prefix).encode("utf-8", "surrogatepass")
    counts: Counter[str] = Counter()
    for segment in segments:
        group = segment.text
        low, high = group.forms.prefix_range(typed)
        for number in range(low, high):
            term = int(group.form_term[number])
            first, last = group.span(term)
            titled = group.docs[first:last][group.frequencies(first, last)[:, _TITLE_COLUMN] > 0]
            papers = int(np.count_nonzero(segment.live[np.intersect1d(titled, group.form_docs(number))]))
            if papers:
                counts[group.forms[number].decode("utf-8", "surrogatepass")] += papers
    return counts


def _first(counts: Counter[str], limit: int | None, shown: Callable[[str], str]) -> list[FacetCount]:
    best = sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:limit]
    return [FacetCount(shown(name), count) for name, count in best]
