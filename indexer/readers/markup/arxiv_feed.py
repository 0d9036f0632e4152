"""What arXiv's interfaces answer: entries of its Atom feed, and records of its OAI-PMH repository.

https://info.arxiv.org/help/api/user-manual.html; https://info.arxiv.org/help/oa/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import inner_text
from indexer.readers.markup.elements import plain_entries
from indexer.readers.objects.arxiv import published_in
from indexer.readers.objects.dialect import author

_SITE = "https://arxiv.org/abs/"
_NUMBER = re.compile(r"arxiv\.org/abs/(\S+?)(?:v\d+)?\Z")
_USED = frozenset(
    "id title summary abstract published created updated author authors doi journal_ref journal-ref link category "
    "categories primary_category version".split()
)


def _all(element: Element, name: str) -> list[str]:
    return [text for child in element.findall(name) if (text := inner_text(child))]


def _authors(element: Element) -> list[Any]:
    found: list[Any] = []
    for person in element.iter("author"):
        name = inner_text(person.find("name"))
        parts = (inner_text(person.find(part)) for part in ("forenames", "keyname", "suffix"))
        places = "; ".join(_all(person, "affiliation"))
        if name := name or " ".join(filter(None, parts)):
            found.append(author(name, None, None, places))
    raw = "" if found else inner_text(element.find("authors"))
    return found or [name for name in re.split(r",\s+(?:and\s+)?|\s+and\s+", raw) if name]


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """An entry or record in canonical form; the year is that of the first version.

    An error that arXiv tells in an entry has no title.
    """

    def own(*names: str) -> str:
        return next((text for name in names if (text := inner_text(element.find(name)))), "")

    written = own("id")
    found = _NUMBER.search(written)
    number = found[1] if found else "" if "/" in written and "arxiv.org" in written else written
    reference = own("journal_ref", "journal-ref")
    venue, kind = published_in(reference)
    first = element.find("version/date")
    subjects = [category.get("term", "") for category in element.findall("category")] or own("categories").split()
    pdf = next((link.get("href") for link in element.findall("link") if link.get("title") == "pdf"), None)
    made: dict[str, Any] = {
        "id": f"arXiv:{number}" if number else "",
        "title": own("title") if "api/errors" not in written else "",
        "abstract": own("summary", "abstract"),
        "authors": _authors(element),
        "venue": venue or "arXiv",
        "year": year_of(own("published", "created") or inner_text(first) or own("updated"), misfits),
        "type": kind or "article",
        "url": f"{_SITE}{number}" if number else "",
        "pdf": pdf,
        "doi": own("doi"),
        "arxiv": number,
        "journal-ref": reference,
        "categories": [subject for subject in subjects if subject],
    }
    made |= {
        child.tag: text
        for child in element
        if child.tag not in _USED and (text := inner_text(child)) and not len(child)
    }
    return {name: value for name, value in made.items() if value}


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of an answer."""
    yield from plain_entries(stream, origin, ("entry", "arXiv", "arXivRaw"), convert)


_FEED = re.compile(rb"<feed[\s>]")
_RECORD = re.compile(rb"<arXiv(?:Raw)?[\s>]")


def recognise(head: bytes, name: str) -> bool:
    """A feed that comes from arXiv, or a record of its repository."""
    return _RECORD.search(head) is not None or (_FEED.search(head) is not None and b"arxiv.org" in head)


FORMAT = Format("arxiv-xml", "answers of arXiv (Atom, OAI-PMH)", recognise, False, None, read_whole)
