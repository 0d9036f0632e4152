"""What reference managers read of a page: Highwire's meta tags, and an OpenURL in a COinS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from indexer.index.record.names import spelling
from indexer.index.record.paper import Paper
from indexer.index.text.reading import as_shown
from query.export.details import details
from query.export.person import Person, split_name
from query.faces.web.pages.texts import web_address

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a type of CSL is said.

    `place` are the meta tags that the venue stands in; they tell Zotero the type. `format` and `genre` are OpenURL's,
    `title` and `venue` its keys.
    """

    place: tuple[str, ...]
    format: str
    genre: str
    title: str
    venue: str


_KINDS: Mapping[str, _Kind] = {
    "article-journal": _Kind(("citation_journal_title",), "journal", "article", "rft.atitle", "rft.jtitle"),
    # OpenURL's journal format has a genre for proceedings too, which Zotero reads as an article of a journal.
    "paper-conference": _Kind(("citation_conference_title",), "book", "proceeding", "rft.atitle", "rft.btitle"),
    # Google Scholar asks for the first tag, Zotero for the second.
    "chapter": _Kind(("citation_inbook_title", "citation_book_title"), "book", "bookitem", "rft.atitle", "rft.btitle"),
    "book": _Kind(("citation_publisher",), "book", "book", "rft.btitle", "rft.pub"),
    "report": _Kind(("citation_technical_report_institution",), "book", "report", "rft.btitle", "rft.pub"),
    "thesis": _Kind(("citation_dissertation_institution",), "dissertation", "", "rft.title", "rft.inst"),
}
# What OpenURL has no format for is Dublin Core, whose type Zotero takes as one of its own.
_OTHER = _Kind(("citation_publisher",), "dc", "", "rft.title", "rft.source")
_DUBLIN = {"article": "preprint", "manuscript": "manuscript", "dataset": "dataset", "software": "computerProgram"}


def meta_tags(paper: Paper, venue: str, address: str) -> Pairs:
    """Names and contents of Highwire's meta tags (as Google Scholar's guide for webmasters lists them)."""
    known = details(paper)
    first, _, last = known.get("pages", "").partition("-")
    kind = _KINDS.get(paper.type, _OTHER)
    rows = [
        ("citation_title", as_shown(paper.title)),
        *(("citation_author", _in_tag(split_name(spelling(author.name)))) for author in paper.authors),
        ("citation_publication_date", str(paper.year or "")),
        *((name, as_shown(venue)) for name in kind.place),
        ("citation_volume", known.get("volume", "")),
        ("citation_issue", known.get("number", "")),
        ("citation_firstpage", first),
        ("citation_lastpage", last),
        ("citation_issn", known.get("issn", "")),
        ("citation_isbn", known.get("isbn", "")),
        ("citation_doi", paper.doi),
        ("citation_arxiv_id", paper.arxiv),
        ("citation_pdf_url", web_address(paper.pdf)),
        ("citation_abstract_html_url", address),
        *(("citation_keywords", as_shown(keyword)) for keyword in paper.keywords),
        ("citation_abstract", as_shown(paper.abstract)),
    ]
    return [(name, value) for name, value in rows if value]


def coins(paper: Paper, venue: str) -> str:
    """The paper as an OpenURL context object (Z39.88-2004), for the title of an empty span.

    Zotero reads this before the meta tags; the abstract and the keywords, which are Dublin Core's, it takes everywhere.
    """
    known = details(paper)
    kind = _KINDS.get(paper.type, _OTHER)
    rows = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{kind.format}"),
        ("rft.genre", kind.genre),
        (kind.title, as_shown(paper.title)),
        (kind.venue, as_shown(venue)),
        ("rft.type", _DUBLIN.get(paper.type, "document") if kind is _OTHER else ""),
        ("rft.date", str(paper.year or "")),
        ("rft.volume", known.get("volume", "")),
        ("rft.issue", known.get("number", "")),
        ("rft.pages", known.get("pages", "")),
        ("rft.issn", known.get("issn", "")),
        ("rft.isbn", known.get("isbn", "")),
        *_people(paper),
        ("rft_id", f"info:doi/{paper.doi}" if paper.doi else ""),
        ("rft_id", f"info:arxiv/{paper.arxiv}" if paper.arxiv else ""),
        ("rft_id", web_address(paper.url)),
        *(("rft.subject", as_shown(keyword)) for keyword in paper.keywords),
        ("rft.description", as_shown(paper.abstract)),
    ]
    return urlencode([(name, value) for name, value in rows if value], errors="replace")


def _people(paper: Paper) -> Iterator[tuple[str, str]]:
    """Authors, family name first; a comma at the end keeps the name of a group, which has no parts, whole."""
    for author in paper.authors:
        one = split_name(spelling(author.name))
        yield "rft.au", f"{one.family}," if one.whole and " " in one.family else one.inverted


def _in_tag(one: Person) -> str:
    """A name as the tag takes it: two words on both sides of a comma are read as two authors."""
    if " " in one.family and " " in one.given:
        return " ".join(part for part in (one.given, one.family, one.suffix) if part)
    return one.inverted
