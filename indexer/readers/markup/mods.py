"""MODS, in which libraries and Zotero exchange records (https://www.loc.gov/standards/mods/userguide/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import inner_text
from indexer.readers.markup.elements import plain_entries
from indexer.readers.markup.namespaces import spelled
from indexer.readers.objects.dialect import pages
from indexer.readers.people import natural

_AUTHORS = frozenset(("", "aut", "author", "cre", "creator", "ctb", "contributor", "inv", "inventor", "dis"))
_EDITORS = frozenset(("edt", "editor", "edc", "pbd"))
_DATES = ("part/date", "originInfo/dateIssued", "originInfo/dateCreated", "originInfo/copyrightDate")
_BY_PUBLISHER = frozenset(("book", "thesis", "report"))
# Genres of the vocabularies of MARC and of bibutils that no table of types has.
_GENRES = {
    "academic journal": "article-journal",
    "article": "article-journal",
    "conference publication": "paper-conference",
    "conference paper": "paper-conference",
    "ph.d. thesis": "thesis",
    "masters thesis": "thesis",
    "theses": "thesis",
    "electronic": "",
    "text": "",
}
# What a part is whose host is of this type.
_PARTS = {"book": "chapter", "periodical": "article-journal", "collection": "chapter"}
_LIST = re.compile(r"[^\d]*(\d[^;]*)")


def _first(element: Element | None, *paths: str) -> str:
    if element is None:
        return ""
    return next((text for path in paths for one in element.findall(path) if (text := inner_text(one))), "")


def _all(element: Element, path: str) -> list[str]:
    return [text for child in element.findall(path) if (text := inner_text(child))]


def _title(element: Element | None, *, main: bool = True) -> str:
    """The title proper, or the first other one where there is none: article, title, subtitle, number of the part."""
    found = element.findall("titleInfo") if element is not None else []
    for info in sorted(found, key=lambda one: one.get("type", "") != ""):
        title = " ".join(filter(None, (_first(info, "nonSort"), _first(info, "title"))))
        if title:
            subtitle = _first(info, "subTitle")
            title += f": {subtitle}" if subtitle and title[-1] not in ":?!" else f" {subtitle}" if subtitle else ""
            part = ", ".join(filter(None, (_first(info, "partNumber"), _first(info, "partName"))))
            return f"{title}. {part}" if part and main else title
    return ""


def _name(element: Element) -> str:
    parts: dict[str, list[str]] = {}
    for part in element.findall("namePart"):
        if text := inner_text(part):
            parts.setdefault(part.get("type", ""), []).append(text)
    whole = " ".join(parts.get("", []))
    if "family" in parts or "given" in parts:
        given = parts.get("given", []) or ([whole] if whole else [])
        return " ".join((*given, *parts.get("family", []), *parts.get("termsOfAddress", [])))
    if element.get("type") in ("corporate", "conference"):
        return ". ".join(parts.get("", []))
    return natural(whole or _first(element, "displayForm"))


def _names(element: Element | None, roles: frozenset[str]) -> list[str]:
    found = []
    for person in element.findall("name") if element is not None else ():
        said = {inner_text(role).casefold().rstrip(".") for role in person.findall("role/roleTerm")} or {""}
        # Older records write the role into the element itself.
        if said == {""} and (text := _first(person, "role")):
            said = {text.casefold()}
        if not said.isdisjoint(roles) and person.get("type") != "conference" and (name := _name(person)):
            found.append(name)
    return found


def _kind(element: Element, host: Element | None) -> str:
    """The type that a genre says, the record's own before its host's, or what it is made of."""
    own = [kind for text in _all(element, "genre") if (kind := _genre(text))]
    if host is None:
        if own:
            return own[0]
        issued = _first(element, "originInfo/issuance")
        return "book" if issued == "monographic" else csl_type(_first(element, "typeOfResource"))
    around = [kind for text in _all(host, "genre") if (kind := _genre(text))]
    if "paper-conference" in around:
        return "paper-conference"
    if own and own[0] not in _PARTS:
        return own[0]
    if around:
        return _PARTS.get(around[0], around[0])
    if own:
        return _PARTS[own[0]]
    issued = _first(host, "originInfo/issuance")
    journal = issued in ("continuing", "serial") or host.find("identifier[@type='issn']") is not None
    return "article-journal" if journal else "chapter" if issued == "monographic" else ""


def _genre(text: str) -> str:
    return _GENRES.get(text.casefold(), csl_type(text))


def _numbers(part: Element | None) -> dict[str, str]:
    """Volume, number and pages of a part."""
    found: dict[str, str] = {}
    for detail in part.findall("detail") if part is not None else ():
        text = _first(detail, "number", "caption", "title")
        name = {"volume": "volume", "issue": "number", "number": "number", "page": "pages", "pages": "pages"}.get(
            detail.get("type", "")
        )
        if name and text:
            found.setdefault(name, text)
    for extent in part.findall("extent") if part is not None else ():
        if extent.get("unit") in ("page", "pages", None):
            listed = _LIST.match(_first(extent, "list"))
            text = pages(_first(extent, "start"), _first(extent, "end")) or (listed[1].strip() if listed else "")
            if text := text or _first(extent, "total"):
                found.setdefault("pages", text)
    return found


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """A record in canonical form; what it is part of is its venue."""
    related = element.findall("relatedItem")
    host = next((one for one in related if one.get("type", "").casefold() == "host"), None)
    series = next((one for one in related if one.get("type", "").casefold() == "series"), None)
    kind = _kind(element, host)
    numbers = _numbers(host.find("part") if host is not None else None) | _numbers(element.find("part"))
    publisher = _first(element, "originInfo/publisher") or _first(host, "originInfo/publisher")
    known: dict[str, str] = {}
    for one in (*element.findall("identifier"), *(host.findall("identifier") if host is not None else ())):
        if (text := inner_text(one)) and one.get("invalid") != "yes":
            known.setdefault(one.get("type", "").casefold(), text)
    date = next((text for one in (element, host) for path in _DATES if (text := _first(one, path))), "")
    venue = _title(host, main=False)
    by_publisher = not venue and kind in _BY_PUBLISHER
    address = _first(element, "location/url") or known.get("uri", "")
    topics = [text for subject in element.findall("subject") for text in _all(subject, "topic")]
    places = [*element.findall("originInfo/place/placeTerm")]
    if host is not None:
        places += host.findall("originInfo/place/placeTerm")
    ids = {
        "citation-key": known.get("citekey", "") or str(element.get("ID") or ""),
        "pubmed": known.get("pubmed") or known.get("pmid", ""),
        "pmc": known.get("pmc", ""),
    }
    made: dict[str, Any] = {
        "title": _title(element),
        "abstract": "\n".join(_all(element, "abstract")),
        "authors": _names(element, _AUTHORS),
        "venue": publisher if by_publisher else venue,
        "year": year_of(date, misfits),
        "type": kind or _first(element, "genre"),
        "url": address if address.startswith("http") else "",
        "doi": known.get("doi", ""),
        "arxiv": known.get("arxiv", ""),
        "keywords": list(dict.fromkeys(topics)),
        "ids": {name: text for name, text in ids.items() if text},
        "editor": _names(element, _EDITORS) or _names(host, _EDITORS),
        **numbers,
        "publisher": "" if by_publisher else publisher,
        "address": next((text for one in places if one.get("type") != "code" and (text := inner_text(one))), ""),
        "series": _title(series, main=False),
        "edition": _first(element, "originInfo/edition") or _first(host, "originInfo/edition"),
        "language": _first(element, "language/languageTerm", "language"),
        "issn": known.get("issn", ""),
        "isbn": known.get("isbn", ""),
        "date": "" if date.isdigit() and len(date) == 4 else date,
        "note": "\n".join(_all(element, "note")),
    }
    if made["title"] == "" and venue:
        made["title"], made["venue"] = venue, ""
    left = {name: text for name, text in known.items() if text not in made.values() and text not in ids.values()}
    return {name: value for name, value in (made | {"identifiers": left}).items() if value}


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The records of a collection, or the one of a file."""
    yield from plain_entries(stream, origin, spelled(stream, "mods"), convert)


_ROOT = re.compile(rb"<(?:[\w.-]+:)?mods(?:Collection)?[\s>]")


def recognise(head: bytes, name: str) -> bool:
    """A record, or a collection of them."""
    return _ROOT.search(head) is not None


FORMAT = Format("mods", "MODS XML (libraries, Zotero, bibutils)", recognise, False, None, read_whole)
