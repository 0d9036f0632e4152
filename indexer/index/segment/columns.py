"""One value a paper: year, type, venue, sort orders, hashes; and the table that finds a paper by id, DOI or address.

The arrays doc.* and key.* of `catalogue`: doc.title_rank and doc.id_rank are places in the order by title then id, and
by id, doc.work hashes of title and first author, doc.content of the stored record, doc.key of the id.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from indexer.index.record.identity import keys
from indexer.index.record.paper import TYPES, Paper
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.authors import hash64
from indexer.index.segment.container import Array, ArrayFile
from indexer.index.segment.narrow import narrow, numbered
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.text.encoded import encode
from indexer.index.text.languages import LANGUAGE_NUMBERS

TYPE_CODES: dict[str, int] = {"": 0} | {name: number for number, name in enumerate(TYPES, 1)}
TYPE_NAMES: dict[int, str] = {code: name for name, code in TYPE_CODES.items()}


def key_hash(kind: str, value: str) -> int:
    """Hash under which a paper is found by its `id`, or by an identifier in canonical form (`record.identifiers`)."""
    return hash64(f"{kind}\n{value}")


def work_hash(title_words: Iterable[str], first_author: str) -> int:
    """Hash that two records of one work share, of the words of the title and the first author's cluster key."""
    return hash64(" ".join(title_words) + "\n" + first_author)


class ColumnBuilder:
    """Collects the single values of papers, one `add` a paper."""

    def __init__(self) -> None:
        self._years = array("h")
        self._types = array("B")
        self._languages = array("B")
        self._venues: dict[str, int] = {"": 0}
        self._venue = array("I")
        self._published: dict[str, int] = {"": 0}
        self._spelling = array("I")
        self._ids: list[bytes] = []
        self._titles: list[bytes] = []
        self._content = array("Q")
        self._id_hash = array("Q")
        self._keys = array("Q")
        self._key_docs = array("I")

    def add(self, paper: Paper, title: str, venue: str, content: int, language: str) -> None:
        """The next paper; `title` as read, `venue` canonical, `content` the hash of its stored form."""
        number = len(self._years)
        self._years.append(paper.year or 0)
        self._types.append(TYPE_CODES.get(paper.type, 0))
        self._languages.append(LANGUAGE_NUMBERS[language])
        self._venue.append(self._venues.setdefault(venue, len(self._venues)))
        self._spelling.append(self._published.setdefault(paper.venue, len(self._published)))
        self._ids.append(encode(paper.id))
        self._titles.append(title_key(title))
        self._content.append(content)
        own = key_hash("id", paper.id)
        self._id_hash.append(own)
        self._key(own, number)
        for kind, value in set(
            keys(paper.id, paper.doi, paper.arxiv, (paper.url, paper.pdf), paper.extra, paper.orcids)
        ):
            self._key(key_hash(kind, value), number)

    @property
    def years(self) -> npt.NDArray[np.int16]:
        """The year of each paper so far; 0: none."""
        return np.array(self._years, dtype=np.int16)

    def _key(self, key: int, doc: int) -> None:
        self._keys.append(key)
        self._key_docs.append(doc)

    def write(self, writer: ArrayFileWriter, works: Array) -> None:
        """Add the columns to a segment file; `works` are the papers' `work_hash`, uint64."""
        writer.add("doc.year", self.years)
        writer.add("doc.type", np.array(self._types, dtype=np.uint8))
        writer.add("doc.language", np.array(self._languages, dtype=np.uint8))
        writer.add("doc.venue", narrow(np.array(self._venue, dtype=np.uint32)))
        writer.add("doc.spelling", narrow(np.array(self._spelling, dtype=np.uint32)))
        for name, table in (("venue", self._venues), ("published", self._published)):
            write_strings(writer, name, [encode(key) for key in table], ordered=False)
        write_strings(writer, "id", self._ids, ordered=False)
        for name, values in orders(self._ids, self._titles).items():
            writer.add(name, values)
        writer.add("doc.content", np.array(self._content, dtype=np.uint64))
        writer.add("doc.work", works)
        writer.add("doc.key", np.array(self._id_hash, dtype=np.uint64))
        hashes, docs = np.array(self._keys, dtype=np.uint64), np.array(self._key_docs, dtype=np.uint16)
        order = np.lexsort((docs, hashes))
        writer.add("key.hash", hashes[order])
        writer.add("key.doc", docs[order])


def orders(ids: list[bytes], titles: list[bytes]) -> dict[str, Array]:
    """The places of the papers of a block in the orders of ids and of titles (`title_key`), by array."""
    by_title = [doc for _, _, doc in sorted(zip(titles, ids, range(len(ids)), strict=True))]
    new = np.ones(len(ids), dtype=np.uint8)
    new[by_title[1:]] = [titles[doc] != titles[before] for before, doc in pairwise(by_title)]
    return {
        "doc.id_rank": _ranks(sorted(range(len(ids)), key=ids.__getitem__)),
        "doc.title_rank": _ranks(by_title),
        "doc.title_new": new,
    }


def merge_columns(writer: ArrayFileWriter, parts: Sequence[tuple[ArrayFile, npt.NDArray[np.int64]]]) -> None:
    """Add the columns of the kept documents of several segments, but for the orders (`write_orders`)."""
    for name in ("doc.year", "doc.type", "doc.language", "doc.key", "doc.content", "doc.work"):
        writer.add(name, np.concatenate([arrays[name][kept] for arrays, kept in parts]))
    for column, table in (("doc.venue", "venue"), ("doc.spelling", "published")):
        numbers: dict[bytes, int] = {b"": 0}
        columns = []
        for arrays, kept in parts:
            old = arrays[column][kept]
            names = list(StringTable(arrays, table))
            new = np.zeros(len(names), dtype=np.int64)
            for number in np.unique(old).tolist():
                new[number] = numbers.setdefault(names[number], len(numbers))
            columns.append(new[old])
        writer.add(column, narrow(np.concatenate(columns)))
        write_strings(writer, table, list(numbers), ordered=False)
    ids: list[bytes] = []
    hashes, docs = [], []
    first = 0
    for arrays, kept in parts:
        table_ids = StringTable(arrays, "id")
        ids += [table_ids[doc] for doc in kept.tolist()]
        new = np.full(arrays.meta["docs"], -1, dtype=np.int64)
        new[kept] = np.arange(first, first + len(kept))
        moved = new[arrays["key.doc"]]
        hashes.append(arrays["key.hash"][moved >= 0])
        docs.append(moved[moved >= 0])
        first += len(kept)
    write_strings(writer, "id", ids, ordered=False)
    key, doc = np.concatenate(hashes), np.concatenate(docs)
    order = np.lexsort((doc, key))
    writer.add("key.hash", key[order])
    writer.add("key.doc", numbered(doc[order], first))


def title_key(title: str) -> bytes:
    """By what titles are sorted: as read, case folded, by code point."""
    return encode(title.casefold())


def _ranks(order: list[int]) -> Array:
    ranks = np.empty(len(order), dtype=np.uint16)
    ranks[order] = np.arange(len(order))
    return ranks
