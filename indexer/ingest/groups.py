"""Which records are one work: a preprint and its published forms, one paper in several lists (`--group-duplicates`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from indexer.index.record.names import cluster_key
from indexer.index.record.paper import Paper
from indexer.index.segment.blocks import blocks_of
from indexer.index.segment.container import Array, ArrayFile
from indexer.index.segment.papers import StoredPapers
from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read

ALIKE = 0.5
"""Titles are alike where they share so much of all their words, or where one holds the other's, `CONTAINED` or more:
a subtitle comes or goes, a word changes in review."""
CONTAINED = 3


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a record decides whether it is the same work as another."""

    title: tuple[str, ...]
    first_author: str
    year: int | None
    doi: str
    arxiv: str

    @classmethod
    def of(cls, paper: Paper) -> Traits:
        """The traits of a record: words of the title, the first author's cluster key, year, bare identifiers."""
        first = cluster_key(paper.authors[0].name) if paper.authors else ""
        return cls(tuple(words(as_read(paper.title))), first, paper.year, paper.doi, paper.arxiv)

    @property
    def work(self) -> tuple[tuple[str, ...], str] | None:
        """Title and first author; None where one of them is lacking."""
        return (self.title, self.first_author) if self.title and self.first_author else None


def same_work(one: Traits, other: Traits) -> bool:
    """Whether two records are one work by themselves: a DOI or arXiv id and like titles, or title, first author and
    year, give or take one.
    """
    if one.work is not None and one.work == other.work and one.year and other.year and abs(one.year - other.year) <= 1:
        return True
    shared = (one.doi and one.doi == other.doi) or (one.arxiv and one.arxiv == other.arxiv)
    return bool(shared) and like_titles(one.title, other.title)


def like_titles(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two titles, as words, may be of one work."""
    first, second = set(one), set(other)
    common = len(first & second)
    return common >= ALIKE * len(first | second) > 0 or (common >= CONTAINED and common == min(len(first), len(second)))


def components(count: int, ties: Iterable[tuple[int, int]]) -> list[int]:
    """For each of `count` records the smallest number that ties lead to, itself among them (union-find)."""
    root = list(range(count))

    def find(number: int) -> int:
        while root[number] != number:
            root[number] = root[root[number]]
            number = root[number]
        return number

    for one, other in ties:
        low, high = sorted((find(one), find(other)))
        root[high] = low
    return [find(number) for number in range(count)]


def groups(segments: Sequence[tuple[ArrayFile, npt.NDArray[np.bool_]]]) -> list[npt.NDArray[np.uint64]]:
    """For each document of some segments, of which some are live, the hash of its work; 0 where it is alone or gone.

    The hash is that of the smallest id hash in the work, so that what does not change keeps its hash.
    """
    found = [np.zeros(len(live), dtype=np.uint64) for _, live in segments]
    places = _candidates(segments)
    stored = [
        [(block.base, StoredPapers(block, arrays.path.name)) for block in blocks_of(arrays)] for arrays, _ in segments
    ]
    traits = [Traits.of(_paper(stored[at], doc)) for at, doc in places]
    members: dict[int, list[int]] = defaultdict(list)
    for number, root in enumerate(components(len(traits), _ties(traits))):
        members[root].append(number)
    for numbers in members.values():
        if len(numbers) > 1:
            keys = [int(segments[places[number][0]][0]["doc.key"][places[number][1]]) for number in numbers]
            for number in numbers:
                at, doc = places[number]
                found[at][doc] = min(keys) or 1
    return found


def _paper(blocks: Sequence[tuple[int, StoredPapers]], doc: int) -> Paper:
    """A paper of a segment, whose blocks are given with their first documents."""
    base, papers = next(row for row in reversed(blocks) if row[0] <= doc)
    return papers.paper(doc - base)


def _candidates(segments: Sequence[tuple[ArrayFile, npt.NDArray[np.bool_]]]) -> list[tuple[int, int]]:
    """Segment and document of the live papers that share any key, or title and first author, with another."""
    rows: list[tuple[Array, Array, int]] = []
    for at, (arrays, live) in enumerate(segments):
        docs = arrays["key.doc"].astype(np.int64)
        kept = live[docs]
        # One key stands once for a paper, however often the record says it.
        pairs = np.unique(np.stack([arrays["key.hash"][kept], docs[kept].astype(np.uint64)], axis=1), axis=0)
        alive = np.flatnonzero(live)
        rows.append((pairs[:, 0], pairs[:, 1].astype(np.int64), at))
        rows.append((arrays["doc.work"][alive], alive, at))
    if not rows:
        return []
    hashes = np.concatenate([row[0] for row in rows])
    docs = np.concatenate([row[1] for row in rows])
    owners = np.repeat([row[2] for row in rows], [len(row[0]) for row in rows])
    _, back, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    shared = counts[back.reshape(-1)] > 1
    places = np.unique(np.stack([owners[shared], docs[shared]], axis=1), axis=0)
    return [(at, doc) for at, doc in places.tolist()]


def _ties(traits: Sequence[Traits]) -> Iterator[tuple[int, int]]:
    """Pairs of records that are one work. Those that are dated and have title and author alike are tied in a chain."""
    by_work: dict[object, list[int]] = defaultdict(list)
    by_identifier: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(traits):
        if row.work is not None and row.year:
            by_work[row.work].append(number)
        for kind, value in (("doi", row.doi), ("arxiv", row.arxiv)):
            if value:
                by_identifier[kind, value].append(number)
    for numbers in by_work.values():
        numbers.sort(key=lambda number: traits[number].year or 0)
        yield from (pair for pair in pairwise(numbers) if same_work(*(traits[at] for at in pair)))
    for numbers in by_identifier.values():
        yield from (pair for pair in combinations(numbers, 2) if same_work(*(traits[at] for at in pair)))
