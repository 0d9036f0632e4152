"""What is asked of a search: query, filters and page as one record, with its words, and why it found nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from indexer.index.errors import NotFoundError
from indexer.index.record.names import cluster_key
from indexer.index.record.paper import Paper
from query.browse.clusters import heading
from query.faces.printed.terminal import safe
from query.faces.printed.wording import TYPE_WORDS, alternatives, counted, year_span
from query.filters import YearRange
from query.information import years_held
from query.language.nearest import nearest
from query.language.parser import parse
from query.results import Page
from query.search import PaperIndex

# What `PaperIndex.search` takes and `scan` does not.
_PAGE_ONLY = ("limit", "offset", "facets", "explain", "expand")
# Words of a query that are looked up one by one when it found nothing.
_WORDS = 12


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

    def search(self, index: PaperIndex) -> Page:
        """The page that is asked for."""
        arguments = asdict(self)
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
        arguments = asdict(self)
        query = arguments.pop("query")
        for name in _PAGE_ONLY:
            del arguments[name]
        return (hit.paper for hit in index.scan(query, **arguments))

    @property
    def streamed(self) -> bool:
        """Whether the whole result is asked for, so that its records need not be in memory all at once."""
        return self.limit is None and not self.offset and not self.expand

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


def author_heading(index: PaperIndex, name: str) -> str:
    """The heading of the cluster of a name; the name itself where there is none."""
    key = cluster_key(name)
    found = heading(index.files, key)
    return safe(name if found == key else found)


def reasons(index: PaperIndex, asked: Asked) -> Iterator[str]:
    """Why an answer is empty, in sentences: filters that nothing passes, words that no paper has, what is left
    without each filter.
    """
    if not any(segment.alive for segment in index.segments):
        yield "The index holds no papers."
        return
    nothing = list(_empty_filters(index, asked))
    yield from nothing
    yield from _unknown_words(index, asked)
    words = asked.filters(index)
    for name, text in words.items():
        found = _total(index, asked, {name: None if name == "since" else ()})
        if found:
            yield f"Without the filter {text}: {counted(found, 'paper')}."
    if len(words) > 1 and not nothing:
        found = _total(index, asked, {name: None if name == "since" else () for name in words})
        yield f"Without any filter: {counted(found, 'paper')}."
    if asked.match == "all" and (found := _total(index, asked, {"match": "any"})):
        yield f"With --match any: {counted(found, 'paper')}."


def _total(index: PaperIndex, asked: Asked, changes: Mapping[str, Any]) -> int:
    changed = replace(asked, **changes)
    return replace(changed, limit=0, offset=0, facets=(), snippets=False, explain=False).search(index).total


def _empty_filters(index: PaperIndex, asked: Asked) -> Iterator[str]:
    for name in asked.authors:
        if not _total(index, Asked(authors=(name,)), {}):
            try:
                index.author(name)
            except NotFoundError as error:
                yield f"{str(error)[0].upper()}{safe(str(error)[1:])}."
    for name in asked.venues:
        if not _total(index, Asked(venues=(name,)), {}):
            near = _venue_spellings(index)
            like = nearest(name.casefold(), near)
            hint = f"did you mean {safe(near[like])}?" if like else "`quiver venues` lists them."
            yield f"No paper has the venue {safe(name)!r}; {hint}"
    for years in asked.years:
        if not _total(index, Asked(years=(years,)), {}):
            held = years_held(index.files)
            yield f"No paper is dated {year_span(*years)}; the index holds {year_span(*held) if held else 'no years'}."


def _venue_spellings(index: PaperIndex) -> dict[str, str]:
    """Venues of the index by each of their spellings, case folded."""
    return {
        spelling.casefold(): row.name
        for row in index.venues()
        for spelling in (row.name, *row.spellings, *index.venue_table.aliases(row.name))
    }


def _unknown_words(index: PaperIndex, asked: Asked) -> Iterator[str]:
    for word in parse(asked.query).optional[:_WORDS]:
        if not _total(index, Asked(query=word.text), {}):
            yield f"No paper has the word {safe(word.text)!r}."
