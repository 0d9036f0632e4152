"""An analysed query to nodes over a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from indexer.index.record.venues import VenueTable
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.columns import TYPE_CODES
from indexer.index.text.analysis import stem, stems
from query.engines.collection import Collection
from query.engines.deadline import check_time
from query.engines.name_nodes import NamesNode
from query.engines.nodes import (
    AndNode,
    AuthorCountNode,
    AuthorPositionNode,
    ConstantNode,
    ExactNode,
    Node,
    NotNode,
    OrNode,
    PatternNode,
    PhraseNode,
    RunNode,
    TermNode,
    YearsNode,
)
from query.engines.remembered import once
from query.engines.runs import pattern_finder
from query.engines.terms import ALL_COLUMNS, NAME_COLUMNS, Term
from query.engines.variants import Variants
from query.engines.work import affordable, check_work
from query.language.analysed import ADDED, AnalysedQuery, AnalysedWord, names_asked, phrase_in_names
from query.language.lost_signs import whole_words
from query.language.parts import Part
from query.language.tree import (
    And,
    AuthorCount,
    AuthorPosition,
    Exact,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Wildcard,
    Word,
    Years,
)
from query.language.tree import Node as Tree
from query.language.venue_words import known_venue

if TYPE_CHECKING:
    from query.language.leaves import Leaf


@dataclass(slots=True)
class Compiled:
    """Nodes of a query: a term for each different deciding word (governed by `match`), the required clauses, and the
    terms that only score, each in the order of `query`.

    `numbers` says for each deciding word which of `optional` it is: a word that is repeated counts each time in one.
    """

    query: AnalysedQuery
    numbers: list[int] = field(default_factory=list)
    optional: list[TermNode] = field(default_factory=list)
    required: list[Node] = field(default_factory=list)
    score_only: list[Term] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing restricts the answer: every paper matches."""
        return not self.optional and not self.required


class Compiler:
    """Compiles queries against one collection."""

    def __init__(self, collection: Collection, venues: VenueTable, variants: Variants | None = None) -> None:
        self._collection = collection
        self._variants = variants or Variants(collection)
        self._venues = venues

    def compile(self, query: AnalysedQuery) -> Compiled:
        """The nodes of a query, words in query order."""
        compiled = Compiled(query)
        compiled.required = self._clauses(query)
        deciding = list(affordable(query.deciding, self._collection.author_names))
        same: dict[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], bool], int] = {}
        found: list[tuple[AnalysedWord, Sequence[str]]] = []
        for word, joined in zip(deciding, self._joined(deciding), strict=True):
            key = (word.parts, (*joined, *word.named), word.initial_of, word.start == ADDED)
            number = same.setdefault(key, len(found))
            if number == len(found):
                found.append((word, joined))
            else:
                found[number] = (replace(found[number][0], boost=found[number][0].boost + word.boost), joined)
            compiled.numbers.append(number)
        compiled.optional = [TermNode(self._term(word, ALL_COLUMNS, joined)) for word, joined in found]
        compiled.score_only = [self._term(word, NAME_COLUMNS) for word in query.words if word.score_only]
        return compiled

    def _clauses(self, query: AnalysedQuery) -> list[Node]:
        check_work(query, self._collection.segments, self._collection.author_names)
        return [self._node(tree, query) for tree in query.required]

    def _joined(self, words: Sequence[AnalysedWord]) -> Sequence[Sequence[str]]:
        """For each word the joined stems it takes part in with a neighbour that some paper ties by a hyphen."""
        extra: list[list[str]] = [[] for _ in words]
        pairs = [
            (at, left, right)
            for at, (left, right) in enumerate(pairwise(words))
            if len(left.parts) == 1 == len(right.parts) and left.parts != right.parts
        ]
        whole = stems([left.parts[0] + right.parts[0] for _, left, right in pairs])
        for (at, left, right), joined in zip(pairs, whole, strict=True):
            ties = self._variants.variants(joined)
            if ties and (left.stem, right.stem) in ties:
                extra[at].append(joined)
                extra[at + 1].append(joined)
        single = [word.parts[0] if len(word.parts) == 1 else "" for word in words]
        for first, end, word in whole_words(single):
            for at in range(first, end):
                extra[at].append(stem(word))
        return extra

    def _term(self, word: AnalysedWord, columns: Sequence[int], joined: Sequence[str] = ()) -> Term:
        check_time()
        return Term(self._variants, self._collection, word, columns, joined)

    def _node(self, tree: Tree, query: AnalysedQuery) -> Node:
        check_time()
        if isinstance(tree, And | Or):
            children = [self._node(child, query) for child in tree.children]
            return AndNode(children) if isinstance(tree, And) else OrNode(children)
        if isinstance(tree, Not):
            return NotNode(self._node(tree.child, query))
        return once((self, tree), lambda: self._leaf(tree, query))

    def _leaf(self, tree: Leaf, query: AnalysedQuery) -> Node:
        if isinstance(tree, Years):
            return YearsNode(tree.first, tree.last, tree.boost)
        if isinstance(tree, AuthorPosition):
            return AuthorPositionNode(self._collection, tree)
        if isinstance(tree, AuthorCount):
            return AuthorCountNode(tree)
        if isinstance(tree, Exact):
            return self._exact(tree)
        columns = ALL_COLUMNS if tree.field is None else (FIELD_NUMBERS[tree.field],)
        if isinstance(tree, Fuzzy):
            return PatternNode(tree, columns)
        if groups := query.parts_of(tree):
            return self._run(tree, groups, query, columns)
        if isinstance(tree, Prefix | Wildcard):
            return PatternNode(tree, columns)
        if tree.field == "venue" and not tree.written and (name := known_venue(self._venues, tree.text)) is not None:
            return ExactNode("venue", name)
        words = query.words_of(tree)
        if names_asked(tree) and (found := self._collection.author_names.find(tree.text)) is not None:
            return NamesNode(found, [self._term(part, columns) for word in words for part in word.parts_apart()])
        return self._word(words, columns) if isinstance(tree, Word) else self._phrase(words, columns, tree)

    def _exact(self, tree: Exact) -> Node:
        value = tree.text
        if tree.field == "venue":
            value = self._venues.canonical(value)
        elif tree.field == "type" and value not in TYPE_CODES:
            value = ""
        return ExactNode(tree.field or "", value)

    def _run(self, tree: Leaf, groups: Sequence[Sequence[Part]], query: AnalysedQuery, columns: Sequence[int]) -> Node:
        parts = [part for group in groups for part in group]
        if isinstance(tree, Prefix | Wildcard):
            if len(parts) == 1 and parts[0].pattern is not None:
                return PatternNode(replace(parts[0].pattern, boost=tree.boost), columns)
            return ConstantNode(tree.boost, pattern_finder(groups, columns))
        terms = iter([self._term(word, columns) for word in query.words_of(tree)])
        scoring = [None if part.pattern is not None else next(terms) for part in parts]
        slop = tree.slop if isinstance(tree, Phrase) else 1
        return RunNode(self._collection.segments, parts, scoring, tree.boost, columns, slop)

    def _word(self, words: Sequence[AnalysedWord], columns: Sequence[int]) -> Node:
        terms: list[Node] = [TermNode(self._term(word, columns)) for word in words]
        return terms[0] if len(terms) == 1 else AndNode(terms)

    def _phrase(self, words: Sequence[AnalysedWord], columns: Sequence[int], tree: Phrase) -> Node:
        parts = [part for word in words for part in word.parts_apart()]
        terms = [self._term(part, columns) for part in parts]
        if len(parts) == 1:
            return TermNode(terms[0])
        stems_of_parts, named = [part.stem for part in parts], phrase_in_names(tree)
        return PhraseNode(self._collection, stems_of_parts, named, terms, columns, tree.slop)
