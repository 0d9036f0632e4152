"""CSL JSON, the format of citation processors (pandoc, citeproc) and of Zotero: one array of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from indexer.index.record.paper import TYPES, Author, Paper
from indexer.index.text.reading import as_shown
from query.export.lines import encodable, one_line
from query.export.person import split_name

# Where the venue is who published it, not what it appeared in.
_PUBLISHED_BY_VENUE = frozenset(("thesis", "report", "book"))


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """A JSON array, an item a line."""
    opening = "["
    for paper in papers:
        yield opening + "\n" + orjson.dumps(item(paper)).decode()
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def item(paper: Paper) -> dict[str, Any]:
    """The paper as a CSL item; what the paper lacks is absent."""
    venue_key = "publisher" if paper.type in _PUBLISHED_BY_VENUE else "container-title"
    texts = {
        "title": paper.title,
        venue_key: paper.venue,
        "abstract": paper.abstract,
        "DOI": paper.doi,
        "URL": paper.url or paper.pdf,
        "number": f"arXiv:{paper.arxiv}" if paper.arxiv else "",
        "keyword": ", ".join(paper.keywords),
    }
    return {
        "id": encodable(paper.id),
        "type": paper.type if paper.type in TYPES else "document",
        **{name: encodable(text) for name, text in texts.items() if text},
        **({"author": [_name(author) for author in paper.authors]} if paper.authors else {}),
        **({"issued": {"date-parts": [[paper.year]]}} if paper.year is not None else {}),
    }


def _name(author: Author) -> dict[str, str]:
    person = split_name(one_line(as_shown(author.name)))
    if person.whole:
        return {"literal": person.family}
    name = {"family": person.family, "given": person.given}
    return {**name, "suffix": person.suffix} if person.suffix else name
