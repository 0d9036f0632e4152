"""Records that an index has stored, file by file: where a source is standard input, is gone, or cannot be trusted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.segment.blocks import blocks_of
from indexer.index.segment.claims import Claims, read_claims
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import SEGMENT_KIND, STATE_KIND
from indexer.index.segment.papers import StoredPapers
from indexer.index.store.manifest import UNSEALED, Manifest, SegmentEntry

_BATCH = 2000
_WRONG = (LookupError, TypeError, ValueError, OverflowError, MemoryError)
"""What numpy and Python raise over arrays of the format before seals, whose table is not checked."""


@dataclass(frozen=True, slots=True)
class _Stored:
    name: str
    blocks: list[tuple[int, StoredPapers]]
    """The papers of each block, after the number of its first document."""
    claims: Claims

    def record(self, doc: int) -> dict[str, Any]:
        """The record of a document."""
        first, papers = self.blocks[bisect_right(self.blocks, doc, key=lambda block: block[0]) - 1]
        return papers.record(doc - first)


class StoredRecords:
    """The records of one generation. With `tolerant`, what cannot be read is counted as `lost` and passed over."""

    def __init__(self, folder: Path, base: Manifest, *, tolerant: bool = False) -> None:
        """Raises BadIndexError, unless `tolerant`, where a file cannot be opened."""
        self._unsealed = base.format == UNSEALED
        self._tolerant = tolerant
        self.lost = 0
        self._segments: list[_Stored] = []
        for entry in base.segments:
            try:
                self._segments.append(self._open(folder, entry))
            except QuiverError:
                if not tolerant:
                    raise
                self.lost += entry.live

    def _open(self, folder: Path, entry: SegmentEntry) -> _Stored:
        seals = entry.seals or (None, None, None)
        arrays = ArrayFile(folder / entry.name, SEGMENT_KIND, seal=seals[0], unsealed=self._unsealed)
        try:
            blocks = [(block.base, StoredPapers(block, entry.name)) for block in blocks_of(arrays)]
            try:
                state = ArrayFile(folder / entry.state, STATE_KIND, seal=seals[2], unsealed=self._unsealed)
                claims = read_claims(state)
            except BadIndexError:
                if not self._tolerant:
                    raise
                # Which file held them is not known any more; that they were held is.
                docs = np.arange(entry.docs)
                claims = Claims.of(docs, np.zeros(entry.docs), docs)
        except _WRONG as error:
            raise BadIndexError(f"{entry.name} cannot be read: {error}") from error
        return _Stored(entry.name, blocks, claims)

    def of_file(self, number: int) -> Iterator[bytes]:
        """The records that a file of the manifest claims, in their order, as canonical JSON Lines, some at a time."""
        rows: list[tuple[int, int, int]] = []
        for at, segment in enumerate(self._segments):
            held = segment.claims.files == np.uint32(number)
            ranks, docs = segment.claims.ranks[held].tolist(), segment.claims.docs[held].tolist()
            rows += [(rank, at, doc) for rank, doc in zip(ranks, docs, strict=True)]
        rows.sort()
        for low in range(0, len(rows), _BATCH):
            lines = [line for _, at, doc in rows[low : low + _BATCH] if (line := self._line(at, doc))]
            if lines:
                yield b"".join(lines)

    def _line(self, at: int, doc: int) -> bytes:
        segment = self._segments[at]
        try:
            return orjson.dumps(segment.record(doc)) + b"\n"
        except QuiverError:
            if not self._tolerant:
                raise
            self.lost += 1
            return b""
        except _WRONG as error:
            raise BadIndexError(f"{segment.name}: stored paper {doc} cannot be read: {error}") from error
