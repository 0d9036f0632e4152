"""An analysed query to clauses that the cluster matches and that are scored here.

What `engines.compile` does for arrays: the terms are the same, and so is what scores where. A clause's papers are the
cluster's to tell: each has a name, and a hit says which of them it matches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from indexer.index.opensearch.analysed import server_key
from indexer.index.record.names import cluster_key
from indexer.index.record.venues import VenueTable
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.columns import TYPE_CODES
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import stems
from indexer.index.text.languages import tagged_stem
from query.engines.compile import Compiled, Compiler
from query.engines.masks import Mask
from query.engines.nodes import AndNode, Node, NotNode, OrNode, Scope, Scorer
from query.engines.opensearch import clauses, reading
from query.engines.opensearch.candidates import Rows
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.cluster_variants import ClusterVariants
from query.engines.opensearch.rows_collection import ClusterCollection
from query.engines.terms import NAME_COLUMNS, TEXT_COLUMNS, Term
from query.language.analysed import AnalysedQuery, names_asked, phrase_in_names
from query.language.leaves import Leaf
from query.language.parts import Part, joined
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


class Clause(Node):
    """A leaf that the cluster matches: each of its terms scores where it does, each None its boost."""

    def __init__(self, query: Query, terms: Sequence[Term | None] = (), boost: float = 1.0) -> None:
        self.query, self.terms, self.boost = dict(query), terms, boost
        self.name = ""

    def mask(self, segment: Segment, at: int) -> Mask:
        assert isinstance(segment, Rows)  # only rows of a cluster are asked
        return segment.told(self.name)

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        active = scope.of(self, segment, at).active
        for term in self.terms:
            yield Scorer(term, 0.0 if term else self.boost, active=active)

    def ordering(self, rarity: clauses.Rarity | None) -> list[Query]:
        """What orders the papers that match it."""
        found = [query for term in self.terms if term is not None for query in clauses.scoring(term, rarity)]
        if None in self.terms and self.boost > 0:
            found.append({"constant_score": {"filter": self.query, "boost": self.boost}})
        return found


_WIDE = 64
"""Clauses of a query up to which it also filters its own ordering."""


def _leaves(query: object) -> int:
    """Clauses of a query that hold no other; a pattern inside a phrase is as many as the words that it means."""
    if isinstance(query, Mapping):
        if "span_multi" in query:
            return 1_024
        return max(1, sum(_leaves(part) for part in query.values() if isinstance(part, Mapping | list)))
    return sum(map(_leaves, query)) if isinstance(query, list) else 0


@dataclass(frozen=True, slots=True)
class _Tree:
    """A compiled node, what matches it, and what orders the papers that do."""

    node: Node
    query: Query
    leaves: tuple[Clause, ...] = ()
    ordering: tuple[Query, ...] = ()

    def alone(self) -> Sequence[Query]:
        """Its ordering among papers of which some do not match it: there its words score nothing.

        What is wide is not asked for twice, since a query of 1,024 clauses is all that the server takes: then a paper
        that has but some of the words may stand too high among the candidates, as one of a few hundred re-scored.
        """
        if len(self.ordering) < 2 and isinstance(self.node, Clause) and len(self.node.terms) < 2:
            return self.ordering
        if _leaves(self.query) > _WIDE:
            return self.ordering
        return [{"bool": {"filter": [self.query], "should": list(self.ordering)}}] if self.ordering else ()


@dataclass(slots=True)
class ClusterCompiled(Compiled):
    """A compiled query with its required clauses as queries, and all leaves of those."""

    queries: list[Query] = field(default_factory=list)
    leaves: list[Clause] = field(default_factory=list)
    required_ordering: list[Query] = field(default_factory=list)
    rarity: clauses.Rarity | None = None

    def terms(self) -> Iterator[Term]:
        """Every term that scores, in the order of the query."""
        yield from (node.term for node in self.optional)
        yield from (term for leaf in self.leaves for term in leaf.terms if term is not None)
        yield from self.score_only

    def ordering(self) -> list[Query]:
        """What orders the candidates on the server."""
        terms = (*(node.term for node in self.optional), *self.score_only)
        return [*(query for term in terms for query in clauses.scoring(term, self.rarity)), *self.required_ordering]


class ClusterCompiler(Compiler):
    """Compiles queries against an index in a cluster."""

    def __init__(self, collection: ClusterCollection, venues: VenueTable) -> None:
        self._ties = ClusterVariants(collection, collection.statistics)
        super().__init__(collection, venues, self._ties)
        self._names = collection.author_names
        self._statistics = collection.statistics
        self.compiled: list[ClusterCompiled] = []
        """All that was compiled in a call."""

    def compile(self, query: AnalysedQuery) -> ClusterCompiled:
        """The clauses of a query, words in query order."""
        self._ties.prepare(self._tied(query))
        found = super().compile(query)
        compiled = ClusterCompiled(found.query, found.numbers, found.optional, score_only=found.score_only)
        trees = [self._tree(tree, query) for tree in query.required]
        compiled.required = [tree.node for tree in trees]
        compiled.queries = [tree.query for tree in trees]
        compiled.leaves = [leaf for tree in trees for leaf in tree.leaves]
        compiled.required_ordering = [query for tree in trees for query in tree.ordering]
        for number, leaf in enumerate(compiled.leaves):
            leaf.name = f"clause-{number}"
        compiled.rarity = self._statistics.rarity
        self.compiled.append(compiled)
        if any(isinstance(node, AndNode | OrNode) for node in compiled.required):
            # Where a leaf may not match what is found, hits say which do.
            for leaf in compiled.leaves:
                named = {"bool": {"filter": [dict(leaf.query)], "_name": leaf.name}}
                leaf.query.clear()
                leaf.query.update(named)
        return compiled

    def _clauses(self, query: AnalysedQuery) -> list[Node]:
        # See `compile`: they come with their queries.
        return []

    def _tied(self, query: AnalysedQuery) -> Iterable[str]:
        """Stems whose variants the compiling of a query will ask for."""
        words = list(query.words)
        for leaf in query.leaves():
            words += [part for word in query.words_of(leaf) for part in (word, *word.parts_apart())]
        for word in words:
            if len(word.parts) == 1:
                yield word.stem
                yield from (tagged_stem(word.parts[0], code) for code in self._ties.languages)
        deciding = list(query.deciding)
        yield from stems(
            [
                left.parts[0] + right.parts[0]
                for left, right in pairwise(deciding)
                if len(left.parts) == 1 == len(right.parts) and left.parts != right.parts
            ]
        )

    def _tree(self, tree: Tree, query: AnalysedQuery) -> _Tree:
        if isinstance(tree, And | Or):
            parts = [self._tree(child, query) for child in tree.children]
            nodes, queries = [part.node for part in parts], [part.query for part in parts]
            leaves = tuple(leaf for part in parts for leaf in part.leaves)
            if isinstance(tree, And):
                every = tuple(query for part in parts for query in part.ordering)
                return _Tree(AndNode(nodes), clauses.both(queries), leaves, every)
            some = tuple(query for part in parts for query in part.alone())
            return _Tree(OrNode(nodes), clauses.either(queries), leaves, some)
        if isinstance(tree, Not):
            child = self._tree(tree.child, query)
            # What is inside does not score, so that nobody asks which of it matches.
            return _Tree(NotNode(child.node), {"bool": {"must_not": [child.query]}}, child.leaves)
        leaf = self._leaf(tree, query)
        return _Tree(leaf, leaf.query, (leaf,), tuple(leaf.ordering(self._statistics.lexicon.stems)))

    def _leaf(self, tree: Leaf, query: AnalysedQuery) -> Clause:
        if isinstance(tree, Years):
            return Clause(clauses.years(tree.first, tree.last), (None,), tree.boost)
        if isinstance(tree, AuthorPosition):
            return Clause(self._placed(tree), (None,), tree.boost)
        if isinstance(tree, AuthorCount):
            return Clause(clauses.numbered(tree.least, tree.most), (None,), tree.boost)
        if isinstance(tree, Exact):
            return Clause(self._whole(tree))
        columns: tuple[int, ...] = (*TEXT_COLUMNS, *NAME_COLUMNS)
        if tree.field is not None:
            columns = (FIELD_NUMBERS[tree.field],)
        if isinstance(tree, Fuzzy):
            return Clause(clauses.pattern(tree, columns), (None,), tree.boost)
        if groups := query.parts_of(tree):
            return self._run_of(tree, groups, query, columns)
        if isinstance(tree, Prefix | Wildcard):
            return Clause(clauses.pattern(tree, columns), (None,), tree.boost)
        assert isinstance(tree, Word | Phrase)  # the other leaves are above
        if tree.field == "venue" and not tree.written and (name := known_venue(self._venues, tree.text)) is not None:
            return Clause(clauses.exact("venue", name))
        words = query.words_of(tree)
        if names_asked(tree) and (found := self._names.find(tree.text)) is not None:
            terms = [self._term(part, columns) for word in words for part in word.parts_apart()]
            return Clause({"terms": {"clusters": list(map(server_key, found.keys))}}, terms)
        if isinstance(tree, Word):
            terms = [self._term(word, columns) for word in words]
            return Clause(clauses.both([clauses.matching(term) for term in terms]), terms)
        return self._phrase_of(tree, [part for word in words for part in word.parts_apart()], columns)

    def _phrase_of(self, tree: Phrase, parts: Sequence[object], columns: Sequence[int]) -> Clause:
        terms = [self._term(part, columns) for part in parts]  # type: ignore[arg-type]  # words of the analysis
        if len(terms) == 1:
            return Clause(clauses.matching(terms[0]), terms)
        text = [column for column in TEXT_COLUMNS if column in columns]
        names = [column for column in NAME_COLUMNS if column in columns]
        meant = ([term.word.stem for term in terms], phrase_in_names(tree), text, names, tree.slop)
        if clauses.too_many(len(terms), tree.slop, len(columns)):
            return Clause(reading.spaced(self._collection, self._statistics, *meant), terms)
        return Clause(clauses.phrase(*meant), terms)

    def _placed(self, tree: AuthorPosition) -> Query:
        """Papers whose first or last author has a name that is meant."""
        if tree.whole:
            return clauses.term(tree.field or "first", server_key(cluster_key(tree.text)))
        found = self._names.find(tree.text, every=True)
        return {"terms": {tree.field or "first": [server_key(key) for key in (found.keys if found else ())]}}

    def _whole(self, tree: Exact) -> Query:
        value = tree.text
        if tree.field == "venue":
            value = self._venues.canonical(value)
        elif tree.field == "type" and value not in TYPE_CODES:
            return clauses.NONE
        return clauses.exact(tree.field or "", value)

    def _run_of(
        self, tree: Leaf, groups: Sequence[Sequence[Part]], query: AnalysedQuery, columns: Sequence[int]
    ) -> Clause:
        parts = [part for group in groups for part in group]
        if isinstance(tree, Prefix | Wildcard):
            if len(parts) == 1 and parts[0].pattern is not None:
                return Clause(clauses.pattern(parts[0].pattern, columns), (None,), tree.boost)
            found = clauses.run(parts, columns, 1)
            whole = joined(parts) if len(groups) == 1 else None
            if whole is not None:
                found = clauses.either([found, clauses.pattern(replace(whole, boost=1.0), columns)])
            return Clause(found, (None,), tree.boost)
        terms = iter([self._term(word, columns) for word in query.words_of(tree)])
        scoring = [None if part.pattern is not None else next(terms) for part in parts]
        slop = tree.slop if isinstance(tree, Phrase) else 1
        if any(part.spelling for part in parts) or clauses.too_many(len(parts), slop, len(columns)):
            return Clause(reading.written(self._statistics, parts, columns, slop), scoring, tree.boost)
        return Clause(clauses.run(parts, columns, slop), scoring, tree.boost)
