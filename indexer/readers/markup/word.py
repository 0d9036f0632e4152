"""The sources of Word (`Sources.xml`), which Zotero, Mendeley and JabRef write too (ECMA-376, part 1, 22.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.ris import BY_PUBLISHER
from indexer.readers.citations.ris import serials as serials_of
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import inner_text
from indexer.readers.markup.elements import plain_entries
from indexer.readers.markup.namespaces import spelled
from indexer.readers.people import one_or_more

_KINDS = {
    "conferenceproceedings": "paper-conference",
    "articleinaperiodical": "article-magazine",
    "documentfrominternetsite": "webpage",
    "internetsite": "webpage",
    "report": "report",
    "misc": "document",
}
_AUTHORS = ("Author", "Inventor", "Artist", "Composer", "Performer", "Director", "Interviewee", "Writer")
_VENUES = ("JournalName", "PeriodicalTitle", "ConferenceName", "BookTitle", "InternetSiteTitle", "PublicationTitle")
_RENAMED = {
    "Volume": "volume",
    "Issue": "number",
    "Pages": "pages",
    "Edition": "edition",
    "City": "address",
    "Month": "month",
    "Comments": "note",
    "BIBTEX_Series": "series",
    "BIBTEX_Abstract": "abstract",
}
_USED = frozenset(
    "Author SourceType Tag Guid RefOrder LCID Title ShortTitle Year Publisher Institution URL DOI StandardNumber "
    "BIBTEX_KeyWords BIBTEX_Entry ThesisType".split()
)
# `:ISSN:0937-6429 :LCCN:12`: several numbers with their names, as JabRef writes them.
_SERIAL = re.compile(r":?\s*\b([A-Z]{3,5})\b:?\s*([^\s:,;]+)", re.IGNORECASE)
_SAID = frozenset(("ISSN", "ISBN", "DOI", "PMID"))


def _names(element: Element, *roles: str) -> list[str]:
    """The people of the first of these roles that has any; a body stands under `Corporate`."""
    for role in roles:
        found: list[str] = []
        for person in element.iterfind(f"Author/{role}/NameList/Person"):
            parts = (inner_text(person.find(name)) for name in ("First", "Middle", "Last"))
            if name := " ".join(filter(None, parts)):
                found.append(name)
        for body in element.iterfind(f"Author/{role}/Corporate"):
            found += [text] if (text := inner_text(body)) else []
        if not found and (loose := element.find(f"Author/{role}")) is not None and not len(loose):
            found = one_or_more(inner_text(loose))
        if found:
            return found
    return []


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """A source in canonical form."""

    def first(*names: str) -> str:
        return next((text for name in names if (text := inner_text(element.find(name)))), "")

    written = first("SourceType")
    entry = csl_type(first("BIBTEX_Entry"))
    kind = _KINDS.get(written.casefold()) or csl_type(written)
    kind = "thesis" if first("ThesisType") else kind if kind not in ("", "document") else entry or kind
    serials = {name.upper(): text for name, text in _SERIAL.findall(first("StandardNumber"))}
    venue = first(*_VENUES)
    publisher = first("Publisher", "Institution")
    by_publisher = not venue and kind in BY_PUBLISHER
    key = first("Tag")
    words = first("BIBTEX_KeyWords")
    made: dict[str, Any] = {
        "title": first("Title", "ShortTitle"),
        "authors": _names(element, *_AUTHORS),
        "venue": publisher if by_publisher else venue,
        "year": year_of(first("Year"), misfits, "year"),
        "type": kind or written,
        "url": first("URL"),
        "doi": first("DOI") or serials.get("DOI", ""),
        "keywords": [text for word in re.split("[;,]", words) if (text := word.strip())],
        "ids": {name: text for name, text in (("citation-key", key), ("pubmed", serials.get("PMID", ""))) if text},
        "editor": _names(element, "Editor"),
        "publisher": "" if by_publisher else publisher,
        **{new: first(name) for name, new in _RENAMED.items()},
    }
    made |= {"issn": serials.get("ISSN", ""), "isbn": serials.get("ISBN", "")}
    if not serials:
        made |= serials_of(first("StandardNumber"), kind, made["number"])
    other = {name: text for name, text in serials.items() if name not in _SAID} | {
        child.tag: text
        for child in element
        if child.tag not in _USED and child.tag not in _RENAMED and (text := inner_text(child)) and text != venue
    }
    if (short := first("ShortTitle")) and short != made["title"]:
        other["ShortTitle"] = short
    return {name: value for name, value in (made | {"word": other}).items() if value}


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The sources of a list."""
    yield from plain_entries(stream, origin, spelled(stream, "Source"), convert)


_ROOT = re.compile(rb"<(?:[\w.-]+:)?Sources\s[^<>]*officeDocument")


def recognise(head: bytes, name: str) -> bool:
    """The root of such a list, with the namespace of Office."""
    return _ROOT.search(head) is not None


FORMAT = Format("word", "sources of Word (XML)", recognise, False, None, read_whole)
