"""Papers of Semantic Scholar: lines of its interface and its data sets, its older corpus, and S2ORC."""

from __future__ import annotations

from typing import Any

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.objects.dialect import (
    Dialect,
    Record,
    author,
    filled,
    first_text,
    object_of,
    people,
    text_of,
    texts,
)

# Names of identifiers, lower case, as the interface and the data sets write them.
_IDS = {
    "dblp": "dblp",
    "acl": "acl",
    "pubmed": "pubmed",
    "pubmedcentral": "pmc",
    "mag": "mag",
    "openalex": "openalex",
}
_USED = frozenset(
    "paperid externalids corpusid title abstract authors venue publicationvenue journal year publicationdate "
    "publicationtypes openaccesspdf url paperabstract journalname journalvolume journalpages s2url pdfurls s2pdfurl "
    "doi id pmid magid".split()
)
_PREFERRED = ("paper-conference", "article-journal", "chapter", "book", "dataset")


def recognise(record: Record) -> bool:
    """An id of a paper beside ids of other services, or the abstract's old name."""
    if "paperAbstract" in record:
        return True
    if "paper_id" in record:
        return False
    return not record.keys().isdisjoint(("paperId", "externalIds", "corpusid", "externalids"))


def _authors(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for one in value:
        if not isinstance(one, dict):
            found.append(one)
            continue
        old = one.get("ids")
        identifier = one.get("authorId") or (old[0] if isinstance(old, list) and old else None)
        found.append(
            author(first_text(one.get("name")) or one, identifier, object_of(one.get("externalIds")).get("ORCID"))
        )
    return found


def convert(record: Record, misfits: Misfits) -> Record:
    """A paper in canonical form; keys are read in either case."""
    low = {key.casefold(): value for key, value in record.items()}
    get = low.get
    other = {key.casefold(): text_of(value) for key, value in object_of(get("externalids")).items()}
    journal, venue = object_of(get("journal")), object_of(get("publicationvenue"))
    corpus = text_of(get("corpusid")) or other.get("corpusid", "")
    paper = text_of(get("paperid")) or (text_of(get("id")) if "paperabstract" in low else "")
    ids = {
        "s2": paper or (f"CorpusID:{corpus}" if corpus else ""),
        **{name: other.get(key, "") for key, name in _IDS.items()},
    }
    if paper and corpus:
        ids["s2-corpus"] = corpus
    ids["pubmed"] = ids["pubmed"] or text_of(get("pmid"))
    made: Record = {
        "title": get("title"),
        "abstract": get("abstract") or get("paperabstract"),
        "authors": _authors(get("authors")),
        "venue": first_text(get("venue"), venue.get("name"), journal.get("name"), get("journalname"), get("journal")),
        "year": get("year") or year_of(get("publicationdate"), misfits),
        "type": _type(get("publicationtypes"), venue.get("type")),
        "url": first_text(get("url"), get("s2url")),
        "pdf": first_text(object_of(get("openaccesspdf")).get("url"), get("pdfurls"), get("s2pdfurl")),
        "doi": other.get("doi") or get("doi"),
        "arxiv": other.get("arxiv"),
        "ids": {name: value for name, value in ids.items() if value},
        "volume": first_text(text_of(journal.get("volume")), get("journalvolume")),
        "pages": first_text(text_of(journal.get("pages")), get("journalpages")),
    }
    rest = {key: value for key, value in record.items() if key.casefold() not in _USED}
    return filled(made, rest, ())


def _type(kinds: Any, venue: Any) -> str:
    known = [csl_type(kind) for kind in texts(kinds)]
    for kind in _PREFERRED:
        if kind in known:
            return kind
    return {"conference": "paper-conference", "journal": "article-journal"}.get(text_of(venue), "")


_S2ORC_IDS = {"acl_id": "acl", "pmc_id": "pmc", "pubmed_id": "pubmed", "mag_id": "mag"}
_S2ORC_USED = frozenset(
    "paper_id title abstract authors venue journal year doi arxiv_id s2_url acl_id pmc_id pubmed_id mag_id".split()
)


def recognise_s2orc(record: Record) -> bool:
    """An id with an underscore, beside authors in parts or what S2ORC says of citations."""
    if "paper_id" not in record:
        return False
    authors = record.get("authors")
    if isinstance(authors, list) and any(isinstance(one, dict) and "last" in one for one in authors):
        return True
    return not record.keys().isdisjoint(("outbound_citations", "mag_id", "has_pdf_parse", "s2_url", "arxiv_id"))


def convert_s2orc(record: Record, misfits: Misfits) -> Record:
    """A line of the metadata of S2ORC in canonical form."""
    get = record.get
    number = text_of(get("paper_id"))
    ids = {"s2": f"CorpusID:{number}" if number.isdigit() else number}
    ids |= {name: text_of(get(key)) for key, name in _S2ORC_IDS.items()}
    made: Record = {
        "title": get("title"),
        "abstract": _joined(get("abstract")),
        "authors": people(get("authors")),
        "venue": first_text(get("venue"), get("journal")),
        "year": get("year"),
        "type": "article-journal" if get("journal") and not get("venue") else "",
        "url": get("s2_url"),
        "doi": get("doi"),
        "arxiv": get("arxiv_id"),
        "ids": {name: value for name, value in ids.items() if value},
    }
    return filled(made, record, _S2ORC_USED)


def _joined(value: Any) -> Any:
    """An abstract, which files with the text of papers give in paragraphs."""
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return "\n".join(first_text(one.get("text")) for one in value)
    return value


DIALECT = Dialect(
    "semanticscholar",
    "papers of Semantic Scholar",
    frozenset(("paperId", "externalIds", "corpusid", "externalids", "paperAbstract")),
    recognise,
    convert,
)
S2ORC = Dialect("s2orc", "metadata of S2ORC", frozenset(("paper_id",)), recognise_s2orc, convert_s2orc)
