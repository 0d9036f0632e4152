"""Which source holds which paper: the part of a segment that changes from generation to generation.

A claim says that a file, in one reading of it, held the record that a document stores. A document may be claimed by
several files; one that nothing claims any more is gone. Among all documents of one id the one with the claim of the
highest rank is live: the record that was read last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.container import Array, ArrayFile
from indexer.index.segment.layout import STATE_KIND
from indexer.index.segment.narrow import narrow

READING_SHIFT = 32
"""A rank is the number of the reading << 32 | the record's place in the file."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims on the documents of one segment: three arrays of one length, sorted by document."""

    docs: npt.NDArray[np.uint32]
    files: npt.NDArray[np.uint32]
    ranks: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, docs: Array, files: Array, ranks: Array) -> Claims:
        """Claims from arrays of any integer dtype in any order."""
        order = np.lexsort((ranks, docs))
        return cls(docs[order].astype(np.uint32), files[order].astype(np.uint32), ranks[order].astype(np.uint64))

    @property
    def distinct(self) -> int:
        """How many documents are claimed."""
        return int(np.count_nonzero(self.docs[1:] != self.docs[:-1])) + 1 if len(self.docs) else 0

    def keep(self, mask: npt.NDArray[np.bool_]) -> Claims:
        """The claims where a mask (a claim an entry) is true."""
        return Claims(self.docs[mask], self.files[mask], self.ranks[mask])

    def add(self, docs: Array, files: Array, ranks: Array) -> Claims:
        """These claims and some more."""
        return Claims.of(
            np.concatenate([self.docs, docs]),
            np.concatenate([self.files, files]),
            np.concatenate([self.ranks, np.asarray(ranks, dtype=np.uint64)]),
        )

    def top_ranks(self, docs: int) -> npt.NDArray[np.uint64]:
        """For each document the highest rank that claims it, 0 where nothing does."""
        top = np.zeros(docs, dtype=np.uint64)
        np.maximum.at(top, self.docs, self.ranks)
        return top


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """When the ids of the documents of a segment were first seen: a row each of generations and their times.

    `generations` are uint32, `times` uint64, in seconds since 1970 in UTC; a segment has few of either.
    """

    rows: Array
    generations: npt.NDArray[np.uint32]
    times: npt.NDArray[np.uint64]

    @classmethod
    def now(cls, docs: int, generation: int, time: int) -> FirstSeen:
        """All documents first seen in one generation."""
        return cls.of(np.full(docs, generation), np.full(docs, time))

    @classmethod
    def of(cls, generations: Array, times: Array) -> FirstSeen:
        """From a generation and a time a document."""
        pairs = np.stack([np.asarray(generations, np.int64), np.asarray(times, np.int64)], axis=1)
        held, rows = np.unique(pairs, axis=0, return_inverse=True)
        return cls(narrow(rows.reshape(-1)), held[:, 0].astype(np.uint32), held[:, 1].astype(np.uint64))

    def of_docs(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
        """The generation and the time of each document."""
        return self.generations[self.rows], self.times[self.rows]

    def since(self, generation: int | None = None, time: int | None = None) -> npt.NDArray[np.bool_]:
        """Which documents were first seen in a generation or later, or at a time or later, a bool each."""
        late = self.generations >= generation if generation is not None else self.times >= np.uint64(time or 0)
        return late[self.rows]


def write_state(
    path: Path,
    claims: Claims,
    live: npt.NDArray[np.bool_],
    seen: FirstSeen,
    groups: npt.NDArray[np.uint64] | None = None,
) -> None:
    """Write a segment's state: its claims, which documents are live, when their ids were first seen, and what works
    they belong to (a hash a document, 0 alone; None: not asked for).
    """
    with ArrayFileWriter(path, STATE_KIND) as writer:
        writer.meta["docs"] = len(live)
        writer.add("live", np.packbits(live))
        writer.add("seen.row", seen.rows)
        writer.add("seen.generation", seen.generations)
        writer.add("seen.time", seen.times)
        writer.add("group", np.empty(0, np.uint64) if groups is None else groups)
        writer.add("claim.doc", claims.docs if len(live) > 1 << 16 else claims.docs.astype(np.uint16))
        writer.add("claim.file", narrow(claims.files))
        writer.add("claim.reading", narrow(claims.ranks >> np.uint64(READING_SHIFT)))
        writer.add("claim.place", narrow(claims.ranks & np.uint64((1 << READING_SHIFT) - 1)))


def read_seen(state: ArrayFile) -> FirstSeen:
    """When the ids of a segment's documents were first seen."""
    return FirstSeen(state["seen.row"], state["seen.generation"], state["seen.time"])


def read_live(state: Mapping[str, Array], docs: int) -> npt.NDArray[np.bool_]:
    """Which documents of a segment are live, a bool each."""
    return np.unpackbits(state["live"], count=docs).view(np.bool_)


def read_claims(state: ArrayFile) -> Claims:
    """The claims of a state file."""
    ranks = state["claim.reading"].astype(np.uint64) << np.uint64(READING_SHIFT) | state["claim.place"].astype(
        np.uint64
    )
    return Claims(state["claim.doc"].astype(np.uint32), state["claim.file"].astype(np.uint32), ranks)


def winners(
    keys: Sequence[npt.NDArray[np.uint64]],
    ranks: Sequence[npt.NDArray[np.uint64]],
    banned: npt.NDArray[np.uint64],
) -> list[npt.NDArray[np.bool_]]:
    """For each segment which documents are live, from the id hashes and top ranks of each segment's documents.

    `banned` are the id hashes of deleted papers.
    """
    if not keys:
        return []
    key = np.concatenate(keys)
    rank = np.concatenate(ranks)
    order = np.lexsort((rank, key))
    last = np.ones(len(order), dtype=bool)
    last[:-1] = key[order][1:] != key[order][:-1]
    live = np.zeros(len(order), dtype=bool)
    live[order[last]] = True
    live &= rank > 0
    if banned.size:
        live &= ~np.isin(key, banned)
    ends = np.cumsum([len(segment) for segment in keys])
    return np.split(live, ends[:-1])
