"""The works of a generation as its documents tell them: which records are one, and which of them is preferred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from indexer.index.opensearch import packing
from indexer.index.segment.authors import hash_bytes
from indexer.index.segment.opened import SegmentFiles
from indexer.index.segment.work_order import members
from indexer.index.text.encoded import encode

Place = tuple[int, int]
"""Number of a segment's files and of a paper in it."""


class Grouped:
    """The works of some segments; none where works are not grouped."""

    def __init__(self, files: Sequence[SegmentFiles]) -> None:
        blocks = list(chain.from_iterable(one.blocks for one in files))
        owner = [number for number, one in enumerate(files) for _ in one.blocks]
        self._records: defaultdict[int, list[str]] = defaultdict(list)
        self._places: dict[Place, tuple[int, int]] = {}
        for work, at, doc in zip(*(column.tolist() for column in members(blocks)), strict=True):
            block = blocks[at]
            self._places[owner[at], block.base + doc] = work, len(self._records[work])
            self._records[work].append(block.paper_id(doc))

    def __bool__(self) -> bool:
        return bool(self._places)

    def about(self, number: int, doc: int) -> dict[str, object]:
        """What the document of a paper says of its work; nothing where it is alone."""
        found = self._places.get((number, doc))
        if found is None:
            return {}
        work, place = found
        records = self._records[work]
        joined = encode("\n".join(records))
        return {"work": f"{hash_bytes(joined):016x}", "place": place, "records": packing.written(packing.pack(joined))}

    def sign(self, number: int, doc: int) -> int:
        """A number that is another one where any of that is; 0 where a paper is alone."""
        found = self._places.get((number, doc))
        return 0 if found is None else hash_bytes(encode("\n".join((*self._records[found[0]], str(found[1])))))
