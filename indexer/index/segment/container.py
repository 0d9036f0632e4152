"""A file of named arrays that is mapped, not read: header, 64-byte aligned sections, page checksums, directory.

Layout (all integers little-endian):

    0   16  magic  b"QuiverArrays\\r\\n\\x1a\\n" (a text-mode copy damages it visibly)
    16   4  format version
    20   4  byte order mark 0x01020304
    24   8  offset of the directory      32   8  its length
    40   4  crc32 of the directory       44   4  crc32 of bytes 0..44
    48  16  zero
    64      sections, then the page checksums (one crc32 for each 16 KiB from byte 64), then the directory

The directory is JSON: {"kind", "meta", "pages": offset, "pages_crc", "arrays": {name: [dtype, shape, offset]}}.

What is read was checked: the header and the directory when the file is opened, an array when it is first asked for, of
the few arrays that are large and of which a query needs little (`lazy`) only the pages of the part that is read. A page
is checked once, in 6 us.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from isal.isal_zlib import crc32

from indexer.index.errors import BadIndexError
from indexer.index.files import create, open_regular

Array = npt.NDArray[Any]

MAGIC = b"QuiverArrays\r\n\x1a\n"
VERSION = 1
PAGE = 1 << 14
"""Bytes under one checksum: what a query must check to read a little of a large array."""
_HEADER = struct.Struct("<16sIIQQI")
_HEADER_SIZE = 64
_BYTE_ORDER = 0x01020304


class ArrayFileWriter:
    """Writes one array file: `add` sections in any order, then `close`. Nothing is readable before `close`.

    `close` flushes and calls fsync; the caller renames and syncs the folder.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self.kind = kind
        self.meta: dict[str, Any] = {}
        self._file = os.fdopen(create(path), "wb")
        self._file.write(bytes(_HEADER_SIZE))
        self._arrays: dict[str, tuple[str, list[int], int]] = {}
        self._offset = _HEADER_SIZE
        self._pages: list[int] = []
        self._page_crc = 0
        self._page_fill = 0

    def _write(self, data: memoryview) -> None:
        self._file.write(data)
        self._offset += len(data)
        start = 0
        while start < len(data):
            step = min(PAGE - self._page_fill, len(data) - start)
            self._page_crc = crc32(data[start : start + step], self._page_crc)
            self._page_fill += step
            start += step
            if self._page_fill == PAGE:
                self._pages.append(self._page_crc)
                self._page_crc = self._page_fill = 0

    def add(self, name: str, array: Array) -> None:
        """Append one array (any shape, a plain dtype) under a name not used yet."""
        if name in self._arrays:
            raise ValueError(f"array {name!r} is already in {self.path.name}")
        little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        if padding := -self._offset % _HEADER_SIZE:
            self._write(memoryview(bytes(padding)))
        self._arrays[name] = (little.dtype.str, list(array.shape), self._offset)
        if little.size:
            self._write(little.reshape(-1).view(np.uint8).data)

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        """Append raw bytes as an array of uint8."""
        self.add(name, np.frombuffer(data, dtype=np.uint8))

    def close(self) -> None:
        """Write checksums, directory and header; make it durable."""
        if self._page_fill:
            self._pages.append(self._page_crc)
        pages_at = self._offset
        self._file.write(np.asarray(self._pages, dtype="<u4").tobytes())
        directory_at = pages_at + 4 * len(self._pages)
        pages_crc = crc32(np.asarray(self._pages, dtype="<u4").tobytes())
        directory = orjson.dumps(
            {
                "kind": self.kind,
                "meta": self.meta,
                "pages": pages_at,
                "pages_crc": pages_crc,
                "arrays": self._arrays,
            }
        )
        self._file.write(directory)
        head = _HEADER.pack(MAGIC, VERSION, _BYTE_ORDER, directory_at, len(directory), crc32(directory))
        self._file.seek(0)
        self._file.write(head + struct.pack("<I", crc32(head)))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def __enter__(self) -> ArrayFileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._file.close()
            self.path.unlink(missing_ok=True)


class ArrayFile(Mapping[str, Array]):
    """A mapped array file: `file["name"]` is a read-only view into the mapping, made without copying.

    Opening checks magic, version, byte order, size, and the checksums of header, directory and page checksums; what
    is read is checked when it is first read; `verify` checks every page. Raises BadIndexError with the file's name.
    A file that is cut short by somebody else while it is open cannot be told: the system ends the process. Quiver's
    own writers never change a file that has its name.
    """

    def __init__(self, path: Path, kind: str | None = None) -> None:
        self.path = path
        try:
            descriptor, size = open_regular(path)
            try:
                if size < _HEADER_SIZE:
                    raise BadIndexError(f"{path.name} is cut short ({size} bytes); run `quiver rebuild`")
                self._map = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
            finally:
                os.close(descriptor)
        except FileNotFoundError as error:
            raise BadIndexError(f"{path.name} is missing from the index; run `quiver rebuild`") from error
        except OSError as error:
            raise BadIndexError(f"{path} cannot be read: {error.strerror}") from error
        magic, version, order, at, length, crc = _HEADER.unpack_from(self._map)
        (head_crc,) = struct.unpack_from("<I", self._map, _HEADER.size)
        if magic != MAGIC:
            raise BadIndexError(f"{path.name} is not a file of Quiver's; run `quiver rebuild`")
        if head_crc != crc32(self._map[: _HEADER.size]):
            raise BadIndexError(f"{path.name}: the header is damaged; run `quiver verify`, then `quiver rebuild`")
        if version > VERSION:
            raise BadIndexError(f"{path.name} has format {version}, this Quiver reads up to {VERSION}; update Quiver")
        if order != _BYTE_ORDER:
            raise BadIndexError(f"{path.name} was written on a machine of another byte order; run `quiver rebuild`")
        directory = self._map[at : at + length]
        if at + length != size or crc32(directory) != crc:
            raise BadIndexError(f"{path.name} is cut short or damaged; run `quiver verify`, then `quiver rebuild`")
        parsed = orjson.loads(directory)
        self.kind: str = parsed["kind"]
        self.meta: dict[str, Any] = parsed["meta"]
        self._pages_at: int = parsed["pages"]
        self._directory: dict[str, tuple[str, list[int], int]] = parsed["arrays"]
        self._views: dict[str, Array] = {}
        self._lazy: dict[str, Array] = {}
        self._places: dict[str, tuple[int, int]] = {}
        if kind is not None and kind != self.kind:
            raise BadIndexError(f"{path.name} holds {self.kind}, not {kind}; run `quiver rebuild`")
        pages = self._map[self._pages_at : at]
        if len(pages) != 4 * -(-(self._pages_at - _HEADER_SIZE) // PAGE) or crc32(pages) != parsed["pages_crc"]:
            raise BadIndexError(f"{path.name}: the page checksums are damaged; run `quiver rebuild`")
        self._pages = np.frombuffer(pages, dtype="<u4")
        self._unread = bytearray(b"\1") * len(self._pages)
        self._bytes = memoryview(self._map)

    def __getitem__(self, name: str) -> Array:
        view = self._views.get(name)
        if view is None:
            view = self.lazy(name)
            self.check(name, 0, view.size)
            self._views[name] = view
        return view

    def lazy(self, name: str) -> Array:
        """An array unchecked: `check` each part of it before it is read."""
        view = self._lazy.get(name)
        if view is None:
            if name not in self._directory:
                raise BadIndexError(f"{self.path.name} lacks {name}: of another Quiver; run `quiver rebuild`")
            dtype, shape, offset = self._directory[name]
            count = 1
            for extent in shape:
                count *= extent
            view = np.frombuffer(self._map, dtype=dtype, count=count, offset=offset) if count else np.empty(0, dtype)
            view = self._lazy[name] = view.reshape(shape)
        return view

    def check(self, name: str, low: int, high: int) -> None:
        """Make sure that items low..high of an array are as they were written. Raises BadIndexError."""
        if low >= high:
            return
        place = self._places.get(name)
        if place is None:
            dtype, _, offset = self._directory[name]
            place = self._places[name] = (offset - _HEADER_SIZE, np.dtype(dtype).itemsize)
        at, size = place
        first, past = (at + low * size) // PAGE, (at + high * size - 1) // PAGE + 1
        page = self._unread.find(1, first, past)
        while page >= 0:
            if not self._page_is_whole(page):
                start = _HEADER_SIZE + page * PAGE
                raise BadIndexError(
                    f"{self.path.name}: bytes {start}..{min(start + PAGE, self._pages_at)} are damaged ({name}); "
                    "run `quiver verify`, then `quiver rebuild`"
                )
            self._unread[page] = 0
            page = self._unread.find(1, page + 1, past)

    def _page_is_whole(self, page: int) -> bool:
        start = _HEADER_SIZE + page * PAGE
        return crc32(self._bytes[start : min(start + PAGE, self._pages_at)]) == int(self._pages[page])

    def __iter__(self) -> Iterator[str]:
        return iter(self._directory)

    def __len__(self) -> int:
        return len(self._directory)

    def __contains__(self, name: object) -> bool:
        return name in self._directory

    @property
    def nbytes(self) -> int:
        """Size of the file in bytes."""
        return len(self._map)

    def verify(self) -> list[str]:
        """Check every page; give what is wrong, a line each (empty: nothing)."""
        if any(self._map[48:_HEADER_SIZE]):
            return [f"{self.path.name}: the header's padding is not zero"]
        wrong = []
        for page in range(len(self._pages)):
            if not self._page_is_whole(page):
                start = _HEADER_SIZE + page * PAGE
                stop = min(start + PAGE, self._pages_at)
                names = [name for name in self if self._overlaps(name, start, stop)] or ["padding"]
                wrong.append(f"{self.path.name}: bytes {start}..{stop} are damaged ({', '.join(names)})")
        return wrong

    def _overlaps(self, name: str, start: int, stop: int) -> bool:
        dtype, shape, offset = self._directory[name]
        nbytes = np.dtype(dtype).itemsize
        for extent in shape:
            nbytes *= extent
        return offset < stop and offset + nbytes > start

    def close(self) -> None:
        """Forget the views; the mapping goes when the last array over it goes."""
        self._views.clear()
        self._lazy.clear()
        self._bytes = memoryview(b"")
        try:
            self._map.close()
        except BufferError:
            # Someone still holds a view; closing now would crash the interpreter on its next touch.
            return


def lazy(arrays: Mapping[str, Array], name: str) -> tuple[Array, Callable[[int, int], None]]:
    """An array, and what checks items low..high of it, to be called before they are read: nothing if not in a file."""
    if not isinstance(arrays, ArrayFile):
        return arrays[name], _unchecked
    return arrays.lazy(name), partial(arrays.check, name)


def _unchecked(low: int, high: int) -> None:
    """Arrays in memory are as they were made."""
