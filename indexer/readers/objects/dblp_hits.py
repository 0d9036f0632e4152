"""Answers of DBLP's search as JSON (https://dblp.org/faq/How+to+use+the+dblp+search+API.html)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from indexer.index.record.identity import bare_doi
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.objects.dialect import Dialect, Record, author, filled, first_text, text_of, texts

_KINDS = {
    "Journal Articles": "article-journal",
    "Conference and Workshop Papers": "paper-conference",
    "Informal and Other Publications": "article",
    "Informal Publications": "article",
    "Books and Theses": "book",
    "Parts in Books or Collections": "chapter",
    "Editorship": "book",
    "Reference Works": "entry-encyclopedia",
    "Data and Artifacts": "dataset",
}
_ARXIV = re.compile(r"(?:abs/|arxiv\.org/abs/|arxiv\.)([a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})", re.IGNORECASE)
_KEY = re.compile(r"(?:conf|journals|books|phd|series|reference|tr|data|www)/\S+")
_USED = frozenset(("authors", "title", "venue", "year", "type", "key", "doi", "ee", "url", "@score", "@id", "volume"))


def recognise(record: Record) -> bool:
    """One of DBLP's keys, beside authors in its own nesting or one of its types."""
    key = record.get("key")
    if not isinstance(key, str) or _KEY.fullmatch(key) is None:
        return False
    return record.get("type") in _KINDS or (isinstance(who := record.get("authors"), dict) and "author" in who)


def _authors(value: Any) -> Any:
    who = value.get("author") if isinstance(value, dict) else value
    found = who if isinstance(who, list) else [who] if who else []
    return [author(unescape(first_text(one.get("text"))) or one) if isinstance(one, dict) else one for one in found]


def convert(record: Record, misfits: Misfits) -> Record:
    """A publication in canonical form; names keep the number by which DBLP tells namesakes apart."""
    get = record.get
    title = unescape(text_of(get("title")))
    addresses = texts(get("ee"))
    volume = text_of(get("volume"))
    key = text_of(get("key"))
    arxiv = next((found[1] for text in (volume, *addresses) if (found := _ARXIV.search(text))), "")
    made: Record = {
        "title": title[:-1] if title.endswith(".") and not title.endswith("..") else title,
        "authors": _authors(get("authors")),
        "venue": first_text(get("venue")),
        "year": year_of(get("year"), misfits, "year"),
        "type": _KINDS.get(text_of(get("type")), text_of(get("type"))),
        "url": addresses[0] if addresses else first_text(get("url")),
        "doi": text_of(get("doi")) or next((doi for text in addresses if (doi := bare_doi(text))), ""),
        "arxiv": arxiv,
        "volume": volume,
        "ids": {"dblp": key},
    }
    return filled(made, record, _USED)


DIALECT = Dialect("dblp-json", "answers of DBLP's search as JSON", frozenset(("key",)), recognise, convert)
