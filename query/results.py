"""What a search gives: frozen records, and their JSON (format 1, DESIGN section 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from indexer.index.record.paper import Paper
from query.language.tree import Diagnostic

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One value of a facet and the papers of the answer that have it."""

    value: str | int
    count: int


@dataclass(frozen=True)
class Hit:
    """A paper of the answer. `rank` counts from 1 over the whole answer; `tier` is 1 where only some words match.

    `snippet` is HTML, escaped but for `<mark>`. `paper` is read from the index when first asked for.
    """

    rank: int
    score: float
    tier: int
    head: Mapping[str, Any]
    venue: str
    load: Callable[[], Paper] = field(repr=False, compare=False)
    snippet: str = ""
    explanation: Mapping[str, Any] | None = None

    @cached_property
    def paper(self) -> Paper:
        """The whole record."""
        return self.load()

    @property
    def id(self) -> str:
        """The paper's id."""
        return str(self.head["id"])

    def as_json(self) -> dict[str, Any]:
        """The hit as it stands in the JSON of a search."""
        head = self.head
        row = {
            "rank": self.rank,
            "score": round(self.score, 6),
            "id": head["id"],
            "title": head["title"],
            "authors": author_names(head),
            "venue": self.venue,
            "year": head.get("year"),
            "type": head.get("type", ""),
            "url": head.get("url", ""),
            "tier": self.tier,
            "snippet": self.snippet,
        }
        return row | ({"explanation": self.explanation} if self.explanation is not None else {})


def author_names(head: Mapping[str, Any]) -> list[str]:
    """Names of a stored record's authors, in order."""
    return [author if isinstance(author, str) else author["name"] for author in head.get("authors", ())]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer; totals and facets are of the whole answer."""

    query: str
    generation: int
    total: int
    all_words: int
    relaxed: bool
    offset: int
    limit: int
    hits: Sequence[Hit]
    facets: Mapping[str, Sequence[FacetCount]]
    took_ms: float
    suggestion: str | None = None
    diagnostics: Sequence[Diagnostic] = ()
    partial: bool = False

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
