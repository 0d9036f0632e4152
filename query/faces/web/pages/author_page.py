"""The page of an author cluster, with neighbours that may be joined to it in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexer.index.errors import NotFoundError
from indexer.index.record.names import cluster_key, spelling
from indexer.index.record.paper import Paper
from query.browse.clusters import Cluster, page_order
from query.export import EXPORTERS
from query.faces.printed.wording import paper_place, year_span
from query.faces.web.exports import file_reply
from query.faces.web.pages.charts import year_chart
from query.faces.web.pages.links import Links, State
from query.faces.web.pages.rendering import FILES, page
from query.faces.web.serving.call import Call, Reply, escaped

_MOST_JOINED = 20
_MOST_PAPERS = 500
"""Papers on one page; a search by the author shows any number."""


@dataclass(frozen=True, slots=True)
class Person:
    """One author of a paper: the name as read, its key, whether the page is about it."""

    name: str
    here: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A paper as it stands in the list: where it appeared, who wrote it, under which joined name it came."""

    paper: Paper
    place: Sequence[str]
    people: Sequence[Person]
    joined: str


def author(call: Call) -> Reply:
    """Papers that carry exactly one name; those of further names where `join` names them."""
    try:
        cluster, clusters = _clusters(call)
    except NotFoundError as error:
        return _nobody(call, error)
    keys = {cluster_key(one.name) for one in clusters}
    papers = sorted({paper.id: paper for one in clusters for paper in one.papers}.values(), key=page_order)
    canonical = call.index.venue_table.canonical
    places = Counter(canonical(paper.venue) for paper in papers if paper.venue)
    years = Counter(paper.year for paper in papers if paper.year)
    state = State(call.settings.prefix, tuple(("join", one.name) for one in clusters[1:]))
    here = f"/authors/{escaped(cluster.name)}"
    links = Links(call.settings.prefix)
    rows = _rows(papers, keys)
    values: dict[str, Any] = {
        "cluster": cluster,
        "joined": [(one.name, len(one.papers), state.without("join", one.name).to(here)) for one in clusters[1:]],
        "neighbours": [
            (row, state.put("join", row.name).to(here))
            for row in cluster.neighbours
            if cluster_key(row.name) not in keys
        ],
        "total": len(papers),
        "entries": [_entry(call, paper, keys, cluster_key(cluster.name)) for paper in papers[:_MOST_PAPERS]],
        "rows": rows,
        "count_rows": cluster.rows if len(clusters) == 1 else len(rows),
        "coauthors": _coauthors(clusters, papers, keys),
        "venues": sorted(places.items(), key=lambda row: (-row[1], row[0])),
        "span": year_span(min(years), max(years)) if years else "",
        "chart": year_chart(
            years.items(), lambda year: links.to("/search", author=cluster.name, year=year), lambda _: True
        ),
        "exports": [(row, state.put("format", row.name).to(here)) for row in FILES],
        "query": "",
    }
    form = dict(call.pairs).get("format")
    if form in EXPORTERS:
        return file_reply(call.index, EXPORTERS[form], papers, len(papers))
    return page(call.settings, "author.html", **values)


def _clusters(call: Call) -> tuple[Cluster, list[Cluster]]:
    """The cluster that is asked for, and it with those that are joined to it; joined names that are none are left."""
    cluster = call.index.author(call.gaps[0])
    found = {cluster_key(cluster.name): cluster}
    for name in [value for key, value in call.pairs if key == "join"][:_MOST_JOINED]:
        try:
            found.setdefault(cluster_key(name), call.index.author(name))
        except NotFoundError:
            continue
    return cluster, list(found.values())


def _nobody(call: Call, error: NotFoundError) -> Reply:
    """That nobody has the name, and who has one that begins so or is spelt much like it."""
    links = Links(call.settings.prefix)
    meant = [error.suggestion] if error.suggestion else []
    counts = {
        str(row.value): row.count for name in (*meant, call.gaps[0]) for row in call.index.suggest(name, 5).authors
    }
    instead = [(name, links.author(name), count) for name, count in counts.items()]
    message = f"no paper here has an author of exactly the name {call.gaps[0]!r}"
    return page(call.settings, "error.html", 404, message=message, code=404, query="", instead=instead)


def _entry(call: Call, paper: Paper, keys: set[str], own: str) -> Entry:
    people = [Person(spelling(author.name), cluster_key(author.name) in keys) for author in paper.authors]
    names = [person.name for person in people if person.here]
    joined = "" if own in map(cluster_key, names) else ", ".join(names)
    return Entry(paper, paper_place(paper, call.index.venue_table), people, joined)


def _rows(papers: Sequence[Paper], keys: set[str]) -> list[tuple[str, str, int]]:
    """Author rows: spelling and id as the sources have them, with their papers."""
    counts = Counter(
        row
        for paper in papers
        for row in {(spelling(one.name), one.id or "") for one in paper.authors if cluster_key(one.name) in keys}
    )
    return [
        (name, number, count) for (name, number), count in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    ]


def _coauthors(clusters: Sequence[Cluster], papers: Sequence[Paper], keys: set[str]) -> list[tuple[str, int]]:
    """Who else is on the papers, by their number, then name."""
    if len(clusters) == 1:
        return [(row.name, row.count) for row in clusters[0].coauthors]
    headings = {cluster_key(row.name): row.name for one in clusters for row in one.coauthors}
    counts: Counter[str] = Counter()
    for paper in papers:
        counts.update({cluster_key(author.name) for author in paper.authors} - keys)
    named = [(headings.get(key, key), count) for key, count in counts.items()]
    return sorted(named, key=lambda row: (-row[1], row[0]))
