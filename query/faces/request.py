"""What is asked of a search: query, filters and page as one record, with its words, and why it found nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from indexer.index.record.names import cluster_key
from indexer.index.record.paper import Paper
from query.faces.printed.terminal import safe
from query.faces.printed.wording import TYPE_WORDS, alternatives, year_span
from query.filters import YearRange
from query.results import EMPTY, FILTER, Page
from query.search import PaperIndex

# What `PaperIndex.search` takes and `scan` does not.
_PAGE_ONLY = ("limit", "offset", "facets", "explain", "expand", "timeout")


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of `PaperIndex.search` as the faces collect them."""

    query: str = ""
    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    years: tuple[YearRange, ...] = ()
    types: tuple[str, ...] = ()
    exclude_venues: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    since: str | None = None
    limit: int | None = 10
    offset: int = 0
    sort: str = "relevance"
    match: str = "auto"
    ranking: str = "best"
    facets: tuple[str, ...] = ()
    snippets: bool = True
    explain: bool = False
    expand: bool = False
    timeout: float | None = None

    def _arguments(self) -> dict[str, Any]:
        # Not `asdict`, which copies every value to its depth: a twentieth of a search over HTTP.
        return {name: getattr(self, name) for name in _NAMES}

    def search(self, index: PaperIndex) -> Page:
        """The page that is asked for."""
        arguments = self._arguments()
        query = arguments.pop("query")
        return index.search(query, **arguments)

    def corrected(self, index: PaperIndex) -> Page:
        """The page; where nothing is found and another spelling finds something, the page of that, which says so."""
        page = self.search(index)
        if page.total or page.suggestion is None:
            return page
        better = replace(self, query=page.suggestion).search(index)
        return replace(better, query=page.query, corrected=page.suggestion)

    def papers(self, index: PaperIndex, page: Page) -> Iterator[Paper]:
        """The records of a page's hits; of the whole result one by one, and none kept."""
        if not self.streamed:
            return (hit.paper for hit in page.hits)
        arguments = self._arguments()
        query = arguments.pop("query")
        for name in _PAGE_ONLY:
            del arguments[name]
        return (hit.paper for hit in index.scan(query, **arguments))

    @property
    def streamed(self) -> bool:
        """Whether the whole result is asked for, so that its records need not be in memory all at once."""
        return self.limit is None and not self.offset and not self.expand and self.timeout is None

    def filters(self, index: PaperIndex) -> dict[str, str]:
        """The filters that are set, by the name of the argument, in words."""
        canonical = index.venue_table.canonical
        authors = [author_heading(index, name) for name in self.authors]
        words = {
            "authors": f"author cluster{'s' if len(authors) > 1 else ''} {' and '.join(authors)}",
            "venues": alternatives([safe(canonical(name)) for name in self.venues]),
            "years": alternatives([year_span(*pair) for pair in self.years]),
            "types": alternatives([TYPE_WORDS.get(name, name) for name in self.types]),
            "exclude_venues": "not in " + alternatives([safe(canonical(name)) for name in self.exclude_venues]),
            "exclude_types": "no " + alternatives([TYPE_WORDS.get(name, name) for name in self.exclude_types]),
            "since": f"new since {'generation ' if (self.since or '').isdigit() else ''}{safe(self.since or '')}",
        }
        return {name: text for name, text in words.items() if getattr(self, name)}


_NAMES = tuple(field.name for field in fields(Asked))


def author_heading(index: PaperIndex, name: str) -> str:
    """The heading of the cluster of a name; the name itself where there is none."""
    key = cluster_key(name)
    found = index.heading(key)
    return safe(name if found == key else found)


def reasons(page: Page) -> Iterator[str]:
    """Why an answer is empty, in sentences, and with what query it would not be."""
    works = None
    for row in page.diagnostics:
        if row.kind in (EMPTY, FILTER):
            yield safe(row.message)
            works = works or (row.suggestion if row.kind == EMPTY else None)
    if works:
        yield f"Try: {safe(works)}"
