"""The records of one work: what else a paper is there as, and the record by which it is cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.index.record.paper import Paper
from query.engines.collection import Collection
from query.named import named

if TYPE_CHECKING:
    from query.search import PaperIndex


def other_ids(collection: Collection, segment: int, doc: int) -> list[str]:
    """Ids of the other records of a paper's work, the preferred first; none where works are not grouped."""
    works = collection.works
    if not works:
        return []
    others = (member for member in works.members(segment, doc) if member != (segment, doc))
    return [collection.segments[member.segment].paper_id(member.doc) for member in others]


def as_cited(index: PaperIndex, papers: Iterable[Paper], *, published: bool = True) -> Iterator[Paper]:
    """Papers as they are cited, each work once: with the arXiv id of any of its records.

    `published` takes the preferred record of a work, its published form, in place of the one that is given.
    """
    works = index.engine.collection.works
    if not works:
        yield from papers
        return
    done: set[int] = set()
    for paper in papers:
        at, doc = named(index.segments, paper.id)[0]
        number = works.work(at, doc)
        if number is None:
            yield paper
        elif number not in done:
            done.add(number)
            records = [index.segments[member.segment].papers.paper(member.doc) for member in works.members(at, doc)]
            cited = records[0] if published else paper
            arxiv = cited.arxiv or next((record.arxiv for record in records if record.arxiv), "")
            yield cited if arxiv == cited.arxiv else replace(cited, arxiv=arxiv)
