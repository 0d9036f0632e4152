"""Templates to pages: what every page is given, everything escaped."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined

from indexer.index.errors import QuiverError
from query.export import EXPORTERS
from query.faces.printed.wording import TYPE_WORDS, byte_size, counted, milliseconds
from query.faces.web.pages.links import Links
from query.faces.web.pages.pieces import facet_items, hit_item, title_html, year_bars
from query.faces.web.pages.texts import arxiv_address, doi_address, web_address
from query.faces.web.serving.call import HTML, Reply
from query.faces.web.serving.errors import told
from query.faces.web.settings import Settings
from query.faces.web.static_files import versioned

_SHORT = {"ris": "RIS", "csv": "CSV", "jsonl": "JSON Lines"}
FILES = tuple(EXPORTERS[name] for name in ("bibtex", "ris", "csl", "csv", "jsonl"))
"""Formats that a page offers, those that most people take first."""


@cache
def environment() -> Environment:
    """The templates. A name that a template lacks is an error, not an empty place."""
    found = Environment(
        loader=PackageLoader("query.faces.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters |= {
        "shown": title_html,
        "hit_item": hit_item,
        "year_bars": year_bars,
        "facet_items": facet_items,
        "type_words": lambda kind: TYPE_WORDS.get(kind, kind),
        "counted": counted,
        "number": lambda value: f"{value:,}",
        "bytes": byte_size,
        "ms": milliseconds,
        "web_address": web_address,
        "doi_address": doi_address,
        "arxiv_address": arxiv_address,
        "short_title": lambda exporter: _SHORT.get(exporter.name, exporter.title),
        "quoted": lambda text: quote(text, safe=""),
    }
    return found


def page(settings: Settings, template: str, status: int = 200, **values: Any) -> Reply:
    """A page made from a template."""
    text = (
        environment()
        .get_template(template)
        .render(links=Links(settings.prefix), static=versioned(settings.prefix), **values)
    )
    # Half a surrogate pair can stand in an index, and in no answer.
    return Reply(text.encode("utf-8", "replace"), HTML, status)


def error_page(settings: Settings, error: QuiverError, status: int) -> Reply:
    """What went wrong, as a page."""
    return page(settings, "error.html", status, message=told(error), code=status, query="", instead=())
