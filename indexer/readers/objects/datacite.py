"""DataCite's metadata as JSON: answers of its interface, and bare attributes (schema 4.6, JSON form)."""

from __future__ import annotations

from typing import Any

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.markup.plain import plain_text
from indexer.readers.objects.dialect import (
    Dialect,
    Record,
    author,
    filled,
    first_text,
    objects_of,
    pages,
    text_of,
    texts,
)
from indexer.readers.people import natural

_USED = frozenset(
    "doi identifier identifiers creators titles publisher container publicationYear subjects contributors dates "
    "language types descriptions url id type attributes links relationships schemaVersion".split()
)
# Of the general types, those whose own names mean something else, or nothing.
_KINDS = {"Text": "", "Collection": "collection", "Other": "", "DataPaper": "article-journal", "Journal": "periodical"}


def _attributes(record: Record) -> Record:
    inner = record.get("attributes")
    return inner if isinstance(inner, dict) else record


def recognise(record: Record) -> bool:
    """Titles in a list of objects beside creators, alone or under `attributes`."""
    held = _attributes(record)
    titles = held.get("titles")
    return isinstance(held.get("creators"), list) and isinstance(titles, list) and "types" in held | record


def _person(one: dict[str, Any]) -> Any:
    parts = " ".join(filter(None, (text_of(one.get("givenName")), text_of(one.get("familyName")))))
    written = text_of(one.get("name")) or text_of(one.get("creatorName"))
    body = one.get("nameType") == "Organizational"
    name = parts or (written if body else natural(written))
    orcid = next((text_of(key.get("nameIdentifier")) for key in objects_of(one.get("nameIdentifiers"))), "")
    places = one.get("affiliation")
    named = [text_of(place.get("name")) for place in objects_of(places)] or texts(places)
    return author(name, None, orcid, "; ".join(filter(None, named))) if name else one


def _title(record: Record) -> str:
    """The main title, or else the first of any type, with its subtitle."""
    found = objects_of(record.get("titles"))
    main = first_text(*(one.get("title") for one in sorted(found, key=lambda one: bool(one.get("titleType")))))
    under = first_text(*(one.get("title") for one in found if one.get("titleType") == "Subtitle"))
    return f"{main}: {under}" if under and under != main else main


def _kind(types: Any) -> str:
    """The type as DataCite gives it for citations, or the general one."""
    if not isinstance(types, dict):
        return ""
    general = text_of(types.get("resourceTypeGeneral"))
    said = _KINDS.get(general, csl_type(general))
    cited = csl_type(text_of(types.get("citeproc")))
    return said or (cited if cited != "article" else "") or csl_type(text_of(types.get("resourceType"))) or general


def convert(record: Record, misfits: Misfits) -> Record:
    """A work in canonical form: it appeared in its container, or else with its publisher."""
    held = _attributes(record)
    get = held.get
    container = get("container")
    around: dict[str, Any] = container if isinstance(container, dict) else {}
    part = next((one for one in objects_of(get("relatedItems")) if one.get("relationType") == "IsPublishedIn"), {})
    publisher = get("publisher")
    house = text_of(publisher.get("name")) if isinstance(publisher, dict) else text_of(publisher)
    venue = first_text(around.get("title"), *(one.get("title") for one in objects_of(part.get("titles"))))
    issued = next((one.get("date") for one in objects_of(get("dates")) if one.get("dateType") == "Issued"), None)
    doi = text_of(get("doi"))
    other = [
        (text_of(one.get("identifierType") or one.get("alternateIdentifierType")), text_of(one.get("identifier")))
        for one in (*objects_of(get("identifiers")), *objects_of(get("alternateIdentifiers")))
    ]
    arxiv = next((text for kind, text in other if kind.casefold() == "arxiv"), "")
    written = (one for one in objects_of(get("descriptions")) if one.get("descriptionType") == "Abstract")
    abstracts = [text for one in written if (text := plain_text(text_of(one.get("description"))))]
    editors = [_person(one) for one in objects_of(get("contributors")) if one.get("contributorType") == "Editor"]
    made: Record = {
        "title": plain_text(_title(held)),
        "abstract": "\n".join(abstracts),
        "authors": [_person(one) for one in objects_of(get("creators"))],
        "venue": venue or house,
        "year": year_of(get("publicationYear") or issued, misfits),
        "type": _kind(get("types")),
        "url": get("url"),
        "doi": doi or next((text for kind, text in other if kind == "DOI"), ""),
        "arxiv": arxiv,
        "keywords": [text for one in objects_of(get("subjects")) if (text := text_of(one.get("subject")))],
        "editor": [one["name"] if isinstance(one, dict) and "name" in one else one for one in editors],
        "volume": around.get("volume") or part.get("volume"),
        "number": around.get("issue") or part.get("issue"),
        "pages": pages(
            around.get("firstPage") or part.get("firstPage"), around.get("lastPage") or part.get("lastPage")
        ),
        "publisher": house if venue else "",
        "language": get("language"),
        "datacite": {key: value for key, value in held.items() if key not in _USED and value not in (None, "", [], {})},
    }
    return filled(made, {}, ())


DIALECT = Dialect(
    "datacite",
    "DataCite (JSON)",
    frozenset(("creators", "attributes")),
    recognise,
    convert,
)
