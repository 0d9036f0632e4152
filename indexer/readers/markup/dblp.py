"""DBLP's XML, the dump of everything and the answers of its interface (dblp.dtd; https://dblp.org/faq/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.identity import bare_doi
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin, passed_over
from indexer.readers.markup.cutter import Cutter, inner_text
from indexer.readers.markup.elements import entries
from indexer.readers.objects import dblp_hits
from indexer.readers.objects.dialect import author, texts

_KINDS = {
    "article": "article-journal",
    "inproceedings": "paper-conference",
    "proceedings": "book",
    "book": "book",
    "incollection": "chapter",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "www": "webpage",
    "data": "dataset",
}
_USED = frozenset("author editor title year journal booktitle school ee url doi crossref cite".split())
_PERSON = re.compile(rb'\bkey\s*=\s*["\'](?:homepages/|dblpnote/)')
_ARXIV = re.compile(r"(?:abs/|arxiv\.org/abs/|arxiv\.)([a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})", re.IGNORECASE)


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """A publication as a canonical record. Names keep the number by which DBLP tells namesakes apart."""
    texts: dict[str, list[str]] = {}
    for child in element:
        if text := inner_text(child):
            texts.setdefault(child.tag, []).append(text)

    def first(*names: str) -> str:
        return next((texts[name][0] for name in names if name in texts), "")

    key = element.get("key", "")
    electronic = texts.get("ee", [])
    arxiv = next((found[1] for text in (first("volume"), *electronic) if (found := _ARXIV.search(text))), "")
    kind = _KINDS.get(element.tag, element.tag)
    if arxiv and first("journal") in ("CoRR", "arXiv"):
        kind = "article"
    title = first("title")
    if title.endswith(".") and not title.endswith(".."):
        title = title[:-1]
    venue = first("journal", "booktitle", "school") if element.tag != "proceedings" else ""
    rec = f"https://dblp.org/rec/{key}" if key else ""
    made: dict[str, Any] = {
        "title": title,
        "authors": [_person(child) for child in element if child.tag == "author"],
        "venue": venue or (first("publisher") if kind in ("book", "thesis") else ""),
        "year": year_of(first("year"), misfits, "year"),
        "type": kind,
        "url": next((text for text in (*electronic, first("url")) if "://" in text), rec),
        "doi": next((doi for text in electronic if "doi.org/" in text and (doi := bare_doi(text))), first("doi")),
        "arxiv": arxiv,
        "ids": {"dblp": key} if key else {},
        "editor": texts.get("editor"),
        "booktitle": first("booktitle") if element.tag == "proceedings" else "",
        "crossref": first("crossref"),
        "publtype": element.get("publtype"),
        "mdate": element.get("mdate"),
    }
    if len(electronic) > 1:
        made["ee"] = electronic
    for name, values in texts.items():
        if name not in _USED:
            made.setdefault(name, values[0] if len(values) == 1 else values)
    return {name: value for name, value in made.items() if value}


def _person(element: Element) -> Any:
    return author(inner_text(element), None, element.get("orcid"))


def _answer(element: Element, misfits: Misfits) -> dict[str, Any]:
    """A hit of DBLP's search, which says in elements what the same says in JSON."""
    record: dict[str, Any] = {}
    for child in element:
        if child.tag == "authors":
            record["authors"] = {"author": [{"text": inner_text(one)} for one in child]}
        elif child.tag in record:
            record[child.tag] = [*texts(record[child.tag]), inner_text(child)]
        else:
            record[child.tag] = inner_text(child)
    return dblp_hits.convert(record, misfits)


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The publications of a file; pages of persons, two fifths of the dump, are passed over."""
    cutter = Cutter(stream, origin, (*_KINDS, "info"))
    for cut in cutter:
        if cut.name == "www" and _PERSON.search(cut.text, 0, cut.text.find(b">")):
            yield passed_over(origin, cut.line, "the page of a person, no paper")
        elif cut.name == "info":
            yield from entries(cut, cutter, origin, _answer)
        else:
            yield from entries(cut, cutter, origin, convert)


_ROOT = re.compile(rb"<(?:dblp|dblpperson|bht)[\s>]|<hit\s[^<>]*>\s*<info>")
_RECORD = re.compile(rb"<(?:%s)\s[^<>]*\bkey\s*=\s*[\"'][\w-]+/" % "|".join(_KINDS).encode())


def recognise(head: bytes, name: str) -> bool:
    """The root element, or a publication with one of DBLP's keys."""
    return _ROOT.search(head) is not None or _RECORD.search(head) is not None


FORMAT = Format("dblp", "XML of DBLP", recognise, False, None, read_whole)
