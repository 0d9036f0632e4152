"""CITATION.cff: what its software wants to be cited by, and what it refers to (Citation File Format 1.2.0)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.cff_syntax import UnreadError, parse
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin, entries_of, rejected, too_long
from indexer.readers.objects.dialect import author, filled, first_text, objects_of, pages, text_of
from indexer.readers.text_lines import decoded, text_lines

_KINDS = {
    "article": "article-journal", "conference-paper": "paper-conference", "data": "dataset", "database": "dataset",
    "generic": "document", "manual": "report", "unpublished": "manuscript", "website": "webpage", "blog": "post-weblog",
    "magazine-article": "article-magazine", "newspaper-article": "article-newspaper", "conference": "paper-conference",
}  # fmt: skip
_VENUES = ("journal", "collection-title", "conference", "institution", "publisher")
_DATES = ("year", "date-published", "date-released", "year-original", "issue-date")
_USED = frozenset((
    *("title", "abstract", "authors", "type", "url", "repository-code", "doi", "keywords", "identifiers"),
    *("cff-version", "message", "preferred-citation", "references", "start", "end", "pages", "issue", "volume"),
    "pmcid", *_VENUES, *_DATES,
))  # fmt: skip
_ARXIV = re.compile(r"arxiv[:.](\S+)", re.IGNORECASE)


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The software, then the work that it is to be cited by, then what it refers to."""
    raw, longest = b"", origin.max_record
    for _, line in text_lines(stream, origin):
        raw += line + b"\n"
        if len(raw) > longest:
            yield rejected(origin, 1, too_long(longest), raw)
            return
    text, warnings = decoded(raw, origin, 1)
    yield from warnings
    try:
        whole = parse(text)
    except UnreadError as error:
        yield rejected(origin, error.line, f"not read as CITATION.cff: {error}", raw)
        return
    others = whole.get("references")
    works = [{"type": "software", **whole}, whole.get("preferred-citation")]
    works += others if isinstance(others, list) else [others]
    for work in filter(None, works):
        misfits: Misfits = []
        made = _record(work, misfits) if isinstance(work, dict) else work
        yield from entries_of(made, origin, 1, misfits=misfits)


def _record(work: dict[str, Any], misfits: Misfits) -> dict[str, Any]:
    get = work.get
    kind = text_of(get("type"))
    said = {text_of(one.get("type")): text_of(one.get("value")) for one in objects_of(get("identifiers"))}
    arxiv = next((found[1] for text in said.values() if (found := _ARXIV.search(text))), "")
    names = [_name_of(get(key)) for key in _VENUES]
    made = {
        "title": get("title"),
        "abstract": get("abstract"),
        "authors": [_person(one) for one in objects_of(get("authors"))],
        "venue": first_text(*(names[:3] if "software" in kind else names)),
        "year": year_of(first_text(*(get(key) for key in _DATES)), misfits),
        "type": "software" if kind.startswith("software") else _KINDS.get(kind) or csl_type(kind) or kind,
        "url": get("url") or get("repository-code") or said.get("url"),
        "doi": get("doi") or said.get("doi"),
        "arxiv": arxiv,
        "keywords": get("keywords"),
        "ids": {"pmc": text} if (text := text_of(get("pmcid"))) else {},
        "volume": get("volume"),
        "number": get("issue"),
        "pages": pages(text_of(get("start")), text_of(get("end"))) or get("pages"),
        "publisher": _name_of(get("publisher")) if any(names[:4]) else "",
    }
    return filled(made, work, _USED)


def _name_of(value: Any) -> str:
    return text_of(value.get("name")) if isinstance(value, dict) else text_of(value)


def _person(one: dict[str, Any]) -> Any:
    parts = (text_of(one.get(key)) for key in ("given-names", "name-particle", "family-names", "name-suffix"))
    name = text_of(one.get("name")) or " ".join(filter(None, parts)) or text_of(one.get("alias"))
    return author(name, None, one.get("orcid"), text_of(one.get("affiliation"))) if name else one


_HEAD = re.compile(rb"^(?:\xef\xbb\xbf)?cff-version\s*:", re.MULTILINE)


def recognise(head: bytes, name: str) -> bool:
    """The version of the format, at the beginning of a line."""
    return _HEAD.search(head.replace(b"\r", b"\n")) is not None and head.lstrip(b"\xef\xbb\xbf \n\r")[:1] not in b"{[<@"


FORMAT = Format("cff", "CITATION.cff (Citation File Format)", recognise, by_line=False, read_whole=read_whole)
