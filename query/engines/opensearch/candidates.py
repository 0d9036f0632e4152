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
import zstandard

from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.opensearch import packing
from indexer.index.opensearch.analysed import GAP, parts_of
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
from indexer.index.text.encoded import decode, encode
from indexer.index.text.ties import HERE
from query.engines.opensearch.memory import Arrays

Json = Mapping[str, Any]
_NAME_WORDS = (1 << NAME_BITS) - 1
_LENGTHS = tuple(f"lengths.{field.name}" for field in FIELDS)
ROW_FIELDS = ("id", "year", "type", "venue", "streams", *_LENGTHS)
"""Doc values that a row brings."""
SHOWN_FIELDS = ("stored", "records")
"""Those of what is shown of it."""
Words = npt.NDArray[np.uint32]
Fetch = Callable[[Sequence[str]], Mapping[str, bytes]]
"""From ids to the stored lines of the papers."""
Written = Callable[[str, Sequence[str]], Set[str]]
"""From a surface word and ids to those of the papers whose text holds it."""


def form_name(word: str) -> str:
    """The name of the clause by which hits say that their text holds a surface word."""
    return f"form-{word}"


class RowPapers(StoredPapers):
    """The records of the rows, fetched when one is first asked for, together with those that will be asked for next."""

    AT_ONCE, MOST_AT_ONCE = 20, 500

    def __init__(self, ids: Sequence[str], fetch: Fetch) -> None:
        self._name = "a paper of the cluster"
        self._ids, self._fetch = ids, fetch
        self._lines: dict[int, bytes] = {}
        self._came: dict[int, Json] = {}
        self.order: Sequence[int] = range(len(ids))
        """In which order they are likely to be shown."""
        self.at_once = self.AT_ONCE

    def _line(self, number: int) -> bytes:
        doc = number // 2
        if doc not in self._lines:
            if doc in self._came:
                self._lines[doc] = stored_lines(self._came.pop(doc))
            else:
                self._read(doc)
        head, _, rest = self._lines[doc].partition(b"\n")
        return rest if number % 2 else head

    def _read(self, doc: int) -> None:
        likely = [other for other in self.order if other not in self._lines and other != doc]
        asked = [doc, *likely[: self.at_once - 1]]
        found = self._fetch([self._ids[other] for other in asked])
        self._lines.update((other, found[self._ids[other]]) for other in asked)

    def expect(self, docs: Sequence[int]) -> None:
        """These rows will be shown next, in this order."""
        self.order, self.at_once = docs, min(max(len(docs), self.AT_ONCE), self.MOST_AT_ONCE)

    def give(self, doc: int, hit: Json) -> None:
        """The hit of a row with which its stored lines came."""
        self._came[doc] = hit


class _Compounds:
    """Which rows tie a word HERE: all that is asked of a segment's compounds once the cluster has told the variants."""

    def __init__(self, held: Sequence[Sequence[str]]) -> None:
        self._held = held

    def tied(self, word: str, other: str) -> npt.NDArray[np.uint16]:
        """Rows (uint16, rising) that tie another word to a word HERE."""
        key = f"{word}\t{HERE}{other}"
        return np.array([doc for doc, keys in enumerate(self._held) if key in keys], dtype=np.uint16)


class Records(Segment):
    """The records of hits and their venues as those of a segment's papers, in the order in which they came."""

    def __init__(self, name: str, hits: Sequence[Json], fetch: Fetch) -> None:
        fields: list[Json] = [hit.get("fields", {}) for hit in hits]
        self.name = name
        self.base = 0
        self.docs = self.alive = len(hits)
        self.live = np.ones(self.docs, dtype=bool)
        self.paper_ids: list[str] = [row["id"][0] for row in fields]
        self._works: list[str] = [row.get("records", ("",))[0] for row in fields]
        numbers = {"": 0}
        names = [row.get("venue", ("",))[0] for row in fields]
        self.venues: Array = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.uint16)
        self._venue_names = list(numbers)
        self.papers: RowPapers = RowPapers(self.paper_ids, fetch)
        for doc, row in enumerate(fields):
            if "stored" in row:
                self.papers.give(doc, hits[doc])

    def other_records(self, doc: int) -> list[str]:
        """Ids of the other records of a paper's work, the preferred first; none where works are not grouped."""
        return [paper for paper in self.records(doc) if paper != self.paper_ids[doc]]

    def records(self, doc: int) -> list[str]:
        """Ids of all records of its work."""
        packed = self._works[doc]
        return decode(packing.unpack(packing.given(packed))).split("\n") if packed else [self.paper_ids[doc]]

    @property
    def venue_names(self) -> list[str]:
        """Canonical venue of each number in `venues`; number 0 is no venue."""
        return self._venue_names

    def paper_id(self, doc: int) -> str:
        """The id of a paper."""
        return self.paper_ids[doc]

    def paper(self, doc: int) -> Paper:
        """The whole paper."""
        return self.papers.paper(doc)


class Rows(Records):
    """Hits of a cluster as the papers of a segment, in the order in which they came, all live."""

    def __init__(self, name: str, hits: Sequence[Json], fetch: Fetch, written: Written) -> None:
        super().__init__(name, hits, fetch)
        fields: list[Json] = [hit.get("fields", {}) for hit in hits]
        self._written = written
        self.years = np.array([row.get("year", (0,))[0] for row in fields], dtype=np.int16)
        self.types = np.array([TYPE_CODES.get(row.get("type", ("",))[0], 0) for row in fields], dtype=np.uint8)
        self.lengths = _lengths(fields)
        self._matched = [frozenset(hit.get("matched_queries", ())) for hit in hits]
        self._compound_keys = [row.get("joins", ()) for row in fields]
        self.rows: Arrays = _inverted([row["streams"][0] for row in fields], self.lengths)
        self.given_scores = np.array([_given(hit) for hit in hits], dtype=np.float64)
        """What the server scores each; 0 where they are in another order."""
        self.told_forms: frozenset[str] = frozenset()
        """Surface words of which the hits say whether they hold them (`form_name`)."""
        self._columns()

    def _columns(self) -> None:
        ids = [encode(paper) for paper in self.paper_ids]
        ranks = np.empty(self.docs, dtype=np.uint16)
        ranks[sorted(range(self.docs), key=ids.__getitem__)] = np.arange(self.docs)
        self.rows.add("doc.id_rank", ranks)
        write_strings(self.rows, "id", ids, ordered=False)
        self.arrays = self.rows  # type: ignore[assignment]  # what is asked of a block here is asked of any mapping

    def form_docs(self, word: str) -> npt.NDArray[np.uint16]:
        """Rows whose text holds a surface word: the cluster has those, and may have told them with the rows."""
        if word in self.told_forms:
            return np.flatnonzero(self.told(form_name(word))).astype(np.uint16)
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
    def compounds(self) -> Any:
        """What ties words HERE."""
        return _Compounds(self._compound_keys)

    @property
    def venue_numbers(self) -> dict[str, int]:
        """Number of each canonical venue; papers without a venue have none."""
        return {name: number for number, name in enumerate(self._venue_names) if number}

    @made_once
    def ids(self) -> StringTable:
        """Paper ids by row."""
        return StringTable(self.rows, "id")


def _given(hit: Json) -> float:
    first = (hit.get("sort") or (0.0,))[0]
    return first if isinstance(first, float) else 0.0


def _lengths(fields: Sequence[Json]) -> Array:
    found = np.array([[row[name][0] for row in fields] for name in _LENGTHS], dtype=np.int64).reshape(len(FIELDS), -1)
    top = int(found.max(initial=0))
    return np.ascontiguousarray(found.astype(np.uint16 if top < 1 << 16 else np.uint32))


def _inverted(packed: Sequence[str], lengths: Array) -> Arrays:
    """The postings of both groups from the packed words of the rows: 80,000 words, over which no loop here goes."""
    reader = zstandard.ZstdDecompressor()
    rows = [parts_of(packing.given(value), reader) for value in packed]
    arrays = Arrays()
    extents, stream, words = _numbered([row[0] for row in rows], GAP)
    text = Occurrences(
        stream,
        extents,
        np.ascontiguousarray(lengths[: len(GROUPS[TEXT])].T.astype(np.uint32)),
        np.empty(0, np.uint32),
    )
    write_group(arrays, TEXT, words, text, None)
    sizes, numbers, parts = _numbered([name for row in rows for name in row[1:]])
    authors = np.array([len(row) - 1 for row in rows], dtype=np.int64)
    author = np.arange(len(sizes)) - np.repeat(np.cumsum(authors) - authors, authors)
    place = np.arange(len(numbers)) - np.repeat(np.cumsum(sizes, dtype=np.int64) - sizes, sizes)
    owners = np.repeat(np.arange(len(rows)), authors)
    in_row = np.bincount(owners, weights=sizes, minlength=len(rows)).astype(np.uint32)
    names = Occurrences(
        numbers,
        in_row,
        in_row.reshape(-1, 1),
        (np.repeat(author, sizes) << NAME_BITS | np.minimum(place, _NAME_WORDS)).astype(np.uint32),
    )
    write_group(arrays, NAMES, parts, names, None)
    return arrays


def _numbered(texts: Sequence[str], gap: str = "") -> tuple[Words, Words, list[str]]:
    """How many words each text has, the numbers of all from 1 on (of gaps 0), and the words by number."""
    number: defaultdict[str, int] = defaultdict(count(1).__next__, {gap: 0})
    sizes = np.array([text.count(" ") + 1 if text else 0 for text in texts], dtype=np.uint32)
    joined = " ".join(filter(None, texts))
    words = joined.split(" ") if joined else []
    stream = np.fromiter(map(number.__getitem__, words), dtype=np.uint32, count=len(words))
    return sizes, stream, list(number)[1:]
