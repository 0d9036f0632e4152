"""The record of a paper, converted once at the border and frozen ever after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.index.errors import RecordError
from indexer.index.record import values
from indexer.index.record.author import NOTHING, Author, authors, nothing
from indexer.index.record.identity import PUBLISHED, derived_id, settled, whole_id
from indexer.index.record.paper_types import TYPES
from indexer.index.record.values import Misfits, shown

__all__ = ["TYPES", "Author", "Paper"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as published. Strings that the record lacks are empty; `year` None is unknown.

    `extra` holds every other key of the record, as it came, among them `ids`: other identifiers by kind.
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
    extra: Mapping[str, Any] = field(default_factory=nothing, hash=False)

    @property
    def orcids(self) -> list[str]:
        """The ORCIDs of its authors."""
        return [author.orcid for author in self.authors if author.orcid]

    @property
    def ids(self) -> Mapping[str, str]:
        """Other identifiers by kind (`pubmed`, `dblp`, `citation-key`, ...)."""
        found: Mapping[str, str] = self.extra.get("ids", NOTHING)
        return found

    @classmethod
    def from_record(cls, record: Mapping[str, Any], *, stem: str = "", misfits: Misfits | None = None) -> Paper:
        """The paper a record describes. Null, an empty string and an empty list are the same as no value.

        A value that does not fit costs its field and is added to `misfits`. A record without id gets its DOI, its
        arXiv id or a hash, before which stands `stem`. Raises RecordError, whose text says why, where the record
        is no object or has no title.
        """
        if misfits is None:
            misfits = []
        if type(record) is not dict:
            record = _as_dict(record)
        record = values.storable(record, misfits)
        get = record.get
        title = values.title(get("title"))
        texts = [get(key) for key in _TEXTS]
        if not _TEXT_TYPES.issuperset(map(type, texts)):
            texts = [values.text(record, key, misfits) for key in _TEXTS]
        abstract, venue, kind, url, pdf, doi, arxiv = [text or "" for text in texts]
        identifier = whole_id(values.identifier(get("id"), misfits))
        if kind:
            kind = values.kind(kind, misfits)
        year = values.year(get("year"), misfits)
        people = authors(get("authors"), misfits)
        keywords = values.keywords(get("keywords"), misfits)
        brought = (doi, arxiv)
        if doi or arxiv or url or ":" in identifier or "/" in identifier or "." in identifier:
            doi, arxiv = settled(identifier, url, doi, arxiv)
        if not identifier:
            names = [author.name for author in people]
            identifier = derived_id(
                title=title, names=names, venue=venue, year=year, url=url, doi=doi, arxiv=arxiv, stem=stem
            )
        extra: Mapping[str, Any] = NOTHING
        if not _KEYS.issuperset(record):
            extra = {k: v for k, v in record.items() if k not in _KEYS}
            if "ids" in extra:
                extra = _with_ids(extra, misfits)
        if brought != (doi, arxiv) and brought != ("", ""):
            extra = _with_published(extra, doi=(brought[0], doi), arxiv=(brought[1], arxiv))
        places = (venue, year, kind, url, pdf, doi, arxiv)
        return cls(identifier, title, abstract, people, *places, keywords, extra)

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


_TEXTS = ("abstract", "venue", "type", "url", "pdf", "doi", "arxiv")
_TEXT_TYPES = frozenset((str, type(None)))
_KEYS = frozenset((*_TEXTS, "id", "title", "authors", "year", "keywords"))


def _as_dict(record: object) -> dict[str, Any]:
    if isinstance(record, Mapping):
        return dict(record)
    raise RecordError(f"a record is an object with keys, not {shown(record)}")


def _with_ids(extra: dict[str, Any], misfits: Misfits) -> dict[str, Any]:
    found = values.identifiers(extra["ids"], misfits)
    return {key: found if key == "ids" else value for key, value in extra.items() if key != "ids" or found}


def _with_published(extra: Mapping[str, Any], **fields: tuple[str, str]) -> Mapping[str, Any]:
    """The other keys of a record, and under `PUBLISHED` what was brought where a field says it otherwise."""
    known = extra.get(PUBLISHED)
    published = dict(known) if isinstance(known, Mapping) else {}
    published |= {key: brought for key, (brought, kept) in fields.items() if brought and brought != kept}
    return {**extra, PUBLISHED: published} if published else extra
