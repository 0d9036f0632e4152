"""A segment of many papers as blocks: each holds postings, lengths and stored papers of at most BLOCK_DOCS papers.

Numbers of papers inside a block have 16 bits, so that postings stay as small as they are in a small segment and a
block is copied as it is when segments become one. What has names stands once a segment: dictionaries, author clusters
and rows, venues, ids and keys; a block says with `<table>.word` which strings of a sorted table are its own (without
it: all). Arrays of the first block have their names alone, those of block n are called `n/<name>`: a segment of one
block is laid out as though there were no blocks. `meta["blocks"]` are the papers of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.segment.container import Array, ArrayFile, Checked
from indexer.index.segment.layout import WORD, of_block, stored_name
from indexer.index.segment.strings import StringTable, SubTable

_COLUMNS = frozenset(
    f"doc.{name}" for name in ("year", "type", "language", "venue", "spelling", "content", "work", "key")
)
_OFFSETS = frozenset(("doc.row_at", "id.at"))


def block_sizes(meta: Mapping[str, Any]) -> list[int]:
    """Papers of each block of a segment."""
    sizes: list[int] = meta.get("blocks") or [meta["docs"]]
    return sizes


class Block(Checked):
    """The arrays of one block as though it were a segment of its own: columns and offsets are cut to its papers.

    What stands once a segment is given whole: numbers of clusters, rows and venues are the segment's, and so are the
    papers in `cluster.doc` and `key.doc`.
    """

    def __init__(self, file: ArrayFile, number: int, base: int, docs: int, tables: dict[str, StringTable]) -> None:
        self.file = file
        self.number = number
        self.base = base
        self.path: Path = file.path
        self.meta: dict[str, Any] = {**file.meta, "docs": docs}
        self.meta.pop("blocks", None)
        self._docs = docs
        self._tables = tables
        self._views: dict[str, Array] = {}

    def _stored(self, name: str) -> str:
        return stored_name(name, self.number) if of_block(name) else name

    def __getitem__(self, name: str) -> Array:
        view = self._views.get(name)
        if view is None:
            view = self.file[self._stored(name)]
            if name in _COLUMNS:
                view = view[self.base : self.base + self._docs]
            elif name in _OFFSETS:
                view = view[self.base : self.base + self._docs + 1]
            self._views[name] = view
        return view

    def lazy(self, name: str) -> Array:
        """An array unchecked: `check` each part of it before it is read."""
        view = self.file.lazy(self._stored(name))
        if name in _COLUMNS or name in _OFFSETS:
            return view[self.base : self.base + self._docs + (name in _OFFSETS)]
        return view

    def check(self, name: str, low: int, high: int) -> None:
        """Make sure that items low..high of an array are as they were written. Raises BadIndexError."""
        before = self._before(name)
        self.file.check(self._stored(name), low + before, high + before)

    def checker(self, name: str) -> Callable[[int, int], None]:
        """`check` of one array."""
        check, before = self.file.checker(self._stored(name)), self._before(name)
        return (lambda low, high: check(low + before, high + before)) if before else check

    def unread(self, name: str) -> tuple[Callable[[int, int], None], bytearray, int, int]:
        """`ArrayFile.unread` of one array."""
        check, flags, at, page = self.file.unread(self._stored(name))
        before = self._before(name)
        if not before:
            return check, flags, at, page
        at += before * self.file.lazy(self._stored(name)).itemsize
        return lambda low, high: check(low + before, high + before), flags, at, page

    def _before(self, name: str) -> int:
        """Items of an array that are of the blocks before."""
        return self.base if name in _COLUMNS or name in _OFFSETS else 0

    def strings(self, name: str) -> StringTable | SubTable:
        """A sorted table of the segment, less the strings that the block has not."""
        whole = self._tables.get(name)
        if whole is None:
            whole = self._tables[name] = StringTable(self.file, name)
        word = f"{name}{WORD}"
        return SubTable(whole, self, word) if word in self else whole

    def __iter__(self) -> Iterator[str]:
        for name in self.file:
            own = name.removeprefix(f"{self.number}/") if self.number else name
            if "/" not in own and (own != name or not self.number or not of_block(own)):
                yield own

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._stored(name) in self.file


Arrays = Mapping[str, Array]


def blocks_of(file: ArrayFile, tables: dict[str, StringTable] | None = None) -> list[Block]:
    """The blocks of a segment's file, in the order of their papers; `tables` keeps what they share."""
    shared: dict[str, StringTable] = {} if tables is None else tables
    blocks, base = [], 0
    for number, docs in enumerate(block_sizes(file.meta)):
        blocks.append(Block(file, number, base, docs, shared))
        base += docs
    return blocks


def strings_of(arrays: Arrays, name: str) -> StringTable | SubTable:
    """A sorted table of strings of a file, or of a block."""
    return arrays.strings(name) if isinstance(arrays, Block) else StringTable(arrays, name)


def total_lengths(file: ArrayFile, live: npt.NDArray[np.bool_], fields: int) -> npt.NDArray[np.int64]:
    """Total words of each field over the live papers of a segment."""
    total = np.zeros(fields, dtype=np.int64)
    for block in blocks_of(file):
        held, alive = block["doc.length"], live[block.base : block.base + block.meta["docs"]]
        total += (held if alive.all() else held[:, alive]).sum(axis=1, dtype=np.int64)
    return total
