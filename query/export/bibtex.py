"""BibTeX, for LaTeX and for every reference manager, as people cite: full names of proceedings, pages with `--`.

Quiver's id stands in a field of its own, by which an entry is found again whatever its key becomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from indexer.index.record.paper import Author, Paper
from query.export.as_latex import escape, escape_title
from query.export.citation_keys import Keys, person
from query.export.details import cited_venue, details
from query.export.lines import joined_keywords, one_line
from query.export.style import PLAIN, QUIVER_ID, QUIVER_TYPE, QUIVER_VENUE, Style


class _Kind(NamedTuple):
    """An entry type, and the field in which it carries the venue."""

    entry: str
    venue: str


# By the CSL type of the paper. A CSL thesis does not say of which degree.
_KINDS = {
    "paper-conference": _Kind("inproceedings", "booktitle"),
    "article-journal": _Kind("article", "journal"),
    "article": _Kind("misc", "howpublished"),
    "manuscript": _Kind("unpublished", "note"),
    "chapter": _Kind("incollection", "booktitle"),
    "thesis": _Kind("phdthesis", "school"),
    "report": _Kind("techreport", "institution"),
    "book": _Kind("book", "publisher"),
}
_OTHER_KIND = _Kind("misc", "howpublished")

# Details that say what the venue is in full, if the record has them.
_IN_FULL = frozenset(("booktitle", "journal", "publisher", "school", "institution"))
_AFTER_VENUE = ("series", "volume", "number", "pages", "edition", "publisher", "organization", "address", "month")


def write(papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
    """One entry a paper, parted by empty lines."""
    keys = Keys(style)
    for number, paper in enumerate(papers):
        yield ("\n" if number else "") + entry(paper, keys(paper), style)


def entry(paper: Paper, key: str, style: Style = PLAIN) -> str:
    """The paper as one BibTeX entry under a key, ending with a newline."""
    kind = _KINDS.get(paper.type, _OTHER_KIND)
    known = details(paper)
    venue, own_venue = cited_venue(paper, known.get(kind.venue, "") if kind.venue in _IN_FULL else "")
    fields = {
        "title": escape_title(paper.title),
        "author": " and ".join(filter(None, map(_author, paper.authors))),
        "editor": escape(known.get("editor", "")),
        kind.venue: escape(venue),
        **{name: escape(known.get(name, "")) for name in _AFTER_VENUE if name != kind.venue},
        "year": "" if paper.year is None else str(paper.year),
        "isbn": escape(known.get("isbn", "")),
        "issn": escape(known.get("issn", "")),
        "doi": _verbatim(paper.doi),
        "eprint": _verbatim(paper.arxiv),
        "archiveprefix": "arXiv" if paper.arxiv else "",
        "url": _verbatim(paper.url),
        "pdf": _verbatim(paper.pdf),
        "keywords": escape(joined_keywords(paper.keywords)),
        "abstract": escape(paper.abstract),
        QUIVER_ID: _verbatim(paper.id),
        # What no entry type says, and the venue where the one that is cited does not say it.
        QUIVER_TYPE: "" if paper.type in _KINDS and (paper.type != "article" or paper.arxiv) else paper.type,
        QUIVER_VENUE: escape(own_venue),
    }
    if "pages" in fields:
        fields["pages"] = known.get("pages", "").replace("-", "--")
    chosen = ((name, value) for name, value in fields.items() if value and (name == "title" or style.wants(name)))
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in chosen)
    return f"@{kind.entry}{{{key},\n{lines}}}\n"


def _author(author: Author) -> str:
    """`Family, Suffix, Given` with what BibTeX would misread in braces."""
    name_parts = person(author)
    if name_parts.whole:
        name = escape(name_parts.family)
        return f"{{{name}}}" if _needs_braces(name) or " " in name else name
    parts = (
        _name_part(name_parts.family, is_family=True),
        _name_part(name_parts.suffix),
        _name_part(name_parts.given),
    )
    return ", ".join(filter(None, parts))


# Between names these are no names.
_SEPARATORS = frozenset(("and", "others"))


def _name_part(part: str, is_family: bool = False) -> str:
    if part.isalpha() and part.casefold() not in _SEPARATORS:
        return part
    escaped = escape(part)
    name_words = part.split()
    # BibTeX takes all up to the last word in lower case for particles: right in `van der Berg`, wrong in
    # `Ortega y Gasset`.
    inner_lower = is_family and any(
        later[0].islower() and not earlier[0].islower() for earlier, later in pairwise(name_words)
    )
    return f"{{{escaped}}}" if inner_lower or _needs_braces(escaped) else escaped


def _needs_braces(escaped: str) -> bool:
    # bibtexparser loses its place at a word that begins with an escape and stands before `and`.
    return "," in escaped or any(word.startswith("\\") or word.casefold() in _SEPARATORS for word in escaped.split())


_VERBATIM = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"})


def _verbatim(address: str) -> str:
    r"""An address as BibTeX styles and biblatex hand it to `\url`, which wants no escapes."""
    return one_line(address).translate(_VERBATIM)
