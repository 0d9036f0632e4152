"""Feeds: what is new of a search, as Atom (RFC 4287); and the description by which a browser adds the search."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

import orjson

from indexer.index.record.names import spelling
from indexer.index.text.reading import as_shown
from query.arguments import since_of
from query.faces.parameters import WHICH
from query.faces.request import Asked
from query.faces.web.api.handlers import timed
from query.faces.web.pages.links import State
from query.faces.web.serving.call import Call, Reply, escaped
from query.faces.web.serving.errors import BusyError
from query.faces.web.serving.reading import values_of
from query.faces.web.serving.routes import Route
from query.results import Hit
from query.search import PaperIndex

ENTRIES = 50
"""Papers of a feed: more than any update of a week brings to one search."""
_STEPS = 12
"""Generations that are gone back: each costs a search."""
_UNLAWFUL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ATOM = "application/atom+xml; charset=utf-8"
_OPENSEARCH = "application/opensearchdescription+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class News:
    """A paper, and when the index first had it."""

    hit: Hit
    generation: int
    seen: datetime


def moments(index: PaperIndex) -> list[tuple[int, int]]:
    """Generations in which papers were first seen, with their times in seconds since 1970, newest first."""
    return sorted(index.moments(), reverse=True)


def steps_of(index: PaperIndex, asked: Asked) -> list[tuple[int, int]]:
    """The generations that a feed goes back, newest first, each with its time.

    Whatever is older than the last of them counts as of the oldest of all.
    """
    floor = since_of(asked.since)
    steps = [step for step in moments(index) if floor is None or floor.holds(*step)]
    return [*steps[:_STEPS], *(steps[-1:] if len(steps) > _STEPS else ())]


def newest(index: PaperIndex, asked: Asked, limit: int) -> list[News]:
    """The papers of a search that came last into the index; those that came together by year, newest first.

    Those with all words, unless any were to do: what has one word of several is news of something else. Raises
    BusyError where time is over before all are found: who reads feeds would take the rest for the whole.
    """
    found: dict[str, News] = {}
    match = "any" if asked.match == "any" else "all"
    for generation, time in steps_of(index, asked):
        asked = replace(asked, since=str(generation), match=match, sort="newest", limit=limit + len(found), offset=0)
        page = asked.search(index)
        if page.partial:
            raise BusyError("the time of a request was over before the whole feed was found; try again")
        for hit in page.hits:
            found.setdefault(hit.id, News(hit, generation, datetime.fromtimestamp(time, UTC)))
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def feed(call: Call) -> Reply:
    """The newest papers of a search, by when they came into the index."""
    asked = Asked(**values_of(call.pairs, WHICH, strict=False))
    state = State.of("", call.pairs, [row.http for row in WHICH if row.http != "sort"])
    words = list(asked.filters(call.index).values())
    title = " · ".join(["Quiver", asked.query or "all papers", *words])
    in_time = timed(call, asked, max(1, len(steps_of(call.index, asked))))
    news = newest(call.index, in_time, ENTRIES)
    return Reply("".join(_document(call, news, title, state)).encode(), _ATOM)


def _document(call: Call, news: Sequence[News], title: str, state: State) -> Iterator[str]:
    newest_of_all = max((row.seen for row in news), default=datetime.fromtimestamp(0, UTC))
    here = call.address(state.to("/search.atom"))
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<title>{_text(title)}</title>\n<id>{_text(here)}</id>\n<updated>{_time(newest_of_all)}</updated>\n"
    yield f'<link rel="self" href={_attribute(here)}/>\n<link href={_attribute(call.address(state.to()))}/>\n'
    # Every feed names an author, as the standard asks of entries that have none.
    yield "<author><name>Quiver</name></author>\n"
    for row in news:
        yield from _entry(call, row)
    yield "</feed>\n"


def _entry(call: Call, row: News) -> Iterator[str]:
    address = call.address(f"/papers/{escaped(row.hit.id)}")
    yield f"<entry>\n<title>{_text(as_shown(row.hit.title))}</title>\n<id>{_text(address)}</id>\n"
    yield f"<updated>{_time(row.seen)}</updated>\n<link href={_attribute(address)}/>\n"
    for name in row.hit.authors:
        yield f"<author><name>{_text(spelling(name))}</name></author>\n"
    place = " ".join(part for part in (row.hit.venue, str(row.hit.year or "")) if part)
    if place:
        yield f"<category term={_attribute(place)}/>\n"
    if row.hit.snippet:
        yield f'<summary type="html">{_text(row.hit.snippet)}</summary>\n'
    yield "</entry>\n"


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _lawful(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return _UNLAWFUL.sub("", text)


def _text(text: str) -> str:
    return escape(_lawful(text))


def _attribute(text: str) -> str:
    return quoteattr(_lawful(text))


def description(call: Call) -> Reply:
    """The search as browsers add it (OpenSearch 1.1)."""
    search = call.address("/search") + "?q={searchTerms}"
    suggest = call.address("/suggest.json") + "?q={searchTerms}"
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        "<ShortName>Quiver</ShortName>\n<Description>Search of research papers</Description>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        f'<Url type="text/html" template={_attribute(search)}/>\n'
        f'<Url type="application/atom+xml" template={_attribute(search.replace("/search?", "/search.atom?"))}/>\n'
        f'<Url type="application/x-suggestions+json" template={_attribute(suggest)}/>\n'
        "</OpenSearchDescription>\n"
    )
    return Reply(body.encode(), _OPENSEARCH)


def completions(call: Call) -> Reply:
    """Completions as the boxes of browsers read them: what was typed, then queries."""
    typed = dict(call.pairs).get("q", "")[:200]
    found = call.index.suggest(typed, 5)
    queries = [str(row.value) for row in found.words] + [f'author:="{row.value}"' for row in found.authors]
    return Reply(orjson.dumps([typed, queries]), "application/x-suggestions+json")


ROUTES = (
    Route("/search.atom", feed),
    Route("/opensearch.xml", description),
    Route("/suggest.json", completions),
)
