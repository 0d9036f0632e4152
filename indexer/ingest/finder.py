"""Here is a record: does the index store just this one already, and where?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.index.segment.columns import key_hash
from indexer.index.segment.container import Array
from indexer.index.store.generation import Generation
from indexer.index.store.manifest import Manifest


class Finder:
    """Finds stored records by id and content."""

    def __init__(self, generation: Generation) -> None:
        self._folder, self._manifest = generation.folder, generation.manifest
        self._segments = generation.files
        self._claimed: list[Array | None] = [None] * len(self._segments)

    def __reduce__(self) -> tuple[object, ...]:
        # A process that is not forked opens the generation for itself.
        return _reopened, (self._folder, self._manifest)

    def __call__(self, paper: str, content: int) -> tuple[int, int] | None:
        key = np.uint64(key_hash("id", paper))
        wanted = np.uint64(content)
        for at, segment in enumerate(self._segments):
            hashes = segment.arrays["key.hash"]
            low = int(np.searchsorted(hashes, key))
            while low < len(hashes) and hashes[low] == key:
                doc = int(segment.arrays["key.doc"][low])
                if segment.arrays["doc.content"][doc] == wanted and self._is_claimed(at, doc):
                    return at, doc
                low += 1
        return None

    def _is_claimed(self, at: int, doc: int) -> bool:
        # Read where first asked: most updates meet few of the segments.
        claimed = self._claimed[at]
        if claimed is None:
            claimed = self._claimed[at] = self._segments[at].state["claim.doc"]
        place = int(np.searchsorted(claimed, claimed.dtype.type(doc)))
        return place < len(claimed) and bool(claimed[place] == doc)


def _reopened(folder: Path, manifest: Manifest) -> Finder:
    return Finder(Generation(folder, manifest))
