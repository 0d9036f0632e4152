"""A page of hits as an HTML table, as notebooks show it; everything from the index is escaped."""

from __future__ import annotations

from indexer.index.text.reading import as_shown
from query.present.snippets import escape
from query.results import Hit, Page

_NAMES = 4
"""Authors that are named; of more the others are counted."""


def page_table(page: Page) -> str:
    """The page: how much was found, then a row a hit."""
    found = f"{page.total:,} paper{'' if page.total == 1 else 's'}"
    if page.relaxed:
        found += f", {page.all_words:,} with all words"
    rows = "".join(_row(hit) for hit in page.hits)
    return f"<p>{found} for <em>{escape(page.query)}</em></p><table><tbody>{rows}</tbody></table>"


def _row(hit: Hit) -> str:
    title = escape(as_shown(hit.title))
    # Only addresses of the web: a record may hold any text where its address should be.
    if hit.url.lower().startswith(("https://", "http://")):
        title = f'<a href="{escape(hit.url)}">{title}</a>'
    names = ", ".join(hit.authors[:_NAMES]) + (f" and {len(hit.authors) - _NAMES} more" if len(hit.authors) > 4 else "")
    place = " ".join(part for part in (hit.venue, str(hit.year or "")) if part)
    snippet = f"<br><small>{hit.snippet}</small>" if hit.snippet else ""
    return (
        f'<tr><td>{hit.rank}</td><td style="text-align: left"><strong>{title}</strong><br>{escape(names)}{snippet}</td>'
        f"<td>{escape(place)}</td><td>{hit.score:.2f}</td></tr>"
    )
