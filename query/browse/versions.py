"""The records of one work: what else a paper is there as, and the record by which it is cited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from indexer.index.record.paper import Paper

if TYPE_CHECKING:
    from query.search import PaperIndex


def as_cited(index: PaperIndex, papers: Iterable[Paper], *, published: bool = True) -> Iterator[Paper]:
    """Papers as they are cited, each work once: with the arXiv id of any of its records.

    `published` takes the preferred record of a work, its published form, in place of the one that is given.
    """
    if not index.grouped:
        yield from papers
        return
    done: set[str] = set()
    for paper in papers:
        ids = index.records_of(paper.id)
        if len(ids) == 1:
            yield paper
        elif ids[0] not in done:
            done.add(ids[0])
            records = [index.paper(one) for one in ids]
            cited = records[0] if published else paper
            arxiv = cited.arxiv or next((record.arxiv for record in records if record.arxiv), "")
            yield cited if arxiv == cited.arxiv else replace(cited, arxiv=arxiv)
