"""BibTeX, for LaTeX and for every reference manager.

Keys are surname, year, first word of the title and six letters of a hash of the paper's id,
`wang2024improving-k3x0pd`: always with the hash, so that a paper has the same key whatever else is exported,
and two papers never share one.
"""

from __future__ import annotations

import re
from base64 import b32encode
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple

from indexer.index.record.paper import Author, Paper
from indexer.index.text.analysis import STOP_WORDS, words
from indexer.index.text.reading import as_shown
from query.export.as_latex import escape, escape_title
from query.export.lines import one_line
from query.export.person import Person, split_name


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

# 30 bits beside surname, year and word: the chance that any two keys of a million papers agree is under one
# in a thousand. Where a paper lacks one of the three the hash stands for it too.
_HASH_LETTERS, _LONG_HASH_LETTERS = 6, 12


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One entry a paper, parted by empty lines."""
    for number, paper in enumerate(papers):
        yield ("\n" if number else "") + entry(paper)


def entry(paper: Paper) -> str:
    """The paper as one BibTeX entry, ending with a newline."""
    kind = _KINDS.get(paper.type, _OTHER_KIND)
    fields = {
        "title": escape_title(paper.title),
        "author": " and ".join(filter(None, map(_author, paper.authors))),
        kind.venue: escape(paper.venue),
        "year": "" if paper.year is None else str(paper.year),
        "doi": _verbatim(paper.doi),
        "eprint": _verbatim(paper.arxiv),
        "archiveprefix": "arXiv" if paper.arxiv else "",
        "url": _verbatim(paper.url),
        "pdf": _verbatim(paper.pdf),
        "keywords": escape(", ".join(paper.keywords)),
        "abstract": escape(paper.abstract),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@{kind.entry}{{{key(paper)},\n{lines}}}\n"


def key(paper: Paper) -> str:
    """The citation key: ASCII letters, digits and one hyphen; a function of this paper alone."""
    surname = _ascii(_person(paper.authors[0]).family) if paper.authors else ""
    year = "" if paper.year is None else str(paper.year)
    title_words = words(as_shown(paper.title[:2000]))
    first_word = next(
        (ascii_word for word in title_words if word not in STOP_WORDS and (ascii_word := _ascii(word))), ""
    )
    letters = _HASH_LETTERS if surname and year and first_word else _LONG_HASH_LETTERS
    digest = b32encode(blake2b(paper.id.encode("utf-8", "surrogatepass"), digest_size=10).digest())
    return f"{surname}{year}{first_word}-{digest[:letters].decode('ascii').lower()}"


def _ascii(text: str) -> str:
    return re.sub("[^a-z0-9]", "", "".join(words(text)))[:40]


def _person(author: Author) -> Person:
    return split_name(one_line(as_shown(author.name)))


def _author(author: Author) -> str:
    """`Family, Suffix, Given` with what BibTeX would misread in braces."""
    person = _person(author)
    if person.whole:
        name = escape(person.family)
        return f"{{{name}}}" if _needs_braces(name) or " " in name else name
    parts = (_name_part(person.family, is_family=True), _name_part(person.suffix), _name_part(person.given))
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
