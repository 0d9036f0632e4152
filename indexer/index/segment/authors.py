"""Author clusters and author rows of a segment: written from names as read, read as arrays.

Arrays: cluster.* (keys, sorted), cluster.start/cluster.doc (papers of each, rising), cluster.block (clusters x 2, the
two hashes in which neighbours meet), row.* (spellings), row.cluster, row.id (64-bit hash of the source's id, 0
without), doc.row_at/doc.row (rows of each paper, in author order), doc.row_again (1 where the paper's cluster came
before in the same paper, so that it counts once).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.hashing import blake2b
from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.record.names import neighbour_blocks
from indexer.index.segment.container import Array, ArrayFileWriter
from indexer.index.segment.narrow import narrow
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.segment.vocabulary import COMPILED

if COMPILED:
    from indexer.index.native import _bulk


def hash64(text: str) -> int:
    """A 64-bit hash that is the same on every run and machine; never 0."""
    return hash_bytes(text.encode("utf-8", "surrogatepass"))


def hash_bytes(text: bytes) -> int:
    """The same of a text in UTF-8."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little") or 1


def write_name_tables(
    writer: ArrayFileWriter,
    *,
    clusters: list[str],
    spellings: list[str],
    row_ids: Array,
    row_cluster: Array,
    row_at: Array,
    rows: Array,
    again: Array,
) -> None:
    """Sort the clusters, renumber, invert, and add all arrays; the builder and the merger both end here."""
    encoded = [key.encode("utf-8", "surrogatepass") for key in clusters]
    order = sorted(range(len(encoded)), key=encoded.__getitem__)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    row_cluster = place[row_cluster] if len(row_cluster) else row_cluster
    write_strings(writer, "cluster", [encoded[at] for at in order], ordered=True)
    blocks = np.array([_blocks(clusters[at]) for at in order], dtype=np.uint32).reshape(-1, 2)
    writer.add("cluster.block", blocks)
    docs = np.repeat(np.arange(len(row_at) - 1, dtype=np.int64), np.diff(row_at))
    first = again == 0
    pairs = np.sort(row_cluster[rows[first]] << 16 | docs[first]) if len(rows) else np.empty(0, np.int64)
    writer.add("cluster.start", np.searchsorted(pairs >> 16, np.arange(len(order) + 1)).astype(np.uint32))
    writer.add("cluster.doc", (pairs & 0xFFFF).astype(np.uint16))
    write_strings(writer, "row", [name.encode("utf-8", "surrogatepass") for name in spellings], ordered=False)
    writer.add("row.cluster", narrow(row_cluster))
    writer.add("row.id", row_ids)
    writer.add("doc.row_at", row_at.astype(np.uint32))
    writer.add("doc.row", narrow(rows))
    writer.add("doc.row_again", again)


def _blocks(key: str) -> tuple[int, int]:
    return (COMPILED and _bulk.neighbour_blocks(key)) or neighbour_blocks(key)


class NameTables:
    """Clusters and rows of a segment, read."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.keys = StringTable(arrays, "cluster")
        self.spellings = StringTable(arrays, "row")
        self._start = arrays["cluster.start"].data
        self._docs = arrays["cluster.doc"]
        self.blocks = arrays["cluster.block"]
        self.row_cluster = arrays["row.cluster"]
        self.row_id = arrays["row.id"]
        self.row_at = arrays["doc.row_at"]
        self.rows = arrays["doc.row"]
        self.again = arrays["doc.row_again"]

    def find(self, key: str) -> int:
        """The number of a cluster key, -1 if no paper of the segment has it."""
        return self.keys.find(key.encode("utf-8", "surrogatepass"))

    def docs(self, cluster: int) -> Array:
        """Document numbers (uint16, rising) of a cluster."""
        return self._docs[self._start[cluster] : self._start[cluster + 1]]

    def counts(self, docs: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint32]:
        """For each cluster how many of some papers it has."""
        counts = np.zeros(len(self.keys) + 1, dtype=np.uint32)
        if kernel.native is not None:
            kernel.native.tally(docs, self._clusters, counts, self.row_at)
        else:
            chosen = np.zeros(len(self.row_at) - 1, dtype=bool)
            chosen[docs] = True
            held = self._clusters[np.repeat(chosen, np.diff(self.row_at))]
            counts += np.bincount(held, minlength=len(counts)).astype(np.uint32)
        return counts[:-1]

    @made_once
    def _clusters(self) -> npt.NDArray[np.uint32]:
        """The cluster of each author of each paper; where it came before in the same paper, one past the last."""
        return np.where(self.again != 0, len(self.keys), self.row_cluster[self.rows]).astype(np.uint32)


@dataclass(frozen=True, slots=True)
class Spellings:
    """How the papers in a mask spell the names of clusters.

    Rows of cluster c are `rows[starts[c]:starts[c + 1]]`; `papers` and `newest` (a year, 0 unknown) are of each row.
    `twice` are clusters that stand twice in one paper, whose papers these counts do not tell.
    """

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    papers: npt.NDArray[np.int64]
    newest: npt.NDArray[np.int64]
    twice: frozenset[int]

    @classmethod
    def of(cls, tables: NameTables, mask: npt.NDArray[np.bool_], years: npt.NDArray[np.int16]) -> Spellings:
        """Count every row of a segment's tables; 5 ms for 40,000 papers."""
        ends = tables.row_at.astype(np.int64)
        docs = np.repeat(np.arange(len(mask)), ends[1:] - ends[:-1])
        held = mask[docs]
        rows = tables.rows[held].astype(np.int64)
        newest = np.zeros(len(tables.row_id), dtype=np.int64)
        np.maximum.at(newest, rows, years[docs[held]].astype(np.int64))
        order = np.argsort(tables.row_cluster, kind="stable")
        starts = np.searchsorted(tables.row_cluster[order], np.arange(len(tables.keys) + 1))
        return cls(
            starts=starts,
            rows=order,
            papers=np.bincount(rows, minlength=len(newest)),
            newest=newest,
            twice=frozenset(tables.row_cluster[tables.rows[tables.again > 0]].tolist()),
        )
