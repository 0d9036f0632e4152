"""An answer of an index beside that of the reference: papers, scores, order, totals, facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import pytest

from indexer.index.record.names import cluster_key, spelling
from indexer.index.record.paper import Paper
from indexer.index.text.reading import as_read
from query import PaperIndex
from query.language.parser import parse
from query.results import Page
from tests.conformance.reference import VENUES, Doc, Reference, Scored, within

FACETS = ("venue", "year", "type", "author")
Key = Callable[[Scored], tuple[object, ...]]


@dataclass(frozen=True)
class Choice:
    """Filters, sort and match of a search, by the names that `PaperIndex.search` takes."""

    authors: tuple[str, ...] = ()
    venues: tuple[str, ...] = ()
    years: tuple[tuple[int | None, int | None], ...] | None = None
    types: tuple[str, ...] | None = None
    exclude_venues: tuple[str, ...] = ()
    exclude_types: tuple[str, ...] = ()
    sort: str = "relevance"
    match: str = "auto"

    def keeps(self, doc: Doc) -> bool:
        """Whether the filters leave a paper."""
        mine = {cluster_key(author.name) for author in doc.paper.authors}
        canonical = VENUES.canonical
        return (
            all(cluster_key(name) in mine for name in self.authors)
            and (not self.venues or (doc.venue != "" and doc.venue in map(canonical, self.venues)))
            and (self.years is None or any(within(doc.paper.year, *pair) for pair in self.years))
            and (not self.types or doc.paper.type in self.types)
            and (doc.venue == "" or doc.venue not in map(canonical, self.exclude_venues))
            and doc.paper.type not in self.exclude_types
        )


def random_choice(papers: Sequence[Paper], random: Random, sort: str = "") -> Choice:
    """Filters that some papers pass, more often few than many; the sort as given, or any."""
    paper = random.choice(papers)

    def some(share: float, *values: str) -> tuple[str, ...]:
        return tuple(value for value in values if value and random.random() < share)

    names = [author.name for author in paper.authors]
    other = random.choice(papers)
    years = [(2000, 2015), (None, 2012), (2018, None), (2020, 2020)]
    return Choice(
        authors=some(0.25, *random.sample(names, min(2, len(names)))),
        venues=some(0.25, paper.venue, other.venue),
        years=tuple(random.sample(years, random.choice((1, 2)))) if random.random() < 0.25 else None,
        types=some(0.3, paper.type, other.type) or None,
        exclude_venues=some(0.15, other.venue),
        exclude_types=some(0.15, other.type),
        sort=sort or random.choice(("relevance", "relevance", "newest", "oldest", "title")),
        match=random.choice(("auto", "auto", "all", "any")),
    )


def ask(index: PaperIndex, text: str, choice: Choice, *, limit: int | None = None, offset: int = 0) -> Page:
    """The page of an index for a query and its filters."""
    return index.search(
        text,
        authors=choice.authors, venues=choice.venues, years=choice.years, types=choice.types,
        exclude_venues=choice.exclude_venues, exclude_types=choice.exclude_types, sort=choice.sort, match=choice.match,
        limit=limit, offset=offset, facets=FACETS, ranking="bm25f", snippets=False,
    )  # fmt: skip


def check(index: PaperIndex, reference: Reference, text: str, choice: Choice) -> Page:
    """Assert that an index answers as the reference does; gives the answer."""
    page = ask(index, text, choice)
    expected = reference.answer(parse(text), choice.keeps, choice.match)
    scores = {row.doc.paper.id: (row.tier, row.score) for row in expected}
    assert {hit.id: hit.tier for hit in page.hits} == {paper: tier for paper, (tier, _) in scores.items()}
    for hit in page.hits:
        assert hit.score == pytest.approx(scores[hit.id][1], rel=1e-9, abs=1e-9), hit.id
    # Scores that differ in the last bit alone may stand either way: the order is held to the index's own scores.
    own = {hit.id: hit.score for hit in page.hits}
    order = ORDERS["newest" if not text.strip() and choice.sort == "relevance" else choice.sort](own)
    assert [hit.id for hit in page.hits] == [row.doc.paper.id for row in sorted(expected, key=order)]
    assert (page.total, page.all_words) == (len(expected), sum(row.tier == 0 for row in expected))
    assert page.relaxed == any(row.tier for row in expected)
    assert facets_of(page) == expected_facets(reference, expected)
    return page


def _year(row: Scored, *, newest: bool) -> int:
    year = row.doc.paper.year
    return 10_000 if year is None else -year if newest else year


def _title(row: Scored) -> str:
    return as_read(row.doc.paper.title).casefold()


ORDERS: Mapping[str, Callable[[Mapping[str, float]], Key]] = {
    "relevance": lambda own: (
        lambda row: (
            row.tier,
            -own[row.doc.paper.id],
            _year(row, newest=True),
            row.doc.paper.id,
        )
    ),
    "newest": lambda own: lambda row: (row.tier, _year(row, newest=True), _title(row), row.doc.paper.id),
    "oldest": lambda own: lambda row: (row.tier, _year(row, newest=False), _title(row), row.doc.paper.id),
    "title": lambda own: lambda row: (row.tier, _title(row), _year(row, newest=True), row.doc.paper.id),
}


def facets_of(page: Page) -> dict[str, list[tuple[str | int, int]]]:
    """The facets of a page as plain pairs."""
    return {name: [(row.value, row.count) for row in rows] for name, rows in page.facets.items()}


def expected_facets(reference: Reference, rows: Sequence[Scored]) -> dict[str, list[tuple[str | int, int]]]:
    """Facets counted over records."""
    papers = [row.doc.paper for row in rows]
    venues = Counter(row.doc.venue for row in rows if row.doc.venue)
    types = Counter(paper.type for paper in papers if paper.type)
    years = Counter(paper.year for paper in papers if paper.year)
    clusters = Counter(key for paper in papers for key in {cluster_key(author.name) for author in paper.authors})
    shown = headings(reference)
    authors = sorted(((shown[key], count) for key, count in clusters.items()), key=lambda row: (-row[1], row[0]))
    return {
        "venue": sorted(venues.items(), key=lambda row: (-row[1], row[0])),
        "year": sorted(years.items(), reverse=True),
        "type": sorted(types.items(), key=lambda row: (-row[1], row[0])),
        "author": list(authors[:10]),
    }


def headings(reference: Reference) -> dict[str, str]:
    """The heading of every author cluster: the commonest spelling, then the newest, then the first by code point."""
    if id(reference) not in _HEADINGS:
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for doc in reference.docs:
            for name in {spelling(author.name) for author in doc.paper.authors}:
                row = found.setdefault(cluster_key(name), {})
                count, newest = row.get(name, (0, 0))
                row[name] = (count + 1, max(newest, doc.paper.year or 0))
        _HEADINGS[id(reference)] = (
            reference,
            {key: min(row, key=lambda name: (-row[name][0], -row[name][1], name)) for key, row in found.items()},
        )
    return _HEADINGS[id(reference)][1]


_HEADINGS: dict[int, tuple[Reference, dict[str, str]]] = {}
