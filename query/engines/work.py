"""How much work a query asks for, before it is done: what would hold the machine for long is refused.

A unit was meant to be about 30 ns, and the limit some 200 ms for 80,000 papers: an occurrence that a phrase looks at is
one, a surface form that a pattern means 30, inside a phrase 2,000, a fuzzy word 150,000. All were estimated on a
busy machine, where some queries within the limit took up to 600 ms; they are still to be measured on an idle one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.index.errors import QueryError
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import fold
from indexer.index.text.encoded import encode
from query.language.analysed import AnalysedQuery
from query.language.combine import leaves
from query.language.leaves import Leaf
from query.language.tree import Fuzzy, Phrase, Prefix, Wildcard, Word

MOST_WORK = 6_000_000
"""Units of work that a query may ask for."""
FEW = 3
"""Phrases and patterns of at most so many short leaves are never too much, and are not looked at."""
_FUZZY, _PATTERN, _FORM, _FORM_IN_RUN = 150_000, 20_000, 30, 2_000
_POSTING = 0.05


def check_work(query: AnalysedQuery, segments: Sequence[Segment]) -> None:
    """Refuse a query whose phrases and patterns ask for too much. Raises QueryError with the place where it gets so."""
    asked = [leaf for node in query.required for leaf in leaves(node) if not _is_light(leaf)]
    short = len(asked) <= FEW and all(len(leaf.text) < 100 for leaf in asked)
    if short and not any(_is_run(query, leaf) for leaf in asked):
        return
    total = 0.0
    for leaf in dict.fromkeys(asked):
        total += sum(_cost(query, leaf, segment) for segment in segments)
        if total > MOST_WORK:
            raise QueryError(
                f"The query asks for too much work: {len(asked):,} phrases and patterns of common words; "
                "leave some of them out",
                position=leaf.start,
                length=leaf.length,
            )


def _is_light(leaf: Leaf) -> bool:
    return not isinstance(leaf, Phrase | Prefix | Wildcard | Fuzzy) and not (isinstance(leaf, Word) and leaf.written)


def _is_run(query: AnalysedQuery, leaf: Leaf) -> bool:
    """Whether a leaf has a pattern beside other parts."""
    parts = [part for group in query.parts_of(leaf) for part in group]
    return len(parts) > 1 and any(part.pattern is not None for part in parts)


def _cost(query: AnalysedQuery, leaf: Leaf, segment: Segment) -> float:
    if isinstance(leaf, Fuzzy):
        return _FUZZY
    cost, form = 0.0, _FORM_IN_RUN if _is_run(query, leaf) else _FORM
    for text in _patterns(query, leaf):
        low, high = segment.text.forms.prefix_range(encode(text))
        cost += _PATTERN + form * (high - low)
    return cost + _run(segment, [stem for word in query.words_of(leaf) for stem in word.part_stems])


def _patterns(query: AnalysedQuery, leaf: Leaf) -> Iterator[str]:
    """What the words of a leaf's patterns begin with."""
    for part in (part for group in query.parts_of(leaf) for part in group):
        if part.pattern is not None:
            yield fold(part.pattern.text.partition("*")[0].partition("?")[0])


def _run(segment: Segment, stems: Sequence[str]) -> float:
    """Words in order: papers are common to all before positions are looked at, so that the rarest decides."""
    group = segment.text
    found = [group.find(encode(stem)) for stem in stems]
    if not found or min(found) < 0:
        return 0.0
    sizes = [(_size(group.span(term)), _size(group.occurrences(term))) for term in found]
    rarest = min(papers for papers, _ in sizes)
    return sum(_POSTING * papers + rarest * occurrences / max(1, papers) for papers, occurrences in sizes)


def _size(extent: tuple[int, int]) -> int:
    return extent[1] - extent[0]
