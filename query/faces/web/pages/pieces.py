"""What a page has by the dozen, as HTML: hits, bars of years, values of facets.

They are put together here and not in a template, which took 2 of the 5 ms of a page of hits to call its macros a
hundred times and to escape nine hundred values one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from query.faces.printed.wording import TYPE_WORDS, counted
from query.faces.web.pages.charts import Chart
from query.faces.web.pages.links import Links
from query.faces.web.pages.texts import marked, shown

if TYPE_CHECKING:
    from query.faces.web.pages.search_page import Found

title_html = lru_cache(8192)(shown)
"""A title as HTML: its formulas take a while, and the same papers are shown again and again."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: its papers, whether it is on or excluded, and where its switches lead."""

    value: str | int
    count: int
    on: bool
    off: bool
    switch: str
    exclude: str


def hit_item(found: Found, links: Links, explained: str = "") -> Markup:
    """One paper of a list; `explained` leads to the same list with explanations."""
    hit = found.hit
    identifier = escape(hit.id)
    parts = [
        f'<li class="hit" id="hit-{hit.rank}" data-id="{identifier}">\n'
        f'<h3 dir="auto"><a href="{escape(links.paper(hit.id))}">{title_html(found.title)}</a></h3>\n<p class="by">'
    ]
    if found.place:
        first, *rest = map(escape, found.place)
        place = f'<a href="{escape(links.venue(hit.venue))}">{first}</a>' if hit.venue else first
        parts.append(f'<span class="place">{" · ".join([place, *rest])}</span>')
    people = [
        f'<a class="{"person here" if here else "person"}" href="{escape(links.author(name))}">'
        f"<bdi>{escape(name)}</bdi></a>"
        for name, here in found.people
    ]
    more = f' <span class="dim">and {found.more_people} more</span>' if found.more_people else ""
    parts.append(f" {', '.join(people)}{',' if people and more else ''}{more}</p>\n")
    if hit.snippet:
        parts.append(f'<p class="snippet" dir="auto">{marked(hit.snippet)}</p>\n')
    if hit.also_as:
        others = (f'<a href="{escape(links.paper(one))}"><bdi>{escape(one)}</bdi></a>' for one in hit.also_as)
        parts.append(f'<p class="dim">also as {", ".join(others)}</p>\n')
    if found.why:
        lines = escape("\n".join(found.why))
        parts.append(f'<details class="why" open><summary>Why this score</summary><pre>{lines}</pre></details>\n')
    parts.append(
        f'<p class="tools"><label class="pick"><input type="checkbox" name="id" value="{identifier}" form="pick"> '
        "choose</label>"
    )
    if explained:
        parts.append(f' <a class="explain" href="{escape(explained)}#hit-{hit.rank}">why this score</a>')
    parts.append("</p>\n</li>\n")
    return Markup("".join(parts))


def year_bars(chart: Chart, label: str) -> Markup:
    """A chart of years as a drawing, each bar a link."""
    bars = [
        f'<a href="{escape(bar.address)}" aria-label="{bar.year}: {counted(bar.count, "paper")}">'
        f"<title>{bar.year}: {counted(bar.count, 'paper')}</title>"
        f'<rect class="reach" x="{bar.x}" y="0" width="{bar.width}" height="56"/>'
        f'<rect class="{"bar" if bar.chosen else "bar out"}" x="{bar.x}" y="{bar.y}" width="{bar.width}" '
        f'height="{bar.height}" data-year="{bar.year}"/></a>\n'
        for bar in chart.bars
    ]
    last = chart.last if chart.last != chart.first else ""
    return Markup(
        '<figure class="years">\n<svg viewBox="0 -1 280 58" preserveAspectRatio="none" role="group" '
        f'aria-label="{escape(label)}" data-first="{chart.first}" data-last="{chart.last}">\n{"".join(bars)}</svg>\n'
        f"<figcaption><span>{chart.first}</span><span>{last}</span></figcaption>\n</figure>\n"
    )


def facet_items(values: Iterable[Value], name: str) -> Markup:
    """Values of a facet as the items of a list, each with its switches."""
    return Markup("".join([_facet_item(name, value) for value in values]))


def _facet_item(name: str, value: Value) -> str:
    said = str(value.value)
    words = escape(TYPE_WORDS.get(said, said) if name == "type" else said)
    current, told = (' aria-current="true"', "Remove this filter") if value.on or value.off else ("", "Only these")
    minus = ""
    if value.exclude:
        title, label, sign = ("Take in again", "Take in again", "+") if value.off else ("Without these", "Without", "−")
        minus = (
            f' <a class="minus" href="{escape(value.exclude)}" title="{title}" aria-label="{label} {words}">{sign}</a>'
        )
    return (
        f'<li class="{"on" if value.on else ""}{"off" if value.off else ""}">'
        f'<a href="{escape(value.switch)}"{current} title="{told}"><bdi>{words}</bdi></a> '
        f'<span class="count">{value.count:,}</span>{minus}</li>\n'
    )
