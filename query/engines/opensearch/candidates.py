"""What a cluster found, as a segment in memory: the arrays that the embedded engine scores, inverted from the rows.

So every score comes from the very modules that score a segment on disk (`engines.scoring`, `ranking`), over the same
integers: lengths, frequencies, positions. What of a segment is not there (names of clusters, surface forms) is what the
cluster decides itself; `told` has which rows it says match which clause.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.opensearch import packing
from indexer.index.opensearch.analysed import unpack
from indexer.index.opensearch.mapping import stored_lines
from indexer.index.record.paper import Paper
from indexer.index.schema import FIELDS, GROUPS, NAMES, TEXT
from indexer.index.segment.columns import TYPE_CODES
from indexer.index.segment.container import Array
from indexer.index.segment.inversion import Occurrences
from indexer.index.segment.layout import NAME_BITS
from indexer.index.segment.opened import Segment
from indexer.index.segment.papers import StoredPapers
from indexer.index.segment.postings import PostingGroup
from indexer.index.segment.postings_writer import write_group
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.text.encoded import encode
from indexer.index.text.ties import HERE

Json = Mapping[str, Any]
_NAME_WORDS = (1 << NAME_BITS) - 1
_LENGTHS = tuple(f"lengths.{field.name}" for field in FIELDS)
ROW_FIELDS = ("id", "year", "type", "venue", "streams", *_LENGTHS)
"""Doc values that a row brings."""
Fetch = Callable[[Sequence[str]], Mapping[str, bytes]]
"""From ids to the stored lines of the papers."""
Written = Callable[[str, Sequence[str]], Set[str]]
"""From a surface word and ids to those of the papers whose text holds it."""


class _Arrays(dict[str, Array]):
    """Arrays by name, in memory."""

    def add(self, name: str, array: Array) -> None:
        """Append an array."""
        self[name] = array

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        """Append raw bytes as an array of uint8."""
        self[name] = np.frombuffer(data, dtype=np.uint8)


class RowPapers(StoredPapers):
    """The records of the rows, fetched when one is first asked for, together with those that will be asked for next."""

    AT_ONCE = 20

    def __init__(self, ids: Sequence[str], fetch: Fetch) -> None:
        self._name = "a paper of the cluster"
        self._ids, self._fetch = ids, fetch
        self._lines: dict[int, bytes] = {}
        self.order: Sequence[int] = range(len(ids))
        """In which order they are likely to be shown."""

    def _line(self, number: int) -> bytes:
        doc = number // 2
        if doc not in self._lines:
            self._read(doc)
        head, _, rest = self._lines[doc].partition(b"\n")
        return rest if number % 2 else head

    def _read(self, doc: int) -> None:
        likely = [other for other in self.order if other not in self._lines and other != doc]
        asked = [doc, *likely[: self.AT_ONCE - 1]]
        found = self._fetch([self._ids[other] for other in asked])
        self._lines.update((other, found[self._ids[other]]) for other in asked)

    def give(self, doc: int, stored: bytes) -> None:
        """The stored lines of a row that came with it."""
        self._lines[doc] = stored


class _Joins:
    """Which rows tie a word HERE: all that is asked of a segment's joins once the cluster has told the variants."""

    def __init__(self, held: Sequence[Sequence[str]]) -> None:
        self._held = held

    def tied(self, word: str, other: str) -> npt.NDArray[np.uint16]:
        """Rows (uint16, rising) that tie another word to a word HERE."""
        key = f"{word}\t{HERE}{other}"
        return np.array([doc for doc, keys in enumerate(self._held) if key in keys], dtype=np.uint16)


class Rows(Segment):
    """Hits of a cluster as the papers of a segment, in the order in which they came, all live."""

    def __init__(self, name: str, hits: Sequence[Json], fetch: Fetch, written: Written) -> None:
        fields: list[Json] = [hit.get("fields", {}) for hit in hits]
        self.name = name
        self._written = written
        self.base = 0
        self.docs = self.alive = len(hits)
        self.live = np.ones(self.docs, dtype=bool)
        self.paper_ids: list[str] = [row["id"][0] for row in fields]
        self.years = np.array([row.get("year", (0,))[0] for row in fields], dtype=np.int16)
        self.types = np.array([TYPE_CODES.get(row.get("type", ("",))[0], 0) for row in fields], dtype=np.uint8)
        self.lengths = _lengths(fields)
        self._venue_names = [""]
        self.venues = self._numbered([row.get("venue", ("",))[0] for row in fields])
        self.papers: RowPapers = RowPapers(self.paper_ids, fetch)
        self._matched = [frozenset(hit.get("matched_queries", ())) for hit in hits]
        self._join_keys = [row.get("joins", ()) for row in fields]
        self.rows: _Arrays = _inverted([row["streams"][0] for row in fields], self.lengths)
        self._columns()
        for doc, hit in enumerate(hits):
            if "stored" in hit.get("fields", ()):
                self.papers.give(doc, stored_lines(hit))

    def _numbered(self, venues: Sequence[str]) -> Array:
        numbers = {"": 0}
        column = np.array([numbers.setdefault(name, len(numbers)) for name in venues], dtype=np.uint16)
        self._venue_names = list(numbers)
        return column

    def _columns(self) -> None:
        ids = [encode(paper) for paper in self.paper_ids]
        ranks = np.empty(self.docs, dtype=np.uint16)
        ranks[sorted(range(self.docs), key=ids.__getitem__)] = np.arange(self.docs)
        self.rows.add("doc.id_rank", ranks)
        write_strings(self.rows, "id", ids, ordered=False)
        self.arrays = self.rows  # type: ignore[assignment]  # what is asked of a block here is asked of any mapping

    def form_docs(self, word: str) -> npt.NDArray[np.uint16]:
        """Rows whose text holds a surface word: the cluster has those."""
        held = self._written(word, self.paper_ids)
        return np.array([doc for doc, paper in enumerate(self.paper_ids) if paper in held], dtype=np.uint16)

    def told(self, clause: str) -> npt.NDArray[np.bool_]:
        """Which rows match a clause of the query, by its name."""
        return np.array([clause in names for names in self._matched], dtype=bool)

    def impact(self, group: str, low: int, high: int) -> npt.NDArray[np.uint8]:
        """Impacts of postings: so few papers are scored without looking at bounds."""
        return np.full(high - low, 255, dtype=np.uint8)

    def admit(self, group: int, term: int) -> None:
        """Arrays in memory are as they were made."""
        self.reader.admit(group, term)

    @made_once
    def text(self) -> PostingGroup:
        """Stems of title, venue, abstract and keywords."""
        return PostingGroup(self.rows, TEXT, len(GROUPS[TEXT]))

    @made_once
    def names(self) -> PostingGroup:
        """Words of author names."""
        return PostingGroup(self.rows, NAMES, len(GROUPS[NAMES]))

    @made_once
    def reader(self) -> Any:
        """What finds terms in the kernel; None without one."""
        if kernel.native is None:
            return None
        rows = []
        for name in (TEXT, NAMES):
            group = self.group(name)
            impact = self.impact(name, 0, len(group.docs))
            rows.append((group.terms.native, group.native, self.rows[f"{name}.start"], impact, None))
        return kernel.native.Reader(*rows, None)

    @property
    def joins(self) -> Any:
        """What ties words HERE."""
        return _Joins(self._join_keys)

    @property
    def venue_names(self) -> list[str]:
        """Canonical venue of each number in `venues`; number 0 is no venue."""
        return self._venue_names

    @property
    def venue_numbers(self) -> dict[str, int]:
        """Number of each canonical venue; papers without a venue have none."""
        return {name: number for number, name in enumerate(self._venue_names) if number}

    @made_once
    def ids(self) -> StringTable:
        """Paper ids by row."""
        return StringTable(self.rows, "id")

    def paper_id(self, doc: int) -> str:
        """The id of a paper."""
        return self.paper_ids[doc]

    def paper(self, doc: int) -> Paper:
        """The whole paper."""
        return self.papers.paper(doc)


def _lengths(fields: Sequence[Json]) -> Array:
    found = np.array([[row[name][0] for row in fields] for name in _LENGTHS], dtype=np.int64).reshape(len(FIELDS), -1)
    top = int(found.max(initial=0))
    return np.ascontiguousarray(found.astype(np.uint16 if top < 1 << 16 else np.uint32))


def _inverted(packed: Sequence[str], lengths: Array) -> _Arrays:
    """The postings of both groups from the packed words of the rows."""
    streams = [unpack(packing.given(value)) for value in packed]
    arrays = _Arrays()
    words: defaultdict[str, int] = defaultdict(count(1).__next__, {"": 0})
    stream = np.fromiter((words[word] for row in streams for word in row.text), dtype=np.uint32)
    text = Occurrences(
        stream,
        np.array([len(row.text) for row in streams], dtype=np.uint32),
        np.ascontiguousarray(lengths[: len(GROUPS[TEXT])].T.astype(np.uint32)),
        np.empty(0, np.uint32),
    )
    write_group(arrays, TEXT, [word for word in words if word], text, None)
    parts: defaultdict[str, int] = defaultdict(count(1).__next__)
    numbers: list[int] = []
    places: list[int] = []
    extents: list[int] = []
    for row in streams:
        before = len(numbers)
        for author, name in enumerate(row.names):
            numbers += [parts[word] for word in name]
            places += [author << NAME_BITS | min(at, _NAME_WORDS) for at in range(len(name))]
        extents.append(len(numbers) - before)
    names = Occurrences(
        np.array(numbers, dtype=np.uint32),
        np.array(extents, dtype=np.uint32),
        np.array(extents, dtype=np.uint32).reshape(-1, 1),
        np.array(places, dtype=np.uint32),
    )
    write_group(arrays, NAMES, list(parts), names, None)
    return arrays
