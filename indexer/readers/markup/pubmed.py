"""PubMed's XML: what efetch gives and the files of the baseline (pubmed_190101.dtd and later)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import Cutter, inner_text
from indexer.readers.markup.elements import entries
from indexer.readers.objects.dialect import author

_KINDS = ("paper-conference", "book", "dataset")


def _text(element: Element | None, path: str) -> str:
    return inner_text(element.find(path)) if element is not None else ""


def _date(element: Element, *paths: str) -> str:
    for path in paths:
        if text := _text(element, f"{path}/Year") or _text(element, f"{path}/MedlineDate"):
            return text
    return ""


def _abstract(element: Element | None) -> str:
    """The parts of an abstract, a line each, with the label that the journal prints before them."""
    if element is None:
        return ""
    lines = []
    for part in element.findall("AbstractText"):
        label, text = part.get("Label", ""), inner_text(part)
        if text:
            lines.append(f"{label}: {text}" if label and label.upper() != "UNLABELLED" else text)
    return "\n".join(lines)


def _people(element: Element | None) -> list[Any]:
    found: list[Any] = []
    for person in element.findall("Author") if element is not None else ():
        if person.get("ValidYN") == "N":
            continue  # a misprint, which the valid name follows
        parts: dict[str, str] = {}
        orcid: str | None = None
        places: list[str] = []
        for child in person:
            tag = child.tag
            if tag == "AffiliationInfo":
                places += [inner_text(one) for one in child.iter("Affiliation")]
            elif tag == "Affiliation":
                places.append(inner_text(child))
            elif tag != "Identifier":
                parts.setdefault(tag, inner_text(child))
            elif orcid is None and child.get("Source") == "ORCID":
                orcid = inner_text(child)
        given = parts.get("ForeName") or parts.get("FirstName") or parts.get("Initials")
        name = " ".join(filter(None, (given, parts.get("LastName"), parts.get("Suffix"))))
        name = name or parts.get("CollectiveName", "")
        if name:
            found.append(author(name, None, orcid, "; ".join(filter(None, places))))
    return found


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """An article, or a chapter of a book, as a canonical record."""
    citation = element.find("MedlineCitation") if element.tag == "PubmedArticle" else element
    if element.tag == "PubmedBookArticle":
        return _book(element, misfits)
    citation = citation if citation is not None else element
    article = citation.find("Article")
    article = article if article is not None else Element("Article")
    journal = article.find("Journal")
    number = _text(citation, "PMID")
    known = {one.get("IdType"): inner_text(one) for one in element.findall("PubmedData/ArticleIdList/ArticleId")}
    doi = next((inner_text(one) for one in article.findall("ELocationID") if one.get("EIdType") == "doi"), "")
    kinds = [csl_type(inner_text(one)) for one in article.findall("PublicationTypeList/PublicationType")]
    words = [inner_text(one) for one in citation.findall("KeywordList/Keyword")]
    words += [inner_text(one) for one in citation.findall("MeshHeadingList/MeshHeading/DescriptorName")]
    title = _text(article, "ArticleTitle").removesuffix(".")
    vernacular = _text(article, "VernacularTitle").removesuffix(".")
    if vernacular and title in ("", "[Not Available]"):
        title, vernacular = vernacular, ""
    made: dict[str, Any] = {
        "title": title,
        "abstract": _abstract(article.find("Abstract")) or _abstract(citation.find("OtherAbstract")),
        "authors": _people(article.find("AuthorList")),
        "venue": _text(journal, "Title")
        or _text(journal, "ISOAbbreviation")
        or _text(citation, "MedlineJournalInfo/MedlineTA"),
        "year": year_of(_date(article, "Journal/JournalIssue/PubDate", "ArticleDate"), misfits),
        "type": next((kind for kind in _KINDS if kind in kinds), "article-journal"),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number else "",
        "doi": doi or known.get("doi", ""),
        "keywords": list(dict.fromkeys(filter(None, words))),
        "ids": {name: text for name, text in (("pubmed", number), ("pmc", known.get("pmc", ""))) if text},
        "volume": _text(journal, "JournalIssue/Volume"),
        "number": _text(journal, "JournalIssue/Issue"),
        "pages": _text(article, "Pagination/MedlinePgn") or _text(article, "Pagination/StartPage"),
        "issn": _text(journal, "ISSN"),
        "language": _text(article, "Language"),
        "vernacular_title": vernacular,
        "publication_types": [inner_text(one) for one in article.findall("PublicationTypeList/PublicationType")],
    }
    return {name: value for name, value in made.items() if value}


def _book(element: Element, misfits: Misfits) -> dict[str, Any]:
    document = element.find("BookDocument")
    document = document if document is not None else element
    chapter, book = _text(document, "ArticleTitle"), _text(document, "Book/BookTitle")
    number = _text(document, "PMID")
    known = {one.get("IdType"): inner_text(one) for one in document.findall("ArticleIdList/ArticleId")}
    lists: dict[str, Element] = {}
    for people in (*document.findall("AuthorList"), *document.findall("Book/AuthorList")):
        lists.setdefault(people.get("Type", "authors"), people)
    made: dict[str, Any] = {
        "title": chapter or book,
        "abstract": _abstract(document.find("Abstract")),
        "authors": _people(lists.get("authors")),
        "editor": [one if isinstance(one, str) else one["name"] for one in _people(lists.get("editors"))],
        "doi": known.get("doi", ""),
        "isbn": _text(document, "Book/Isbn"),
        "venue": book if chapter else _text(document, "Book/Publisher/PublisherName"),
        "year": year_of(_date(document, "Book/PubDate", "ContributionDate"), misfits),
        "type": "chapter" if chapter else "book",
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number else "",
        "ids": {"pubmed": number} if number else {},
        "publisher": _text(document, "Book/Publisher/PublisherName"),
        "language": _text(document, "Language"),
    }
    return {name: value for name, value in made.items() if value}


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The articles of a file."""
    head = getattr(stream, "peek", lambda size: b"")(1 << 16)[: 1 << 16]
    # Files of the older MEDLINE distribution have no element around the citation.
    names = ("PubmedArticle", "PubmedBookArticle") if b"<Pubmed" in head or not head else ("MedlineCitation",)
    cutter = Cutter(stream, origin, names)
    for cut in cutter:
        yield from entries(cut, cutter, origin, convert, _UNREAD)


# What an article refers to is up to two thirds of its text, with ids of papers that are not this one.
_UNREAD = ("ReferenceList", "History", "ChemicalList")
_ROOT = re.compile(rb"<(?:PubmedArticleSet|PubmedArticle|PubmedBookArticle|MedlineCitation(?:Set)?)[\s>]")


def recognise(head: bytes, name: str) -> bool:
    """An article or a set of them."""
    return _ROOT.search(head) is not None


FORMAT = Format("pubmed", "XML of PubMed", recognise, False, None, read_whole)
