"""CSL JSON: what Zotero, Better BibTeX, pandoc and citation processors exchange (CSL 1.0.2, csl-data.json)."""

from __future__ import annotations

import re
from typing import Any

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.objects.dialect import (
    Dialect,
    Record,
    filled,
    first_text,
    people,
    text_of,
    texts,
    unmarked,
    year_of_parts,
)

OWN_ID, OWN_VENUE, OWN_PDF, OWN_URL = "quiver-id", "quiver-venue", "quiver-pdf", "quiver-url"
"""Keys of `custom` in which Quiver's exports carry the id of a paper, and what CSL has no key for."""
_OWN = frozenset((OWN_ID, OWN_VENUE, OWN_PDF, OWN_URL))

# Where the venue is who published it, not what it appeared in.
PUBLISHED_BY_VENUE = frozenset(("thesis", "report", "book"))
# What registries of DOIs give of an archive, bioRxiv or Zenodo, says it as the publisher.
_BY_ARCHIVE = frozenset(("article", "dataset", "software"))
# Lines of a note by which Zotero and Better BibTeX carry what CSL has no key for.
_NOTED = re.compile(r"(?:^|\{:)\s*(PMID|PMCID|DOI)\s*:\s*([^\s{}]+)", re.IGNORECASE | re.MULTILINE)
_ARXIV = re.compile(r"arxiv:\s*(\S+)", re.IGNORECASE)

_DATES = ("issued", "year", "date", "published", "publication_year")
# Keys of CSL and what they are called in records of every format.
_RENAMED = {
    "volume": "volume",
    "page": "pages",
    "publisher": "publisher",
    "publisher-place": "address",
    "collection-title": "series",
    "edition": "edition",
    "language": "language",
    "ISBN": "isbn",
    "ISSN": "issn",
    "note": "note",
}
_USED = frozenset((
    *("id", "citation-key", "type", "title", "abstract", "author", "container-title", "event-title", "event"),
    *("issued", "year"),
    *("DOI", "URL", "PMID", "PMCID", "keyword", "issue", "number", "editor", "custom", "archive", "archive_location"),
    *_RENAMED,
))  # fmt: skip


def recognise(record: Record) -> bool:
    """Authors in parts under `author`, or a date or a container as CSL has them, and no canonical authors."""
    if "authors" in record:
        return False
    people = record.get("author")
    if isinstance(people, list) and any(isinstance(one, dict) for one in people):
        return True
    issued = record.get("issued")
    return (
        (isinstance(issued, dict) and not issued.keys().isdisjoint(("date-parts", "raw", "literal", "season")))
        or isinstance(record.get("container-title"), str)
        or ("citation-key" in record and "type" in record)
        or ("type" in record and not record.keys().isdisjoint(("DOI", "URL", "container-title-short")))
        or any(
            isinstance(record.get(key), dict) and "date-parts" in record[key] for key in ("accessed", "original-date")
        )
        or (isinstance(custom := record.get("custom"), dict) and OWN_ID in custom)
    )


def convert(record: Record, misfits: Misfits) -> Record:
    """An item of CSL JSON in canonical form. Its id is a citation key, which two files may share: no id."""
    get = record.get
    custom = get("custom")
    own = custom if isinstance(custom, dict) else {}
    kind = get("type")
    journal = get("journal")
    venue = first_text(
        *(get(key) for key in ("container-title", "event-title", "event", "venue")),
        # Lists of authors in parts are also what programs write beside keys of their own.
        journal.get("name") if isinstance(journal, dict) else journal,
        *(get(key) for key in ("booktitle", "publicationTitle", "publication", "journalTitle")),
    )
    said = {name.casefold(): text for name, text in _NOTED.findall(text_of(get("note")))}
    meant = csl_type(kind) if isinstance(kind, str) else ""
    by_publisher = not venue and (meant in PUBLISHED_BY_VENUE or (meant in _BY_ARCHIVE and OWN_ID not in own))
    key = text_of(get("id"))

    def shown(text: Any) -> Any:
        """A text of CSL, which may be marked up, as text; of an export of Quiver's as it is."""
        return text if OWN_ID in own else unmarked(text)

    made: Record = {
        "id": own.get(OWN_ID),
        "title": shown(first_text(get("title"))) or get("title"),
        "abstract": shown(get("abstract")),
        "authors": people(get("author")),
        "venue": own.get(OWN_VENUE) or shown(first_text(get("publisher")) if by_publisher else venue),
        "year": year_of_parts(next((get(key) for key in _DATES if get(key)), None), misfits),
        "type": kind,
        # Of a paper without a page the address of its file stands in the place of the page's.
        "url": own.get(OWN_URL) or (None if own.get(OWN_PDF) == get("URL") else get("URL")),
        "pdf": own.get(OWN_PDF),
        "doi": get("DOI") or said.get("doi"),
        "arxiv": _arxiv(record),
        "keywords": get("keyword"),
        "ids": {
            "pubmed": text_of(get("PMID")) or said.get("pmid", ""),
            "pmc": text_of(get("PMCID")) or said.get("pmcid", ""),
            "citation-key": first_text(text_of(get("citation-key")), "" if key.startswith("http") else key),
        },
    }
    made["ids"] = {name: value for name, value in made["ids"].items() if value}
    made |= {key: get(name) for name, key in _RENAMED.items() if not (by_publisher and name == "publisher")}
    number = text_of(get("number"))
    made["number"] = get("issue") or ("" if _ARXIV.match(number) else number)
    editors = people(get("editor"))
    made["editor"] = texts(editors) or editors
    if own.get(OWN_VENUE):
        made["journal" if meant == "article-journal" else "booktitle"] = venue
    kept = {key: value for key, value in own.items() if key not in _OWN}
    return filled(made, record | ({"custom": kept} if kept else {}), _USED - ({"custom"} if kept else set()))


def _arxiv(record: Record) -> Any:
    """The arXiv id, which styles keep under several keys."""
    for key in ("number", "note", "archive_location", "archive", "URL"):
        value = record.get(key)
        found = _ARXIV.search(value) if isinstance(value, str) else None
        if found:
            return found[1].rstrip(".,;]")
    archive = record.get("archive")
    if isinstance(archive, str) and archive.strip().casefold() == "arxiv":
        return record.get("archive_location")
    return None


DIALECT = Dialect(
    "csl",
    "CSL JSON (Zotero, Better BibTeX, pandoc)",
    frozenset(("author", "issued", "container-title", "citation-key", "DOI", "URL", "accessed", "custom")),
    recognise,
    convert,
)
