"""Which papers of a collection would have the same citation key, so that a key is the same in every export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from indexer.index.errors import QueryError
from indexer.index.record.paper import Author, Paper
from query.export.citation_keys import ascii_part, base_key, parts_of, surname, title_word
from query.export.style import Twins
from query.results import author_names

if TYPE_CHECKING:
    from query.search import PaperIndex

_FEW = 1000
"""Papers up to which each is looked up, .3 ms a search; for more all keys of the collection are made, 60 us each."""
_ALL = 1 << 30


def twins_in(index: PaperIndex, key_format: str, papers: int) -> Twins:
    """What tells the twins of a paper in a collection; `papers` is how many will be asked for.

    A work counts once, by its preferred record, which is the one that exports cite.
    """
    known: dict[str, list[str]] = {}
    behind = index.stand_ins()
    if papers > _FEW:
        for paper in _every(index):
            if paper.id in behind:
                continue
            known.setdefault(base_key(paper, key_format), []).append(paper.id)
        for ids in known.values():
            ids.sort()

    def twins(paper: Paper) -> list[str]:
        key = base_key(paper, key_format)
        if key not in known and papers <= _FEW:
            like = (other for other in _like(index, paper, parts_of(key_format)) if other.id not in behind)
            known[key] = sorted(other.id for other in like if base_key(other, key_format) == key)
        return known.get(key, [])

    return twins


def _like(index: PaperIndex, paper: Paper, parts: frozenset[str]) -> Iterator[Paper]:
    """Papers with the year, family name and word of the title of which a key is made: all that can share it."""
    name = surname(paper) if "author" in parts else ""
    word = title_word(paper) if not parts.isdisjoint(("word", "title")) else ""
    fields = [f'title:"{word}"' if word else "", f'author:"{name}"' if ascii_part(name) else ""]
    if not any(fields):
        return
    years = None if paper.year is None or "year" not in parts else (paper.year, paper.year)
    try:
        page = index.search(" ".join(fields), years=years, limit=_ALL, ranking="bm25f", snippets=False)
    except QueryError:
        return
    for hit in page.hits:
        yield hit.paper


def _every(index: PaperIndex) -> Iterator[Paper]:
    for head in index.heads():
        authors = tuple(map(Author, author_names(head)[:1]))
        yield Paper(head["id"], head["title"], "", authors, head.get("venue", ""), head.get("year"))
