"""The table of joins: which hyphenated forms stand in which papers.

A key is `joined<TAB>part part`, all stems: `multi-task` is `multitask<TAB>multi task`. Arrays: joins.* (keys,
sorted), joins.start, joins.doc (papers of each, rising).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from indexer.index.analysis import stems
from indexer.index.codec.arrayfile import Array, ArrayFileWriter
from indexer.index.codec.strings import StringTable, write_strings


class JoinBuilder:
    """Collects hyphenated forms, paper by paper in rising order."""

    def __init__(self) -> None:
        self._docs: dict[tuple[str, ...], list[int]] = {}

    def add(self, doc: int, found: Iterable[tuple[str, ...]]) -> None:
        """The hyphenated forms of one text of a paper."""
        for parts in found:
            docs = self._docs.setdefault(parts, [])
            if not docs or docs[-1] != doc:
                docs.append(doc)

    def write(self, writer: ArrayFileWriter) -> None:
        """Add the table to a segment file."""
        surfaces = sorted({part for parts in self._docs for part in parts} | {"".join(parts) for parts in self._docs})
        stem = dict(zip(surfaces, stems(surfaces), strict=True))
        merged: dict[bytes, set[int]] = {}
        for parts, docs in self._docs.items():
            key = f"{stem[''.join(parts)]}\t{' '.join(stem[part] for part in parts)}"
            merged.setdefault(key.encode("utf-8", "surrogatepass"), set()).update(docs)
        write_joins(writer, {key: sorted(docs) for key, docs in merged.items()})


def write_joins(writer: ArrayFileWriter, postings: Mapping[bytes, Iterable[int]]) -> None:
    """Add keys and their papers."""
    keys = sorted(postings)
    rows = [np.fromiter(postings[key], dtype=np.uint16) for key in keys]
    write_strings(writer, "joins", keys, ordered=True)
    writer.add("joins.start", np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.uint32))
    writer.add("joins.doc", np.concatenate(rows) if rows else np.empty(0, np.uint16))


class JoinTable:
    """The joins of a segment, read."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.keys = StringTable(arrays, "joins")
        self._start = arrays["joins.start"].data
        self._docs = arrays["joins.doc"]

    def parts(self, joined: str) -> list[tuple[str, int]]:
        """Each way in which hyphens part a joined stem (parts with a space between), with its row."""
        low, high = self.keys.prefix_range(joined.encode("utf-8", "surrogatepass") + b"\t")
        return [(self.keys[row].partition(b"\t")[2].decode("utf-8", "surrogatepass"), row) for row in range(low, high)]

    def docs(self, row: int) -> Array:
        """Papers (uint16) in which a row's hyphenated form stands."""
        return self._docs[self._start[row] : self._start[row + 1]]
