"""Author clusters and author rows of a segment: written from names as read, read as arrays.

Arrays: cluster.* (keys, sorted), cluster.start/cluster.doc (papers of each, rising), cluster.block (clusters x 2, the
two hashes in which neighbours meet), row.* (spellings), row.cluster (rising), row.id (64-bit hash of the source's id,
0 without), row.papers and row.newest (papers that spell the cluster's name as the row does, and their newest year; 0
where a row before it has the same spelling), doc.row_at/doc.row (rows of each paper, in author order), doc.row_again
(1 where the paper's cluster came before in the same paper, so that it counts once); begin.* (words of the keys,
sorted), begin.start/begin.cluster (the clusters with each word in their name, rising).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.hashing import blake2b
from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.record.names import neighbour_blocks
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.container import Array, lazy
from indexer.index.segment.narrow import narrow, numbered
from indexer.index.segment.postings import ragged, sorted_once
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.segment.vocabulary import COMPILED, new_words
from indexer.index.text.encoded import decode, encode

if COMPILED:
    from indexer.index.native import _bulk


def hash64(text: str) -> int:
    """A 64-bit hash that is the same on every run and machine; never 0."""
    return hash_bytes(encode(text))


def hash_bytes(text: bytes) -> int:
    """The same of a text in UTF-8."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") or 1


def write_name_tables(
    writer: ArrayFileWriter,
    *,
    clusters: Sequence[bytes],
    spellings: Sequence[bytes],
    row_ids: Array,
    row_cluster: Array,
    row_at: Array,
    rows: Array,
    again: Array,
    years: Array,
) -> None:
    """Sort the clusters, renumber, invert, and add all arrays; the builder and the merger both end here.

    `years` are those of the papers, 0 where none is known.
    """
    order = sorted(range(len(clusters)), key=clusters.__getitem__)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    row_cluster = place[row_cluster] if len(row_cluster) else row_cluster
    # Rows of one cluster stand together, so that its heading is read from them and not from its papers.
    by_cluster = np.argsort(row_cluster, kind="stable")
    row_place = np.empty(len(by_cluster), dtype=np.int64)
    row_place[by_cluster] = np.arange(len(by_cluster))
    spelled = [spellings[at] for at in by_cluster.tolist()]
    row_cluster, row_ids, rows = row_cluster[by_cluster], row_ids[by_cluster], row_place[rows]
    write_strings(writer, "cluster", [clusters[at] for at in order], ordered=True)
    _write_beginnings(writer, (decode(clusters[at]) for at in order))
    blocks = np.fromiter((_blocks(decode(clusters[at])) for at in order), np.dtype((np.uint32, 2)), len(order))
    writer.add("cluster.block", blocks)
    docs = np.repeat(np.arange(len(row_at) - 1, dtype=np.int64), np.diff(row_at))
    first = again == 0
    pairs = np.sort(row_cluster[rows[first]] << 32 | docs[first]) if len(rows) else np.empty(0, np.int64)
    writer.add("cluster.start", np.searchsorted(pairs >> 32, np.arange(len(order) + 1)).astype(np.uint32))
    writer.add("cluster.doc", numbered(pairs & 0xFFFFFFFF, len(row_at) - 1))
    write_strings(writer, "row", spelled, ordered=False)
    writer.add("row.cluster", narrow(row_cluster))
    writer.add("row.id", row_ids)
    papers, newest = spelling_counts(spelled, rows, docs, years)
    writer.add("row.papers", narrow(papers))
    writer.add("row.newest", newest)
    writer.add("doc.row_at", row_at.astype(np.uint32))
    writer.add("doc.row", narrow(rows))
    writer.add("doc.row_again", again)


def spelling_counts(spelled: Sequence[bytes], rows: Array, docs: Array, years: Array) -> tuple[Array, Array]:
    """For the first row of each spelling the papers with it and their newest year, 0 for the other rows.

    `rows` and `docs` are of each author of each paper. A paper in which two rows are spelled alike counts once.
    """
    first: dict[bytes, int] = {}
    of_row = np.fromiter((first.setdefault(name, at) for at, name in enumerate(spelled)), np.int64, len(spelled))
    pairs = sorted_once(of_row[rows] << 32 | docs) if len(rows) else np.empty(0, np.int64)
    owners = pairs >> 32
    newest = np.zeros(len(spelled), dtype=np.int16)
    np.maximum.at(newest, owners, years[pairs & 0xFFFFFFFF].astype(np.int16))
    return np.bincount(owners, minlength=len(spelled)), newest


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Words of the names of clusters, sorted; where the clusters of each word begin; those clusters, rising."""

    words: list[bytes]
    start: Array
    clusters: Array


def beginnings(keys: Iterable[str]) -> Beginnings:
    """By what words the clusters of some keys are completed."""
    words = new_words()
    sizes = np.fromiter((words.add_name(key) for key in keys), np.int64)
    owners = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    vocabulary = [encode(word) for word in words.vocabulary()]
    order = sorted(range(len(vocabulary)), key=vocabulary.__getitem__)
    place = np.empty(len(order) + 1, dtype=np.int64)
    place[np.array(order, dtype=np.int64) + 1] = np.arange(len(order))
    stream = np.frombuffer(words.stream, dtype=np.uint32) if len(words.stream) else np.empty(0, np.uint32)
    pairs = sorted_once(place[stream] << 32 | owners)
    starts = np.searchsorted(pairs >> 32, np.arange(len(order) + 1)).astype(np.uint32)
    return Beginnings([vocabulary[at] for at in order], starts, narrow(pairs & 0xFFFFFFFF))


def _write_beginnings(writer: ArrayFileWriter, keys: Iterable[str]) -> None:
    """Add what completions of names look up."""
    found = beginnings(keys)
    write_strings(writer, "begin", found.words, ordered=True)
    writer.add("begin.start", found.start)
    writer.add("begin.cluster", found.clusters)


def _blocks(key: str) -> tuple[int, int]:
    return (COMPILED and _bulk.neighbour_blocks(key)) or neighbour_blocks(key)


class NameTables:
    """Clusters and rows of a segment, read; of a block (`part`) with its papers alone, numbered from 0."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.keys = StringTable(arrays, "cluster")
        self.spellings = StringTable(arrays, "row")
        self._arrays = arrays
        self._base = 0
        self._whole = self
        self.row_at = arrays["doc.row_at"]

    # Facets, author pages and completions each need some of these, which are 50 MB for 700,000 papers.

    @made_once
    def _start(self) -> memoryview:
        return self._arrays["cluster.start"].data

    @made_once
    def _docs(self) -> Array:
        return self._arrays["cluster.doc"]

    @made_once
    def blocks(self) -> Array:
        """The hashes in which neighbours meet, of each cluster."""
        return self._arrays["cluster.block"]

    @made_once
    def row_cluster(self) -> Array:
        """The cluster of each row."""
        return self._arrays["row.cluster"]

    @made_once
    def row_id(self) -> Array:
        """The hash of the source's id of each row; 0: none."""
        return self._arrays["row.id"]

    @made_once
    def rows(self) -> Array:
        """The rows of all papers, in order."""
        return self._arrays["doc.row"]

    @made_once
    def again(self) -> Array:
        """For each of them 1 where the paper's cluster came before."""
        return self._arrays["doc.row_again"]

    def part(self, base: int, docs: int) -> NameTables:
        """The same for the papers of a block; clusters and rows keep their numbers."""
        if base == 0 and docs == len(self.row_at) - 1:
            return self
        part = copy(self)
        part._base, part._whole = base, self._whole  # of its own kind
        part.row_at = self.row_at[base : base + docs + 1]
        return part

    def find(self, key: str) -> int:
        """The number of a cluster key, -1 if no paper of the segment has it."""
        return self.keys.find(encode(key))

    def find_bytes(self, key: bytes) -> int:
        """The same of a key in UTF-8."""
        return self.keys.find(key)

    def docs(self, cluster: int) -> Array:
        """Document numbers (rising; uint16 in a block) of a cluster."""
        docs = self._docs[self._start[cluster] : self._start[cluster + 1]]
        if self is self._whole:
            return docs
        low, high = np.searchsorted(docs, [self._base, self._base + len(self.row_at) - 1])
        return np.subtract(docs[low:high], self._base, dtype=np.int64).astype(np.uint16)

    def size(self, cluster: int) -> int:
        """Papers of a cluster in the whole segment, live or not."""
        return self._start[cluster + 1] - self._start[cluster]

    @made_once
    def sizes(self) -> npt.NDArray[np.uint32]:
        """The same of every cluster."""
        return np.diff(np.asarray(self._start))

    def beginning(self, word: bytes) -> Array:
        """Clusters with a word in their name that begins so: as often as they have such words, in no order."""
        return self._with_words(*self._words.prefix_range(word))

    def with_word(self, word: bytes) -> Array:
        """Clusters (rising) with exactly a word in their name."""
        number = self._words.find(word)
        return self._with_words(number, number + 1) if number >= 0 else self._with_words(0, 0)

    def _with_words(self, first: int, past: int) -> Array:
        """Clusters with one of some words (by number), word by word."""
        start = self._arrays["begin.start"]
        low, high = int(start[first]), int(start[past])
        clusters, check = self._of_words
        check(low, high)
        return clusters[low:high]

    @made_once
    def _of_words(self) -> tuple[Array, Callable[[int, int], None]]:
        return lazy(self._arrays, "begin.cluster")

    def docs_of(self, clusters: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Documents of some clusters in the whole segment, one cluster after the other, and the index of each one's."""
        start = np.asarray(self._start)
        lows = start[clusters].astype(np.int64)
        where, owners = ragged(lows, start[clusters + 1].astype(np.int64) - lows)
        return self._docs[where].astype(np.int64), owners

    @made_once
    def _words(self) -> StringTable:
        return StringTable(self._arrays, "begin")

    def counts(self, docs: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
        """For each cluster how many of some papers it has."""
        counts = np.zeros(len(self.keys) + 1, dtype=np.uint32)
        self.add_counts(docs, counts)
        return counts[:-1]

    def add_counts(self, docs: npt.NDArray[np.uint16], counts: npt.NDArray[np.uint32]) -> None:
        """Add to counts of all clusters, and a place after the last, how many of some papers each has."""
        clusters = self._whole._clusters  # of its own kind
        if kernel.native is not None:
            kernel.native.tally(docs, clusters, counts, self.row_at)
        else:
            where, _ = ragged_rows(self.row_at, docs)
            counts += np.bincount(clusters[where], minlength=len(counts)).astype(np.uint32)

    @made_once
    def _clusters(self) -> npt.NDArray[np.uint32]:
        """The cluster of each author of each paper; where it came before in the same paper, one past the last."""
        clusters = self.row_cluster[self.rows].astype(np.uint32, copy=False)
        np.copyto(clusters, np.uint32(len(self.keys)), where=self.again.view(np.bool_))
        return clusters

    def spellings_of(self, cluster: int) -> Iterator[tuple[bytes, int, int]]:
        """Each spelling of a cluster's name with its papers in the whole segment, live or not, and the newest year."""
        low, high = bisect_left(self._row_cluster, cluster), bisect_right(self._row_cluster, cluster)
        papers, newest = self._row_papers, self._row_newest
        for row in range(low, high):
            if papers[row]:
                yield self.spellings[row], papers[row], newest[row]

    @made_once
    def _row_cluster(self) -> memoryview:
        return self.row_cluster.data

    @made_once
    def _row_papers(self) -> memoryview:
        return self._arrays["row.papers"].data

    @made_once
    def _row_newest(self) -> memoryview:
        return self._arrays["row.newest"].data

    def spelled(self, cluster: int, docs: Array, years: Array) -> Iterator[tuple[bytes, int, int]]:
        """The same of some papers of a cluster alone (numbers in the segment, and their years; 0: not known)."""
        where, owners = ragged_rows(self.row_at, docs)
        rows = self.rows[where]
        own = np.flatnonzero(self.row_cluster[rows] == cluster)
        found, inverse = np.unique(rows[own], return_inverse=True)
        first: dict[bytes, int] = {}
        of_row = [first.setdefault(self.spellings[row], len(first)) for row in found.tolist()]
        pairs = sorted_once(np.array(of_row, dtype=np.int64)[inverse] << 32 | owners[own])
        numbers = pairs >> 32
        papers = np.bincount(numbers, minlength=len(first))
        newest = np.zeros(len(first), dtype=np.int64)
        np.maximum.at(newest, numbers, years[pairs & 0xFFFFFFFF])
        return zip(first, papers.tolist(), newest.tolist(), strict=True)


def ragged_rows(row_at: Array, docs: Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places of the rows of some papers, one paper after the other, and the index of the paper that each is of."""
    at = np.asarray(docs, dtype=np.int64)
    starts = row_at[at].astype(np.int64)
    return ragged(starts, row_at[at + 1].astype(np.int64) - starts)
