"""Works of Crossref: of its public data file, its snapshots and its interface."""

from __future__ import annotations

from typing import Any

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.markup.plain import plain_text
from indexer.readers.objects.csl import PUBLISHED_BY_VENUE
from indexer.readers.objects.dialect import (
    Dialect,
    Record,
    author,
    filled,
    first_text,
    object_of,
    person,
    text_of,
    texts,
    year_of_parts,
)

_OWN = frozenset(("is-referenced-by-count", "reference-count", "references-count", "deposited", "content-domain"))
_DATES = ("published", "issued", "published-print", "published-online", "published-other", "posted", "approved")
_USED = frozenset((
    *("title", "abstract", "author", "container-title", "event", "institution", "type", "URL", "DOI", "link"),
    *("subject", "volume", "issue", "page", "publisher", "publisher-location", "editor", "language", "edition-number"),
    *_OWN, *_DATES,
))  # fmt: skip


def recognise(record: Record) -> bool:
    """A DOI beside a list of titles, or what Crossref counts of its works."""
    return "DOI" in record and (isinstance(record.get("title"), list) or not _OWN.isdisjoint(record))


def convert(record: Record, misfits: Misfits) -> Record:
    """A work in canonical form: the first of its titles, markup of titles and abstract resolved."""
    get = record.get
    kind = get("type")
    institution = get("institution")
    place = institution[0] if isinstance(institution, list) and institution else institution
    venue = first_text(
        get("container-title"),
        object_of(get("event")).get("name") if kind == "proceedings-article" else None,
        object_of(place).get("name") if csl_type(text_of(kind)) in ("article", *PUBLISHED_BY_VENUE) else None,
    )
    by_publisher = not venue and csl_type(text_of(kind)) in PUBLISHED_BY_VENUE
    links = get("link")
    made: Record = {
        "title": plain_text(first_text(get("title"))) or None,
        "abstract": plain_text(text_of(get("abstract"))),
        "authors": [_author(one) for one in value] if isinstance(value := get("author"), list) else value,
        "venue": plain_text(first_text(get("publisher")) if by_publisher else venue),
        "year": _year(record, misfits),
        "type": kind,
        "url": get("URL"),
        "pdf": next((link["URL"] for link in links if _is_pdf(link)), "") if isinstance(links, list) else "",
        "doi": get("DOI"),
        "keywords": get("subject"),
        "volume": get("volume"),
        "number": get("issue"),
        "pages": get("page"),
        "publisher": "" if by_publisher else get("publisher"),
        "address": get("publisher-location"),
        "edition": get("edition-number"),
        "language": get("language"),
    }
    editors = get("editor")
    made["editor"] = texts([person(one) for one in editors]) if isinstance(editors, list) else None
    # Its own counts are kept: they are marks of the dialect only beside a DOI under Crossref's name for it.
    return filled(made, record, _USED - _OWN)


def _author(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    affiliations = value.get("affiliation")
    places = [object_of(one).get("name") for one in affiliations] if isinstance(affiliations, list) else []
    name = person({key: one for key, one in value.items() if key != "affiliation"})
    return author(
        plain_text(name) if isinstance(name, str) else name, None, value.get("ORCID"), "; ".join(texts(places))
    )


def _is_pdf(link: Any) -> bool:
    kind, address = object_of(link).get("content-type"), object_of(link).get("URL")
    return isinstance(address, str) and (kind == "application/pdf" or address.lower().endswith(".pdf"))


def _year(record: Record, misfits: Misfits) -> int | None:
    found: Misfits = []
    for name in _DATES:
        if (year := year_of_parts(record.get(name), found)) is not None:
            return year
    misfits += found[:1]
    return None


DIALECT = Dialect("crossref", "works of Crossref", frozenset(("DOI",)), recognise, convert)
