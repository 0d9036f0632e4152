"""Segments merged by arrays, and the writer of Whoosh that merges so.

Whoosh merges posting by posting through a pool on disk: 5,001 documents take it 2.2 s. Here the postings of
all segments are put together and sorted once; of documents only column values pass through Python one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexer.index.errors import BadIndexError
from indexer.index.segment.container import Array
from indexer.index.segment.narrow import narrow
from indexer.index.segment.postings import ragged
from indexer.index.whoosh.codec import BLOCK, ArrayCodec, ArraySegment
from indexer.index.whoosh.generic.carried import Part, merge_field, merge_vectors
from indexer.index.whoosh.generic.column_types import ColumnBuilder
from indexer.index.whoosh.generic.files import save
from indexer.index.whoosh.generic.payload import offsets
from indexer.index.whoosh.generic.values import decode_record, encode_record, encode_value
from indexer.index.whoosh.library import writing
from indexer.index.whoosh.seams import Arrays, MemoryArrays


@dataclass(frozen=True)
class _Input:
    """One segment: its arrays, description, reader, and the new number of each document (-1: deleted)."""

    arrays: Arrays
    about: dict[str, Any]
    reader: Any
    target: Array

    @property
    def live(self) -> Array:
        """Numbers of the documents that stay."""
        return np.flatnonzero(self.target >= 0)


def is_generic(storage: Any, segment: Any) -> bool:
    """Whether a segment holds what Whoosh's writer wrote through this codec, and nothing else."""
    return isinstance(segment, ArraySegment) and set(segment.arrays(storage).meta) <= {"w"}


def _inputs(storage: Any, segments: Sequence[ArraySegment]) -> tuple[list[_Input], int]:
    found, docs = [], 0
    for segment in segments:
        if not is_generic(storage, segment):
            raise BadIndexError(f"{segment.filename} holds papers; only `quiver update` merges those")
        live = np.ones(segment.doc_count_all(), dtype=bool)
        live[list(segment.deleted_docs())] = False
        target = np.where(live, docs + np.cumsum(live) - 1, -1)
        docs += int(live.sum())
        arrays = segment.arrays(storage)
        reader = segment.codec().per_document_reader(storage, segment)
        found.append(_Input(arrays, arrays.meta.get("w", {}), reader, target))
    return found, docs


def _named(inputs: Sequence[_Input], key: str, schema: Any) -> list[str]:
    """Names of a kind that any input has and the schema still knows, sorted."""
    return sorted({name for one in inputs for name in one.about.get(key, ()) if name in schema})


def _stored(inputs: Sequence[_Input], schema: Any) -> dict[str, Array]:
    counts, contents = [], []
    for one in inputs:
        if not len(one.target):
            continue
        blob, at = one.arrays["w.stored"], one.arrays["w.stored.at"].astype(np.int64)
        if all(name in schema for name in one.about["stored"]):
            sizes = np.diff(at)[one.live]
            counts.append(sizes)
            contents.append(blob[ragged(at[:-1][one.live], sizes)[0]])
            continue
        rows = []
        for doc in one.live.tolist():
            record = decode_record(blob[at[doc] : at[doc + 1]].tobytes()) if at[doc + 1] > at[doc] else {}
            kept = {name: encode_value(value) for name, value in record.items() if name in schema}
            rows.append(encode_record(kept) if kept else b"")
        counts.append(np.fromiter(map(len, rows), dtype=np.int64, count=len(rows)))
        contents.append(np.frombuffer(b"".join(rows), dtype=np.uint8))
    return {
        "w.stored": np.concatenate([np.empty(0, dtype=np.uint8), *contents]),
        "w.stored.at": offsets(np.concatenate([np.empty(0, dtype=np.int64), *counts])),
    }


def _length_row(inputs: Sequence[_Input], name: str, docs: int) -> Array:
    row = np.zeros(docs, dtype=np.int64)
    for one in inputs:
        known = one.about.get("lengths", {}).get(name)
        if known is not None:
            row[one.target[one.live]] = one.arrays[f"w.l{known[0]}"][one.live]
    return row


def _columns(inputs: Sequence[_Input], schema: Any, docs: int) -> tuple[dict[str, int], dict[str, Array]]:
    numbers: dict[str, int] = {}
    arrays = {}
    names = sorted(name for name in schema.names() if schema[name].column_type)
    for name in names + [name for name in _named(inputs, "columns", schema) if name not in names]:
        column = schema[name].column_type
        with_column = [one for one in inputs if column and one.reader.has_column(name)]
        if not with_column:
            continue
        builder = ColumnBuilder(column)
        for one in with_column:
            values = one.reader.column_reader(name, column)
            for doc in one.live.tolist():
                builder.add(int(one.target[doc]), values[doc])
        numbers[name] = number = len(numbers)
        arrays[f"w.c{number}"] = np.frombuffer(builder.finish(docs), dtype=np.uint8)
    return numbers, arrays


def _parts(inputs: Sequence[_Input], key: str, letter: str, name: str) -> list[Part]:
    return [
        Part(one.arrays, f"w.{letter}{number}.", form, one.target)
        for one in inputs
        if name in one.about.get(key, {})
        for number, form in [one.about[key][name]]
    ]


def merged(inputs: Sequence[_Input], docs: int, schema: Any) -> MemoryArrays:
    """All arrays of the merged segment."""
    arrays = _stored(inputs, schema)
    rows = {name: _length_row(inputs, name, docs) for name in _named(inputs, "lengths", schema)}
    for number, row in enumerate(rows.values()):
        arrays[f"w.l{number}"] = narrow(row)
    columns, parts = _columns(inputs, schema, docs)
    arrays |= parts
    vectors, fields = {}, {}
    for number, name in enumerate(_named(inputs, "vectors", schema)):
        form, parts = merge_vectors(_parts(inputs, "vectors", "v", name), docs, f"w.v{number}.")
        vectors[name] = (number, form)
        arrays |= parts
    nothing = np.zeros(docs, dtype=np.int64)
    for number, name in enumerate(_named(inputs, "fields", schema)):
        lengths = rows.get(name, nothing)
        form, parts = merge_field(_parts(inputs, "fields", "f", name), lengths, f"w.f{number}.", BLOCK)
        fields[name] = (number, form)
        arrays |= parts
    about = {
        "docs": docs,
        "block": BLOCK,
        "stored": _named(inputs, "stored", schema),
        "lengths": {name: (number, int(row.sum())) for number, (name, row) in enumerate(rows.items())},
        "columns": columns,
        "vectors": vectors,
        "fields": fields,
    }
    return MemoryArrays({"w": about}, arrays)


def merge_segments(storage: Any, indexname: str, segments: Sequence[ArraySegment], schema: Any) -> ArraySegment:
    """Write one segment with the live documents of these, in their order, without fields the schema lacks.

    The segments are left as they are; publishing the new one and removing the old is the caller's.
    """
    inputs, docs = _inputs(storage, segments)
    segment = ArraySegment(indexname, docs)
    if docs:
        save(storage, segment.filename, merged(inputs, docs, schema))
    return segment


def small_ones(counts: Sequence[int]) -> list[int]:
    """Which segments of these sizes to merge: the smallest, up to the first over twice those before.

    So a document is copied a number of times that grows with the logarithm of their number.
    """
    chosen: list[int] = []
    total = 0
    for place in sorted(range(len(counts)), key=counts.__getitem__):
        if chosen and counts[place] > 2 * max(total, 1):
            break
        chosen.append(place)
        total += counts[place]
    return sorted(chosen) if len(chosen) > 1 else []


class ArrayWriter(writing.SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's writer with this codec, merging by arrays. Pass it an index: `ArrayWriter(index)`.

    A merge function given to `commit` is called as Whoosh calls it. Segments of other codecs, and those of
    papers, are left alone.
    """

    def __init__(self, ix: Any, **options: Any) -> None:
        super().__init__(ix, **({"codec": ArrayCodec()} | options))
        self._plan = "none"

    def _merge_segments(self, mergetype: Any, optimize: bool | None, merge: bool | None) -> Any:
        mergetype = self.mergetype if mergetype is None else mergetype
        if mergetype is not None:
            return super()._merge_segments(mergetype, optimize, merge)
        optimize = self.optimize if optimize is None else optimize
        merge = self.merge if merge is None else merge
        # Carried out when the new segment is written, so that it takes part.
        self._plan = "all" if optimize else "small" if merge else "none"
        return self.segments

    def _commit_toc(self, segments: list[Any]) -> None:
        super()._commit_toc(self._merged(segments))

    def _merged(self, segments: list[Any]) -> list[Any]:
        ours = [segment for segment in segments if is_generic(self.storage, segment)]
        if self._plan == "all":
            chosen = ours if ours != [self.newsegment] else []
        elif self._plan == "small":
            chosen = [ours[place] for place in small_ones([segment.doc_count() for segment in ours])]
        else:
            chosen = []
        if not chosen:
            return segments
        new = merge_segments(self.storage, self.indexname, chosen, self.schema)
        place = segments.index(chosen[0])
        rest = [segment for segment in segments if segment not in chosen]
        return rest[:place] + ([new] if new.doc_count_all() else []) + rest[place:]
