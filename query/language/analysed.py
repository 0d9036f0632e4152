"""The words of a query as the index has them, analysed once.

Engines, ranking and snippets all read this. The tree keeps what was typed; here is what it means to the analysis of
texts: surface words, compounds, stems, and which words decide and which only score.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from indexer.index.errors import QueryError
from indexer.index.record.venues import VenueTable
from indexer.index.text.analysis import STOP_WORDS, groups, name_words, stem, stems, words
from indexer.index.text.reading import as_read
from indexer.index.text.ties import APART, CAPITALS, HERE, ties
from query.language.combine import leaves, with_leaves
from query.language.initials import names_of_initials
from query.language.parts import Part, has_pattern, pattern_parts, written_parts
from query.language.tree import And, Node, Not, Or, Phrase, Prefix, Query, Wildcard, Word
from query.language.venue_words import known_venue, venue_of_acronym

if TYPE_CHECKING:
    from query.language.leaves import Leaf

MAX_WORDS = 1_000
"""Words that a query may have after analysis: `a-b-c` and an address have more than one."""
_PUNCTUATION = ".,;:!?()[]\"'"
_LONGEST_NAME = 100
_SHORTEST_ARABIC = 3
# The article, and what is written as one with it: and, with, to, as. As Lucene's stemmer for Arabic takes them off.
_ARTICLES = ("ال", "وال", "بال", "كال", "فال", "لل")
ADDED = -1
"""`start` of a word that nobody typed: one that `--expand` added, after those of the query."""


@dataclass(frozen=True, slots=True)
class AnalysedWord:
    """A word of a query: one surface word, or the parts of a compound (`multi-task`), folded.

    `stem` is that of the parts joined, `part_stems` are those of the parts. `boost` is what was typed, `start` is where
    in the query (code points) the leaf stands. A `score_only` word does not decide what matches: it is a function word
    beside others, and scores in author names alone. Papers of `venue`, which the word is the acronym of, match it
    without scoring.
    """

    parts: tuple[str, ...]
    stem: str
    part_stems: tuple[str, ...]
    boost: float = 1.0
    start: int = 0
    score_only: bool = False
    also: tuple[str, ...] = ()
    """Stems that count as the word because of how it was typed: `ö` written out."""
    venue: str = ""
    named: tuple[str, ...] = ()
    """The words under which names have it, where those are others: of `H.H.` h and h."""
    initial_of: tuple[str, ...] = ()
    """Names whose initial it may be (`Y.` of Y. Bengio): papers of such authors match it without scoring."""

    @property
    def in_names(self) -> tuple[str, ...]:
        """The words that stand side by side in a name that has the word."""
        return self.named or self.parts

    @property
    def is_function_word(self) -> bool:
        """Whether it is one of the published list of function words."""
        return _is_function_word(self.parts)

    def parts_apart(self) -> Iterator[AnalysedWord]:
        """The parts as words of their own: itself where it is no compound."""
        if len(self.parts) == 1:
            yield self
        else:
            for part, stem in zip(self.parts, self.part_stems, strict=True):
                yield AnalysedWord((part,), stem, (stem,), self.boost, self.start, self.score_only)


@dataclass(frozen=True, slots=True)
class AnalysedQuery:
    """A parsed query with its words.

    `words` are those of the optional clauses, in order. `required` are the required clauses that hold a word, the
    others left out; `words_of` gives the words of their leaves.
    """

    query: Query
    words: tuple[AnalysedWord, ...]
    required: tuple[Node, ...] = ()
    _of_leaves: Mapping[Leaf, tuple[AnalysedWord, ...]] | None = None
    _parts: Mapping[Leaf, tuple[tuple[Part, ...], ...]] | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing restricts the answer: every paper matches."""
        return not self.words and not self.required

    @property
    def deciding(self) -> Iterator[AnalysedWord]:
        """The words that `match` governs, in order."""
        return (word for word in self.words if not word.score_only)

    @property
    def widened(self) -> bool:
        """Whether words were added that nobody typed."""
        return bool(self.words) and self.words[-1].start == ADDED

    def leaves(self) -> Iterator[Leaf]:
        """The leaves of the required clauses, in order."""
        return (leaf for node in self.required for leaf in leaves(node))

    def words_of(self, leaf: Leaf) -> tuple[AnalysedWord, ...]:
        """The words of a word or phrase of the required clauses, in order."""
        return self._of_leaves.get(leaf, ()) if self._of_leaves is not None else ()

    def parts_of(self, leaf: Leaf) -> tuple[tuple[Part, ...], ...]:
        """The parts of a pattern, or of words as written, in order, those that hyphens tie together; none of others."""
        return self._parts.get(leaf, ()) if self._parts is not None else ()


def analyse(query: Query, venues: VenueTable) -> AnalysedQuery:
    """The words of a query. An alias in the field of venues is searched as the venue's name (`venue:NIPS`)."""
    required: tuple[Node, ...] = ()
    of_leaves: dict[Leaf, tuple[AnalysedWord, ...]] | None = None
    parts: dict[Leaf, tuple[tuple[Part, ...], ...]] | None = None
    if query.required:
        clauses = _Merging().merged(query.required)
        asked = [leaf for node in clauses for leaf in leaves(node)]
        parts = {leaf: cut for leaf in asked if (cut := _parts_of(leaf)) is not None}
        cut_words = {
            leaf: _grouped_in_field(leaf, venues)
            for leaf in asked
            if isinstance(leaf, Word | Phrase) and leaf not in parts
        }
        _check_words(query, sum(map(len, cut_words.values())) + sum(map(len, parts.values())))
        of_leaves = {
            leaf: _words(cut_words[leaf], [leaf]) if leaf in cut_words else _plain(parts[leaf], leaf)
            for leaf in asked
            if isinstance(leaf, Word | Phrase)
        }
        held = {leaf: bool(parts.get(leaf) or of_leaves.get(leaf)) for leaf in (*parts, *of_leaves)}
        required = tuple(kept for node in clauses if (kept := _with_words(node, held)) is not None)
    found = [grouped(leaf.text) for leaf in query.optional]
    # Before more is done with them: most of the work is that of each word.
    _check_words(query, sum(map(len, found)))
    # A function word decides only where nothing else does.
    decided = bool(required) or any(not _is_function_word(parts) for runs in found for parts in runs)
    words = _words([parts for runs in found for parts in runs], _each(query.optional, found), decided=decided)
    words = tuple(
        word
        if len(word.parts) > 1 or (name := venue_of_acronym(venues, typed_word)) is None
        else replace(word, venue=name)
        for word, typed_word in zip(words, _typed(query.optional, found), strict=True)
    )
    initials = names_of_initials(query.optional)
    if any(initials):
        names = [names for names, runs in zip(initials, found, strict=True) for _ in runs]
        words = tuple(replace(word, initial_of=of) if of else word for word, of in zip(words, names, strict=True))
    _check_words(query, len(words) + sum(map(len, (of_leaves or {}).values())) + sum(map(len, (parts or {}).values())))
    return AnalysedQuery(query, words, required, of_leaves, parts)


def _check_words(query: Query, words: int) -> None:
    if words > MAX_WORDS:
        raise QueryError(
            f"The query has {words:,} words, its signs taken apart; at most {MAX_WORDS:,} are read. Shorten it",
            position=0,
            length=len(query.text),
        )


def names_asked(leaf: Word | Phrase) -> bool:
    """Whether a leaf is a name in the field of authors; near-groups there are of words (`author:"wang li"~4`)."""
    return leaf.field == "authors" and (isinstance(leaf, Word) or leaf.slop == 1)


def grouped(text: str) -> list[tuple[str, ...]]:
    """The words of a leaf, those tied by hyphens together; most leaves are a plain word, which nothing changes."""
    return [(text.lower(),)] if text.isascii() and text.isalnum() else groups(as_read(text))


def _typed(typed: Sequence[Word], found: Sequence[Sequence[tuple[str, ...]]]) -> list[str]:
    """Each word as it was typed, where its leaf is that word alone."""
    return [
        leaf.text.strip(_PUNCTUATION) if len(runs) == 1 else "".join(parts)
        for leaf, runs in zip(typed, found, strict=True)
        for parts in runs
    ]


def _each(typed: Sequence[Word], found: Sequence[Sequence[tuple[str, ...]]]) -> list[Word]:
    """The leaf of each word."""
    return [leaf for leaf, runs in zip(typed, found, strict=True) for _ in runs]


def _words(
    runs: Sequence[tuple[str, ...]], typed: Sequence[Word] | Sequence[Word | Phrase], *, decided: bool = False
) -> tuple[AnalysedWord, ...]:
    """Words with their stems, found in one call; `typed` are their leaves, or the one leaf of all."""
    if len(typed) == 1:
        typed = [typed[0]] * len(runs)
    whole = stems(["".join(parts) for parts in runs])
    inside = iter(stems([part for parts in runs if len(parts) > 1 for part in parts]))
    return tuple(
        [
            AnalysedWord(
                parts,
                stem,
                (stem,) if len(parts) == 1 else tuple([next(inside) for _ in parts]),
                leaf.boost,
                leaf.start,
                decided and _is_function_word(parts),
                _typed_so(parts, leaf.text),
                named=_named(parts, leaf.text),
            )
            for parts, stem, leaf in zip(runs, whole, typed, strict=True)
        ]
    )


def _named(parts: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """The words of a leaf in names, where its stops or other signs are read otherwise there."""
    # A leaf of that length is no initials, and all of its words would read it.
    if len(parts) > 1 or typed.isalnum() or len(typed) > _LONGEST_NAME:
        return ()
    named = tuple(name_words(typed))
    same = "".join(named) == "".join(filter(str.isalnum, parts[0]))
    return named if len(named) > 1 and same else ()


def phrase_in_names(leaf: Phrase) -> list[str]:
    """The words of a phrase as names have them."""
    read = as_read(leaf.text)
    return name_words(read) or words(read)


def _typed_so(parts: tuple[str, ...], typed: str) -> tuple[str, ...]:
    """Other stems that count as a word by how it was typed: an umlaut written out, `US` with its stops."""
    if len(parts) > 1:
        # Of `NF-κB` that is nfkb. Most hyphenated forms have no capitals.
        if typed.islower() or len(typed) > _LONGEST_NAME:
            return ()
        return tuple(stem(tie.word) for tie in ties(typed.strip(_PUNCTUATION)) if tie.where == APART)
    if typed.isascii():
        core = typed.strip(_PUNCTUATION)
        return (".".join(core.lower()),) if core in CAPITALS else ()
    tied = tuple(stem(tie.word) for tie in ties(typed) if tie.where == HERE and tie.other == parts[0])
    return tied or tuple(_with_article(parts[0]))


def _with_article(word: str) -> Iterator[str]:
    """An Arabic word with the article before it, or without: the two are written as one."""
    if len(word) < _SHORTEST_ARABIC or not all("\u0620" <= letter <= "\u064a" for letter in word):
        return
    bare = next((word[len(before) :] for before in _ARTICLES if word.startswith(before)), word)
    if len(bare) >= _SHORTEST_ARABIC:
        yield from (other for other in (bare, *(before + bare for before in _ARTICLES)) if other != word)


def _grouped_in_field(leaf: Word | Phrase, venues: VenueTable) -> list[tuple[str, ...]]:
    if leaf.field == "venue" and (name := known_venue(venues, leaf.text)) is not None:
        return groups(name)
    # A phrase asks for all of its words in order; overlapping pairs would ask for characters twice.
    return groups(as_read(leaf.text), pairs=False) if isinstance(leaf, Phrase) else grouped(leaf.text)


class _Merging:
    """Clauses that are the same but for their place made one, which counts as often as they were typed.

    Every node is given a number, by which two that are the same are known: of nested groups each would else be compared
    with all that is within it.
    """

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def merged(self, clauses: Sequence[Node]) -> tuple[Node, ...]:
        """The clauses, each once."""
        return tuple(node for node, _ in self._each_once(clauses))

    def _each_once(self, clauses: Sequence[Node]) -> list[tuple[Node, int]]:
        counts: dict[int, int] = {}
        first: dict[int, Node] = {}
        for clause in clauses:
            node, number = self._numbered(clause)
            counts[number] = counts.get(number, 0) + 1
            first.setdefault(number, node)
        return [
            (node, number) if counts[number] == 1 else self._numbered(self._times(node, counts[number]))
            for number, node in first.items()
        ]

    def _numbered(self, node: Node) -> tuple[Node, int]:
        """The node, what is in it merged, and its number."""
        key: Hashable
        if isinstance(node, And | Or):
            children = self._each_once(node.children)
            if len(children) == 1:
                return children[0]
            key = (type(node), tuple(number for _, number in children))
            node = replace(node, children=tuple(child for child, _ in children))
        elif isinstance(node, Not):
            child, number = self._numbered(node.child)
            key, node = (Not, number), Not(child)
        else:
            key = replace(node, start=0, length=0)
        return node, self._numbers.setdefault(key, len(self._numbers))

    @staticmethod
    def _times(node: Node, count: int) -> Node:
        return with_leaves(node, partial(_times, factor=count))


def _times(leaf: Leaf, factor: int) -> Leaf:
    return replace(leaf, boost=leaf.boost * factor)


def _parts_of(leaf: Leaf) -> tuple[tuple[Part, ...], ...] | None:
    """The parts of a leaf that is compared by parts; None for any other."""
    if isinstance(leaf, Prefix):
        return tuple(pattern_parts(f"{leaf.text}*"))
    if isinstance(leaf, Wildcard):
        return tuple(pattern_parts(leaf.text))
    if isinstance(leaf, Word | Phrase) and leaf.written:
        return tuple((part,) for part in written_parts(leaf))
    if isinstance(leaf, Phrase) and has_pattern(leaf.text):
        return tuple(pattern_parts(leaf.text))
    return None


def _plain(parts: Sequence[Sequence[Part]], leaf: Leaf) -> tuple[AnalysedWord, ...]:
    """The parts that are words, as words that score."""
    words = [part for group in parts for part in group if part.pattern is None]
    return tuple(AnalysedWord((part.surface,), part.stem, (part.stem,), leaf.boost, leaf.start) for part in words)


def _with_words(node: Node, held: Mapping[Leaf, bool]) -> Node | None:
    """A node without the leaves that hold no word; None where none is left."""
    if isinstance(node, And | Or):
        children = [kept for child in node.children if (kept := _with_words(child, held)) is not None]
        if len(children) < 2:
            return children[0] if children else None
        return And(tuple(children)) if isinstance(node, And) else Or(tuple(children))
    if isinstance(node, Not):
        kept = _with_words(node.child, held)
        return None if kept is None else Not(kept)
    return node if held.get(node, True) else None


def _is_function_word(parts: tuple[str, ...]) -> bool:
    return len(parts) == 1 and parts[0] in STOP_WORDS
