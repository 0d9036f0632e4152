"""When ids were first seen: carried from generation to generation by their hashes, through every change."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.errors import BadIndexError
from indexer.index.segment.claims import FirstSeen, read_seen
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import SEGMENT_KIND, STATE_KIND
from indexer.index.segment.postings import ragged
from indexer.index.store.manifest import UNSEALED, Manifest

Keys = npt.NDArray[np.uint64]


class Memory:
    """What the segments of a generation know of ids, live or not."""

    def __init__(self) -> None:
        self._known: list[tuple[ArrayFile, FirstSeen]] = []

    @classmethod
    def of(cls, folder: Path, manifest: Manifest) -> Memory:
        """Of all segments of a generation that can be read; the format before seals knew nothing of it."""
        memory = cls()
        for entry in manifest.segments if manifest.format != UNSEALED else ():
            # A rebuild is what mends an index: it does not stop at what is damaged.
            with suppress(BadIndexError):
                state = ArrayFile(folder / entry.state, STATE_KIND, seal=entry.seals[2])
                segment = ArrayFile(folder / entry.name, SEGMENT_KIND, seal=entry.seals[0])
                seen = read_seen(state)
                # Read here, so that what is damaged is found out here.
                documents(segment, np.empty(0, np.uint64))
                memory.add(segment, seen)
        return memory

    def add(self, segment: ArrayFile, seen: FirstSeen) -> None:
        """One segment more."""
        self._known.append((segment, seen))

    def of_keys(self, keys: Keys, generation: int, time: int) -> FirstSeen:
        """When the ids of these hashes were first seen; those that no segment has, in this generation."""
        generations = np.full(len(keys), generation, dtype=np.int64)
        times = np.full(len(keys), time, dtype=np.int64)
        order = np.argsort(keys, kind="stable")
        for segment, seen in self._known:
            docs, owners = documents(segment, keys[order])
            at = order[owners]
            first, when = (row[docs].astype(np.int64) for row in seen.of_docs())
            earlier = first < generations[at]
            generations[at[earlier]], times[at[earlier]] = first[earlier], when[earlier]
        return FirstSeen.of(generations, times)


def documents(segment: ArrayFile, keys: Keys) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Documents of a segment whose id hash is one of some sorted keys, and of each which key that is."""
    hashes = segment["key.hash"]
    low = np.searchsorted(hashes, keys)
    where, owners = ragged(low, np.searchsorted(hashes, keys, side="right") - low)
    docs = segment["key.doc"][where]
    # A DOI or an address may have the same hash as an id, one chance in 2 ** 64.
    own = segment["doc.key"][docs] == keys[owners]
    return docs[own].astype(np.uint32), owners[own]
