"""One paper in the terminal, with every field of its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from indexer.index.record.paper import Author, Paper
from indexer.index.record.venues import VenueTable
from indexer.index.text.languages import ENGLISH, LANGUAGES
from indexer.index.text.reading import as_shown
from query.faces.printed.terminal import Screen, safe, wrap
from query.faces.printed.wording import paper_place, shown_name

_LABEL = 10
# Characters of a field that Quiver does not know; the whole of it is in the JSON.
_LONGEST = 400


def paper_lines(
    paper: Paper, also_as: Sequence[str], screen: Screen, venues: VenueTable, language: str = ENGLISH
) -> Iterator[str]:
    """Title, place, people, abstract, then what else the record holds; `language` is that in which it is read."""
    yield from screen.wrapped(safe(as_shown(paper.title)), style="title")
    yield from screen.joined(paper_place(paper, venues))
    yield from screen.joined([shown_name(author.name) for author in paper.authors], ", ")
    yield ""
    if paper.abstract:
        yield from screen.wrapped(safe(as_shown(paper.abstract)))
        yield ""
    for label, value in _fields(paper, also_as, venues, language):
        yield from _field_lines(label, value, screen)


def _fields(paper: Paper, also_as: Sequence[str], venues: VenueTable, language: str) -> Iterator[tuple[str, str]]:
    yield "id", paper.id
    if paper.venue and paper.venue != venues.canonical(paper.venue):
        yield "published", paper.venue
    known = {"url": paper.url, "pdf": paper.pdf, "doi": paper.doi, "arxiv": paper.arxiv}
    yield from ((name, value) for name, value in known.items() if value)
    if paper.keywords:
        yield "keywords", ", ".join(as_shown(keyword) for keyword in paper.keywords)
    people = [_identified(author) for author in paper.authors if author.id or author.orcid]
    if people:
        yield "authors", "; ".join(people)
    if also_as:
        yield "also as", ", ".join(also_as)
    if language != ENGLISH and "language" not in paper.extra:
        yield "language", LANGUAGES[language].capitalize()
    for name, value in paper.extra.items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        yield name, f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text


def _identified(author: Author) -> str:
    ids = [author.id or "", f"orcid {author.orcid}" if author.orcid else ""]
    return f"{shown_name(author.name)} ({', '.join(part for part in ids if part)})"


def _field_lines(label: str, value: str, screen: Screen) -> Iterator[str]:
    label, text = safe(label), safe(value)
    indent = " " * _LABEL
    spans = wrap(text, screen.width - _LABEL) or [(0, 0)]
    long = len(label) >= _LABEL
    if long:
        yield screen.style(label, "dim")
    for number, (start, end) in enumerate(spans):
        head = indent if number or long else screen.style(label, "dim") + indent[len(label) :]
        yield head + text[start:end]
