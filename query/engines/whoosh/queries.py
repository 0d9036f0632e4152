"""Queries that Whoosh lacks, as classes of its own kind: what they match is for its matchers to say.

Each is asked segment by segment; `Leaf` pairs Whoosh's reader of a segment with Quiver's, which knows what Whoosh has
no fields for: author clusters, hashes of addresses, surface forms of stems, compounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.index.bm25f import idf
from indexer.index.once import made_once
from indexer.index.schema import FIELDS, NAMES, TEXT
from indexer.index.segment.container import Array
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import stem
from indexer.index.text.encoded import decode, encode
from indexer.index.text.spellings import spelled_in_names
from indexer.index.text.ties import HERE
from indexer.index.whoosh.library import matching, query, reading
from query.engines.collection import Collection
from query.engines.patterns import Pattern, word_test
from query.engines.terms import is_year
from query.engines.variants import TIES, Variants
from query.engines.whoosh.matchers import ConstantMatcher, PhraseMatcher, TermMatcher, tree
from query.language.analysed import AnalysedWord

ALL_COLUMNS = tuple(range(len(FIELDS)))


@dataclass(frozen=True)
class Leaf:
    """One segment, read by Whoosh and by Quiver."""

    reader: Any
    segment: Segment

    def postings(self, field: str, term: bytes | str) -> Any:
        """Whoosh's matcher of a term in a field; one that matches nothing where there is none."""
        raw = encode(term) if isinstance(term, str) else term
        try:
            return self.reader.postings(field, raw)
        except reading.TermNotFound:
            return matching.NullMatcher()

    def phrase(self, column: int, words: Sequence[str], slop: int) -> Any:
        """A matcher of words in order in a field."""
        leaves = {word: self.postings(FIELDS[column].name, word) for word in words}
        together = tree(matching.IntersectionMatcher, list(leaves.values()))
        return PhraseMatcher(together, [leaves[word] for word in words], column, slop)

    def listed(self, docs: Array) -> Any:
        """A matcher of those of some papers that are live."""
        return matching.ListMatcher(np.sort(docs[self.segment.live[docs]]).tolist())


class Part(query.Query):  # type: ignore[misc]  # Whoosh has no types
    """A query of ours."""

    def __init__(self, leaves: dict[str, Leaf]) -> None:
        self.leaves = leaves

    def __hash__(self) -> int:
        return id(self)

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """The matcher over one segment."""
        return self.over(self.leaves[searcher.reader().segment().segid], searcher)

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        """The same, of a leaf."""
        raise NotImplementedError


class Papers(Part):
    """Papers by number, without a score: `docs` gives those of a segment."""

    def __init__(self, leaves: dict[str, Leaf], docs: Callable[[Segment], Array]) -> None:
        super().__init__(leaves)
        self._docs = docs

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        return leaf.listed(self._docs(leaf.segment))


class Live(Part):
    """Every paper that is not shadowed, deleted or gone."""

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        return leaf.listed(np.arange(leaf.segment.docs))


class Combined(Part):
    """Several queries as one tree of binary matchers in their order: `kind` is Whoosh's class of matchers."""

    def __init__(self, leaves: dict[str, Leaf], kind: Callable[[Any, Any], Any], parts: Sequence[Any]) -> None:
        super().__init__(leaves)
        self._kind, self._parts = kind, parts

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        return tree(self._kind, [part.matcher(searcher) for part in self._parts])


class Constant(Part):
    """What another query matches, each paper for the same gain."""

    def __init__(self, leaves: dict[str, Leaf], inner: Any, gain: float) -> None:
        super().__init__(leaves)
        self._inner, self._gain = inner, gain

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        return ConstantMatcher(self._inner.matcher(searcher), self._gain)


class TermQuery(Part):
    """One scored term in some fields, variants by compounds among them: the words as in `query.engines.terms.Term`."""

    def __init__(
        self,
        leaves: dict[str, Leaf],
        collection: Collection,
        word: AnalysedWord,
        columns: Sequence[int] = ALL_COLUMNS,
        joined: Sequence[str] = (),
    ) -> None:
        super().__init__(leaves)
        self._collection, self._words, self._columns = collection, word.parts, tuple(columns)
        self._word, self._boost = word, word.boost
        self._stems = dict.fromkeys((word.stem, *joined, *word.also))
        self._runs = self._variants()

    def _variants(self) -> list[tuple[str, ...]]:
        """Stems side by side that count as this term."""
        return list(Variants(self._collection).of_word(self._word))

    def _matchers(self, leaf: Leaf) -> Iterator[tuple[int, Any]]:
        """Where the term stands in a segment: field and matcher."""
        for column in self._columns:
            field = FIELDS[column]
            if field.group == TEXT:
                singles, runs = list(self._stems), self._runs
            else:
                named = self._word.in_names
                singles, runs = ["".join(named)], [named] if len(named) > 1 else []
                if len(self._words) == 1 and self._columns == ALL_COLUMNS:
                    singles += spelled_in_names(self._words[0])
            for term in singles:
                yield column, leaf.postings(field.name, term)
            for run in runs:
                yield column, self._tied(leaf, field.name, run) if run[0] in TIES else leaf.phrase(column, run, 1)

    @staticmethod
    def _tied(leaf: Leaf, field: str, tie: tuple[str, ...]) -> Any:
        """Where another spelling stands, of a tie that holds in some papers alone only there."""
        mark, word, other = tie
        found = leaf.postings(field, other)
        if mark != HERE:
            return found
        return matching.FilterMatcher(found, frozenset(leaf.segment.compounds.tied(word, other).tolist()))

    @made_once
    def _weight(self) -> float:
        """idf times boost; n_t counts the papers that Whoosh's matchers find."""
        holding = 0
        for leaf in self.leaves.values():
            found = tree(matching.UnionMatcher, [matcher for _, matcher in self._matchers(leaf)])
            while found.is_active():
                holding += 1
                found.next()
        return idf(self._collection.papers, holding) * self._boost

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        matchers = list(self._matchers(leaf))
        found = [matcher for _, matcher in matchers]
        if len(self._words) == 1 and self._columns == ALL_COLUMNS and is_year(self._words[0]):
            found.append(query.Term("year", int(self._words[0])).matcher(searcher))
        if self._word.venue and self._columns == ALL_COLUMNS:
            name = self._word.venue
            found.append(query.ColumnQuery("venue", lambda value: value == name).matcher(searcher))
        for name in self._word.initial_of if self._columns == ALL_COLUMNS else ():
            names = self._collection.author_names.find(name)
            if names is not None and not names.nobody:
                at = self._collection.segments.index(leaf.segment)
                found.append(leaf.listed(names.docs(leaf.segment, at)))
                break
        union = tree(matching.UnionMatcher, found)
        return TermMatcher(union, matchers, self._weight, self._collection.averages, leaf.reader.doc_field_length)


class PhraseQuery(Part):
    """Papers with words in order in one of some fields, or in one author's name; without a score."""

    def __init__(
        self,
        leaves: dict[str, Leaf],
        words: Sequence[str],
        named: Sequence[str],
        columns: Sequence[int],
        slop: int,
    ) -> None:
        super().__init__(leaves)
        self._named, self._columns, self._slop = named, columns, slop
        self._stems = [stem(word) for word in words]

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        matchers = [
            leaf.phrase(column, self._named if FIELDS[column].group == NAMES else self._stems, self._slop)
            for column in self._columns
        ]
        return tree(matching.UnionMatcher, matchers)


class PatternQuery(Part):
    """Papers with a word that a prefix, a wildcard or a fuzzy word means, in one of some fields; without a score.

    Every surface word of a segment is tried: the forms of stems, which Whoosh does not know, and words of names.
    """

    def __init__(self, leaves: dict[str, Leaf], pattern: Pattern, columns: Sequence[int]) -> None:
        super().__init__(leaves)
        self._test = word_test(pattern).test
        self._text = [FIELDS[column].name for column in columns if FIELDS[column].group == TEXT]
        self._names = [FIELDS[column].name for column in columns if FIELDS[column].group == NAMES]

    def over(self, leaf: Leaf, searcher: Any) -> Any:
        matchers = [
            leaf.postings(field, word)
            for field in self._names
            for word in leaf.reader.lexicon(field)
            if self._means(word)
        ]
        group = leaf.segment.text
        for number, form in enumerate(group.forms if self._text else ()):
            if self._means(form):
                term = group.terms[int(group.form_term[number])]
                held = tree(matching.UnionMatcher, [leaf.postings(field, term) for field in self._text])
                matchers.append(matching.IntersectionMatcher(leaf.listed(group.form_docs(number)), held))
        return tree(matching.UnionMatcher, matchers)

    def _means(self, word: bytes) -> bool:
        return self._test(decode(word))
