"""The page of one paper: the whole record, its BibTeX, papers like it, other records of the same work."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from indexer.index.errors import NotFoundError
from indexer.index.record.names import spelling
from indexer.index.record.paper import Paper
from query.export import EXPORTERS
from query.faces.printed.wording import paper_place
from query.faces.web.pages.author_page import Person
from query.faces.web.pages.citation import coins, meta_tags
from query.faces.web.pages.rendering import FILES, page
from query.faces.web.serving.call import Call, Reply, escaped

_RELATED = 8
_LONGEST = 2000
"""Characters of a field that Quiver does not know; the record as JSON has all."""


def paper(call: Call) -> Reply:
    """One paper."""
    try:
        found = call.index.paper(call.gaps[0])
    except NotFoundError as error:
        raise NotFoundError(f"no paper here has the id {call.gaps[0]!r}") from error
    canonical = call.index.venue_table.canonical(found.venue) if found.venue else ""
    address = call.address(f"/papers/{escaped(found.id)}")
    return page(
        call.settings,
        "paper.html",
        paper=found,
        place=paper_place(found, call.index.venue_table),
        venue=canonical,
        people=[Person(spelling(author.name), False) for author in found.authors],
        fields=list(_fields(found, canonical)),
        bibtex="".join(EXPORTERS["bibtex"].write([found])),
        meta=meta_tags(found, canonical or found.venue, address),
        coins=coins(found, canonical or found.venue),
        related=call.index.related(found.id, _RELATED).hits,
        also_as=call.index.duplicates_of(found),
        exports=FILES,
        query="",
    )


def _fields(paper: Paper, venue: str) -> Iterator[tuple[str, str]]:
    """What the record holds beside what the page shows already."""
    yield "id", paper.id
    if paper.venue and paper.venue != venue:
        yield "published as", paper.venue
    for author in paper.authors:
        parts = [author.id or "", f"ORCID {author.orcid}" if author.orcid else ""]
        if any(parts):
            yield "author", f"{spelling(author.name)}: {', '.join(part for part in parts if part)}"
    for name, value in paper.extra.items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        yield name, f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text
