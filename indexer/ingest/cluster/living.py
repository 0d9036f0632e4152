"""The live papers of a generation as rows, and what differs between two generations."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.segment.opened import SegmentFiles
from indexer.index.store.manifest import Manifest
from indexer.ingest.cluster.grouped import Grouped

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Living:
    """Live papers, sorted by the hash of their ids.

    `content` is the hash of the record, `rest` of what else its document says (first seen, work); `places` is
    the number of the segment << 32 | the paper in it. Papers of one place in `segments` have the number there.
    """

    keys: Hashes
    content: Hashes
    rest: Hashes
    places: Ints

    @classmethod
    def of(cls, folder: Path, manifest: Manifest) -> Living:
        """Those of a generation in a folder."""
        rows: list[tuple[Hashes, Hashes, Hashes, Ints]] = []
        opened = [SegmentFiles(folder, entry.files, entry.seals) for entry in manifest.segments]
        works = Grouped(opened)
        for number, files in enumerate(opened):
            docs = np.flatnonzero(files.live)
            generations, times = files.first_seen.of_docs()
            rest = times.astype(np.uint64)[docs] << np.uint64(24) ^ generations.astype(np.uint64)[docs]
            rest ^= (
                np.fromiter((works.sign(number, doc) for doc in docs.tolist()), np.uint64, len(docs)) if works else 0
            )
            rows.append((files.arrays["doc.key"][docs], files.arrays["doc.content"][docs], rest, number << 32 | docs))
        for files in opened:
            files.close()
        empty = np.empty(0, np.uint64)
        columns = [np.concatenate(column) for column in zip(*rows, strict=True)] or [
            empty,
            empty,
            empty,
            np.empty(0, int),
        ]
        order = np.argsort(columns[0], kind="stable")
        return cls(columns[0][order], columns[1][order], columns[2][order], columns[3][order])

    def changed(self, before: Living) -> tuple[Ints, Ints]:
        """Places of papers that are new or other than before, and places there of those that are gone."""
        at = np.searchsorted(before.keys, self.keys)
        at[at == len(before.keys)] = 0
        known = before.keys[at] == self.keys if len(before.keys) else np.zeros(len(self.keys), bool)
        same = known.copy()
        same[known] = (before.content[at[known]] == self.content[known]) & (before.rest[at[known]] == self.rest[known])
        gone = ~np.isin(before.keys, self.keys)
        return self.places[~same], before.places[gone]

    def unsent(self, places: Ints) -> Hashes:
        """Hashes of the ids of all papers but those at some places."""
        return self.keys[~np.isin(self.places, places)]
