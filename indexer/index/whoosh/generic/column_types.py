"""Whoosh's columns as arrays of bytes, each written and read by Whoosh's own column class, but for three.

`PickleColumn` and `CompressedBlockColumn` keep pickles. Under the codec the first keeps JSON instead (see
whoosh_values), the second compresses each value by itself, as does `CompressedBytesColumn`, which in Whoosh cannot
be iterated where a document lacks a value.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from indexer.index.errors import BadIndexError
from indexer.index.segment.container import Array
from indexer.index.whoosh.generic.values import decode_value, encode_value
from indexer.index.whoosh.library import columns, structfile

_KEEP_PICKLES = (columns.PickleColumn, columns.CompressedBlockColumn)


class _JsonWriter(columns.WrappedColumnWriter):  # type: ignore[misc]  # Whoosh has no types
    def add(self, docnum: int, value: Any) -> None:
        self._child.add(docnum, b"" if value is None else encode_value(value))


class _JsonReader(columns.WrappedColumnReader):  # type: ignore[misc]
    def __getitem__(self, docnum: int) -> Any:
        data = self._child[docnum]
        return decode_value(data) if data else None

    def sort_key(self, docnum: int) -> Any:
        return self[docnum]

    def __iter__(self) -> Iterator[Any]:
        return (decode_value(data) if data else None for data in self._child)


class _JsonColumn(columns.WrappedColumn):  # type: ignore[misc]
    """Any value that whoosh_values knows, as JSON in another column."""

    Writer = _JsonWriter
    Reader = _JsonReader

    def default_value(self, reverse: bool = False) -> Any:
        return None


class _PackedWriter(columns.WrappedColumnWriter):  # type: ignore[misc]
    def __init__(self, child: Any, level: int) -> None:
        super().__init__(child)
        self._level = level

    def add(self, docnum: int, value: bytes) -> None:
        self._child.add(docnum, zlib.compress(value, self._level) if value else b"")


class _PackedReader(columns.WrappedColumnReader):  # type: ignore[misc]
    def __getitem__(self, docnum: int) -> bytes:
        data = self._child[docnum]
        return zlib.decompress(data) if data else b""

    def sort_key(self, docnum: int) -> bytes:
        return self[docnum]

    def __iter__(self) -> Iterator[bytes]:
        return (zlib.decompress(data) if data else b"" for data in self._child)


class _PackedColumn(columns.WrappedColumn):  # type: ignore[misc]
    """Bytes, each value compressed by itself."""

    Reader = _PackedReader

    def __init__(self, level: int) -> None:
        super().__init__(columns.VarBytesColumn())
        self._level = level

    def writer(self, dbfile: Any) -> _PackedWriter:
        return _PackedWriter(self._child.writer(dbfile), self._level)

    def default_value(self, reverse: bool = False) -> bytes:
        return b""


def replacement(column: Any) -> Any:
    """The column that stands for a given one; itself, if Whoosh's own does."""
    if isinstance(column, columns.PickleColumn):
        return _JsonColumn(replacement(column._child))
    if isinstance(column, (columns.CompressedBytesColumn, columns.CompressedBlockColumn)):
        return _PackedColumn(column._level)
    return column


class ColumnBuilder:
    """Writes one column value by value, in rising order of documents."""

    def __init__(self, column: Any) -> None:
        self._column = replacement(column)
        # Kept because a value that was written cannot be taken back from Whoosh's writers.
        self._rows: list[tuple[int, Any]] = []
        self._restart()

    def _restart(self) -> None:
        self._bytes = BytesIO()
        self._writer = self._column.writer(structfile.StructFile(self._bytes))

    def add(self, doc: int, value: Any) -> None:
        """The value of a document; documents between get the column's default."""
        self._writer.add(doc, value)
        self._rows.append((doc, value))

    def cancel(self, doc: int) -> None:
        """Forget the value of the last document, if it is this one."""
        if self._rows and self._rows[-1][0] == doc:
            self._rows.pop()
            self._restart()
            for kept, value in self._rows:
                self._writer.add(kept, value)

    def finish(self, docs: int) -> bytes:
        """The column for that many documents."""
        self._writer.finish(docs)
        return self._bytes.getvalue()


class _View:
    """A file over a view of bytes, copying only what is read."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, len(self._view))[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        stop = len(self._view) if size is None or size < 0 else self._at + size
        data = bytes(self._view[self._at : stop])
        self._at += len(data)
        return data

    def close(self) -> None:
        """Nothing to close: the view goes with its last user."""


class _ViewFile(structfile.BufferFile):  # type: ignore[misc]
    """Whoosh's file over a buffer, without its copy of the whole buffer."""

    def __init__(self, view: memoryview, name: str) -> None:
        self._buf = view
        self._name = name
        self.file = _View(view)
        self.onclose = None
        self.is_real = False
        self.is_closed = False


def read_column(content: Array, name: str, column: Any, docs: int) -> Any:
    """A reader of a column that `ColumnBuilder` wrote. Raises BadIndexError where it is damaged."""
    view = content.data
    try:
        return replacement(column).reader(_ViewFile(view, name), 0, len(view), docs)
    except (ValueError, LookupError, TypeError, ArithmeticError) as error:
        raise BadIndexError(f"column {name!r} is damaged ({error}); rebuild the index") from error


def read_added_column(storage: Any, filename: str, column: Any, docs: int) -> Any:
    """A reader of a column that `whoosh.sorting.add_sortable` put beside the segment, in Whoosh's form."""
    if isinstance(column, _KEEP_PICKLES):
        raise BadIndexError(
            f"{filename} keeps its values as pickles, which are not read; make the field sortable in the "
            "schema and rebuild the index"
        )
    with storage.open_file(filename) as file:
        content = file.read()
    return column.reader(structfile.BufferFile(content, name=filename), 0, len(content), docs)
