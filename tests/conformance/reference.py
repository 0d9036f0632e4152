"""A plain reference of matching and scoring, in loops over papers and words.

It takes from Quiver the parsed query, the words of each field and the name of a venue; it counts everything itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property

from indexer.index.record.identity import keys
from indexer.index.record.name_forms import NameForm, meant, readings, stored_form
from indexer.index.record.names import cluster_key, spelling
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.text.analysis import STOP_WORDS, compounds, fold, groups, name_words, stem, tokens, words
from indexer.index.text.reading import as_read
from indexer.index.text.spellings import spelled_in_names
from indexer.index.text.ties import EVERYWHERE, HERE, ties
from query.language.initials import names_of_initials
from query.language.parts import Part, has_pattern, joined, pattern_parts, unaccented, written_parts
from query.language.tree import (
    And,
    AuthorCount,
    AuthorPosition,
    Exact,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Wildcard,
    Word,
    Years,
)
from query.language.venue_words import venue_of_acronym

WEIGHTS = {
    "title": (3.0, 0.5),
    "venue": (1.0, 0.5),
    "abstract": (1.0, 0.75),
    "keywords": (1.0, 0.5),
    "authors": (2.0, 0.5),
}
K1 = 1.5
GAP = ""
ALL = tuple(WEIGHTS)
VENUES = VenueTable.default()
Parts = tuple[str, ...]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Doc:
    """A paper as its words: for each field the runs in which a phrase may lie (an author, a keyword, a whole text)."""

    paper: Paper
    venue: str
    runs: Mapping[str, list[list[str]]]

    @classmethod
    def of(cls, paper: Paper) -> Doc:
        venue = VENUES.canonical(paper.venue)
        searched = venue if paper.venue.casefold() == venue.casefold() else f"{venue} {paper.venue}"
        runs = {
            "title": [words(as_read(paper.title))],
            "venue": [words(searched)],
            "abstract": [words(as_read(paper.abstract))],
            # A gap between two keywords: no phrase crosses it, a near-group may.
            "keywords": [[word for keyword in paper.keywords for word in (GAP, *words(as_read(keyword)))]],
            "authors": [name_words(spelling(author.name)) for author in paper.authors],
        }
        return cls(paper, venue, runs)

    @cached_property
    def authors(self) -> list[tuple[str, str | None]]:
        """Spelling and id of each author, once."""
        return list(dict.fromkeys((spelling(author.name), author.id) for author in self.paper.authors))

    @cached_property
    def lengths(self) -> dict[str, int]:
        return {field: sum(word != GAP for run in runs for word in run) for field, runs in self.runs.items()}

    @cached_property
    def terms(self) -> dict[str, list[list[str]]]:
        """The runs as terms: stems of text, words of names."""
        return {
            field: runs if field == "authors" else [[_stem(word) for word in run] for run in runs]
            for field, runs in self.runs.items()
        }

    @cached_property
    def counts(self) -> dict[str, Counter[str]]:
        return {field: Counter(term for run in runs for term in run) for field, runs in self.terms.items()}

    @cached_property
    def spelt(self) -> dict[str, list[list[tuple[str, str]]]]:
        """The runs as pairs of folded word and word as read."""

        def pairs(text: str) -> list[tuple[str, str]]:
            return [(token.text, text[token.start : token.end]) for token in tokens(text)]

        paper = self.paper
        searched = self.venue if paper.venue.casefold() == self.venue.casefold() else f"{self.venue} {paper.venue}"
        return {
            "title": [pairs(as_read(paper.title))],
            "venue": [pairs(searched)],
            "abstract": [pairs(as_read(paper.abstract))],
            "keywords": [[word for text in paper.keywords for word in ((GAP, GAP), *pairs(as_read(text)))]],
            "authors": [pairs(spelling(author.name)) for author in paper.authors],
        }

    @cached_property
    def vocabulary(self) -> dict[str, set[str]]:
        return {field: {word for run in runs for word in run if word != GAP} for field, runs in self.runs.items()}

    @cached_property
    def compounds(self) -> set[tuple[str, Parts]]:
        texts = (self.paper.title, self.paper.abstract, *self.paper.keywords)
        tied = {
            (_stem(tie.word), (tie.where, _stem(tie.word), _stem(tie.other)))
            for text in texts
            for tie in ties(as_read(text))
            if _stem(tie.word) != _stem(tie.other)
        }
        return tied | {
            (_stem("".join(parts)), tuple(map(_stem, parts))) for text in texts for parts in compounds(as_read(text))
        }

    def phrase(self, field: str, sought: Sequence[str], slop: int = 1) -> int:
        """How many words of the field end a run of the sought terms."""
        if any(term not in self.counts[field] for term in sought):
            return 0
        return sum(len(_ends(run, sought, slop)) for run in self.terms[field])


_STEMS: dict[str, str] = {}


def _stem(word: str) -> str:
    if word not in _STEMS:
        _STEMS[word] = stem(word)
    return _STEMS[word]


def _ends(run: Sequence[str], sought: Sequence[str], slop: int) -> set[int]:
    ends = {at for at, term in enumerate(run) if term == sought[0]}
    for term in sought[1:]:
        ends = {at for end in ends for at in range(end + 1, min(end + slop + 1, len(run))) if run[at] == term}
    return ends


@dataclass(frozen=True)
class Scored:
    """What an answer should hold of one paper."""

    doc: Doc
    tier: int
    score: float


class Reference:
    """Answers parsed queries over some papers, of which the last of an id counts."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.docs = [Doc.of(paper) for paper in {paper.id: paper for paper in papers}.values()]
        self.averages = {field: self._average(field) for field in WEIGHTS}
        self.compounds = {form for doc in self.docs for form in doc.compounds}
        self._terms: dict[object, Term] = {}

    def _average(self, field: str) -> float:
        total = sum(doc.lengths[field] for doc in self.docs)
        return float(f"{total / len(self.docs):.3g}") if total else 1.0

    def answer(self, query: Query, keep: Callable[[Doc], bool] = lambda doc: True, match: str = "auto") -> list[Scored]:
        """The papers that a query finds, in no order."""
        bare, silent = self._bare(query)
        required = [node for node in map(self._node, self._content(query)) if node is not None]
        docs = [doc for doc in self.docs if keep(doc) and all(node.matches(doc) for node in required)]
        every = [doc for doc in docs if all(term.matches(doc) for term in bare)]
        some = [doc for doc in docs if any(term.matches(doc) for term in bare)]
        if match == "any" and bare:
            every = some
        tiers = [(doc, 0) for doc in every]
        if match == "auto" and len(bare) > 1 and len(every) < 10:
            inside = set(map(id, every))
            tiers += [(doc, 1) for doc in some if id(doc) not in inside]
        scorers = [*bare, *required, *silent]
        return [Scored(doc, tier, math.fsum(scorer.score(doc) for scorer in scorers)) for doc, tier in tiers]

    def _bare(self, query: Query) -> tuple[list[Term], list[Term]]:
        """The bare words that decide, and the function words that only score, in author names."""
        leaves = zip(query.optional, names_of_initials(query.optional), strict=True)
        found = [(parts, leaf.boost, names) for leaf, names in leaves for parts in groups(as_read(leaf.text))]
        drop = has_content(query)
        kept = [(parts, boost) for parts, boost, _ in found if not (drop and is_stop(parts))]
        initials = [names for parts, _, names in found if not (drop and is_stop(parts))]
        terms = []
        for at, (parts, boost) in enumerate(kept):
            pairs = [words for words in (self._pair(kept, at - 1), self._pair(kept, at)) if words]
            term = self.term(parts, ALL, boost, tuple("".join(pair) for pair in pairs))
            named = [named for name in initials[at] if (named := self._names(name, 0.0)) is not None]
            terms.append(term.of([named for named in named if any(map(named.matches, self.docs))][:1]))
        silent = [self.term(parts, ("authors",), boost) for parts, boost, _ in found if drop and is_stop(parts)]
        return terms, silent

    def _pair(self, kept: Sequence[tuple[Parts, float]], at: int) -> Parts | None:
        """Two words side by side that some paper ties by a hyphen."""
        if at < 0 or at + 1 >= len(kept):
            return None
        pair = kept[at][0] + kept[at + 1][0]
        tied = len(pair) == 2 and pair[0] != pair[1]
        return pair if tied and (_stem("".join(pair)), tuple(map(_stem, pair))) in self.compounds else None

    def term(self, parts: Parts, fields: Sequence[str], boost: float, joined: Sequence[str] = ()) -> Term:
        key = (parts, tuple(fields), boost, tuple(joined))
        if key not in self._terms:
            self._terms[key] = Term(self, parts, fields, boost, joined)
        return self._terms[key]

    def _content(self, query: Query) -> Iterator[Node]:
        yield from query.required

    def _node(self, tree: Node) -> Scorer | None:
        if isinstance(tree, And | Or):
            children = [node for child in tree.children if (node := self._node(child)) is not None]
            return Both(children, all if isinstance(tree, And) else any) if children else None
        if isinstance(tree, Not):
            child = self._node(tree.child)
            return None if child is None else Constant(lambda doc: not child.matches(doc), 0.0)
        if isinstance(tree, Years):
            return Constant(lambda doc: within(doc.paper.year, tree.first, tree.last), tree.boost)
        if isinstance(tree, AuthorPosition):
            return Constant(self._at_position(tree), tree.boost)
        if isinstance(tree, AuthorCount):
            return Constant(lambda doc: within(len(doc.authors), tree.least, tree.most), tree.boost)
        if isinstance(tree, Exact):
            return Constant(exact_test(tree), 0.0)
        fields = ALL if tree.field is None else (tree.field,)
        if isinstance(tree, Word | Phrase) and tree.written:
            return self._written(tree, fields)
        if isinstance(tree, Prefix | Wildcard):
            cut = pattern_parts(f"{tree.text}*" if isinstance(tree, Prefix) else tree.text)
            if sum(map(len, cut)) > 1:
                return Constant(over_parts(cut, fields), tree.boost)
        if isinstance(tree, Prefix | Wildcard | Fuzzy):
            means = pattern(tree)
            return Constant(
                lambda doc: any(means(word) for field in fields for word in doc.vocabulary[field]), tree.boost
            )
        if tree.field == "authors" and (not isinstance(tree, Phrase) or tree.slop == 1):
            return self._names(tree.text, tree.boost)
        text = as_read(tree.text)
        if tree.field == "venue" and VENUES.canonical(tree.text) in {venue.name for venue in VENUES.venues}:
            return Constant(exact_test(Exact(tree.text, "venue")), 0.0)
        if isinstance(tree, Phrase) and has_pattern(tree.text):
            parts = [part for group in pattern_parts(tree.text) for part in group]
            slop = tree.slop
            there = Constant(lambda doc: runs_through(doc, parts, fields, slop), 0.0)
            scored = [
                Constant(lambda _: True, tree.boost)
                if part.pattern is not None
                else self.term((part.surface,), fields, tree.boost)
                for part in parts
            ]
            return Both([there, *scored], all)
        if isinstance(tree, Phrase):
            flat = [word for parts in groups(text) for word in parts]
            terms = [self.term((word,), fields, tree.boost) for word in flat]
            return Near(terms, flat, fields, tree.slop) if len(flat) > 1 else terms[0] if flat else None
        terms = [self.term(parts, fields, tree.boost) for parts in groups(text)]
        return Both(list(terms), all) if terms else None

    def _at_position(self, tree: AuthorPosition) -> Callable[[Doc], bool]:
        """Whether the first or last author has a name, which is read the other way round where no paper has it."""
        at = 0 if tree.field == "first" else -1
        if tree.whole:
            return lambda doc: bool(doc.authors) and cluster_key(doc.authors[at][0]) == cluster_key(tree.text)
        read = readings(tree.text)
        forms = [Named(form, ()) for form in (*read, *(other for form in read for other in form.rotated()))]
        form = next((named for named in forms if any(map(named.matches, self.docs))), forms[0])
        return lambda doc: bool(doc.authors) and form.means(doc.authors[at][0])

    def _names(self, text: str, boost: float) -> Named | None:
        """A name as it is typed; where no paper has it, the other way round."""
        words = [word for parts in groups(as_read(text)) for word in parts]
        if not words:
            return None
        read = readings(text)
        terms = [self.term((word,), ("authors",), boost) for word in words]
        tests = [Named(form, terms) for form in (*read, *(other for form in read for other in form.rotated()))]
        return next((named for named in tests if any(map(named.matches, self.docs))), tests[0])

    def _written(self, tree: Word | Phrase, fields: Sequence[str]) -> Scorer | None:
        parts = list(written_parts(tree))
        if not parts:
            return None
        slop = tree.slop if isinstance(tree, Phrase) else 1
        there = Constant(lambda doc: runs_through(doc, parts, fields, slop), 0.0)
        return Both([there, *(self.term((part.surface,), fields, tree.boost) for part in parts)], all)


def runs_through(doc: Doc, parts: Sequence[Part], fields: Sequence[str], slop: int) -> bool:
    """Whether the parts stand in order in one run of one of the fields."""
    for field in fields:
        tests = [part_test(part, stemmed=field != "authors") for part in parts]
        for run in doc.spelt[field]:
            ends = {at for at, word in enumerate(run) if tests[0](word)}
            for test in tests[1:]:
                ends = {at for end in ends for at in range(end + 1, min(end + slop + 1, len(run))) if test(run[at])}
            if ends:
                return True
    return False


def part_test(part: Part, *, stemmed: bool) -> Callable[[tuple[str, str]], bool]:
    if part.pattern is not None:
        means = pattern(part.pattern)
        return lambda word: word[0] != GAP and means(word[0])
    if part.written:
        return lambda word: word[0] == part.surface and part.spelling in ("", unaccented(word[1]))
    return lambda word: _stem(word[0]) == part.stem if stemmed else word[0] == part.surface


def over_parts(cut: Sequence[Sequence[Part]], fields: Sequence[str]) -> Callable[[Doc], bool]:
    """A pattern over parts: side by side, or in the joined form of what hyphens tie."""
    parts = [part for group in cut for part in group]
    whole = joined(parts) if len(cut) == 1 else None
    means = pattern(whole) if whole is not None else lambda _: False
    return lambda doc: (
        runs_through(doc, parts, fields, 1) or any(means(word) for field in fields for word in doc.vocabulary[field])
    )


class Scorer:
    """Part of a query: whether a paper matches, and what it scores where it does."""

    def matches(self, doc: Doc) -> bool:
        raise NotImplementedError

    def score(self, doc: Doc) -> float:
        raise NotImplementedError


class Named(Scorer):
    """A name: one author whose name is meant; the words score."""

    def __init__(self, form: NameForm, terms: Sequence[Term]) -> None:
        self._form, self._terms = form, terms

    def matches(self, doc: Doc) -> bool:
        return any(self.means(author.name) for author in doc.paper.authors)

    def means(self, name: str) -> bool:
        return meant(self._form, stored_form(cluster_key(name))) is not None

    def score(self, doc: Doc) -> float:
        return math.fsum(term.score(doc) for term in self._terms) if self.matches(doc) else 0.0


class Term(Scorer):
    """A word, or the parts of a hyphenated one, in some fields."""

    def __init__(
        self, reference: Reference, parts: Parts, fields: Sequence[str], boost: float, joined: Sequence[str]
    ) -> None:
        self.parts, self.fields, self.boost = parts, fields, boost
        self._initial_of: Sequence[Named] = ()
        self._whole = "".join(parts)
        self._stems = {_stem(self._whole), *map(_stem, joined)}
        self._variants = {tuple(map(_stem, parts))} if len(parts) > 1 else set()
        if len(parts) == 1:
            self._variants = {apart for together, apart in reference.compounds if together == _stem(self._whole)}
        self._averages = reference.averages
        self._held = {id(doc): counts for doc in reference.docs if (counts := self._count(doc))}
        papers, holding = len(reference.docs), len(self._held)
        self.idf = math.log(1 + (papers - holding + 0.5) / (holding + 0.5))

    def _count(self, doc: Doc) -> dict[str, int]:
        counts = {}
        for field in self.fields:
            if field == "authors":
                count = doc.counts[field][self._whole]
                count += doc.phrase(field, self.parts) if len(self.parts) > 1 else 0
                if self.fields == ALL and len(self.parts) == 1:
                    count += sum(doc.counts[field][other] for other in spelled_in_names(self._whole))
            else:
                count = sum(doc.counts[field][term] for term in self._stems)
                count += sum(self._variant(doc, field, variant) for variant in self._variants)
            if count:
                counts[field] = count
        return counts

    @staticmethod
    def _variant(doc: Doc, field: str, variant: Parts) -> int:
        if variant[0] not in (HERE, EVERYWHERE):
            return doc.phrase(field, variant)
        mark, word, other = variant
        return doc.counts[field][other] if mark == EVERYWHERE or (word, variant) in doc.compounds else 0

    def of(self, names: Sequence[Named]) -> Term:
        """The same word as the initial of some names."""
        other = copy(self)
        other._initial_of = names
        return other

    def matches(self, doc: Doc) -> bool:
        if any(named.matches(doc) for named in self._initial_of):
            return True
        word = self._whole
        year = (
            len(self.parts) == 1
            and self.fields == ALL
            and re.fullmatch("[12][0-9]{3}", word)
            and doc.paper.year == int(word)
        )
        acronym = venue_of_acronym(VENUES, word) if len(self.parts) == 1 and self.fields == ALL else None
        return bool(year) or id(doc) in self._held or (acronym is not None and doc.venue == acronym)

    def score(self, doc: Doc) -> float:
        weight = 0.0
        for field, count in self._held.get(id(doc), {}).items():
            w, b = WEIGHTS[field]
            weight += w * count / (1 - b + b * doc.lengths[field] / self._averages[field])
        return self.boost * self.idf * weight / (K1 + weight)


class Near(Scorer):
    """Words in order in one run of a field, scored as they are alone."""

    def __init__(self, terms: Sequence[Term], words: Sequence[str], fields: Sequence[str], slop: int) -> None:
        self._terms, self._words, self._fields, self._slop = terms, words, fields, slop

    def matches(self, doc: Doc) -> bool:
        stems = [_stem(word) for word in self._words]
        return any(
            doc.phrase(field, self._words if field == "authors" else stems, self._slop) for field in self._fields
        )

    def score(self, doc: Doc) -> float:
        return math.fsum(term.score(doc) for term in self._terms) if self.matches(doc) else 0.0


class Both(Scorer):
    """AND (`all`) or OR (`any`)."""

    def __init__(self, children: Sequence[Scorer], which: Callable[[Iterable[bool]], bool]) -> None:
        self._children, self._which = children, which

    def matches(self, doc: Doc) -> bool:
        return self._which(child.matches(doc) for child in self._children)

    def score(self, doc: Doc) -> float:
        return math.fsum(child.score(doc) for child in self._children) if self.matches(doc) else 0.0


class Constant(Scorer):
    """A test that scores the same everywhere."""

    def __init__(self, test: Callable[[Doc], bool], boost: float) -> None:
        self._test, self._boost = test, boost

    def matches(self, doc: Doc) -> bool:
        return self._test(doc)

    def score(self, doc: Doc) -> float:
        return self._boost if self.matches(doc) else 0.0


def is_stop(parts: Parts) -> bool:
    return len(parts) == 1 and parts[0] in STOP_WORDS


def has_content(query: Query) -> bool:
    return bool(query.required) or any(
        not is_stop(parts) for leaf in query.optional for parts in groups(as_read(leaf.text))
    )


def within(year: int | None, first: int | None, last: int | None) -> bool:
    return year is not None and (first is None or year >= first) and (last is None or year <= last)


def exact_test(tree: Exact) -> Callable[[Doc], bool]:
    value = tree.text
    tests: dict[str, Callable[[Doc], bool]] = {
        "authors": lambda doc: cluster_key(value) in {cluster_key(author.name) for author in doc.paper.authors},
        "venue": lambda doc: doc.venue == VENUES.canonical(value),
        "type": lambda doc: doc.paper.type == value,
        "id": lambda doc: doc.paper.id == value,
    }
    return tests.get(tree.field or "", lambda doc: (tree.field, value) in identifiers(doc.paper))


def identifiers(paper: Paper) -> set[tuple[str, str]]:
    return set(keys(paper.id, paper.doi, paper.arxiv, (paper.url, paper.pdf), paper.extra))


def pattern(tree: Prefix | Wildcard | Fuzzy) -> Callable[[str], bool]:
    text = fold(tree.text)
    if isinstance(tree, Prefix):
        return lambda word: word.startswith(text)
    if isinstance(tree, Wildcard):
        expression = re.compile("".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in text))
        return lambda word: expression.fullmatch(word) is not None
    distance = tree.distance
    return lambda word: edits(text, word) <= distance


def edits(one: str, other: str) -> int:
    """Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
