"""RIS, the tagged format that EndNote, Zotero and Mendeley take: one value a line, lines ending in CR LF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.index.record.paper import Paper
from indexer.index.text.reading import as_shown
from query.export.details import cited_venue, details
from query.export.lines import one_line
from query.export.person import split_name
from query.export.style import PLAIN, QUIVER_ID, QUIVER_TYPE, QUIVER_VENUE, Style

# By the CSL type of the paper: the type of the reference and the tag of its venue.
_KINDS = {
    "paper-conference": ("CPAPER", "T2"),
    "article-journal": ("JOUR", "T2"),
    "article": ("UNPB", "T2"),
    "manuscript": ("UNPB", "T2"),
    "chapter": ("CHAP", "T2"),
    "thesis": ("THES", "PB"),
    "report": ("RPRT", "PB"),
    "book": ("BOOK", "PB"),
}
_OTHER_KIND = ("GEN", "T2")
_OTHER_KINDS = {
    "article-magazine": "MGZN", "article-newspaper": "NEWS", "bill": "BILL", "dataset": "DATA",
    "entry-dictionary": "DICT", "entry-encyclopedia": "ENCYC", "figure": "FIGURE", "hearing": "HEAR",
    "legal_case": "CASE", "legislation": "STAT", "map": "MAP", "motion_picture": "VIDEO", "pamphlet": "PAMP",
    "patent": "PAT", "post-weblog": "BLOG", "software": "COMP", "standard": "STAND", "webpage": "ELEC",
}  # fmt: skip
# The detail that names the venue in full, by the type of the reference.
_FULL_VENUE = {"CPAPER": "booktitle", "CHAP": "booktitle", "JOUR": "journal"}
_DETAILS = {"VL": "volume", "IS": "number", "ET": "edition", "T3": "series", "PB": "publisher", "CY": "address"}


def write(papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
    """One reference a paper, parted by empty lines."""
    for paper in papers:
        lines = [
            f"{tag}  - {text}"
            for tag, field, value in _tags(paper)
            if (text := one_line(value)) and (field in ("type", "id", "title") or style.wants(field))
        ]
        yield "\r\n".join((*lines, "ER  - ", "", ""))


def _tags(paper: Paper) -> Iterator[tuple[str, str, str]]:
    """Tag, field of the record, value."""
    kind, venue_tag = _KINDS.get(paper.type) or (_OTHER_KINDS.get(paper.type, _OTHER_KIND[0]), _OTHER_KIND[1])
    known = details(paper)
    yield "TY", "type", kind
    yield "ID", "id", paper.id
    # The same again where it is no citation key, which two files may share.
    yield "C8", "id", f"{QUIVER_ID}: {paper.id}"
    if kind == _OTHER_KIND[0] or paper.type == "manuscript":
        yield "C8", "type", f"{QUIVER_TYPE}: {paper.type}" if paper.type else ""
    yield "TI", "title", paper.title
    for author in paper.authors:
        yield "AU", "authors", split_name(as_shown(author.name)).inverted
    for editor in known.get("editor", "").split(" and "):
        yield "ED", "editor", split_name(as_shown(editor)).inverted
    yield "PY", "year", "" if paper.year is None else str(paper.year)
    venue, own_venue = cited_venue(paper, known.get(_FULL_VENUE.get(kind, ""), ""))
    yield venue_tag, "venue", venue
    yield "C8", "venue", f"{QUIVER_VENUE}: {own_venue}" if own_venue else ""
    first, _, last = known.get("pages", "").partition("-")
    yield "SP", "pages", first
    yield "EP", "pages", last
    for tag, name in _DETAILS.items():
        if tag != venue_tag:
            yield tag, name, known.get(name, "")
    yield "SN", "isbn", known.get("isbn") or known.get("issn", "")
    yield "AB", "abstract", paper.abstract
    for keyword in paper.keywords:
        yield "KW", "keywords", keyword
    yield "DO", "doi", paper.doi
    yield "AN", "arxiv", f"arXiv:{paper.arxiv}" if paper.arxiv else ""
    yield "UR", "url", paper.url
    yield "L1", "pdf", paper.pdf
