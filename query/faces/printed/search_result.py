"""A search in the terminal: what was found and how it was asked, the hits, facets, and what an empty answer means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import unescape

from indexer.index.text.reading import as_shown
from query.faces.printed.explanation import explanation_lines
from query.faces.printed.terminal import Screen, Span, display_width, safe, wrap
from query.faces.printed.wording import TYPE_WORDS, author_list, counted, hit_place, milliseconds
from query.results import FacetCount, Hit, Page

# Values of a facet that are shown; JSON has them all.
_FACET_VALUES = 20
# Columns that author names need, else they have a line of their own.
_NAMES = 30
_MARK = re.compile("</?mark>")


def search_lines(
    page: Page, screen: Screen, filters: Sequence[str] = (), authors: Collection[str] = ()
) -> Iterator[str]:
    """A page of an answer. `filters` are the filters in words, `authors` the cluster keys that were asked for."""
    timing = f"{milliseconds(page.took_ms)}, generation {page.generation}"
    for line in screen.joined([totals(page), *filters, timing]):
        yield screen.style(line, "dim")
    if page.corrected is not None:
        yield from screen.wrapped(f"Nothing matches {safe(page.query)}; these are for: {safe(page.corrected)}")
    elif page.suggestion:
        yield from screen.wrapped(f"Did you mean: {safe(page.suggestion)}")
    if page.hits:
        yield ""
    margin = max(2, len(str(page.hits[-1].rank))) + 2 if page.hits else 0
    tier = 0
    for hit in page.hits:
        if hit.tier != tier:
            tier = hit.tier
            yield from screen.wrapped("Papers that match only some of the words:", style="dim")
            yield ""
        yield from hit_lines(hit, screen, margin, authors)
        yield ""
    yield from _facet_lines(page.facets, screen)
    yield from _page_line(page, screen)


def totals(page: Page) -> str:
    """How much was found, tier by tier: `2 papers match all words, 9 more match some`."""
    if not page.total:
        return "no paper matches"
    if not page.relaxed:
        return f"{counted(page.total, 'paper')}{' match' if page.total > 1 else ' matches'}"
    more = page.total - page.all_words
    if not page.all_words:
        return f"no paper matches all words, {more:,} match{'es' if more == 1 else ''} some"
    verb = "matches" if page.all_words == 1 else "match"
    some = "matches" if more == 1 else "match"
    return f"{counted(page.all_words, 'paper')} {verb} all words, {more:,} more {some} some"


def hit_lines(hit: Hit, screen: Screen, margin: int, authors: Collection[str] = ()) -> Iterator[str]:
    """One hit: rank and title, where and by whom, the passage with its matches marked, the id."""
    indent = " " * margin
    title = safe(as_shown(hit.title))
    first = True
    for start, end in wrap(title, screen.width - margin):
        yield (f"{hit.rank:>{margin - 2}}  " if first else indent) + screen.style(title[start:end], "title")
        first = False
    place = hit_place(hit.venue, hit.year, hit.type)
    room = screen.width - margin - sum(display_width(part) + 3 for part in place)
    people = author_list(hit.authors, room if room >= _NAMES else screen.width - margin, authors)
    yield from screen.joined([*place, *([people] if people else [])], indent=indent)
    yield from marked_lines(hit.snippet, screen, indent)
    for line in screen.wrapped(safe(hit.id), indent):
        yield screen.style(line, "dim")
    if hit.also_as:
        for line in screen.wrapped(f"also as {safe(', '.join(hit.also_as))}", indent):
            yield screen.style(line, "dim")
    if hit.explanation is not None:
        yield from explanation_lines(hit.explanation, screen, indent)


def marked_lines(snippet: str, screen: Screen, indent: str = "") -> Iterator[str]:
    """A snippet (HTML, escaped but for `<mark>`) as lines, its marked words in style."""
    text, marks = "", []
    for number, part in enumerate(_MARK.split(snippet)):
        plain = safe(unescape(part))
        if number % 2:
            marks.append((len(text), len(text) + len(plain)))
        text += plain
    for start, end in wrap(text, screen.width - len(indent)):
        yield indent + _styled(text, (start, end), marks, screen)


def _styled(text: str, line: Span, marks: Iterable[Span], screen: Screen) -> str:
    at, end = line
    parts = []
    for first, last in marks:
        first, last = max(first, at), min(last, end)
        if first < last:
            parts += [text[at:first], screen.style(text[first:last], "mark")]
            at = last
    return "".join(parts) + text[at:end]


def _facet_lines(facets: Mapping[str, Sequence[FacetCount]], screen: Screen) -> Iterator[str]:
    for name, rows in facets.items():
        parts = [f"{_facet_value(name, row)} {row.count:,}" for row in rows[:_FACET_VALUES]]
        if len(rows) > _FACET_VALUES:
            parts.append(f"and {len(rows) - _FACET_VALUES:,} more")
        first = True
        for line in screen.joined(parts or ["-"], indent=" " * 8):
            yield screen.style(f"{name:<8}", "dim") + line[8:] if first else line
            first = False
    if facets:
        yield ""


def _facet_value(name: str, row: FacetCount) -> str:
    value = safe(str(row.value))
    return TYPE_WORDS.get(value, value) if name == "type" else value


def _page_line(page: Page, screen: Screen) -> Iterator[str]:
    """Where this page stands, unless it is all there is."""
    last = page.offset + len(page.hits)
    if not page.hits:
        if page.total and page.limit != 0:
            yield f"{counted(page.total, 'paper')} in all; offset {page.offset:,} is beyond the last."
    elif last < page.total or page.offset:
        following = f" · next: --offset {last}" if last < page.total else ""
        yield screen.style(f"{page.offset + 1:,}-{last:,} of {page.total:,}{following}", "dim")
