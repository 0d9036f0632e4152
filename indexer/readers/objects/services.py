"""Answers of search services, each with names of its own for what a paper has: one table, a row a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.objects.dialect import Dialect, Record, author, filled, pages, text_of, texts, unmarked
from indexer.readers.people import natural, split_people


@dataclass(frozen=True, slots=True)
class _Service:
    """By which keys, all of them, its records are known, and where it keeps what: paths of keys, the first that says
    anything. Of a list on a path every member is looked at."""

    name: str
    known: tuple[str, ...]
    paths: dict[str, tuple[str, ...]]
    inner: str = ""
    """The key of the object that holds the record, where one does."""
    type: str = ""
    """The type of a record that says none."""
    used: frozenset[str] = field(default=frozenset())


def _row(name: str, known: str, inner: str = "", kind: str = "", **paths: str) -> _Service:
    split = {key: tuple(value.split()) for key, value in paths.items()}
    used = frozenset(path.partition(".")[0] for every in split.values() for path in every)
    return _Service(name, tuple(known.split()), split, inner, kind, used | frozenset(known.split()))


_SERVICES = (
    _row(
        *("esummary", "articleids pubdate"),
        kind="article-journal",
        title="title",
        authors="authors",
        venue="fulljournalname source",
        year="pubdate sortpubdate",
        volume="volume",
        number="issue",
        pages="pages",
        issn="issn essn",
        language="lang",
        identifiers="articleids",
        pubmed="uid",
    ),
    _row(
        *("unpaywall", "z_authors"),
        title="title",
        authors="z_authors",
        venue="journal_name publisher",
        year="year published_date",
        doi="doi",
        type="genre",
        url="doi_url best_oa_location.url_for_landing_page",
        pdf="best_oa_location.url_for_pdf",
        issn="journal_issn_l journal_issns",
        publisher="publisher",
    ),
    _row(
        *("europepmc", "pubYear source"),
        kind="article-journal",
        title="title",
        authors="authorList.author authorString",
        venue="journalInfo.journal.title journalTitle bookOrReportDetails.publisher",
        year="pubYear journalInfo.yearOfPublication",
        abstract="abstractText",
        doi="doi",
        volume="journalInfo.volume journalVolume",
        number="journalInfo.issue issue",
        pages="pageInfo",
        keywords="keywordList.keyword",
        issn="journalInfo.journal.issn journalIssn",
        pubmed="pmid",
        pmc="pmcid",
        language="language",
    ),
    _row(
        *("scopus", "dc:title"),
        title="dc:title",
        authors="author.authname author dc:creator.$ dc:creator",
        venue="prism:publicationName",
        year="prism:coverDate prism:coverDisplayDate",
        abstract="dc:description",
        doi="prism:doi",
        volume="prism:volume",
        number="prism:issueIdentifier",
        pages="prism:pageRange article-number",
        keywords="authkeywords",
        issn="prism:issn prism:eIssn",
        isbn="prism:isbn.$ prism:isbn",
        publisher="dc:publisher",
        type="subtypeDescription prism:aggregationType",
        scopus="eid dc:identifier",
        pubmed="pubmed-id",
    ),
    _row(
        *("ieee", "publication_title"),
        title="title article_title",
        authors="authors.authors authors",
        venue="publication_title",
        year="publication_year publication_date",
        abstract="abstract",
        doi="doi",
        volume="volume",
        number="issue",
        first="start_page",
        last="end_page",
        keywords="index_terms.author_terms.terms index_terms.ieee_terms.terms",
        publisher="publisher",
        type="content_type",
        url="html_url abstract_url",
        pdf="pdf_url",
        issn="issn",
        isbn="isbn",
    ),
    _row(
        *("springer", "publicationName creators"),
        title="title",
        authors="creators",
        venue="publicationName",
        year="publicationDate onlineDate",
        abstract="abstract.p abstract",
        doi="doi",
        volume="volume",
        number="number",
        first="startingPage",
        last="endingPage",
        keywords="keyword",
        publisher="publisher",
        type="contentType",
        url="url.value url",
        issn="issn",
        isbn="isbn",
        language="language",
    ),
    _row(
        *("biorxiv", "server authors doi"),
        kind="article",
        title="title",
        authors="authors",
        venue="server",
        year="date",
        abstract="abstract",
        doi="doi",
        keywords="category",
    ),
    _row(
        *("scholarly", "bib"),
        inner="bib",
        title="title",
        authors="author",
        venue="venue journal conference book publisher",
        year="pub_year year",
        abstract="abstract",
        volume="volume",
        number="number",
        pages="pages",
        publisher="publisher",
        type="pub_type ENTRYTYPE",
    ),
    _row(
        *("hal", "title_s"),
        title="title_s",
        authors="authFullName_s",
        venue="journalTitle_s conferenceTitle_s bookTitle_s",
        year="producedDateY_i publicationDateY_i producedDate_s publicationDate_s",
        abstract="abstract_s",
        doi="doiId_s",
        arxiv="arxivId_s",
        volume="volume_s",
        number="issue_s",
        pages="page_s",
        keywords="keyword_s",
        publisher="publisher_s",
        url="uri_s",
        pdf="fileMain_s",
        type="docType_s",
        hal="halId_s",
        pubmed="pubmedId_s",
        language="language_s",
    ),
    _row(
        *("ads", "bibcode"),
        title="title",
        authors="author",
        venue="pub bibstem",
        year="year pubdate",
        abstract="abstract",
        doi="doi",
        arxiv="eprint",
        volume="volume",
        number="issue",
        pages="page_range page",
        keywords="keyword",
        publisher="publisher",
        type="doctype",
        ads="bibcode",
        issn="issn",
    ),
    _row(
        *("core", "yearPublished"),
        title="title",
        authors="authors",
        venue="journals.title publisher",
        year="yearPublished publishedDate",
        abstract="abstract",
        doi="doi",
        arxiv="arxivId",
        keywords="subjects tags",
        url="links.url",
        pdf="downloadUrl",
        publisher="publisher",
        type="documentType",
        pubmed="pubmedId",
        language="language.name language",
    ),
    _row(
        *("zenodo", "creators resource_type"),
        title="title",
        authors="creators",
        venue="journal.title meeting.title imprint.publisher publisher",
        year="publication_date",
        abstract="description",
        doi="doi",
        volume="journal.volume",
        number="journal.issue",
        pages="journal.pages",
        keywords="keywords",
        type="resource_type.subtype resource_type.type",
        language="language",
    ),
    _row(
        *("pymed", "pubmed_id journal"),
        kind="article-journal",
        title="title",
        authors="authors",
        venue="journal",
        year="publication_date",
        abstract="abstract",
        doi="doi",
        keywords="keywords",
        pubmed="pubmed_id",
    ),
    _row(
        *("doaj", "bibjson"),
        inner="bibjson",
        kind="article-journal",
        title="title",
        authors="author",
        venue="journal.title",
        year="year",
        abstract="abstract",
        volume="journal.volume",
        number="journal.number",
        first="start_page",
        last="end_page",
        keywords="keywords",
        publisher="journal.publisher",
        url="link.url",
        issn="journal.issns",
        identifiers="identifier",
    ),
    _row(
        *("bibjson", "title author identifier"),
        title="title",
        authors="author",
        venue="journal.name journal booktitle publisher",
        year="year",
        abstract="abstract",
        volume="journal.volume volume",
        number="journal.number number",
        pages="journal.pages pages",
        keywords="keywords keyword",
        type="type",
        url="link.url url",
        identifiers="identifier",
    ),
)
_IDS = ("pubmed", "pmc", "scopus", "hal", "ads")
_PARTS = (("firstName", "lastName"), ("firstname", "lastname"), ("given", "family"), ("first_name", "last_name"))
_WHOLE = ("fullName", "full_name", "name", "creator", "collectiveName", "authname", "ce:indexed-name", "$")
# Types of these services that no table has.
_TYPES = {"article": "article-journal", "journals": "article-journal", "early access articles": "article-journal"}
_TYPES |= {"articles": "article-journal", "conferences": "paper-conference", "new results": "article", "research": ""}
_TYPES |= {"art": "article-journal", "comm": "paper-conference", "couv": "chapter", "these": "thesis", "ouv": "book"}


_INITIALS = re.compile(r"[^,\s][^,]* [A-Z]{1,4}(?=[,.]|\Z)")
_INITIALS_LAST = re.compile(r"(?:[^,]+ [A-Z]{1,4}, )+[^,]+ [A-Z]{1,4}\.?")


def _service(record: Record) -> tuple[_Service, Record] | None:
    for service in _SERVICES:
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


def _values(service: _Service, record: Record, key: str) -> list[Any]:
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
    frozenset(key for service in _SERVICES for key in service.known) - {"title", "author", "authors", "doi"},
    recognise,
    convert,
)
