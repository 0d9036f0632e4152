"""RIS, the tagged format that EndNote, Zotero and Mendeley take: one value a line, lines ending in CR LF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.index.record.paper import Paper
from indexer.index.text.reading import as_shown
from query.export.lines import one_line
from query.export.person import split_name

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


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One reference a paper, parted by empty lines."""
    for paper in papers:
        lines = [f"{tag}  - {text}" for tag, value in _tags(paper) if (text := one_line(value))]
        yield "\r\n".join((*lines, "ER  - ", "", ""))


def _tags(paper: Paper) -> Iterator[tuple[str, str]]:
    kind, venue_tag = _KINDS.get(paper.type, _OTHER_KIND)
    yield "TY", kind
    yield "ID", paper.id
    yield "TI", paper.title
    for author in paper.authors:
        yield "AU", split_name(as_shown(author.name)).inverted
    yield "PY", "" if paper.year is None else str(paper.year)
    yield venue_tag, paper.venue
    yield "AB", paper.abstract
    for keyword in paper.keywords:
        yield "KW", keyword
    yield "DO", paper.doi
    yield "AN", f"arXiv:{paper.arxiv}" if paper.arxiv else ""
    yield "UR", paper.url
    yield "L1", paper.pdf
