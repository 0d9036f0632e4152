"""Answers of search services, each with names of its own for what a paper has, by the table of `service_rows`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.objects.dialect import Dialect, Record, author, filled, pages, text_of, texts, unmarked
from indexer.readers.objects.service_rows import SERVICES, Service
from indexer.readers.people import natural, split_people

_IDS = ("pubmed", "pmc", "scopus", "hal", "ads")
_PARTS = (("firstName", "lastName"), ("firstname", "lastname"), ("given", "family"), ("first_name", "last_name"))
_WHOLE = ("fullName", "full_name", "name", "creator", "collectiveName", "authname", "ce:indexed-name", "$")
# Types of these services that no table has.
_TYPES = {"article": "article-journal", "journals": "article-journal", "early access articles": "article-journal"}
_TYPES |= {"articles": "article-journal", "conferences": "paper-conference", "new results": "article", "research": ""}
_TYPES |= {"art": "article-journal", "comm": "paper-conference", "couv": "chapter", "these": "thesis", "ouv": "book"}


_INITIALS = re.compile(r"[^,\s][^,]* [A-Z]{1,4}(?=[,.]|\Z)")
_INITIALS_LAST = re.compile(r"(?:[^,]+ [A-Z]{1,4}, )+[^,]+ [A-Z]{1,4}\.?")


def _service(record: Record) -> tuple[Service, Record] | None:
    for service in SERVICES:
        if all(key in record for key in service.known):
            held = record.get(service.inner) if service.inner else record
            if not isinstance(held, dict):
                continue
            if service.name == "bibjson" and not any(
                isinstance(one, dict) and "type" in one for one in _list(held["identifier"])
            ):
                continue
            return service, held
    return None


def recognise(record: Record) -> bool:
    """All keys by which a service's records are known."""
    return _service(record) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _at(value: Any, path: str) -> Iterator[Any]:
    """What stands at the end of a path, of every member of the lists on it."""
    for one in _list(value):
        if not path:
            yield one
        elif isinstance(one, dict) and (key := path.partition("."))[0] in one:
            yield from _at(one[key[0]], key[2])


def _values(service: Service, record: Record, key: str) -> list[Any]:
    for path in service.paths.get(key, ()):
        if found := [one for one in _at(record, path) if one not in (None, "", [], {})]:
            return found
    return []


def _person(one: Any) -> list[Any]:
    if isinstance(one, str):
        # `Doe J, Roe A.` of Europe PMC: last names first, without a comma.
        listed = _INITIALS.findall(one) if _INITIALS_LAST.fullmatch(one) else []
        return listed or (list(split_people(one)) if ";" in one else [natural(one)])
    if not isinstance(one, dict):
        return [one]
    places = texts(one.get("affiliation")) or [text for at in _at(one, "affiliation.name") if (text := text_of(at))]
    name = next((text for key in _WHOLE if (text := text_of(one.get(key)))), "")
    for given, family in _PARTS:
        if last := text_of(one.get(family)):
            name = " ".join(filter(None, (text_of(one.get(given)) or text_of(one.get("initials")), last)))
    return [author(natural(name), None, one.get("orcid") or one.get("orcid_id"), "; ".join(places))] if name else [one]


def _identifiers(values: list[Any]) -> dict[str, str]:
    found = {}
    for one in values:
        if isinstance(one, dict):
            kind = text_of(one.get("type")) or text_of(one.get("idtype"))
            found[kind.casefold()] = text_of(one.get("id")) or text_of(one.get("value"))
    return found


def convert(record: Record, misfits: Misfits) -> Record:
    """A record in canonical form; what its service says beside it stands under the name of the service."""
    known = _service(record)
    if known is None:
        return record
    service, held = known

    def first(key: str) -> str:
        return next((text for one in _values(service, held, key) if (text := text_of(one))), "")

    said = _identifiers(_values(service, held, "identifiers"))
    written = first("type")
    words = [text for one in _values(service, held, "keywords") for text in texts(one)]
    # pymed gives the numbers of what a paper refers to behind its own, a line each.
    ids = {name: (first(name).split() or [""])[0] for name in _IDS}
    ids["pubmed"] = ids["pubmed"] or said.get("pmid", "")
    ids["pmc"] = ids["pmc"] or said.get("pmc", "")
    doi = (first("doi").split() or [""])[0] or said.get("doi", "")
    marked = _TYPES.get(written.casefold(), written) or service.type
    address = first("url") or text_of(record.get("pub_url"))
    made: Record = {
        "title": unmarked(first("title")).removesuffix("." if service.name in ("europepmc", "esummary") else ""),
        "abstract": unmarked("\n".join(text for one in _values(service, held, "abstract") if (text := text_of(one)))),
        "authors": [name for one in _values(service, held, "authors") for name in _person(one)],
        "venue": first("venue"),
        "year": year_of(first("year"), misfits),
        "type": marked,
        "url": address,
        "pdf": first("pdf"),
        "doi": doi,
        "arxiv": first("arxiv") or _arxiv(held),
        "keywords": [word for text in words for part in re.split(r"\s*[|;]\s*", text) if (word := part.strip())],
        "ids": {name: text for name, text in ids.items() if text},
        "pages": first("pages") or pages(first("first"), first("last")),
        **{name: first(name) for name in ("volume", "number", "issn", "isbn", "language")},
        "publisher": "" if first("publisher") == first("venue") else first("publisher"),
    }
    rest = {
        key: value
        for key, value in (record | held).items()
        if key not in service.used and value not in (None, "", address)
    }
    return filled(made | {service.name: rest}, {}, ())


def _arxiv(record: Record) -> str:
    """An id of arXiv among the identifiers that are texts."""
    found = (one for one in _list(record.get("identifier")) if isinstance(one, str) and one.startswith("arXiv:"))
    return next(found, "")


DIALECT = Dialect(
    "services",
    "JSON of Europe PMC, Scopus, IEEE, Springer, bioRxiv, HAL, ADS, CORE, Zenodo, DOAJ, PubMed, Unpaywall, scholarly",
    frozenset(key for service in SERVICES for key in service.known) - {"title", "author", "authors", "doi"},
    recognise,
    convert,
)
