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
from indexer.index.segment.builder import SegmentBuilder
from indexer.index.segment.container import Array, ArrayFile
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import PostingGroup
from indexer.index.segment.strings import StringTable

View = Callable[[ArrayFile], Array]
_UNREADABLE = (QuiverError, ValueError, KeyError, IndexError)


def differences(segment: Segment, table: VenueTable) -> Iterator[str]:
    """A line for everything in a segment that its stored papers do not give."""
    builder = SegmentBuilder(table)
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
                same = np.array_equal(view(segment.arrays), view(anew))
            except _UNREADABLE:
                same = False
            if not same:
                yield f"{segment.name}: {what} differ from what the stored papers give"
        anew.close()


def _views() -> Iterator[tuple[str, View]]:
    """What must be equal however a segment came to be, and how it is seen."""
    yield "field lengths", _array("doc.length")
    for name in ("year", "type", "key", "content", "work", "id_rank", "title_rank", "title_new"):
        yield f"doc.{name}", _array(f"doc.{name}")
    yield "ids", _strings("id")
    yield "keys by which papers are found", _array("key.hash")
    yield "papers of keys", _array("key.doc")
    for table, column in (("venue", "doc.venue"), ("published", "doc.spelling")):
        yield f"{table} names", _by_doc(table, column)
    for name, fields in GROUPS.items():
        yield from _group_views(name, len(fields))
    yield "author clusters", _strings("cluster", ordered=True)
    for name in ("doc", "start", "block"):
        yield f"cluster.{name}", _array(f"cluster.{name}")
    yield "numbers of authors", _array("doc.row_at")
    yield "author rows", _rows
    yield "joins", _strings("joins", ordered=True)
    yield "numbers of papers of joins", _array("joins.start")
    yield "papers of joins", _array("joins.doc")


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


def _array(name: str) -> View:
    return lambda arrays: arrays[name]


def _strings(name: str, *, ordered: bool = False) -> View:
    """A table of strings; of an ordered one also the beginnings by which it is searched."""

    def view(arrays: ArrayFile) -> Array:
        rows: list[object] = list(StringTable(arrays, name))
        return np.array(rows + (arrays[f"{name}.head"].tolist() if ordered else []), dtype=object)

    return view


def _by_doc(table: str, column: str) -> View:
    return lambda arrays: np.array(list(StringTable(arrays, table)), dtype=object)[arrays[column]]


def _papers_of_forms(group: PostingGroup) -> Array:
    return np.concatenate([np.empty(0, np.uint16), *(group.form_docs(form) for form in range(len(group.forms)))])


def _rows(arrays: ArrayFile) -> Array:
    """For each author of each paper the spelling, the id's hash, the cluster, and whether it was met before."""
    tables = NameTables(arrays)
    each = list(zip(tables.spellings, tables.row_id.tolist(), tables.row_cluster.tolist(), strict=True))
    again = tables.again.tolist()
    return np.array(
        [(*each[row], *extra) for row, *extra in zip(tables.rows.tolist(), again, strict=True)], dtype=object
    )
