"""EndNote's XML, which Zotero, Mendeley and tools of systematic reviews write too (RSXML.dtd)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.endnote import KINDS
from indexer.readers.citations.ris import BY_PUBLISHER, serials
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import Cutter, inner_text
from indexer.readers.markup.elements import entries
from indexer.readers.people import one_or_more

_USED = frozenset(
    "database source-app rec-number foreign-keys ref-type contributors titles periodical pages volume number keywords "
    "dates isbn abstract urls electronic-resource-num accession-num language publisher pub-location edition label "
    "notes section remote-database-name remote-database-provider".split()
)


def _first(element: Element, *paths: str) -> str:
    return next((text for path in paths if (text := inner_text(element.find(path)))), "")


def _all(element: Element, path: str) -> list[str]:
    return [text for child in element.findall(path) if (text := inner_text(child))]


def _names(element: Element, *paths: str) -> list[str]:
    found = next((names for path in paths if (names := _all(element, path))), [])
    return [name for text in found for name in one_or_more(text.rstrip(","))]


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """A record in canonical form."""

    def first(*paths: str) -> str:
        return _first(element, *paths)

    written = element.find("ref-type")
    named = written.get("name", "") if written is not None else ""
    kind = KINDS.get(named) or csl_type(named)
    venue = first("periodical/full-title", "titles/secondary-title", "titles/alt-title", "periodical/abbr-1")
    by_publisher = not venue and kind in BY_PUBLISHER
    addresses = _all(element, "urls/related-urls/url") + _all(element, "urls/web-urls/url")
    accession, label = first("accession-num"), first("label")
    pubmed = accession if accession.isdigit() and "medline" in first("remote-database-name").casefold() else ""
    made: dict[str, Any] = {
        "title": first("titles/title", "titles/short-title"),
        "abstract": first("abstract"),
        "authors": _names(element, "contributors/authors/author"),
        "venue": first("publisher") if by_publisher else venue,
        "year": year_of(first("dates/year", "dates/pub-dates/date"), misfits),
        "type": kind or named,
        "url": addresses[0] if addresses else "",
        "pdf": next((text for text in _all(element, "urls/pdf-urls/url") if text.startswith("http")), ""),
        "doi": first("electronic-resource-num"),
        "keywords": _all(element, "keywords/keyword"),
        "ids": {name: text for name, text in (("pubmed", pubmed), ("citation-key", label)) if text},
        "editor": _names(element, "contributors/secondary-authors/author"),
        "volume": first("volume"),
        "number": first("number"),
        "pages": first("pages"),
        "publisher": "" if by_publisher else first("publisher"),
        "address": first("pub-location"),
        "series": first("titles/tertiary-title"),
        "edition": first("edition"),
        "language": first("language"),
        "note": first("notes"),
        "accession": "" if pubmed else accession,
        "date": first("dates/pub-dates/date"),
    }
    made |= serials(first("isbn"), kind, made["number"])
    if len(addresses) > 1:
        made["urls"] = addresses
    other = {child.tag: text for child in element if child.tag not in _USED and (text := inner_text(child))}
    return {name: value for name, value in (made | {"endnote": other}).items() if value}


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a library."""
    cutter = Cutter(stream, origin, ("record",))
    for cut in cutter:
        yield from entries(cut, cutter, origin, convert)


_RECORDS = re.compile(rb"<records\s*>\s*(?:<record[\s>]|</records|\Z)")


def recognise(head: bytes, name: str) -> bool:
    """A list of records, or the name of the program beside one."""
    return _RECORDS.search(head) is not None or b'<source-app name="EndNote"' in head


FORMAT = Format("endnote-xml", "EndNote's XML", recognise, False, None, read_whole)
