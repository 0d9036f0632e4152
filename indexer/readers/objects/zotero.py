"""Items of Zotero as it keeps them: its web interface, and the JSON of Better BibTeX."""

from __future__ import annotations

import re
from typing import Any

from indexer.index.record.values import Misfit, Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import NO_PAPER
from indexer.readers.objects.dialect import Dialect, Record, filled, first_text, person, text_of, texts, unmarked

_VENUES = (
    *("publicationTitle", "proceedingsTitle", "bookTitle", "conferenceName", "encyclopediaTitle", "dictionaryTitle"),
    *("forumTitle", "blogTitle", "websiteTitle", "programTitle", "university", "institution", "repository"),
)
_RENAMED = {
    "volume": "volume",
    "issue": "number",
    "pages": "pages",
    "publisher": "publisher",
    "place": "address",
    "series": "series",
    "edition": "edition",
    "ISBN": "isbn",
    "ISSN": "issn",
    "language": "language",
}
_USED = frozenset((
    *("itemType", "title", "abstractNote", "creators", "date", "url", "DOI", "tags", "citationKey", "key", "data"),
    *_RENAMED,
))  # fmt: skip
# What items are called whose type has another name for the title, and when they are of.
_TITLES = ("title", "caseName", "nameOfAct", "subject")
_DATES = ("date", "dateDecided", "dateEnacted", "issueDate")
_EXTRA = re.compile(r"^\s*(arxiv|pmid|pmcid|doi|citation key)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_NO_PAPERS = ("attachment", "note", "annotation")
_WHO_WRITES = ("author", "presenter", "programmer", "inventor", "artist", "director", "podcaster", "cartographer")


def recognise(record: Record) -> bool:
    """An item's type, under Zotero's name for it."""
    return "itemType" in record or (isinstance(data := record.get("data"), dict) and "itemType" in data)


def convert(record: Record, misfits: Misfits) -> Record:
    """An item in canonical form; nothing of a note or an attachment, which are no papers."""
    data = record.get("data")
    if isinstance(data, dict) and "itemType" in data:
        record = data
    get = record.get
    if get("itemType") in _NO_PAPERS:
        misfits.append(Misfit(NO_PAPER, f"of the type {get('itemType')}, no paper"))
        return {}
    extra = {name.casefold(): value for name, value in _EXTRA.findall(text_of(get("extra")))}
    kind = get("itemType")
    venue = first_text(*(get(key) for key in _VENUES))
    by_publisher = not venue and kind in ("book", "report", "thesis")
    tags = get("tags")
    title = first_text(*(get(key) for key in _TITLES))
    ids = {
        "pubmed": extra.get("pmid", ""),
        "pmc": extra.get("pmcid", ""),
        "citation-key": first_text(text_of(get("citationKey")), extra.get("citation key")),
    }
    archived = text_of(get("archiveID"))
    made: Record = {
        "title": unmarked(title),
        "abstract": unmarked(get("abstractNote")),
        "authors": _creators(get("creators"), _WHO_WRITES),
        "venue": first_text(get("publisher")) if by_publisher else venue,
        "year": year_of(first_text(*(get(key) for key in _DATES)), misfits),
        "type": kind,
        "url": get("url"),
        "doi": get("DOI") or extra.get("doi"),
        "arxiv": extra.get("arxiv") or (archived if archived.casefold().startswith("arxiv") else ""),
        "keywords": [first_text(one.get("tag")) if isinstance(one, dict) else one for one in tags]
        if isinstance(tags, list)
        else tags,
        "ids": {name: value for name, value in ids.items() if value},
        "editor": texts(_creators(get("creators"), ("editor",))),
    }
    made |= {key: get(name) for name, key in _RENAMED.items() if not (by_publisher and name == "publisher")}
    kept = {key: value for key, value in record.items() if value not in (made["venue"], title, "")}
    return filled(made, kept, _USED)


def _creators(value: Any, roles: tuple[str, ...]) -> Any:
    if not isinstance(value, list):
        return value if roles is _WHO_WRITES else None
    return [person(one) for one in value if not isinstance(one, dict) or one.get("creatorType", "author") in roles]


DIALECT = Dialect("zotero", "items of Zotero", frozenset(("itemType", "data")), recognise, convert)
