"""Author clusters: papers of exactly one author name, who else is on them, and clusters that may be the same person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from indexer.index.errors import NotFoundError
from indexer.index.record.names import cluster_key, neighbour_blocks, neighbour_reason, shown_spelling, spelling
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.columns import title_key
from indexer.index.segment.opened import SegmentFiles
from indexer.index.text.encoded import decode
from indexer.index.text.reading import as_read

_CERTAIN = ("hyphen", "inverted")
"""Reasons that leave no doubt which name was meant, where only one name has them."""


@dataclass(frozen=True, slots=True)
class Coauthor:
    """Another cluster on the papers of this one, and on how many."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A cluster that may be the same person: its heading, the step that makes them equal, its papers."""

    name: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """All papers that carry exactly this author name, newest first; not a claim that it is one person."""

    name: str
    papers: Sequence[Paper]
    rows: int
    coauthors: Sequence[Coauthor]
    venues: Sequence[tuple[str, int]]
    years: Sequence[tuple[int, int]]
    neighbours: Sequence[Neighbour]


def _members(files: Sequence[SegmentFiles], key: str) -> Iterator[tuple[SegmentFiles, list[int]]]:
    """Live papers of a cluster, segment by segment."""
    for segment in files:
        number = segment.clusters.find(key)
        if number >= 0:
            docs = segment.clusters.docs(number)
            yield segment, docs[segment.live[docs]].tolist()


def size(files: Sequence[SegmentFiles], key: str) -> int:
    """Live papers of a cluster."""
    found = [(segment, segment.clusters.find(key)) for segment in files]
    return sum(
        segment.clusters.size(number)
        if segment.all_live
        else int(np.count_nonzero(segment.live[segment.clusters.docs(number)]))
        for segment, number in found
        if number >= 0
    )


def heading(files: Sequence[SegmentFiles], key: str) -> str:
    """The name a cluster is shown by: the commonest spelling, then the newest, then the first by code point."""
    found = [(segment, segment.clusters.find(key)) for segment in files]
    shown = shown_spelling(row for segment, number in found if number >= 0 for row in _spellings(segment, number))
    return key if shown is None else decode(shown)


def _spellings(segment: SegmentFiles, number: int) -> Iterator[tuple[bytes, int, int]]:
    """How living papers of a segment spell the name of a cluster: each with its papers and the newest year."""
    if segment.all_live:
        return segment.clusters.spellings_of(number)
    docs = segment.clusters.docs(number)
    live = segment.live[docs]
    if live.all():
        return segment.clusters.spellings_of(number)
    return segment.clusters.spelled(number, docs[live], segment.years[docs[live]])


def page_order(paper: Paper) -> tuple[int, bytes, str]:
    """Year descending, title, id; no year last."""
    return (-paper.year if paper.year else 1, title_key(as_read(paper.title)), paper.id)


def author_cluster(files: Sequence[SegmentFiles], venues: VenueTable, name: str) -> Cluster:
    """The cluster of a name. Raises NotFoundError where no live paper carries it."""
    key = cluster_key(name)
    papers = [segment.paper(doc) for segment, docs in _members(files, key) for doc in docs]
    near = neighbours(files, key)
    if not papers:
        raise no_author(name, near)
    return cluster_of(key, papers, near, venues, partial(heading, files))


def cluster_of(
    key: str,
    papers: list[Paper],
    near: Sequence[Neighbour],
    venues: VenueTable,
    heading: Callable[[str], str],
) -> Cluster:
    """A cluster from its papers, in any order, and its neighbours; `heading` shows the name of a key."""
    papers.sort(key=page_order)
    rows = {
        (spelling(author.name), author.id)
        for paper in papers
        for author in paper.authors
        if cluster_key(author.name) == key
    }
    others: Counter[str] = Counter()
    for paper in papers:
        others.update({cluster_key(author.name) for author in paper.authors} - {key})
    named = sorted(
        ((heading(other), count) for other, count in others.items()),
        key=lambda row: (-row[1], row[0]),
    )
    places = Counter(venues.canonical(paper.venue) for paper in papers if paper.venue)
    years = Counter(paper.year for paper in papers if paper.year)
    return Cluster(
        name=heading(key),
        papers=papers,
        rows=len(rows),
        coauthors=[Coauthor(*row) for row in named],
        venues=sorted(places.items(), key=lambda row: (-row[1], row[0])),
        years=sorted(years.items()),
        neighbours=near,
    )


def neighbours(files: Sequence[SegmentFiles], key: str) -> list[Neighbour]:
    """Other clusters that may be the same person, by count, then name."""
    blocks = np.array(neighbour_blocks(key), dtype=np.uint32)
    keys: set[str] = set()
    for segment in files:
        held = segment.clusters.blocks
        for number in np.flatnonzero((held[:, 0] == blocks[0]) | (held[:, 1] == blocks[1])).tolist():
            keys.add(decode(segment.clusters.keys[number]))
    found = []
    for other in keys - {key}:
        reason = neighbour_reason(key, other)
        count = size(files, other) if reason else 0
        if reason and count:
            found.append(Neighbour(heading(files, other), reason, count))
    return sorted(found, key=lambda row: (-row.count, row.name))


def no_author(name: str, near: Sequence[Neighbour]) -> NotFoundError:
    """The error of a name that no paper carries, with those that may have been meant."""
    return NotFoundError(_not_found(name, near), suggestion=_certain(near))


def _certain(near: Sequence[Neighbour]) -> str | None:
    """The one name that was surely meant: the same but for word order, hyphens, full stops or spaces."""
    sure = [row.name for row in near if row.reason in _CERTAIN]
    return sure[0] if len(sure) == 1 else None


def _not_found(name: str, near: Sequence[Neighbour]) -> str:
    hint = "".join(f" {row.name} ({row.reason}, {row.count} papers)" for row in near[:3])
    return f"no author of exactly the name {name!r}" + (f"; perhaps{hint}" if hint else "; try `quiver suggest`")
