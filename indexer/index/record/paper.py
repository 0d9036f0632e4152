"""The record of a paper, converted once at the border and frozen ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from indexer.index.errors import RecordError
from indexer.index.record.identity import CONTROL, MAX_ID_BYTES, PUBLISHED, derived_id, settled, whole_id

TYPES = (
    "paper-conference",
    "article-journal",
    "article",
    "manuscript",
    "chapter",
    "thesis",
    "report",
    "book",
)

# One dictionary shared by all papers without other keys: a read-only view cannot be pickled or copied.
_NOTHING: dict[str, Any] = {}


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


@dataclass(frozen=True, slots=True)
class Author:
    """One author as published: the name's spelling, the source's id for the person if any, the ORCID if any.

    `extra` holds every other key of the author's object (an affiliation, say), as it came.
    """

    name: str
    id: str | None = None
    orcid: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing, hash=False, repr=False)

    def as_record(self) -> str | dict[str, Any]:
        """The name alone where nothing else is known, else the object of the canonical form."""
        if self.id is None and self.orcid is None and not self.extra:
            return self.name
        record: dict[str, Any] = {"name": self.name}
        if self.id is not None:
            record["id"] = self.id
        if self.orcid is not None:
            record["orcid"] = self.orcid
        record.update(self.extra)
        return record


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as published. Strings that the record lacks are empty; `year` None is unknown.

    `extra` holds every other key of the record, as it came.
    """

    id: str
    title: str
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    venue: str = ""
    year: int | None = None
    type: str = ""
    url: str = ""
    pdf: str = ""
    doi: str = ""
    arxiv: str = ""
    keywords: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_nothing, hash=False)

    @classmethod
    def from_record(cls, record: Mapping[str, Any], *, stem: str = "") -> Paper:
        """The paper a record describes. Null, an empty string and an empty list are the same as no value.

        A record without id gets its DOI, its arXiv id or a hash, before which stands `stem`.
        Raises RecordError, whose text names the key and the value, where the record cannot be used.
        """
        if type(record) is not dict:
            record = _as_dict(record)
        get = record.get
        texts = [get(key) for key in _TEXTS]
        if not _TEXT_TYPES.issuperset(map(type, texts)):
            texts = [_string(record, key) for key in _TEXTS]
        identifier, title, abstract, venue, kind, url, pdf, doi, arxiv = [text or "" for text in texts]
        if not title or title.isspace():
            raise RecordError(f"title is {'blank' if title else 'missing'}; a paper needs one")
        if kind and kind not in TYPES:
            raise RecordError(f"type {_shown(kind)} is none of {', '.join(TYPES)}")
        year = _year(get("year"))
        authors = _authors(get("authors"))
        keywords = _keywords(get("keywords"))
        identifier = whole_id(_identifier(identifier))
        _check_storable(record)
        brought = (doi, arxiv)
        if doi or arxiv or url or ":" in identifier or "/" in identifier or "." in identifier:
            doi, arxiv = settled(identifier, url, doi, arxiv)
        if not identifier:
            names = [author.name for author in authors]
            identifier = derived_id(
                title=title, names=names, venue=venue, year=year, url=url, doi=doi, arxiv=arxiv, stem=stem
            )
        extra: Mapping[str, Any] = (
            _NOTHING if _KEYS.issuperset(record) else {k: v for k, v in record.items() if k not in _KEYS}
        )
        if brought != (doi, arxiv) and brought != ("", ""):
            extra = _with_published(extra, doi=(brought[0], doi), arxiv=(brought[1], arxiv))
        return cls(identifier, title, abstract, authors, venue, year, kind, url, pdf, doi, arxiv, keywords, extra)

    def as_record(self) -> dict[str, Any]:
        """The record in canonical form: known keys in the order of the canonical form, then the others.

        Empty values are left out; an author of whom only the name is known is a plain string.
        `Paper.from_record(paper.as_record())` equals the paper.
        """
        record: dict[str, Any] = {"id": self.id, "title": self.title}
        if self.abstract:
            record["abstract"] = self.abstract
        if self.authors:
            record["authors"] = [author.as_record() for author in self.authors]
        if self.venue:
            record["venue"] = self.venue
        if self.year is not None:
            record["year"] = self.year
        if self.type:
            record["type"] = self.type
        if self.url:
            record["url"] = self.url
        if self.pdf:
            record["pdf"] = self.pdf
        if self.doi:
            record["doi"] = self.doi
        if self.arxiv:
            record["arxiv"] = self.arxiv
        if self.keywords:
            record["keywords"] = list(self.keywords)
        if self.extra:
            record.update(self.extra)
        return record


def _with_published(extra: Mapping[str, Any], **fields: tuple[str, str]) -> Mapping[str, Any]:
    """The other keys of a record, and under `PUBLISHED` what was brought where a field says it otherwise."""
    known = extra.get(PUBLISHED)
    published = dict(known) if isinstance(known, Mapping) else {}
    published |= {key: brought for key, (brought, kept) in fields.items() if brought and brought != kept}
    return {**extra, PUBLISHED: published} if published else extra


_TEXTS = ("id", "title", "abstract", "venue", "type", "url", "pdf", "doi", "arxiv")
_TEXT_TYPES = frozenset((str, type(None)))
_KEYS = frozenset((*_TEXTS, "authors", "year", "keywords"))


def _shown(value: object) -> str:
    """A value as an error message shows it: on one line, bounded, with nothing a terminal would obey."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= 80 else f"{text[:76]}..."


def _as_dict(record: object) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    raise RecordError(f"a record is an object with keys, not {_shown(record)}")


def _string(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    raise RecordError(f"{key} {_shown(value)} is not a string")


def _year(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and len(value) == 4 and value.isascii() and value.isdigit():
        value = int(value)
    if type(value) is int and 1000 <= value <= 2999:
        return value
    raise RecordError(f"year {_shown(value)} is not a year: give four digits from 1000 to 2999, or null")


def _identifier(value: str) -> str:
    if not value or value.isspace():
        return ""
    if CONTROL.search(value) is not None:
        raise RecordError(f"id {_shown(value)} has a control character")
    if len(value) * 3 > MAX_ID_BYTES and (size := len(value.encode("utf-8", "surrogatepass"))) > MAX_ID_BYTES:
        raise RecordError(f"id {_shown(value)} has {size} bytes; at most {MAX_ID_BYTES} are allowed")
    return value


def _authors(value: object) -> tuple[Author, ...]:
    if not value and (value is None or value == "" or isinstance(value, (list, tuple))):
        return ()
    if not isinstance(value, (list, tuple)):
        raise RecordError(f"authors {_shown(value)} is not a list")
    found = []
    for entry in value:
        if type(entry) is str:
            if entry and not entry.isspace():
                found.append(Author(entry))
        else:
            found.append(_author(entry, len(found) + 1))
    return tuple(found)


_AUTHOR_KEYS = frozenset(("name", "id", "orcid"))


def _author(entry: object, number: int) -> Author:
    if not isinstance(entry, Mapping):
        raise RecordError(f"author {number} {_shown(entry)} is neither a name nor an object with a name")
    name = entry.get("name")
    if not isinstance(name, str) or not name or name.isspace():
        raise RecordError(f"author {number} {_shown(dict(entry))} has no name")
    for key in ("id", "orcid"):
        value = entry.get(key)
        if value is not None and not isinstance(value, str):
            raise RecordError(f"author {number} has the {key} {_shown(value)}, which is not a string")
    extra = {key: entry[key] for key in entry if key not in _AUTHOR_KEYS}
    return Author(name, entry.get("id") or None, entry.get("orcid") or None, extra or _NOTHING)


def _keywords(value: object) -> tuple[str, ...]:
    if not value and (value is None or value == "" or isinstance(value, (list, tuple))):
        return ()
    if isinstance(value, str):
        value = value.split(";" if ";" in value else ",")
        return tuple(keyword for part in value if (keyword := part.strip()))
    if not isinstance(value, (list, tuple)):
        raise RecordError(f"keywords {_shown(value)} is not a list")
    for keyword in value:
        if not isinstance(keyword, str):
            raise RecordError(f"keyword {_shown(keyword)} is not a string")
    return tuple(keyword for keyword in value if keyword and not keyword.isspace())


def _check_storable(record: dict[str, Any]) -> None:
    """Refuse what no JSON of ours can hold: half a surrogate pair, 65 bits, 254 levels, other objects.

    One encoding of the whole costs a microsecond; a walk over the values in Python costs ten.
    """
    try:
        orjson.dumps(record)
    except TypeError:
        for key, value in record.items():
            try:
                orjson.dumps({key: value})
            except TypeError as error:
                raise RecordError(f"{_shown(key)} holds {_shown(value)}: {error}") from error
        raise
