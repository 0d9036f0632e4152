"""Crossref's XML: what its interfaces answer as UNIXREF, and what publishers deposit (crossref5.3.1.xsd)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import Cutter, inner_text
from indexer.readers.markup.elements import entries_each
from indexer.readers.markup.namespaces import spelled, without_namespaces
from indexer.readers.objects.dialect import author, pages

_WORKS = {
    "journal_article": "article-journal",
    "conference_paper": "paper-conference",
    "content_item": "chapter",
    "posted_content": "article",
    "dissertation": "thesis",
    "dataset": "dataset",
    "peer_review": "review",
    "component": "",
}
_ALONE = {"book": "book", "report-paper": "report", "standard": "standard", "conference": "book", "database": "dataset"}
_BY_PUBLISHER = frozenset(("book", "thesis", "report", "article"))
# What stands around a work and says of what and when it is, the nearest first.
_AROUND = (
    *("journal_metadata", "journal_issue", "journal_volume", "event_metadata", "proceedings_metadata"),
    *("proceedings_series_metadata", "book_metadata", "book_series_metadata", "book_set_metadata"),
    *("report-paper_metadata", "report-paper_series_metadata", "standard_metadata", "database_metadata"),
)
_NAMES = ("proceedings_title", "full_title", "title")
_DATES = ("publication_date", "posted_date", "approval_date", "completion_date", "database_date", "review_date")


def _first(places: list[Element], *paths: str) -> str:
    return next((text for one in places for path in paths if (text := inner_text(one.find(path)))), "")


def _year(places: list[Element]) -> str:
    """The year of the printed form, or of the first date that there is."""
    for place in places:
        dates = [one for name in _DATES for one in place.iter(name)]
        dates.sort(key=lambda one: one.get("media_type") != "print")
        if year := next((text for one in dates if (text := inner_text(one.find(".//year")))), ""):
            return year
    return ""


def _title(place: Element) -> str:
    titles = place.find("titles")
    if titles is None:
        return next((text for name in _NAMES if (text := inner_text(place.find(name)))), "")
    title, subtitle = inner_text(titles.find("title")), inner_text(titles.find("subtitle"))
    return f"{title}: {subtitle}" if title and subtitle else title or inner_text(titles.find("original_language_title"))


def _people(place: Element, *roles: str) -> list[Any]:
    found: list[Any] = []
    people = place.find("contributors")
    # A dissertation has its author without a list around.
    for one in people if people is not None else place.findall("person_name"):
        if one.get("contributor_role", "author") not in roles:
            continue
        parts = (inner_text(one.find(name)) for name in ("given_name", "surname", "suffix"))
        name = " ".join(filter(None, parts)) if one.tag == "person_name" else inner_text(one)
        places = [inner_text(two) for two in (*one.findall("affiliation"), *one.iterfind(".//institution_name"))]
        if name and one.tag in ("person_name", "organization", "anonymous"):
            found.append(author(name, None, inner_text(one.find("ORCID")), "; ".join(filter(None, places))))
    return found


def _abstract(place: Element) -> str:
    """The paragraphs, a line each, less the heading `Abstract`."""
    found = place.find("abstract")
    if found is None:
        return ""
    lines = [text for one in found.iter() if one.tag in ("p", "title") and (text := inner_text(one))]
    lines = lines or [inner_text(found)]
    return "\n".join(lines[1:] if len(lines) > 1 and lines[0].casefold() in ("abstract", "summary") else lines)


def _work(work: Element, kind: str, around: list[Element], misfits: Misfits) -> dict[str, Any]:
    places = [work, *around]
    journal = _first(around, "full_title", "abbrev_title")
    above = next((title for one in around if one.tag != "event_metadata" and (title := _title(one))), "")
    publisher = _first(places, "publisher/publisher_name", "institution/institution_name", ".//institution_name")
    title = _title(work)
    venue = journal or (above if above != title else "") or _first(around, "conference_name")
    if kind == "article":
        venue = _first([work], "institution/institution_name", "group_title")
    by_publisher = not venue and kind in _BY_PUBLISHER
    doi = _first([work], "doi_data/doi", "publisher_item/identifier[@id_type='doi']")
    editors = next((names for one in places if (names := _people(one, "editor", "chair"))), [])
    printed = next((text for one in around if (text := inner_text(one.find("issn[@media_type='print']")))), "")
    made: dict[str, Any] = {
        "title": title,
        "abstract": _abstract(work),
        # Of a book by one author its chapters name nobody.
        "authors": next((names for one in places if (names := _people(one, "author"))), []),
        "venue": publisher if by_publisher else venue,
        "year": year_of(_year(places), misfits),
        "type": kind,
        "url": _first([work], "doi_data/resource") or (f"https://doi.org/{doi}" if doi else ""),
        "doi": doi,
        "editor": [one if isinstance(one, str) else one["name"] for one in editors],
        "volume": _first(around, "journal_volume/volume", "volume"),
        "number": _first(around, "issue"),
        "pages": pages(_first([work], "pages/first_page"), _first([work], "pages/last_page"))
        or _first([work], "publisher_item/item_number", "item_number"),
        "publisher": "" if by_publisher or publisher == venue else publisher,
        "address": _first(around, "publisher/publisher_place"),
        "edition": _first(places, "edition_number"),
        "language": next((said for one in places if (said := one.get("language"))), ""),
        "series": _first(around, "series_metadata/titles/title"),
        "issn": printed or _first(around, "issn", "series_metadata/issn"),
        "isbn": _first(places, "isbn"),
        "event": _first(around, "conference_name"),
    }
    if made["event"] == made["venue"]:
        del made["event"]
    return {name: value for name, value in made.items() if value}


def convert(element: Element, misfits: Misfits) -> Iterator[dict[str, Any]]:
    """The works of a record, or of what a publisher deposits of one journal, volume or book, in canonical form."""
    root = next((one for one in element.iter() if one.tag in _ROOTS), element)
    around = [one for name in _AROUND for one in root.iter(name)]
    # Editors and titles of a series stand around the volume, which stands around the work.
    works = [one for one in root.iter() if one.tag in _WORKS and (one.tag != "component" or root.tag == "sa_component")]
    for one in works:
        yield _work(one, _WORKS[one.tag], around, misfits)
    if works:
        return
    # A book, a volume or a report by itself.
    whole = next((one for one in around if one.tag.startswith((root.tag, "proceedings"))), root)
    kind = _ALONE.get(root.tag, "periodical" if root.tag == "journal" else "")
    yield _work(whole, kind, [one for one in around if one is not whole], misfits)


_ROOTS = frozenset((*_ALONE, "journal", "posted_content", "dissertation", "peer_review", "sa_component"))


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The works of an answer or of a deposit."""
    names = spelled(stream, "doi_record")
    head = getattr(stream, "peek", lambda size: b"")(1 << 16)[: 1 << 16]
    if not re.search(rb"<(?:[\w.-]+:)?doi_record[\s>]", head):
        names = spelled(stream, "doi_record", *sorted(_ROOTS - {"dataset"}))
    cutter = Cutter(stream, origin, names)
    for cut in cutter:
        cut.text = without_namespaces(cut.text)
        yield from entries_each(cut, cutter, origin, convert)


_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:doi_records?|doi_batch|crossref)[\s>]")


def recognise(head: bytes, name: str) -> bool:
    """Records of DOIs, or a batch of them, with a work in Crossref's terms."""
    return _ROOT.search(head) is not None and b"<query " not in head


FORMAT = Format("unixref", "XML of Crossref (UNIXREF, deposits)", recognise, False, None, read_whole)
