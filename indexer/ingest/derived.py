"""What the stored papers of a segment give when they are analysed anew, beside what the segment holds.

A merged segment numbers its author rows, word forms and frequencies in another order than one that was built: these
are compared by what they stand for, everything else value by value.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from indexer.index.errors import QuiverError
from indexer.index.record.venues import VenueTable
from indexer.index.schema import GROUPS
from indexer.index.segment.authors import NameTables
from indexer.index.segment.blocks import Arrays, Block, strings_of
from indexer.index.segment.builder import SegmentBuilder
from indexer.index.segment.container import Array, ArrayFile
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM, PostingGroup
from indexer.index.segment.strings import StringTable, SubTable

View = Callable[[Arrays], Array]
_UNREADABLE = (QuiverError, ValueError, KeyError, IndexError)


def differences(segment: Segment, table: VenueTable, language: str = "") -> Iterator[str]:
    """A line for everything in a segment that its stored papers do not give."""
    builder = SegmentBuilder(table, language=language)
    for doc in range(segment.docs):
        try:
            builder.add(segment.papers.paper(doc))
        except _UNREADABLE as error:
            yield f"{segment.name}: stored paper {doc} cannot be read: {error}"
            return
    with tempfile.TemporaryDirectory() as aside:
        path = Path(aside) / "anew"
        builder.write(path)
        anew = ArrayFile(path)
        for what, view in _views():
            try:
                same = _same(view(segment.arrays), view(anew))
            except _UNREADABLE:
                same = False
            if not same:
                yield f"{segment.name}: {what} differ from what the stored papers give"
        anew.close()


def _same(one: Array, other: Array) -> bool:
    """Whether two views are equal; what one of them masks it does not know."""
    if one.shape == other.shape and isinstance(one, np.ma.MaskedArray) and isinstance(other, np.ma.MaskedArray):
        return bool((one == other).all() is not np.False_)
    return np.array_equal(one, other)


def _views() -> Iterator[tuple[str, View]]:
    """What must be equal however a segment came to be, and how it is seen."""
    yield "field lengths", _array("doc.length")
    for name in ("year", "type", "language", "key", "content", "work", "id_rank", "title_rank", "title_new"):
        yield f"doc.{name}", _array(f"doc.{name}")
    yield "ids", _strings("id")
    yield "keys by which papers are found", lambda arrays: _keys(arrays)[0]
    yield "papers of keys", lambda arrays: _keys(arrays)[1]
    for table, column in (("venue", "doc.venue"), ("published", "doc.spelling")):
        yield f"{table} names", _by_doc(table, column)
    for name, fields in GROUPS.items():
        yield from _group_views(name, len(fields))
    yield "author clusters", lambda arrays: _clusters(arrays)[0]
    yield "papers of author clusters", lambda arrays: _clusters(arrays)[1]
    yield "beginnings of author clusters", _cluster_heads
    yield "cluster.block", lambda arrays: arrays["cluster.block"][_clusters(arrays)[2]]
    yield "numbers of authors", lambda arrays: np.diff(arrays["doc.row_at"])
    yield "author rows", _rows
    yield "compounds", _strings("joins", ordered=True)
    yield "numbers of papers of compounds", _array("joins.start")
    yield "papers of compounds", _array("joins.doc")


def _group_views(name: str, fields: int) -> Iterator[tuple[str, View]]:
    def seen(view: Callable[[PostingGroup], Array]) -> View:
        return lambda arrays: view(PostingGroup(arrays, name, fields))

    yield f"terms of {name}", _strings(f"{name}.term", ordered=True)
    for part in ("start", "occ", "skip"):
        yield f"{name}.{part}", _array(f"{name}.{part}")
    yield f"papers of terms of {name}", _array(f"{name}.doc")
    yield f"term frequencies of {name}", seen(lambda group: group.frequencies(0, len(group.docs)))
    yield f"positions of {name}", seen(PostingGroup.every_position)
    if name == "text":
        yield f"word forms of {name}", _strings(f"{name}.form", ordered=True)
        yield f"terms of word forms of {name}", _array(f"{name}.form_term")
        yield f"papers of word forms of {name}", seen(_papers_of_forms)
        yield f"papers that have word forms of {name} in their title", _array(f"{name}.titled")
        yield f"word forms of the occurrences of {name}", seen(_forms_of_occurrences)


def _array(name: str) -> View:
    return lambda arrays: arrays[name]


def _strings(name: str, *, ordered: bool = False) -> View:
    """A table of strings; of an ordered one also the beginnings by which it is searched."""

    def view(arrays: Arrays) -> Array:
        table = strings_of(arrays, name) if ordered else StringTable(arrays, name)
        rows: list[object] = list(table)
        if ordered:
            heads = arrays[f"{name}.head"]
            rows += (heads[table.numbers] if isinstance(table, SubTable) else heads).tolist()
        return np.array(rows, dtype=object)

    return view


def _place(arrays: Arrays) -> tuple[int, int]:
    """First and past-last number, in its segment, of the papers."""
    base = arrays.base if isinstance(arrays, Block) else 0
    return base, base + len(arrays["doc.year"])


def _keys(arrays: Arrays) -> tuple[Array, Array]:
    """Hashes by which papers are found, and those papers: of a segment's table what is of the block."""
    low, high = _place(arrays)
    docs = arrays["key.doc"].astype(np.int64)
    own = (docs >= low) & (docs < high)
    return arrays["key.hash"][own], docs[own] - low


def _clusters(arrays: Arrays) -> tuple[Array, Array, Array]:
    """Keys of the clusters that have papers in a block, (cluster, paper) pairs with clusters numbered by those keys,
    and the numbers of the clusters in the segment."""
    low, high = _place(arrays)
    starts = arrays["cluster.start"].astype(np.int64)
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    docs = arrays["cluster.doc"].astype(np.int64)
    own = (docs >= low) & (docs < high)
    numbers, places = np.unique(owners[own], return_inverse=True)
    keys = list(StringTable(arrays, "cluster"))
    return np.array([keys[at] for at in numbers], dtype=object), np.stack([places, docs[own] - low]), numbers


def _cluster_heads(arrays: Arrays) -> Array:
    heads: Array = arrays["cluster.head"][_clusters(arrays)[2]]
    return heads


def _by_doc(table: str, column: str) -> View:
    return lambda arrays: np.array(list(StringTable(arrays, table)), dtype=object)[arrays[column]]


def _papers_of_forms(group: PostingGroup) -> Array:
    return np.concatenate([np.empty(0, np.uint16), *(group.form_docs(form) for form in range(len(group.forms)))])


def _forms_of_occurrences(group: PostingGroup) -> Array:
    """The form of each occurrence; masked where forms share the last bit, which a merge gives to more of them."""
    terms, bits = group.form_term.astype(np.int64), group.form_bit
    table = np.full((len(group.terms), LAST_FORM + 1), -1)
    table[terms, bits] = np.arange(len(terms))
    table[:, LAST_FORM] = -1
    counts = group.frequencies(0, len(group.docs)).sum(axis=1, dtype=np.int64)
    owners = np.repeat(np.repeat(np.arange(len(group.terms)), np.diff(group.starts)), counts)
    return np.ma.masked_equal(table[owners, group.every_form()], -1)


def _rows(arrays: Arrays) -> Array:
    """For each author of each paper the spelling, the id's hash, the cluster's key, and whether it was met before."""
    tables = NameTables(arrays)
    low, high = int(tables.row_at[0]), int(tables.row_at[-1])
    keys, spellings = list(tables.keys), list(tables.spellings)
    ids, clusters = tables.row_id.tolist(), tables.row_cluster.tolist()
    pairs = zip(tables.rows[low:high].tolist(), tables.again[low:high].tolist(), strict=True)
    return np.array(
        [(spellings[row], ids[row], keys[clusters[row]], again) for row, again in pairs],
        dtype=object,
    )
