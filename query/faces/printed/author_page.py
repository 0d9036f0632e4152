"""The page of an author cluster in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from indexer.index.record.names import cluster_key
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.text.reading import as_shown
from query.browse.clusters import Cluster, Neighbour
from query.faces.printed.terminal import DEFAULT_WIDTH, Screen, display_width, safe, wrap
from query.faces.printed.wording import author_list, counted, paper_place, year_span

_KIND = "author name cluster"
_EXPLAINED = (
    "Papers that carry exactly this author name, whatever its case. They may be by different people of that name, "
    "and papers under another spelling are not here."
)
_BARS = "▁▂▃▄▅▆▇█"
_COAUTHORS, _NEIGHBOURS = 20, 12
# Columns of author names a paper has here: all of them but for the crowds of large experiments.
_PEOPLE = 600


def author_lines(cluster: Cluster, screen: Screen, venues: VenueTable) -> Iterator[str]:
    """Heading, what the page is, counts, a bar a year, the papers by year, co-authors and neighbours."""
    text = Screen(min(screen.width, DEFAULT_WIDTH), screen.colour)
    name = safe(cluster.name)
    gap = text.width - display_width(name) - len(_KIND)
    yield screen.style(name, "heading") + (" " * gap + screen.style(_KIND, "dim") if gap > 1 else "")
    yield from text.wrapped(_EXPLAINED, style="dim")
    yield from screen.joined(_counts(cluster))
    yield from screen.joined(year_bars(cluster.years), "  ")
    key = cluster_key(cluster.name)
    for year, papers in groupby(cluster.papers, lambda paper: paper.year):
        yield ""
        yield screen.style(str(year) if year else "no year", "heading")
        for paper in papers:
            yield from _paper_lines(paper, screen, venues, key)
    yield ""
    if cluster.coauthors:
        yield from _listed(
            "With:", [f"{safe(row.name)} {row.count:,}" for row in cluster.coauthors], _COAUTHORS, screen
        )
    if cluster.neighbours:
        yield from _listed("See also:", list(map(_neighbour, cluster.neighbours)), _NEIGHBOURS, screen)


def _counts(cluster: Cluster) -> list[str]:
    years = [year for year, _ in cluster.years]
    venues = ", ".join(f"{safe(name)} {count:,}" for name, count in cluster.venues[:8])
    more = len(cluster.venues) - 8
    return [
        counted(len(cluster.papers), "paper"),
        counted(cluster.rows, "author row"),
        *([year_span(years[0], years[-1])] if years else []),
        *([venues + (f" and {counted(more, 'more venue')}" if more > 0 else "")] if venues else []),
    ]


def year_bars(years: Sequence[tuple[int, int]]) -> list[str]:
    """`2018 ▆` for each year that has papers, the highest bar for the most of them; years that rise."""
    most = max((count for _, count in years), default=1)
    return [f"{year} {_BARS[-(-count * len(_BARS) // most) - 1]}" for year, count in years]


def _paper_lines(paper: Paper, screen: Screen, venues: VenueTable, key: str) -> Iterator[str]:
    title = safe(as_shown(paper.title))
    for start, end in wrap(title, screen.width - 2):
        yield "  " + screen.style(title[start:end], "title")
    people = [author.name for author in paper.authors]
    shown = author_list(people, _PEOPLE, (key,)).split(", ")
    place = " · ".join([*paper_place(paper, venues), shown[0]])
    yield from screen.joined([place, *shown[1:]], ", ", indent="  ")


def _neighbour(row: Neighbour) -> str:
    return f"{safe(row.name)} ({row.reason}, {counted(row.count, 'paper')})"


def _listed(label: str, parts: Sequence[str], most: int, screen: Screen) -> Iterator[str]:
    shown = list(parts[:most])
    if len(parts) > most:
        shown.append(f"and {len(parts) - most:,} more")
    for number, line in enumerate(screen.joined([f"{label} {shown[0]}", *shown[1:]], ", ")):
        yield screen.style(label, "dim") + line[len(label) :] if not number else line
