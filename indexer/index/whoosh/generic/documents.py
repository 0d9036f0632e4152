"""Lengths, stored fields, columns and vectors of documents as arrays: the generic source, and its builder.

The description `w` has `docs`, `stored` [field], `lengths` {field: [i, total]}, `columns` {field: i} and
`vectors` {field: [i, form]}.

    w.stored, w.stored.at    JSON of each document's stored fields (see whoosh_values), n + 1 offsets
    w.l<i>                   length of a field in each document: the exact number, where Whoosh keeps one byte
    w.c<i>                   bytes of a column (see whoosh_columns)
    w.v<i>.at                first item of the vector of each document, n + 1
    w.v<i>.text.blob, .at    the distinct terms, sorted;   w.v<i>.id  place in them of each item
    w.v<i>.weight, ...       see whoosh_payload
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from indexer.index.segment.container import Array
from indexer.index.segment.narrow import narrow
from indexer.index.segment.strings import StringTable
from indexer.index.text.encoded import decode, encode
from indexer.index.whoosh.generic.any_postings import Prefixed, string_arrays
from indexer.index.whoosh.generic.column_types import ColumnBuilder, read_column
from indexer.index.whoosh.generic.payload import Payload, PayloadBuilder, offsets
from indexer.index.whoosh.generic.values import decode_record, encode_record, encode_value
from indexer.index.whoosh.matcher import ArrayMatcher, Blocks
from indexer.index.whoosh.seams import Arrays, MemoryArrays

VectorItem = tuple[str, float, bytes]


class _VectorBuilder:
    """The vectors of one field."""

    def __init__(self, format_: Any) -> None:
        self._payload = PayloadBuilder(format_)
        self._texts: list[str] = []
        self._counts = array("Q")

    def add(self, doc: int, items: Iterable[VectorItem]) -> None:
        self.fill(doc)
        before = len(self._texts)
        for text, weight, value in items:
            self._texts.append(text)
            self._payload.add(weight, value)
        self._counts.append(len(self._texts) - before)

    def fill(self, docs: int) -> None:
        self._counts.extend([0] * (docs - len(self._counts)))

    def arrays(self, prefix: str) -> tuple[str, dict[str, Array]]:
        form, arrays = self._payload.arrays(prefix)
        encoded = [encode(text) for text in self._texts]
        distinct = sorted(set(encoded))
        place = {text: number for number, text in enumerate(distinct)}
        ids = np.fromiter((place[text] for text in encoded), dtype=np.int64, count=len(encoded))
        arrays |= {f"{prefix}text.{name}": content for name, content in string_arrays(distinct).items()}
        arrays[f"{prefix}id"] = narrow(ids)
        arrays[f"{prefix}at"] = offsets(np.array(self._counts, dtype=np.int64))
        return form.value, arrays


class DocumentBuilder:
    """Collects documents in order: what is added belongs to the document `docs`, until `next` or `cancel`."""

    def __init__(self) -> None:
        self.docs = 0
        self._stored: list[bytes] = []
        self._stored_names: set[str] = set()
        self._lengths: dict[str, array[int]] = {}
        self._columns: dict[str, ColumnBuilder] = {}
        self._vectors: dict[str, _VectorBuilder] = {}
        self._clear()

    def _clear(self) -> None:
        self._now_stored: dict[str, bytes] = {}
        self._now_lengths: dict[str, int] = {}
        self._now_vectors: dict[str, tuple[Any, list[VectorItem]]] = {}

    def add_stored(self, name: str, value: Any) -> None:
        """The stored value of a field."""
        self._now_stored[name] = encode_value(value)

    def add_length(self, name: str, length: int) -> None:
        """The length of a field."""
        self._now_lengths[name] = length

    def add_column(self, name: str, column: Any, value: Any) -> None:
        """The value of a column."""
        if name not in self._columns:
            self._columns[name] = ColumnBuilder(column)
        self._columns[name].add(self.docs, value)

    def add_vector(self, name: str, format_: Any, items: Iterable[VectorItem]) -> None:
        """The vector of a field, its items sorted by term."""
        self._now_vectors[name] = (format_, list(items))

    def cancel(self) -> None:
        """Forget the document."""
        for column in self._columns.values():
            column.cancel(self.docs)
        self._clear()

    def next(self) -> None:
        """The document is complete."""
        doc = self.docs
        self._stored.append(encode_record(self._now_stored) if self._now_stored else b"")
        self._stored_names.update(self._now_stored)
        for name, length in self._now_lengths.items():
            row = self._lengths.setdefault(name, array("Q"))
            row.extend([0] * (doc - len(row)))
            row.append(length)
        for name, (format_, items) in self._now_vectors.items():
            if name not in self._vectors:
                self._vectors[name] = _VectorBuilder(format_)
            self._vectors[name].add(doc, items)
        self.docs += 1
        self._clear()

    def finish(self) -> MemoryArrays:
        """All arrays and their description."""
        docs = self.docs
        counts = np.fromiter(map(len, self._stored), dtype=np.int64, count=docs)
        arrays = {
            "w.stored": np.frombuffer(b"".join(self._stored), dtype=np.uint8),
            "w.stored.at": offsets(counts),
        }
        lengths = {}
        for number, (name, row) in enumerate(sorted(self._lengths.items())):
            padded = np.zeros(docs, dtype=np.int64)
            padded[: len(row)] = row
            arrays[f"w.l{number}"] = narrow(padded)
            lengths[name] = (number, int(padded.sum()))
        columns = {}
        for number, (name, column) in enumerate(sorted(self._columns.items())):
            arrays[f"w.c{number}"] = np.frombuffer(column.finish(docs), dtype=np.uint8)
            columns[name] = number
        vectors = {}
        for number, (name, vector) in enumerate(sorted(self._vectors.items())):
            vector.fill(docs)
            form, parts = vector.arrays(f"w.v{number}.")
            arrays |= parts
            vectors[name] = (number, form)
        stored = sorted(self._stored_names)
        meta = {"docs": docs, "stored": stored, "lengths": lengths, "columns": columns, "vectors": vectors}
        return MemoryArrays({"w": meta}, arrays)


class _Texts:
    """Ids of vector items: the terms, as text."""

    def __init__(self, codes: memoryview, texts: StringTable) -> None:
        self._codes = codes
        self._texts = texts

    def __getitem__(self, number: int, /) -> str:
        return decode(self._texts[self._codes[number]])

    def slice(self, low: int, high: int) -> list[str]:
        """Terms of items `low` to before `high`."""
        return [self[number] for number in range(low, high)]


class GenericDocuments:
    """The document source over the arrays above."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        described = arrays.meta.get("w", {})
        self._lengths: dict[str, tuple[int, int]] = described.get("lengths", {})
        self._columns: dict[str, int] = described.get("columns", {})
        self._vectors: dict[str, tuple[int, str]] = described.get("vectors", {})
        self._open: dict[str, tuple[memoryview, _Texts, Payload]] = {}

    def lengths(self, fieldname: str) -> Array | None:
        """Exact lengths of a field, None if no document has one."""
        known = self._lengths.get(fieldname)
        return None if known is None else self._arrays[f"w.l{known[0]}"]

    def total_length(self, fieldname: str) -> int:
        """Sum of the lengths."""
        return self._lengths.get(fieldname, (0, 0))[1]

    def columns(self) -> Sequence[str]:
        """Names of fields with a column."""
        return list(self._columns)

    def column(self, fieldname: str, column: Any, docs: int) -> Any:
        """A reader of a column."""
        return read_column(self._arrays[f"w.c{self._columns[fieldname]}"], fieldname, column, docs)

    def stored(self, doc: int) -> dict[str, Any]:
        """The stored fields of a document."""
        if "w.stored.at" not in self._arrays:
            return {}
        at = self._arrays["w.stored.at"]
        data = self._arrays["w.stored"][int(at[doc]) : int(at[doc + 1])].tobytes()
        return decode_record(data) if data else {}

    def _vector(self, fieldname: str) -> tuple[memoryview, _Texts, Payload] | None:
        opened = self._open.get(fieldname)
        if opened is None and fieldname in self._vectors:
            number, form = self._vectors[fieldname]
            prefixed = Prefixed(self._arrays, f"w.v{number}.")
            texts = _Texts(prefixed["id"].data, StringTable(prefixed, "text"))  # type: ignore[arg-type]
            payload = Payload(self._arrays, f"w.v{number}.", form)
            opened = self._open[fieldname] = (prefixed["at"].data, texts, payload)
        return opened

    def has_vector(self, doc: int, fieldname: str) -> bool:
        """Whether a document has a vector of the field, which may not be empty."""
        opened = self._vector(fieldname)
        return opened is not None and opened[0][doc + 1] > opened[0][doc]

    def vector(self, doc: int, fieldname: str, format_: Any) -> ArrayMatcher:
        """A matcher over the vector of a document; a KeyError if it has none."""
        opened = self._vector(fieldname)
        if opened is None:
            raise KeyError(fieldname)
        at, texts, payload = opened
        low, high = at[doc], at[doc + 1]
        if low == high:
            raise KeyError(fieldname)
        top = max(payload.weights(low, high))
        blocks = Blocks(high - low, [top], [0], [0])
        return ArrayMatcher(texts, payload, low, high, blocks, format_)
