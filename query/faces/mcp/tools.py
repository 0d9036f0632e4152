"""What an agent may ask of an index, as plain functions whose arguments say what they take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from indexer.index.errors import NotFoundError
from indexer.index.record.paper import Paper
from query.browse.find import find_papers
from query.export import EXPORTERS
from query.export.collisions import twins_in
from query.export.style import KEY_FORMAT, PLAIN, Style
from query.faces.parameters import LONGEST_NAME, LONGEST_QUERY, SEARCH
from query.faces.request import Asked, reasons
from query.faces.web.serving.reading import values_of
from query.faces.web.serving.served_index import ServedIndex
from query.results import Hit, Page
from query.search import PaperIndex

MOST_HITS, MOST_PAPERS, MOST_EXPORTED, MOST_ROWS = 50, 20, 200, 100
"""What one answer holds at most, so that it fits the context of whoever asks."""
LONGEST_SEARCH = 5.0
"""Seconds of a search; then it gives what it has, and says that it is partial."""
_PEOPLE = 6
"""Names of a paper in a list; the record has all."""

Text = Annotated[str, Field(max_length=LONGEST_NAME)]
Words = Annotated[
    str,
    Field(
        max_length=LONGEST_QUERY,
        description='Words, "a phrase", AND OR NOT -word ( ), prefix*, fields title: abstract: author: venue: year:',
    ),
]
Clusters = Annotated[list[Text], Field(max_length=20, description="Author names, compared whole; papers of all")]
Venues = Annotated[list[Text], Field(max_length=100, description="Venues in any spelling; papers of any")]
Years = Annotated[list[Text], Field(max_length=20, description="Such as 2018, 2018..2024, 2018.. or ..2016")]
Types = Annotated[list[Text], Field(max_length=20, description="CSL types, such as paper-conference")]
Since = Annotated[
    str | None, Field(description="A generation (12) or a day (2026-11-01): what the index first had then or later")
]
Offset = Annotated[int, Field(ge=0, le=10_000, description="How many to pass over")]
Ids = Annotated[
    list[Text], Field(min_length=1, max_length=MOST_EXPORTED, description="Ids, DOIs, arXiv ids or whole titles")
]
Sort = Literal["relevance", "newest", "oldest", "title"]
Match = Literal["auto", "all", "any"]
Format = Literal["bibtex", "ris", "csl", "csv", "jsonl"]


class Tools:
    """The tools over one index; each call sees one generation of it, the newest."""

    def __init__(self, served: ServedIndex) -> None:
        self._served = served

    def search(
        self,
        query: Words = "",
        authors: Clusters = [],  # noqa: B006  # never changed; the schema shows an empty list
        venues: Venues = [],  # noqa: B006
        years: Years = [],  # noqa: B006
        types: Types = [],  # noqa: B006
        since: Since = None,
        sort: Sort = "relevance",
        match: Match = "auto",
        limit: Annotated[int, Field(ge=0, le=MOST_HITS)] = 10,
        offset: Offset = 0,
        facets: Annotated[list[Literal["venue", "year", "type", "author"]], Field(max_length=4)] = [],  # noqa: B006
    ) -> dict[str, Any]:
        """Find papers by words and filters. Hits are short: id, title, authors, venue, year, the passage that matches.

        `total` counts all papers found; `next_offset` is there where more follow. A hit of tier 1 matches only some of
        the words. Use `paper` for abstracts.
        """
        index = self._index()
        asked = _asked(query, authors, venues, years, types, since, sort, match, limit, offset, facets)
        page = asked.search(index)
        found = _page(page)
        if not page.total:
            found["why_nothing"] = list(reasons(page))
        return found

    def paper(self, ids: Annotated[Ids, Field(max_length=MOST_PAPERS)]) -> dict[str, Any]:
        """Whole records of papers, with abstracts, by id, DOI, arXiv id or whole title."""
        papers, missing = _papers(self._index(), ids)
        return {"papers": [paper.as_record() for paper in papers], "missing": missing}

    def author(
        self, name: Text, limit: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 30, offset: Offset = 0
    ) -> dict[str, Any]:
        """Papers that carry exactly this author name, newest first, with co-authors, venues, years and names alike.

        A grouping by name, not a claim that it is one person; `neighbours` may be the same person under another name.
        """
        cluster = self._index().author(name)
        shown = cluster.papers[offset : offset + limit]
        more = offset + len(shown) < len(cluster.papers)
        return {
            "name": cluster.name,
            "total": len(cluster.papers),
            "papers": [_short(paper) for paper in shown],
            **({"next_offset": offset + len(shown)} if more else {}),
            "coauthors": [{"name": row.name, "count": row.count} for row in cluster.coauthors[:20]],
            "venues": dict(cluster.venues[:20]),
            "years": {str(year): count for year, count in cluster.years},
            "neighbours": [
                {"name": row.name, "reason": row.reason, "count": row.count} for row in cluster.neighbours[:20]
            ],
        }

    def related(self, id: Text, limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = 10) -> dict[str, Any]:  # noqa: A002
        """Papers like one, by the words that tell it from others."""
        return {"hits": [_hit(hit) for hit in self._index().related(id, limit).hits]}

    def venues(self, prefix: Text = "", limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 50) -> dict[str, Any]:
        """Venues with their papers and years, the largest first; those whose name or spelling begins with `prefix`."""
        begun = prefix.casefold()
        rows = [
            row
            for row in self._served.current().venues
            if any(name.casefold().startswith(begun) for name in (row.name, *row.spellings))
        ]
        return {
            "total": len(rows),
            "venues": [
                {"name": row.name, "type": row.type, "count": row.count, "years": row.years} for row in rows[:limit]
            ],
        }

    def export(self, ids: Ids, format: Format = "bibtex") -> dict[str, Any]:  # noqa: A002
        """Papers as a file for a reference manager or LaTeX, up to 200 by their ids."""
        papers, missing = _papers(self._index(), ids)
        style = Style(twins=twins_in(self._index(), KEY_FORMAT, len(papers))) if format == "bibtex" else PLAIN
        text = "".join(EXPORTERS[format].write(papers, style))
        return {"ids": [paper.id for paper in papers], "missing": missing, "format": format, "text": text}

    def _index(self) -> PaperIndex:
        return self._served.current().index


def _asked(
    query: str,
    authors: Sequence[str],
    venues: Sequence[str],
    years: Sequence[str],
    types: Sequence[str],
    since: str | None,
    sort: str,
    match: str,
    limit: int,
    offset: int,
    facets: Sequence[str],
) -> Asked:
    """The arguments, read by the table that the other faces read. Raises UsageError."""
    pairs = [("q", query), ("sort", sort), ("match", match), ("limit", str(limit)), ("offset", str(offset))]
    many = {"author": authors, "venue": venues, "year": years, "type": types, "facets": facets}
    pairs += [(name, value) for name, values in many.items() for value in values]
    pairs += [("since", since)] if since else []
    return Asked(**values_of(pairs, SEARCH), timeout=LONGEST_SEARCH)


def _papers(index: PaperIndex, names: Sequence[str]) -> tuple[list[Paper], list[str]]:
    found: dict[str, Paper] = {}
    missing = []
    for name in names:
        try:
            found |= {paper.id: paper for paper in find_papers(index, name)}
        except NotFoundError:
            missing.append(name)
    if not found:
        raise NotFoundError(f"there is no paper {' or '.join(map(repr, missing[:3]))}; `search` finds ids")
    return list(found.values()), missing


def _page(page: Page) -> dict[str, Any]:
    following = page.offset + len(page.hits)
    found: dict[str, Any] = {"generation": page.generation, "total": page.total, "all_words": page.all_words}
    found["hits"] = [_hit(hit) for hit in page.hits]
    if page.hits and following < page.total:
        found["next_offset"] = following
    if page.partial:
        found["partial"] = True
    if page.facets:
        found["facets"] = {name: {str(row.value): row.count for row in rows[:30]} for name, rows in page.facets.items()}
    if page.suggestion:
        found["suggestion"] = page.suggestion
    if page.diagnostics:
        found["diagnostics"] = [note.message for note in page.diagnostics]
    return found


def _hit(hit: Hit) -> dict[str, Any]:
    row = hit.as_json()
    kept = {name: row[name] for name in ("id", "title", "authors", "venue", "year", "tier", "snippet")}
    return kept | {"authors": _people(row["authors"])}


def _short(paper: Paper) -> dict[str, Any]:
    people = _people([author.name for author in paper.authors])
    return {"id": paper.id, "title": paper.title, "authors": people, "venue": paper.venue, "year": paper.year}


def _people(names: Sequence[str]) -> list[str]:
    more = len(names) - _PEOPLE
    return [*names[:_PEOPLE], f"and {more} more"] if more > 0 else list(names)
