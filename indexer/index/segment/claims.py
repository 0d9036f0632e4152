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

from indexer.index.segment.container import Array, ArrayFile, ArrayFileWriter
from indexer.index.segment.narrow import narrow

STATE_KIND = "state"
READING_SHIFT = 32
"""A rank is the number of the reading << 32 | the record's place in the file."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims on the documents of one segment: three arrays of one length, sorted by document."""

    docs: npt.NDArray[np.uint16]
    files: npt.NDArray[np.uint32]
    ranks: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, docs: Array, files: Array, ranks: Array) -> Claims:
        """Claims from arrays of any integer dtype in any order."""
        order = np.lexsort((ranks, docs))
        return cls(docs[order].astype(np.uint16), files[order].astype(np.uint32), ranks[order].astype(np.uint64))

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


def write_state(path: Path, claims: Claims, live: npt.NDArray[np.bool_]) -> None:
    """Write a segment's state: its claims, and which documents are live."""
    with ArrayFileWriter(path, STATE_KIND) as writer:
        writer.add("live", np.packbits(live))
        writer.add("claim.doc", claims.docs)
        writer.add("claim.file", narrow(claims.files))
        writer.add("claim.reading", narrow(claims.ranks >> np.uint64(READING_SHIFT)))
        writer.add("claim.place", narrow(claims.ranks & np.uint64((1 << READING_SHIFT) - 1)))


def read_live(state: Mapping[str, Array], docs: int) -> npt.NDArray[np.bool_]:
    """Which documents of a segment are live, a bool each."""
    return np.unpackbits(state["live"], count=docs).view(np.bool_)


def read_claims(state: ArrayFile) -> Claims:
    """The claims of a state file."""
    ranks = state["claim.reading"].astype(np.uint64) << np.uint64(READING_SHIFT) | state["claim.place"].astype(
        np.uint64
    )
    return Claims(state["claim.doc"], state["claim.file"].astype(np.uint32), ranks)


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
