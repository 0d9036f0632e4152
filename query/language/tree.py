"""The query tree: what the language parses to and every engine answers.

Leaves carry raw text, not analysed words: the analysis belongs to the index that answers. `start` and
`length` are code points of the query from 0, of the leaf as typed without its field and boost; leaves score
in order of `start`. Classes without fields of their own are none of `dataclass`, which would write all their methods
again for every command that starts; equality, hash and `replace` are those of their base, and tell the classes apart.
"""

from __future__ import annotations

from dataclasses import dataclass

FIELDS: dict[str, str] = {
    "title": "title", "ti": "title",
    "abstract": "abstract", "ab": "abstract",
    "author": "authors", "au": "authors",
    "first": "first", "last": "last",
    "authors": "count",
    "venue": "venue", "ve": "venue",
    "year": "year", "yr": "year",
    "type": "type",
    "keyword": "keywords",
    "id": "id",
    "doi": "doi",
    "arxiv": "arxiv",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    """What every leaf has: text, the field it is confined to (None: all searched fields), boost, place."""

    text: str
    field: str | None = None
    boost: float = 1.0
    start: int = 0
    length: int = 0


@dataclass(frozen=True, slots=True)
class Word(Leaf):
    """A word as typed; hyphens inside it are kept (`multi-task`). `written`: only as it is written (`=word`)."""

    written: bool = False


@dataclass(frozen=True, slots=True)
class Phrase(Leaf):
    """Words in order. `slop` 1 is adjacent; `"near by"~5` is slop 5: at most 5 steps from word to word.

    `written`: each word only as it is written (`="a phrase"`).
    """

    slop: int = 1
    written: bool = False


class Prefix(Leaf):
    """`regulari*`, `self-superv*`; `text` is without the star."""

    __slots__ = ()


class Wildcard(Leaf):
    """`wi?d`, `co*on`, `neural*-network`; `text` keeps `*` and `?`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fuzzy(Leaf):
    """`fuzzy~`, `fuzzy~2`: words at most `distance` edits away (1 or 2)."""

    distance: int = 1


@dataclass(frozen=True, slots=True)
class Years(Leaf):
    """Papers whose year lies in first..last, ends included, None open."""

    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True)
class AuthorPosition(Leaf):
    """Papers whose author at a position has a name as typed; field `first` or `last`. `whole`: exactly that name."""

    whole: bool = False


@dataclass(frozen=True, slots=True)
class AuthorCount(Leaf):
    """Papers with so many authors, ends included, `most` None open; `text` is `3`, `<=3`, `>=3` or `2..5`."""

    least: int = 0
    most: int | None = None


class Exact(Leaf):
    """A whole value of one field.

    Field `authors` is the author cluster, `venue` the venue filter; the others are `type`, `id`, and the kinds of
    identifiers (`indexer.index.record.identifiers`: `doi`, `arxiv`, `url`, ...) in their canonical form.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """What ties several nodes."""

    children: tuple[Node, ...]


class And(Operator):
    """Papers that match every child; scores add up."""

    __slots__ = ()


class Or(Operator):
    """Papers that match any child; scores of the matching children add up."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Not:
    """Papers that do not match the child; no score."""

    child: Node


Node = Word | Phrase | Prefix | Wildcard | Fuzzy | Years | AuthorPosition | AuthorCount | Exact | And | Or | Not


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What was read leniently; position and length are code points of the query."""

    kind: str
    message: str
    position: int
    length: int
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query.

    `optional` are the bare words, which `--match` governs; `required` are clauses that always hold (phrases, fielded
    words, NOT, operator groups). Both empty: every paper.
    """

    text: str
    optional: tuple[Word, ...] = ()
    required: tuple[Node, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def __hash__(self) -> int:
        # Not of every leaf: a call asks for the same tree over and over.
        return hash((self.text, self.optional[:1], len(self.optional), len(self.required)))
