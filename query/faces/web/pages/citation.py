"""What reference managers read of a page: Highwire's meta tags, and an OpenURL in a COinS."""

from __future__ import annotations

from urllib.parse import urlencode

from indexer.index.record.names import spelling
from indexer.index.record.paper import Paper
from indexer.index.text.reading import as_shown
from query.faces.web.pages.texts import web_address

_JOURNAL = "article-journal"
_CONFERENCE = "paper-conference"
# Genres of OpenURL's journal format; a book and its parts have a format of their own.
_GENRES = {_JOURNAL: "article", _CONFERENCE: "proceeding", "article": "preprint", "manuscript": "unknown"}
_BOOKS = {"book": "book", "chapter": "bookitem", "thesis": "unknown", "report": "report"}


def meta_tags(paper: Paper, venue: str, address: str) -> list[tuple[str, str]]:
    """Names and contents of Highwire's meta tags (as Google Scholar's guide for webmasters lists them)."""
    place = {
        _JOURNAL: "citation_journal_title",
        _CONFERENCE: "citation_conference_title",
        "thesis": "citation_dissertation_institution",
        "report": "citation_technical_report_institution",
        "chapter": "citation_inbook_title",
    }.get(paper.type, "citation_publisher")
    rows = [
        ("citation_title", as_shown(paper.title)),
        *(("citation_author", spelling(author.name)) for author in paper.authors),
        ("citation_publication_date", str(paper.year or "")),
        (place, as_shown(venue)),
        ("citation_doi", paper.doi),
        ("citation_arxiv_id", paper.arxiv),
        ("citation_pdf_url", web_address(paper.pdf)),
        ("citation_abstract_html_url", address),
        *(("citation_keywords", as_shown(keyword)) for keyword in paper.keywords),
        ("citation_abstract", as_shown(paper.abstract)),
    ]
    return [(name, value) for name, value in rows if value]


def coins(paper: Paper, venue: str) -> str:
    """The paper as an OpenURL context object (Z39.88-2004), for the title of an empty span."""
    book = paper.type in _BOOKS
    names = [spelling(author.name) for author in paper.authors]
    identifiers = [
        f"info:doi/{paper.doi}" if paper.doi else "",
        f"info:arxiv/{paper.arxiv}" if paper.arxiv else "",
        web_address(paper.url),
    ]
    title = as_shown(paper.title)
    rows = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", f"info:ofi/fmt:kev:mtx:{'book' if book else 'journal'}"),
        ("rft.genre", _BOOKS.get(paper.type) or _GENRES.get(paper.type, "article")),
        ("rft.btitle" if book and paper.type != "chapter" else "rft.atitle", title),
        ("rft.btitle" if paper.type == "chapter" else "rft.pub" if book else "rft.jtitle", as_shown(venue)),
        ("rft.date", str(paper.year or "")),
        *(("rft.au", name) for name in names),
        *(("rft_id", value) for value in identifiers),
    ]
    return urlencode([(name, value) for name, value in rows if value])
