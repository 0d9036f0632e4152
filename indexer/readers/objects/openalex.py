"""Works of OpenAlex, of its snapshot and its interface, of both generations: `host_venue` and `primary_location`."""

from __future__ import annotations

import re
from typing import Any

from indexer.index.record.identity import bare_doi
from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfit, Misfits, shown
from indexer.readers.dates import year_of
from indexer.readers.entries import NO_PAPER
from indexer.readers.inverted import uninverted
from indexer.readers.objects.dialect import (
    Dialect,
    Record,
    author,
    filled,
    first_text,
    object_of,
    pages,
    text_of,
    texts,
)

_WORK = re.compile(r"(?:https?://(?:www\.|api\.)?openalex\.org/(?:works/)?)?([Ww]\d+)")
_OTHER = re.compile(r"https?://(?:www\.|api\.)?openalex\.org/(?:\w+/)?[A-VX-Z]\d+", re.IGNORECASE)
_NUMBER = re.compile(r"(?:PMC)?\d+(?=/?\Z)")
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/(\S+)", re.IGNORECASE)
_USED = frozenset(
    "id title display_name abstract_inverted_index abstract authorships primary_location host_venue locations "
    "best_oa_location publication_year publication_date type type_crossref doi ids biblio keywords".split()
)
# What "article" is, by the type of where it appeared: CSL has no word for both.
_BY_SOURCE = {"conference": "paper-conference", "journal": "article-journal", "repository": "article"}


def recognise(record: Record) -> bool:
    """Authorships, an inverted abstract, or an id: of a work, or of what is none (an author, a source, a topic)."""
    if "authorships" in record or "abstract_inverted_index" in record:
        return True
    identifier = record.get("id")
    if "display_name" not in record or not isinstance(identifier, str):
        return False
    return _WORK.fullmatch(identifier) is not None or _OTHER.fullmatch(identifier) is not None


def _authors(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for entry in value:
        row = object_of(entry)
        who = object_of(row.get("author"))
        name = first_text(who.get("display_name"), row.get("raw_author_name"))
        institutions = row.get("institutions")
        places = [object_of(one).get("display_name") for one in institutions] if isinstance(institutions, list) else []
        raw = texts(places) or texts(row.get("raw_affiliation_strings")) or texts(row.get("raw_affiliation_string"))
        identifier = text_of(who.get("id")).rpartition("/")[2]
        found.append(author(name or entry, identifier, who.get("orcid"), "; ".join(raw)))
    return found


def convert(record: Record, misfits: Misfits) -> Record:
    """A work in canonical form; nothing of what is no work."""
    get = record.get
    if _OTHER.fullmatch(text_of(get("id"))):
        misfits.append(Misfit(NO_PAPER, f"{shown(get('id'))} is no work of OpenAlex"))
        return {}
    locations = get("locations")
    places = [object_of(get("primary_location")), object_of(get("best_oa_location"))]
    places += map(object_of, locations if isinstance(locations, list) else [])
    host = object_of(get("host_venue"))
    sources = [object_of(place.get("source")) for place in places]
    named = next((source for source in sources if source.get("display_name")), {})
    biblio = object_of(get("biblio"))
    known = object_of(get("ids"))
    written = first_text(get("doi"), known.get("doi"))
    doi = bare_doi(written) or written
    work = _WORK.fullmatch(first_text(get("id"), known.get("openalex")))
    addresses = [place.get("landing_page_url") for place in places]
    ids = {
        "openalex": work[1].upper() if work else "",
        "pubmed": _number(known.get("pmid")),
        "pmc": _number(known.get("pmcid")),
        "mag": text_of(known.get("mag")),
    }
    words = get("keywords")
    made: Record = {
        "title": first_text(get("title"), get("display_name")) or get("title"),
        "abstract": uninverted(get("abstract_inverted_index"), misfits) or get("abstract"),
        "authors": _authors(get("authorships")),
        "venue": first_text(
            named.get("display_name"), host.get("display_name"), *(place.get("raw_source_name") for place in places)
        ),
        "year": get("publication_year") or year_of(get("publication_date"), misfits),
        "type": _type(record, named, host),
        "url": first_text(*addresses, host.get("url"), written, get("id")),
        "pdf": first_text(*(place.get("pdf_url") for place in places)),
        "doi": doi,
        "arxiv": next((found[1] for text in texts(addresses) if (found := _ARXIV.search(text))), ""),
        "keywords": [_keyword(word) for word in words] if isinstance(words, list) else words,
        "ids": {name: value for name, value in ids.items() if value},
        "volume": biblio.get("volume"),
        "number": biblio.get("issue"),
        "pages": pages(biblio.get("first_page"), biblio.get("last_page")),
    }
    return filled(made, record, _USED)


def _number(value: Any) -> str:
    found = _NUMBER.search(text_of(value))
    return found[0] if found else ""


def _keyword(value: Any) -> Any:
    return first_text(value.get("display_name"), value.get("keyword")) if isinstance(value, dict) else value


def _type(record: Record, source: Record, host: Record) -> Any:
    exact = record.get("type_crossref")
    if isinstance(exact, str) and csl_type(exact):
        return exact
    kind = record.get("type")
    if kind == "article":
        return _BY_SOURCE.get(text_of(source.get("type") or host.get("type")), "article-journal")
    if kind in ("other", "paratext", "supplementary-materials"):
        return "document"
    return kind


DIALECT = Dialect(
    "openalex",
    "works of OpenAlex",
    frozenset(("authorships", "abstract_inverted_index", "display_name")),
    recognise,
    convert,
)
