"""Pages to browse without a query: home, venues, one venue, its years, all years by venue, the collection itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from indexer.index.errors import NotFoundError
from query.faces.parameters import FACETS
from query.faces.request import Asked
from query.faces.web.api.handlers import page_of
from query.faces.web.pages.charts import year_chart
from query.faces.web.pages.links import Links, State
from query.faces.web.pages.rendering import FILES, page
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
    rows = call.snapshot.venues
    spelt = any(name != row.name for row in rows for name in row.spellings)
    return page(call.settings, "venues.html", venues=rows, spelt=spelt, query="")


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
        exports=[(one, state.to(f"/search{one.suffix}")) for one in FILES],
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


_PAIR = re.compile("(?=\\b([a-z]{5,} [a-z]{5,})\\b)")
_BETWEEN = frozenset(
    "about among based beyond between through toward towards under using where which within without".split()
)
_READ = 500
"""Newest titles from which examples are taken: enough for what a collection is about to come up twice."""


def examples(call: Call) -> list[tuple[str, str]]:
    """Queries that find something here, and what each shows: made from the newest papers, authors and venues."""
    found: Page = page_of(call, Asked(limit=_READ, facets=FACETS, snippets=False))
    pairs = _common_pairs(str(hit.as_json()["title"]) for hit in found.hits)
    rows: list[tuple[str, str]] = []
    if pairs:
        one, other = pairs[0], pairs[-1]
        rows = [
            (" ".join(one), "papers with both words; where they are few, those with one follow"),
            (f'"{" ".join(other)}"', "the phrase"),
            (
                f"title:{one[0]} -{other[1] if other[1] not in one else other[0]}",
                "a word in the title, without another",
            ),
            (f"{one[1][:4]}*", "words that begin so"),
        ]
    if found.facets["author"]:
        name = str(found.facets["author"][0].value).replace('"', "")
        rows.append((f'author:="{name}"', "papers of exactly this author name"))
    if call.snapshot.venues and pairs:
        name = call.snapshot.venues[0].name.replace('"', "")
        rows.append((f'venue:="{name}" {pairs[0][0]}', "a word in one venue"))
    if call.snapshot.info.years and pairs:
        last = call.snapshot.info.years[1]
        rows.append((f"{pairs[0][0]} year:{last - 2}..{last}", "a word in some years"))
    return rows


def _common_pairs(titles: Iterable[str]) -> list[tuple[str, str]]:
    """The three pairs of words that most titles have side by side, of those that say what a paper is about."""
    counts: Counter[str] = Counter()
    for title in titles:
        counts.update(set(_PAIR.findall(title.lower())))
    told = [pair.split() for pair, _ in sorted(counts.items(), key=lambda row: (-row[1], row[0]))[:100]]
    return [(first, second) for first, second in told if not {first, second} & _BETWEEN][:3]
