"""The table of joins: which hyphenated forms stand in which papers.

A key is `joined<TAB>part part`, all stems: `multi-task` is `multitask<TAB>multi task`. Arrays: joins.* (keys,
sorted), joins.start, joins.doc (papers of each, rising).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from indexer.index.segment.container import Array, ArrayFileWriter
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.text.analysis import stems


def write_join_forms(
    writer: ArrayFileWriter, vocabulary: Sequence[str], found: Sequence[tuple[int, ...]], forms: Array, docs: Array
) -> None:
    """Add the table of the hyphenated forms in a text group.

    `found` are the forms as numbers (from 1) of words of the vocabulary; `forms` and `docs` say, for every time that
    one stood somewhere, which form it was (from 0) and in which paper.
    """
    parts = [tuple(vocabulary[number - 1] for number in form) for form in found]
    surfaces = sorted({part for form in parts for part in form} | {"".join(form) for form in parts})
    stem = dict(zip(surfaces, stems(surfaces), strict=True))
    texts = [f"{stem[''.join(form)]}\t{' '.join([stem[part] for part in form])}" for form in parts]
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    keys = sorted(set(encoded))
    number = {key: at for at, key in enumerate(keys)}
    key_of = np.fromiter(map(number.__getitem__, encoded), dtype=np.int64, count=len(encoded))
    pairs = np.unique(key_of[forms] << 16 | docs)
    write_strings(writer, "joins", keys, ordered=True)
    writer.add("joins.start", np.searchsorted(pairs >> 16, np.arange(len(keys) + 1)).astype(np.uint32))
    writer.add("joins.doc", (pairs & 0xFFFF).astype(np.uint16))


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
