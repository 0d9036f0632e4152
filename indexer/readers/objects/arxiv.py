"""The snapshot that arXiv publishes of its records: one JSON object a line, authors parsed into parts."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from indexer.index.record.values import Misfits
from indexer.index.record.venues import VenueTable
from indexer.readers.objects.dialect import Dialect, Record

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBERED = re.compile(r"(?:[a-z.-]+/)?(\d\d)(?:0[1-9]|1[0-2])[.\d]", re.IGNORECASE)
# A wrapped line of an abstract goes on in the next; one that begins with white space begins a paragraph.
_WRAPPED = re.compile(r"[ \t]*\r?\n(?![ \t\r\n])")
_OWN = frozenset(("submitter", "journal-ref", "report-no", "update_date", "versions"))
_USED = frozenset(("id", "title", "abstract", "authors", "authors_parsed", "categories", "doi"))


def _authors(record: dict[str, Any]) -> Any:
    parsed = record.get("authors_parsed")
    if not isinstance(parsed, list) or not parsed:
        text = record.get("authors")
        return (
            [name for name in re.split(r",\s+(?:and\s+)?|\s+and\s+", text) if name] if isinstance(text, str) else text
        )
    authors: list[Any] = []
    for entry in parsed:
        if not isinstance(entry, list) or not entry or not all(isinstance(part, str) for part in entry):
            authors.append(entry)  # refused by the record's own check, which says what is wrong
            continue
        family, given, suffix, *affiliations = (*entry, "", "")[: max(3, len(entry))]
        name = " ".join(f"{given} {family} {suffix}".split())
        affiliation = " ".join(" ".join(affiliations).split())
        authors.append({"name": name, "affiliation": affiliation} if affiliation else name)
    return authors


def _year(record: dict[str, Any], identifier: str) -> int | None:
    """The year of the first version, else the one that the id says, else that of the last change."""
    versions = record.get("versions")
    if isinstance(versions, list) and versions and isinstance(versions[0], dict):
        found = _YEAR.search(str(versions[0].get("created", "")))
        if found is not None:
            return int(found[0])
    numbered = _NUMBERED.match(identifier)
    if numbered is not None:
        short = int(numbered[1])
        return short + (1900 if short > 90 else 2000)
    found = _YEAR.search(str(record.get("update_date", "")))
    return int(found[0]) if found else None


# Where the name of a journal ends in a reference: at its volume or year, at a page, at a comma or bracket.
_REFERENCE = re.compile(r"([^\d,;:()\[\]]{3,80}?)[\s,;:(]*(?:\bvol(?:ume)?\b\.?\s*)?(?:\d|$)", re.IGNORECASE)
_PROCEEDINGS = re.compile(r"\b(?:proc(?:eedings)?|conf(?:erence)?|workshop|symposium|congress)\b", re.IGNORECASE)
_KIND = {"conference": "paper-conference", "journal": "article-journal", "preprint": "article"}
_NO_VENUE = re.compile(
    r"\b(?:submitted|appear|accepted|thesis|preprint|in press|published|unpublished|draft|report|arxiv)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1 << 14)
def _kind_of(name: str) -> str:
    """The type of papers in a venue that the table knows; empty for any other name."""
    table = VenueTable.default()
    return _KIND.get(table.type_of(table.canonical(name)) if name else "", "")


def published_in(reference: Any) -> tuple[str, str]:
    """Venue and type that a `journal-ref` says (`Phys.Rev.D76:013009,2007`); empty where it cannot be read as one."""
    if not isinstance(reference, str) or not reference.strip() or _NO_VENUE.search(reference):
        return "", ""
    text = " ".join(reference.split())
    found = _REFERENCE.match(text)
    name = found[1].strip(" -") if found else ""
    if kind := _kind_of(name):
        return name, kind
    if len(re.sub(r"[\W\d_]", "", name)) < 3 or not any(sign.isdigit() for sign in text):
        return "", ""
    if _PROCEEDINGS.search(text):
        return (re.sub(r"^in:?\s+", "", text.split(",")[0].strip(), flags=re.IGNORECASE), "paper-conference")
    return (name if "." in name.rstrip(".") else name.rstrip(".")), "article-journal"


def convert(record: Record, misfits: Misfits) -> Record:
    """A snapshot record in canonical form; the year is that of the first version.

    Where `journal-ref` says where it appeared, that is its venue; the arXiv id says where it comes from.
    """
    identifier = record.get("id")
    made: dict[str, Any] = {}
    if isinstance(identifier, str) and identifier.strip():
        made["id"] = f"arXiv:{identifier.strip()}"
    title, abstract = record.get("title"), record.get("abstract")
    made["title"] = " ".join(title.split()) if isinstance(title, str) else title
    made["abstract"] = _WRAPPED.sub(" ", abstract.strip()) if isinstance(abstract, str) else abstract
    made["authors"] = _authors(record)
    venue, kind = published_in(record.get("journal-ref"))
    made["venue"] = venue or "arXiv"
    made["year"] = _year(record, identifier if isinstance(identifier, str) else "")
    made["type"] = kind or "article"
    if isinstance(identifier, str) and identifier.strip():
        made["arxiv"] = identifier.strip()
        made["url"] = f"https://arxiv.org/abs/{identifier.strip()}"
    made["doi"] = record.get("doi")
    categories = record.get("categories")
    made["categories"] = categories.split() if isinstance(categories, str) else categories
    made.update((key, value) for key, value in record.items() if key not in _USED)
    return {key: value for key, value in made.items() if value is not None}


def recognise(record: Record) -> bool:
    """Authors in parts beside the whole string of them, or that string beside keys of arXiv; and no canonical list."""
    if isinstance(record.get("authors"), list):
        return False
    return "authors_parsed" in record or (
        isinstance(record.get("authors"), str) and "categories" in record and not _OWN.isdisjoint(record)
    )


DIALECT = Dialect(
    "arxiv", "lines of the arXiv snapshot", frozenset(("authors_parsed", "categories")), recognise, convert
)
