"""One value a paper: year, type, venue, sort orders, hashes; and the table that finds a paper by id, DOI or address.

Arrays: doc.year int16 (0 none), doc.type uint8, doc.venue and doc.spelling (numbers in venue.* and published.*, 0 is
no venue), doc.title_rank and doc.id_rank (place in the order by title then id, and by id), doc.content and doc.work
uint64 (hashes: of the stored record; of title and first author), doc.key uint64 (hash of the id), key.hash (sorted
uint64) and key.doc.
"""

from __future__ import annotations

from array import array

import numpy as np

from indexer.index.analysis import words
from indexer.index.codec.arrayfile import Array, ArrayFileWriter
from indexer.index.codec.name_tables import hash64
from indexer.index.codec.narrow import narrow
from indexer.index.codec.strings import write_strings
from indexer.index.names import cluster_key
from indexer.index.paper import TYPES, Paper

TYPE_CODES: dict[str, int] = {"": 0} | {name: number for number, name in enumerate(TYPES, 1)}
TYPE_NAMES: dict[int, str] = {code: name for name, code in TYPE_CODES.items()}


def key_hash(kind: str, value: str) -> int:
    """Hash under which a paper is found by `id` (exact), or by `doi`, `arxiv`, `url` (whatever the case)."""
    return hash64(f"{kind}\n{value if kind == 'id' else value.casefold()}")


def work_hash(title: str, first_author: str) -> int:
    """Hash that two records of one work share: words of the title, first author's cluster."""
    return hash64(" ".join(words(title)) + "\n" + cluster_key(first_author))


class ColumnBuilder:
    """Collects the single values of papers, one `add` a paper."""

    def __init__(self) -> None:
        self._years = array("h")
        self._types = array("B")
        self._venues: dict[str, int] = {"": 0}
        self._venue = array("H")
        self._published: dict[str, int] = {"": 0}
        self._spelling = array("H")
        self._ids: list[bytes] = []
        self._titles: list[bytes] = []
        self._content = array("Q")
        self._work = array("Q")
        self._id_hash = array("Q")
        self._keys: list[tuple[int, int]] = []

    def add(self, paper: Paper, title: str, venue: str, content: int) -> None:
        """The next paper; `title` as read, `venue` canonical, `content` the hash of its stored form."""
        number = len(self._years)
        self._years.append(paper.year or 0)
        self._types.append(TYPE_CODES.get(paper.type, 0))
        self._venue.append(self._venues.setdefault(venue, len(self._venues)))
        self._spelling.append(self._published.setdefault(paper.venue, len(self._published)))
        self._ids.append(paper.id.encode("utf-8", "surrogatepass"))
        self._titles.append(title.casefold().encode("utf-8", "surrogatepass"))
        self._content.append(content)
        self._work.append(work_hash(title, paper.authors[0].name if paper.authors else ""))
        self._id_hash.append(key_hash("id", paper.id))
        self._keys.append((self._id_hash[-1], number))
        for kind in ("doi", "arxiv", "url", "pdf"):
            value = getattr(paper, kind)
            if value:
                self._keys.append((key_hash("url" if kind == "pdf" else kind, value), number))

    def write(self, writer: ArrayFileWriter) -> None:
        """Add the columns to a segment file."""
        writer.add("doc.year", np.array(self._years, dtype=np.int16))
        writer.add("doc.type", np.array(self._types, dtype=np.uint8))
        writer.add("doc.venue", narrow(np.array(self._venue, dtype=np.uint16)))
        writer.add("doc.spelling", narrow(np.array(self._spelling, dtype=np.uint16)))
        for name, table in (("venue", self._venues), ("published", self._published)):
            write_strings(writer, name, [key.encode("utf-8", "surrogatepass") for key in table], ordered=False)
        write_strings(writer, "id", self._ids, ordered=False)
        by_id = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        by_title = sorted(range(len(self._ids)), key=lambda doc: (self._titles[doc], self._ids[doc]))
        writer.add("doc.id_rank", _ranks(by_id))
        writer.add("doc.title_rank", _ranks(by_title))
        writer.add("doc.content", np.array(self._content, dtype=np.uint64))
        writer.add("doc.work", np.array(self._work, dtype=np.uint64))
        writer.add("doc.key", np.array(self._id_hash, dtype=np.uint64))
        self._keys.sort()
        writer.add("key.hash", np.array([key for key, _ in self._keys], dtype=np.uint64))
        writer.add("key.doc", np.array([doc for _, doc in self._keys], dtype=np.uint16))


def _ranks(order: list[int]) -> Array:
    ranks = np.empty(len(order), dtype=np.uint16)
    ranks[order] = np.arange(len(order))
    return ranks
