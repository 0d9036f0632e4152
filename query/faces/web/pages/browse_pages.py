"""Pages to browse without a query: home, venues, one venue, its years, all years by venue, the collection itself."""

from __future__ import annotations

import re
from dataclasses import replace

from indexer.index.errors import NotFoundError
from query.faces.parameters import FACETS
from query.faces.request import Asked
from query.faces.web.api.handlers import page_of
from query.faces.web.pages.charts import year_chart
from query.faces.web.pages.links import Links, State
from query.faces.web.pages.rendering import page
from query.faces.web.pages.search_page import shown_hit
from query.faces.web.serving.call import Call, Reply
from query.results import Page

_SIDE = 100
"""Papers of one page of a venue's year."""
_TABLE = 40
"""Venues of the table of years."""


def home(call: Call) -> Reply:
    """The box, and what there is to search."""
    return page(
        call.settings,
        "home.html",
        info=call.snapshot.info,
        venues=call.snapshot.venues[:12],
        examples=call.snapshot.once("examples", lambda: examples(call)),
        query="",
    )


def venues(call: Call) -> Reply:
    """Every venue with its papers and years."""
    return page(call.settings, "venues.html", venues=call.snapshot.venues, query="")


def venue(call: Call) -> Reply:
    """One venue: its years, its authors, its newest papers; of a year, all papers by title."""
    name = call.index.venue_table.canonical(call.gaps[0])
    row = next((row for row in call.snapshot.venues if row.name == name), None)
    if row is None:
        raise NotFoundError(f"no paper has the venue {name!r}")
    year = int(call.gaps[1]) if len(call.gaps) > 1 and re.fullmatch("[0-9]{4}", call.gaps[1]) else None
    if len(call.gaps) > 1 and year is None:
        raise NotFoundError(f"{call.gaps[1]!r} is no year")
    links = Links(call.settings.prefix)
    start = dict(call.pairs).get("offset", "0")
    offset = int(start) if re.fullmatch("[0-9]{1,6}", start) else 0
    side = _SIDE if year else 20
    asked = Asked(
        venues=(name,),
        years=((year, year),) if year else (),
        facets=("author", "type"),
        limit=side,
        offset=offset,
        sort="title" if year else "newest",
    )
    found = page_of(call, asked)
    counts = page_of(call, replace(asked, years=(), facets=("year",), limit=0, offset=0)).facets["year"]
    state = State(call.settings.prefix, (("venue", name), *((("year", str(year)),) if year else ())))
    here = links.venue(name, year).removeprefix(call.settings.prefix)
    last = found.offset + len(found.hits)
    empty = State(call.settings.prefix, ())
    return page(
        call.settings,
        "venue.html",
        venue=row,
        year=year,
        hits=[shown_hit(hit, set()) for hit in found.hits],
        total=found.total,
        authors=found.facets["author"],
        types=found.facets["type"],
        chart=year_chart(
            [(int(one.value), one.count) for one in counts],
            lambda one: links.venue(name, one),
            lambda one: year in (None, one),
        ),
        search=state.to(),
        exports=state,
        first=found.offset + 1,
        last=last,
        previous=empty.at(max(0, offset - side)).to(here) if offset else "",
        following=empty.at(last).to(here) if last < found.total else "",
        query="",
    )


def years(call: Call) -> Reply:
    """Papers by year and venue."""
    columns, rows = call.snapshot.once("years", lambda: _by_year(call))
    return page(
        call.settings, "years.html", columns=columns, rows=rows, left=len(call.snapshot.venues) - _TABLE, query=""
    )


def _by_year(call: Call) -> tuple[list[int], list[tuple[str, int, list[int]]]]:
    """Years, and for each of the largest venues its papers in each of them."""
    rows: list[tuple[str, int, dict[int, int]]] = []
    for row in call.snapshot.venues[:_TABLE]:
        counts = page_of(call, Asked(venues=(row.name,), facets=("year",), limit=0)).facets["year"]
        rows.append((row.name, row.count, {int(one.value): one.count for one in counts}))
    columns = sorted({year for _, _, counts in rows for year in counts}, reverse=True)
    return columns, [(name, count, [counts.get(year, 0) for year in columns]) for name, count, counts in rows]


def about(call: Call) -> Reply:
    """What the collection holds, and how to ask it, with examples from itself."""
    return page(
        call.settings,
        "about.html",
        info=call.snapshot.info,
        examples=call.snapshot.once("examples", lambda: examples(call)),
        address=call.address("/"),
        agents=call.settings.mcp,
        query="",
    )


_PLAIN = re.compile("[a-z]{5,}")


def examples(call: Call) -> list[tuple[str, str]]:
    """Queries that find something here, and what each shows: made from the newest papers, authors and venues."""
    found: Page = page_of(call, Asked(limit=50, facets=FACETS, snippets=False))
    titles = [str(hit.as_json()["title"]) for hit in found.hits]
    titled = [words for title in titles if len(words := _PLAIN.findall(title.lower())) >= 3]
    rows: list[tuple[str, str]] = []
    if titled:
        words = titled[0]
        runs = [run for title in titles if (run := re.search(r"\b[a-z]{4,} [a-z]{4,}\b", title.lower()))]
        phrase = runs[0][0] if runs else words[0]
        rows = [
            (f"{words[0]} {words[1]}", "papers with both words; where they are few, those with one follow"),
            (f'"{phrase}"', "the phrase"),
            (f"title:{words[1]} -{words[2]}", "a word in the title, without another anywhere"),
            (f"{words[0][:4]}*", "words that begin so"),
        ]
    if found.facets["author"]:
        name = str(found.facets["author"][0].value).replace('"', "")
        rows.append((f'author:="{name}"', "papers of exactly this author name"))
    if call.snapshot.venues and titled:
        name = call.snapshot.venues[0].name.replace('"', "")
        rows.append((f'venue:="{name}" {titled[0][0]}', "a word in one venue"))
    if call.snapshot.info.years and titled:
        last = call.snapshot.info.years[1]
        rows.append((f"{titled[0][0]} year:{last - 2}..{last}", "a word in some years"))
    return rows
