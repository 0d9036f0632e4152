"""CSL JSON, the format of citation processors (pandoc, citeproc) and of Zotero: one array of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from indexer.index.record.paper import TYPES, Paper
from indexer.index.text.reading import as_shown
from query.export.details import cited_venue, details
from query.export.lines import encodable, joined_keywords, one_line
from query.export.person import split_name
from query.export.style import PLAIN, QUIVER_ID, QUIVER_PDF, QUIVER_URL, QUIVER_VENUE, Style

# Where the venue is who published it, not what it appeared in.
_PUBLISHED_BY_VENUE = frozenset(("thesis", "report", "book"))
_FULL_VENUE = {"paper-conference": "booktitle", "chapter": "booktitle", "article-journal": "journal"}
_DETAILS = {
    "collection-title": "series", "volume": "volume", "issue": "number", "page": "pages", "edition": "edition",
    "publisher": "publisher", "publisher-place": "address", "ISBN": "isbn", "ISSN": "issn", "language": "language",
    "note": "note",
}  # fmt: skip
_ORDER = ("title", "container-title", *_DETAILS, "abstract", "DOI", "URL", "number", "keyword")
_FIELD = {**_DETAILS, "number": "arxiv"}


def write(papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
    """A JSON array, an item a line."""
    opening = "["
    for paper in papers:
        yield opening + "\n" + orjson.dumps(item(paper, style)).decode()
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def item(paper: Paper, style: Style = PLAIN) -> dict[str, Any]:
    """The paper as a CSL item; what the paper lacks is absent."""
    known = details(paper)
    venue, own_venue = cited_venue(paper, known.get(_FULL_VENUE.get(paper.type, ""), ""))
    venue_key = "publisher" if paper.type in _PUBLISHED_BY_VENUE else "container-title"
    texts = {
        **{name: known.get(detail, "") for name, detail in _DETAILS.items()},
        "title": paper.title,
        venue_key: venue,
        "abstract": paper.abstract,
        "DOI": paper.doi,
        "URL": paper.url or paper.pdf,
        "keyword": joined_keywords(paper.keywords),
    }
    if paper.arxiv:
        texts["number"] = f"arXiv:{paper.arxiv}"
    fields: dict[str, Any] = {name: encodable(texts[name]) for name in _ORDER if texts.get(name)}
    if paper.authors:
        fields["author"] = [_name(author.name) for author in paper.authors]
    if editor := known.get("editor"):
        fields["editor"] = [_name(name) for name in editor.split(" and ")]
    if paper.year is not None:
        fields["issued"] = {"date-parts": [[paper.year]]}
    # Programs that read CSL keep `custom` and show none of it.
    own = {
        QUIVER_ID: paper.id,
        QUIVER_VENUE: own_venue if style.wants("venue") else "",
        QUIVER_PDF: paper.pdf if style.wants("pdf") else "",
        QUIVER_URL: paper.url if paper.pdf == paper.url and style.wants("url") else "",
    }
    kept = {name: value for name, value in fields.items() if name == "title" or style.wants(_FIELD.get(name, name))}
    return {
        "id": encodable(paper.id),
        "type": paper.type if paper.type in TYPES else "document",
        **kept,
        "custom": {name: encodable(value) for name, value in own.items() if value},
    }


def _name(text: str) -> dict[str, str]:
    person = split_name(one_line(as_shown(text)))
    if person.whole:
        return {"literal": person.family}
    name = {"family": person.family, "given": person.given}
    return {**name, "suffix": person.suffix} if person.suffix else name
