"""What a search gives: frozen records that print, compare, pickle and turn into JSON (format 1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict, overload

from indexer.index.errors import ClosedIndexError
from indexer.index.once import made_once
from indexer.index.record.paper import Paper
from query.language.tree import Diagnostic

FORMAT = 1
EMPTY, FILTER = "empty", "filter"
"""Kinds of diagnostics: an answer without hits, and a filter's value that no paper has."""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet and the papers of the answer that have it."""

    value: str | int
    count: int


class ExplainedField(TypedDict):
    """A field's share of what a term gives: how often the term stands in it, how many words it has."""

    field: str
    count: int
    length: int
    score: float


class ExplainedTerm(TypedDict):
    """What a part of the query, or of the re-scoring, gives a hit; the scores of `fields` sum up to `score`."""

    part: str
    term: str
    score: float
    fields: Sequence[ExplainedField]
    idf: NotRequired[float]
    boost: NotRequired[float]
    papers: NotRequired[int]


class Explanation(TypedDict):
    """Why a hit has its score: the scores of `terms` sum up to `score`."""

    score: float
    terms: Sequence[ExplainedTerm]


@dataclass(frozen=True, repr=False)
class Hit:
    """A paper of the answer, with what a list of hits shows; `paper` is its whole record.

    `rank` counts from 1 over the whole answer; `tier` is 1 where only some of the words match, else 0. `title` is as
    published; `venue` the canonical name; `authors` are names; what the record lacks is empty, a year None. `snippet`
    is HTML, escaped but for `<mark>`; `explanation` is there where it was asked for.
    """

    rank: int
    score: float
    tier: int
    venue: str
    _head: Mapping[str, Any]
    _rest: Mapping[str, Any] | None = field(default=None, compare=False)
    _read: Callable[[], Mapping[str, Any]] | None = field(default=None, compare=False)
    snippet: str = ""
    explanation: Explanation | None = None
    also_as: tuple[str, ...] = ()
    """Ids of the other records of this work, the preferred first, where works are grouped."""

    @property
    def id(self) -> str:
        """The paper's id."""
        value: str = self._head["id"]
        return value

    @property
    def title(self) -> str:
        """The title as published."""
        value: str = self._head["title"]
        return value

    @property
    def authors(self) -> tuple[str, ...]:
        """Names of the authors, in order."""
        return tuple(author_names(self._head))

    @property
    def year(self) -> int | None:
        """The year, None where it is not known."""
        value: int | None = self._head.get("year")
        return value

    @property
    def type(self) -> str:
        """What sort of publication it is, a CSL type such as `paper-conference`."""
        return self._text("type")

    @property
    def url(self) -> str:
        """The address of the paper's page."""
        return self._text("url")

    @property
    def doi(self) -> str:
        """The DOI, bare."""
        return self._text("doi")

    @property
    def arxiv(self) -> str:
        """The arXiv id, without a version."""
        return self._text("arxiv")

    def _text(self, name: str) -> str:
        value: str = self._head.get(name) or ""
        if not value and name not in _SHOWN:
            value = self._others.get(name) or ""
        return value

    @made_once
    def _others(self) -> Mapping[str, Any]:
        """What of the record a list does not show."""
        if self._rest is not None:
            return self._rest
        return self._read() if self._read is not None else {}

    @made_once
    def paper(self) -> Paper:
        """The whole record. What the hit shows is not read again; the rest is when first asked for."""
        return _PaperOfHit.of(self)

    def as_json(self) -> dict[str, Any]:
        """The hit as it stands in the JSON of a search."""
        row = {
            "rank": self.rank,
            "score": round(self.score, 6),
            "id": self.id,
            "title": self.title,
            "authors": list(self.authors),
            "venue": self.venue,
            "year": self.year,
            "type": self.type,
            "url": self.url,
            "tier": self.tier,
            "snippet": self.snippet,
        }
        if self.also_as:
            row["also_as"] = list(self.also_as)
        return row | ({"explanation": self.explanation} if self.explanation is not None else {})

    def as_dict(self) -> dict[str, Any]:
        """Every attribute of the hit by its name, for tables and data frames."""
        return {name: getattr(self, name) for name in COLUMNS}

    def __repr__(self) -> str:
        return f"Hit(rank={self.rank}, id={self.id!r}, title={self.title!r}, year={self.year}, score={self.score:.3f})"

    def __hash__(self) -> int:
        return hash((self.rank, self.score, self.id))

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickled hit needs no index: it carries the rest of its record.
        given = (self.rank, self.score, self.tier, self.venue, self._head, self._others, None)
        return Hit, (*given, self.snippet, self.explanation, self.also_as)


COLUMNS = (
    "rank", "score", "tier", "id", "title", "authors", "venue", "year", "type", "url", "doi", "arxiv", "snippet",
)  # fmt: skip
"""Names of a hit's attributes, in the order of `Page.to_dicts`."""
_SHOWN = frozenset(("type", "url"))


class _PaperOfHit(Paper):
    """The paper of a hit: what the hit shows is set, every other attribute is read when one is first asked for."""

    __slots__ = ("_hit",)
    _hit: Hit

    @classmethod
    def of(cls, hit: Hit) -> Paper:
        paper = cls.__new__(cls)
        head = hit._head
        put = object.__setattr__
        put(paper, "_hit", hit)
        put(paper, "id", head["id"])
        put(paper, "title", head["title"])
        put(paper, "venue", head.get("venue", ""))
        put(paper, "year", head.get("year"))
        put(paper, "type", head.get("type", ""))
        put(paper, "url", head.get("url", ""))
        return paper

    def __getattr__(self, name: str) -> Any:
        # Slots that are not set come here, and names that there are not.
        if name not in Paper.__slots__:
            raise AttributeError(f"a paper has no attribute {name!r}")
        hit = self._hit
        return getattr(self._filled(Paper.from_record({**hit._head, **hit._others})), name)

    def _filled(self, whole: Paper) -> Paper:
        for name in Paper.__slots__:
            object.__setattr__(self, name, getattr(whole, name))
        return self

    def _plain(self) -> Paper:
        return Paper(**{name: getattr(self, name) for name in Paper.__slots__})

    def __eq__(self, other: object) -> bool:
        return self._plain() == (other._plain() if isinstance(other, _PaperOfHit) else other)

    def __hash__(self) -> int:
        return hash(self._plain())

    def __repr__(self) -> str:
        try:
            return repr(self._plain())
        except ClosedIndexError:
            # Debuggers and tracebacks show what they meet, also after the index was closed.
            return f"Paper(id={self.id!r}, title={self.title!r}, ...)"

    def __reduce__(self) -> tuple[Any, ...]:
        return Paper, tuple(getattr(self, name) for name in Paper.__slots__)


def author_names(head: Mapping[str, Any]) -> list[str]:
    """Names of a stored record's authors, in order."""
    return [author if isinstance(author, str) else author["name"] for author in head.get("authors", ())]


@dataclass(frozen=True, slots=True, repr=False)
class Page(Sequence[Hit]):
    """One page of an answer: a sequence of hits; totals and facets are of the whole answer.

    `total` counts all papers found, `all_words` those that match all words; `relaxed` says that there are papers that
    match only some. `limit` None is the whole result. `facets` are values with counts by the facet's name. `suggestion`
    is another spelling of the query that finds more; `diagnostics` say what of the query was read leniently.
    `corrected` is the spelling that was searched for in place of the query, which found nothing; only the command line
    and the pages do that. `exact_to`, of a cluster: hits past so many stand in the cluster's own order.
    """

    query: str
    generation: int
    total: int
    all_words: int
    relaxed: bool
    offset: int
    limit: int | None
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[FacetCount]]
    took_ms: float = field(compare=False)
    suggestion: str | None = None
    diagnostics: Sequence[Diagnostic] = ()
    partial: bool = False
    corrected: str | None = None
    exact_to: int | None = None

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, at: int) -> Hit: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Hit]: ...

    def __getitem__(self, at: int | slice) -> Hit | Sequence[Hit]:
        return self.hits[at]

    def __repr__(self) -> str:
        more = f", {self.all_words:,} with all words" if self.relaxed else ""
        return f"Page({self.query!r}: {len(self.hits)} of {self.total:,} papers{more}, from {self.offset:,})"

    def _repr_html_(self) -> str:
        """The page as a table, as notebooks show it."""
        # Only notebooks ask for it; a search from the command line should not pay for it at its start.
        from query.present.table import page_table

        return page_table(self)

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dictionary a hit, as `pandas.DataFrame` takes them: rank, score, tier, id, title, authors, ..."""
        return [hit.as_dict() for hit in self.hits]

    def as_json(self) -> dict[str, Any]:
        """The page as JSON."""
        return {
            "format": FORMAT,
            "generation": self.generation,
            "query": self.query,
            "total": self.total,
            "all_words": self.all_words,
            "relaxed": self.relaxed,
            "partial": self.partial,
            "offset": self.offset,
            "limit": self.limit,
            "took_ms": round(self.took_ms, 3),
            "hits": [hit.as_json() for hit in self.hits],
            "facets": {
                name: [{"value": row.value, "count": row.count} for row in rows] for name, rows in self.facets.items()
            },
            "suggestion": self.suggestion,
            **({} if self.corrected is None else {"corrected": self.corrected}),
            **({} if self.exact_to is None else {"exact_to": self.exact_to}),
            "diagnostics": [
                {
                    "kind": row.kind,
                    "message": row.message,
                    "position": row.position,
                    "length": row.length,
                    "suggestion": row.suggestion,
                }
                for row in self.diagnostics
            ],
        }
