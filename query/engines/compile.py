"""A parsed query to nodes over a collection: analysis of its words, joins, stop words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from indexer.index.record.venues import VenueTable
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.columns import TYPE_CODES
from indexer.index.text.analysis import STOP_WORDS, groups, stem, stems
from indexer.index.text.reading import as_read
from query.engines.collection import Collection
from query.engines.joins import Joins
from query.engines.nodes import (
    AndNode,
    ExactNode,
    Node,
    NotNode,
    OrNode,
    PatternNode,
    PhraseNode,
    TermNode,
    YearsNode,
)
from query.engines.terms import ALL_COLUMNS, NAME_COLUMNS, Term
from query.language.tree import And, Exact, Fuzzy, Not, Or, Phrase, Prefix, Query, Wildcard, Word, Years
from query.language.tree import Node as Tree


@dataclass(slots=True)
class Compiled:
    """Nodes of a query: bare words (governed by `match`), what must hold, and words that only score."""

    bare: list[TermNode] = field(default_factory=list)
    required: list[Node] = field(default_factory=list)
    silent: list[Term] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing restricts the answer: every paper matches."""
        return not self.bare and not self.required


class Compiler:
    """Compiles queries against one collection."""

    def __init__(self, collection: Collection, venues: VenueTable) -> None:
        self._collection = collection
        self._joins = Joins(collection)
        self._venues = venues

    def compile(self, query: Query) -> Compiled:
        """The nodes of a query, words in query order."""
        compiled = Compiled()
        words = [(parts, leaf.boost) for leaf in query.bare for parts in grouped(leaf.text)]
        content = [parts for parts, _ in words if not _is_stop(parts)]
        compiled.required = [node for tree in query.required if (node := self._node(tree)) is not None]
        # A function word decides only where nothing else does.
        drop_stops = bool(content or compiled.required)
        kept = [(parts, boost) for parts, boost in words if not (drop_stops and _is_stop(parts))]
        stemmed = stems(["".join(parts) for parts, _ in kept])
        joined = self._joined([parts for parts, _ in kept])
        for (parts, boost), whole, extra in zip(kept, stemmed, joined, strict=True):
            compiled.bare.append(TermNode(self._term(parts, ALL_COLUMNS, boost, extra, whole)))
        if drop_stops:
            compiled.silent = [self._term(parts, NAME_COLUMNS, boost) for parts, boost in words if _is_stop(parts)]
        return compiled

    def _joined(self, words: Sequence[tuple[str, ...]]) -> Sequence[Sequence[str]]:
        """For each word the joined stems it takes part in with a neighbour that some paper ties by a hyphen."""
        extra: list[list[str]] = [[] for _ in words]
        pairs = [left + right for left, right in pairwise(words)]
        for at, (pair, joined) in enumerate(zip(pairs, stems(["".join(pair) for pair in pairs]), strict=True)):
            if len(pair) == 2 and pair[0] != pair[1]:
                ties = self._joins.variants(joined)
                if ties and tuple(map(stem, pair)) in ties:
                    extra[at].append(joined)
                    extra[at + 1].append(joined)
        return extra

    def _term(
        self,
        words: tuple[str, ...],
        columns: Sequence[int],
        boost: float,
        joined: Sequence[str] = (),
        stemmed: str | None = None,
    ) -> Term:
        return Term(self._joins, self._collection, words, columns, boost, joined, stemmed)

    def _node(self, tree: Tree) -> Node | None:
        if isinstance(tree, And | Or):
            children = [node for child in tree.children if (node := self._node(child)) is not None]
            if len(children) < 2:
                return children[0] if children else None
            return AndNode(children) if isinstance(tree, And) else OrNode(children)
        if isinstance(tree, Not):
            child = self._node(tree.child)
            return None if child is None else NotNode(child)
        if isinstance(tree, Years):
            return YearsNode(tree.first, tree.last, tree.boost)
        if isinstance(tree, Exact):
            return self._exact(tree)
        columns = ALL_COLUMNS if tree.field is None else (FIELD_NUMBERS[tree.field],)
        if isinstance(tree, Prefix | Wildcard | Fuzzy):
            return PatternNode(tree, columns)
        text = self._venue_words(tree.text) if tree.field == "venue" else read(tree.text)
        if isinstance(tree, Phrase):
            return self._phrase(tree, text, columns)
        return self._word(tree, text, columns)

    def _exact(self, tree: Exact) -> Node:
        value = tree.text
        if tree.field == "venue":
            value = self._venues.canonical(value)
        elif tree.field == "type" and value not in TYPE_CODES:
            value = ""
        return ExactNode(tree.field or "", value)

    def _venue_words(self, text: str) -> str:
        """An alias of a venue is searched as the venue's name."""
        return self._venues.canonical(text) if self._venues.type_of(self._venues.canonical(text)) else text

    def _word(self, tree: Word, text: str, columns: Sequence[int]) -> Node | None:
        terms: list[Node] = [TermNode(self._term(parts, columns, tree.boost)) for parts in groups(text)]
        if len(terms) < 2:
            return terms[0] if terms else None
        return AndNode(terms)

    def _phrase(self, tree: Phrase, text: str, columns: Sequence[int]) -> Node | None:
        words = [word for parts in groups(text) for word in parts]
        if not words:
            return None
        terms = [self._term((word,), columns, tree.boost) for word in words]
        if len(words) == 1:
            return TermNode(terms[0])
        return PhraseNode(self._collection, [stem(word) for word in words], words, terms, columns, tree.slop)


def read(text: str) -> str:
    """The text of a leaf as it would have been read in a paper."""
    return as_read(text)


def grouped(text: str) -> list[tuple[str, ...]]:
    """The words of a leaf, those tied by hyphens together; most leaves are a plain word, which nothing changes."""
    return [(text.lower(),)] if text.isascii() and text.isalnum() else groups(read(text))


def _is_stop(parts: tuple[str, ...]) -> bool:
    return len(parts) == 1 and parts[0] in STOP_WORDS


def terms_of(compiled: Compiled) -> Iterator[Term]:
    """The terms of the bare words, then those that only score."""
    yield from (node.term for node in compiled.bare)
    yield from compiled.silent
