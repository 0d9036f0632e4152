"""Authors of papers, collected while a segment is built: rows, clusters and the words of names."""

from __future__ import annotations

from array import array
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.index.record.names import key_of_spelling, spelling
from indexer.index.record.paper import Author
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.authors import hash64, write_name_tables
from indexer.index.segment.inversion import Occurrences
from indexer.index.segment.layout import NAME_BITS
from indexer.index.segment.postings import ragged
from indexer.index.segment.vocabulary import WordStream
from indexer.index.text.encoded import encode

_NAME_WORDS = (1 << NAME_BITS) - 1


class NameBuilder:
    """Collects the authors of papers, one `add` a paper; everything else is done once a distinct author."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str | None], int] = {}
        self._spellings: list[tuple[str, str | None]] = []
        self._row_cluster = array("I")
        self._clusters: dict[str, int] = {}
        self._stream = array("I")
        self._ends = array("I", [0])

    def add(self, authors: tuple[Author, ...]) -> None:
        """The authors of the next paper."""
        rows, stream = self._rows, self._stream
        for author in authors:
            row = rows.get((author.name, author.id))
            stream.append(self._new_row(author) if row is None else row)
        self._ends.append(len(stream))

    def _new_row(self, author: Author) -> int:
        # Two published names may be one spelling as read: the row is of the spelling.
        read = spelling(author.name)
        row = self._rows.get((read, author.id))
        if row is None:
            row = len(self._spellings)
            self._row_cluster.append(self._clusters.setdefault(key_of_spelling(read), len(self._clusters)))
            self._spellings.append((read, author.id))
            self._rows[(read, author.id)] = row
        self._rows[(author.name, author.id)] = row
        return row

    def occurrences(self, words: WordStream) -> Occurrences:
        """The words of all names, author by author; `words` is filled with those of each row once."""
        sizes = np.fromiter((words.add_name(name) for name, _ in self._spellings), np.int64, len(self._spellings))
        firsts = np.cumsum(sizes) - sizes
        rows = np.frombuffer(self._stream, dtype=np.uint32) if self._stream else np.empty(0, np.uint32)
        ends = np.array(self._ends, dtype=np.int64)
        where, owners = ragged(firsts[rows], sizes[rows])
        number = np.arange(len(rows)) - np.repeat(ends[:-1], np.diff(ends))
        at = np.minimum(where - firsts[rows][owners], _NAME_WORDS)
        extents = np.diff(np.concatenate([[0], np.cumsum(sizes[rows])])[ends]).astype(np.uint32)
        return Occurrences(
            stream=np.frombuffer(words.stream, dtype=np.uint32)[where] if len(where) else np.empty(0, np.uint32),
            extents=extents,
            lengths=extents.reshape(-1, 1),
            positions=(number[owners] << NAME_BITS | at).astype(np.uint32),
        )

    def first_keys(self) -> list[str]:
        """For each paper the cluster key of its first author; empty where it has none."""
        keys = list(self._clusters)
        return [keys[self._row_cluster[self._stream[low]]] if high > low else "" for low, high in pairwise(self._ends)]

    def write(self, writer: ArrayFileWriter, years: npt.NDArray[np.int16]) -> None:
        """Add the tables to a segment file; `years` are those of the papers, 0 where none is known."""
        row_cluster = np.array(self._row_cluster, dtype=np.int64)
        ends = np.array(self._ends, dtype=np.int64)
        rows = np.array(self._stream, dtype=np.int64)
        docs = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
        once = _first_of_each(docs << 32 | rows)
        rows, docs = rows[once], docs[once]
        again = ~_first_of_each(docs << 32 | row_cluster[rows]) if len(rows) else np.empty(0, bool)
        write_name_tables(
            writer,
            clusters=[encode(key) for key in self._clusters],
            spellings=[encode(name) for name, _ in self._spellings],
            row_ids=np.array([hash64(person) if person else 0 for _, person in self._spellings], dtype=np.uint64),
            row_cluster=row_cluster,
            row_at=np.searchsorted(docs, np.arange(len(ends))),
            rows=rows,
            again=again.astype(np.uint8),
            years=years,
        )


def _first_of_each(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Where each value stands for the first time."""
    first = np.zeros(len(keys), dtype=bool)
    first[np.unique(keys, return_index=True)[1]] = True
    return first
