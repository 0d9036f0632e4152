"""How much work a query asks for, before it is done: what would hold the machine for long is refused.

A unit is about 30 ns, and the limit some 200 ms for 80,000 papers: an occurrence that a phrase looks at is one, so are
the words of `deep-learning`; a paper that may have a word in one field is half of one, a surface form that a pattern
means 30, inside a phrase 6,000, a fuzzy word 150,000, a name that is compared with a typed one 90, and words as they
are written cost six times what a phrase does. All were measured on a busy machine, by queries of each kind repeated up
to ten thousand characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from indexer.index.errors import QueryError
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import fold
from indexer.index.text.encoded import encode
from query.engines.author_names import AuthorNames
from query.engines.remembered import once
from query.language.analysed import AnalysedQuery, AnalysedWord, names_asked
from query.language.combine import leaves
from query.language.tree import AuthorPosition, Fuzzy, Phrase, Prefix, Wildcard, Word

if TYPE_CHECKING:
    from query.language.leaves import Leaf

MOST_WORK = 6_000_000
"""Units of work that a query may ask for."""
FEW = 3
"""Phrases and patterns of at most so many short leaves are never too much, and are not looked at."""
_MANY, _WORD = 100, 8_000
"""Words in groups that are looked at, and what each asks for when it is looked up for the first time."""
_FUZZY, _PATTERN, _FORM, _FORM_IN_RUN = 150_000, 20_000, 30, 6_000
_TYPED_NAME, _NAME, _COMPOUND, _AS_WRITTEN = 10_000, 90, 15_000, 6
_POSTING, _FIELDED = 0.05, 0.5
MOST_NAMES = 20_000
"""Names that are compared at most for the initials of a query: a hundred for most, of `W. Wang` two thousand."""


def check_work(query: AnalysedQuery, segments: Sequence[Segment], names: AuthorNames) -> None:
    """Refuse a query whose clauses ask for too much. Raises QueryError with the place where it gets so."""
    every = [leaf for node in query.required for leaf in leaves(node)]
    asked = [leaf for leaf in every if not _is_light(leaf)]
    compounds = [word for word in query.words if len(word.parts) > 1]
    short = len(asked) + len(compounds) <= FEW and all(len(leaf.text) < 100 for leaf in asked)
    if short and len(every) < _MANY and not any(_is_run(query, leaf) for leaf in asked):
        return
    total = float(_WORD * (len(every) - len(asked)))
    for leaf in dict.fromkeys(asked or every[-1:]):
        total += once((names, "work", leaf), partial(_whole_cost, query, leaf, segments, names))
        if total > MOST_WORK:
            raise _too_much(len(asked) + len(compounds), leaf.start, leaf.length)
    for word in {word.parts: word for word in compounds}.values():
        total += sum(_COMPOUND + _run(segment, word.part_stems) for segment in segments)
        if total > MOST_WORK:
            raise _too_much(len(asked) + len(compounds), max(0, word.start), 1)


def _whole_cost(query: AnalysedQuery, leaf: Leaf, segments: Sequence[Segment], names: AuthorNames) -> float:
    found = _TYPED_NAME + _NAME * names.looked_at(leaf.text) if _is_name(leaf) else 0
    return found + sum(_cost(query, leaf, segment) for segment in segments)


def affordable(words: Iterable[AnalysedWord], names: AuthorNames) -> Iterator[AnalysedWord]:
    """The words, of which an initial is no more than a letter once too many names are compared for those before it."""
    compared = 0
    for word in words:
        if word.initial_of:
            compared += sum(names.looked_at(name) for name in word.initial_of)
            if compared > MOST_NAMES:
                word = replace(word, initial_of=())
        yield word


def _too_much(clauses: int, start: int, length: int) -> QueryError:
    return QueryError(
        f"The query asks for too much work: {clauses:,} phrases, patterns and names of common words; "
        "leave some of them out",
        position=start,
        length=length,
    )


def _is_name(leaf: Leaf) -> bool:
    return isinstance(leaf, AuthorPosition) or (isinstance(leaf, Word | Phrase) and names_asked(leaf))


def _is_light(leaf: Leaf) -> bool:
    if isinstance(leaf, Word):
        return not leaf.written and leaf.field is None
    return not isinstance(leaf, Phrase | Prefix | Wildcard | Fuzzy | AuthorPosition)


def _is_run(query: AnalysedQuery, leaf: Leaf) -> bool:
    """Whether a leaf has a pattern beside other parts."""
    parts = [part for group in query.parts_of(leaf) for part in group]
    return len(parts) > 1 and any(part.pattern is not None for part in parts)


def _cost(query: AnalysedQuery, leaf: Leaf, segment: Segment) -> float:
    if isinstance(leaf, Fuzzy):
        return _FUZZY
    if isinstance(leaf, AuthorPosition):
        return 0.0
    cost, form = 0.0, _FORM_IN_RUN if _is_run(query, leaf) else _FORM
    for text in _patterns(query, leaf):
        low, high = segment.text.forms.prefix_range(encode(text))
        cost += _PATTERN + form * (high - low)
    if leaf.field is not None and isinstance(leaf, Word | Phrase):
        cost += _FIELDED * _postings(segment, (stem for word in query.words_of(leaf) for stem in word.part_stems))
    factor = _AS_WRITTEN if isinstance(leaf, Word | Phrase) and leaf.written else 1
    return cost + factor * _run(segment, [stem for word in query.words_of(leaf) for stem in word.part_stems])


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


def _postings(segment: Segment, stems: Iterable[str]) -> int:
    """Papers of all stems: in one field each is looked at, whether it has the word there."""
    found = [segment.text.find(encode(stem)) for stem in stems]
    return sum(_size(segment.text.span(term)) for term in found if term >= 0)


def _size(extent: tuple[int, int]) -> int:
    return extent[1] - extent[0]
