"""Whoosh's per-document reader over a document source, and its per-document writer over the generic one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from indexer.index.whoosh.generic.column_types import read_added_column
from indexer.index.whoosh.generic.documents import DocumentBuilder, VectorItem
from indexer.index.whoosh.library import base
from indexer.index.whoosh.seams import DocumentSource


class ArrayPerDocWriter(base.PerDocumentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Takes documents in order; hands the arrays to the segment when closed."""

    def __init__(self, storage: Any, segment: Any) -> None:
        self._storage = storage
        self._segment = segment
        self._builder = DocumentBuilder()
        self._first: int | None = None
        self._in_document = False
        self.is_closed = False
        segment.assembly(storage).open()

    def start_doc(self, docnum: int) -> None:
        # Whoosh leaves a document open when adding it fails with anything but a ValueError.
        if self._in_document:
            self.cancel_doc()
        if docnum != self._builder.docs:
            raise base.OutOfOrderError(f"document {docnum} was begun, {self._builder.docs} is next")
        self._in_document = True

    def add_field(self, fieldname: str, fieldobj: Any, value: Any, length: int | None) -> None:
        if value is not None:
            self._builder.add_stored(fieldname, value)
        if length:
            self._builder.add_length(fieldname, length)

    def add_column_value(self, fieldname: str, columnobj: Any, value: Any) -> None:
        self._builder.add_column(fieldname, columnobj, value)

    def add_vector_items(self, fieldname: str, fieldobj: Any, items: Iterable[VectorItem]) -> None:
        self._builder.add_vector(fieldname, fieldobj.vector, items)

    def cancel_doc(self) -> None:
        """Forget the document that was begun."""
        self._builder.cancel()
        self._in_document = False

    def finish_doc(self) -> None:
        self._builder.next()
        self._in_document = False

    def close(self) -> None:
        if self.is_closed:
            return
        if self._in_document:
            self.cancel_doc()
        self.is_closed = True
        self._segment.take(self._storage, self._builder.finish())


class ArrayPerDocReader(base.PerDocumentReader):  # type: ignore[misc]
    """What Whoosh asks by document number. Lengths are the exact ones."""

    def __init__(self, storage: Any, segment: Any, sources: Sequence[DocumentSource]) -> None:
        self._storage = storage
        self._segment = segment
        self._sources = sources
        self._docs: int = segment.doc_count_all()
        self._lengths: dict[str, memoryview | None] = {}
        self._bounds: dict[str, tuple[int, int]] = {}

    def close(self) -> None:
        self._sources = ()
        self._lengths.clear()

    def doc_count(self) -> int:
        return self._docs - int(self._segment.deleted_count())

    def doc_count_all(self) -> int:
        return self._docs

    # Deletions

    def has_deletions(self) -> bool:
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return bool(self._segment.is_deleted(docnum))

    def deleted_docs(self) -> Iterator[int]:
        return iter(self._segment.deleted_docs())

    # Columns

    def supports_columns(self) -> bool:
        return True

    def _column_source(self, fieldname: str) -> DocumentSource | None:
        return next((source for source in self._sources if fieldname in source.columns()), None)

    def _added_file(self, fieldname: str) -> str:
        """Where `add_sortable` puts the column of a segment that is written already."""
        return str(self._segment.codec().column_filename(self._segment, fieldname))

    def has_column(self, fieldname: str) -> bool:
        return self._column_source(fieldname) is not None or self._storage.file_exists(self._added_file(fieldname))

    def list_columns(self) -> list[str]:
        return sorted({name for source in self._sources for name in source.columns()})

    def column_reader(self, fieldname: str, column: Any) -> Any:
        source = self._column_source(fieldname)
        if source is None:
            return read_added_column(self._storage, self._added_file(fieldname), column, self._docs)
        return source.column(fieldname, column, self._docs)

    # Lengths

    def _row(self, fieldname: str) -> memoryview | None:
        if fieldname not in self._lengths:
            rows = (source.lengths(fieldname) for source in self._sources)
            row = next((row for row in rows if row is not None), None)
            self._lengths[fieldname] = None if row is None else row.data
            known = np.empty(0, dtype=np.int64) if row is None else row[row > 0]
            self._bounds[fieldname] = (int(known.min()), int(known.max())) if known.size else (0, 0)
        return self._lengths[fieldname]

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Words of the field in a document; `default` where it has none. IndexError beyond the last one."""
        return self.doc_field_length_reader(fieldname, default)(docnum)

    def doc_field_length_reader(self, fieldname: str, default: int = 0) -> Callable[[int], int]:
        """The same for one field, as a function of the document."""
        row = self._row(fieldname)
        if row is None:
            return lambda docnum: default
        return lambda docnum: row[docnum] or default

    def field_length(self, fieldname: str) -> int:
        return sum(source.total_length(fieldname) for source in self._sources)

    def min_field_length(self, fieldname: str) -> int:
        """Length of the shortest field of the documents that have it, 0 if none has."""
        self._row(fieldname)
        return self._bounds[fieldname][0]

    def max_field_length(self, fieldname: str) -> int:
        """Length of the longest field, 0 if no document has it."""
        self._row(fieldname)
        return self._bounds[fieldname][1]

    # Vectors

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        return any(source.has_vector(docnum, fieldname) for source in self._sources)

    def vector(self, docnum: int, fieldname: str, format_: Any) -> Any:
        for source in self._sources:
            if source.has_vector(docnum, fieldname):
                return source.vector(docnum, fieldname, format_)
        raise KeyError(f"document {docnum} has no vector of field {fieldname!r}")

    # Stored fields

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        stored: dict[str, Any] = {}
        for source in self._sources:
            stored |= source.stored(docnum)
        return stored
