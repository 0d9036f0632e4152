"""Files of named arrays, written: sections in any order, then checksums, directory and header."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import numpy as np
import orjson
from isal.isal_zlib import crc32

from indexer.index.files import create
from indexer.index.segment.array_fit import known_sizes, misfit
from indexer.index.segment.array_header import BYTE_ORDER, HEADER, HEADER_SIZE, MAGIC, PAGE, VERSION, Array
from indexer.index.segment.catalogue import TABLES


class ArraySink(Protocol):
    """What takes arrays by name: the writer of a file, or of a block in one."""

    def add(self, name: str, array: Array) -> None:
        """Append an array."""

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        """Append raw bytes as an array of uint8."""


class ArrayFileWriter:
    """Writes one array file: `add` sections in any order, then `close`. Nothing is readable before `close`.

    `close` flushes and calls fsync; the caller renames and syncs the folder.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self.path = path
        self.kind = kind
        self.meta: dict[str, Any] = {}
        self._file = os.fdopen(create(path), "wb")
        self._file.write(bytes(HEADER_SIZE))
        self._arrays: dict[str, tuple[str, list[int], int]] = {}
        self._offset = HEADER_SIZE
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
        if padding := -self._offset % HEADER_SIZE:
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
        if self.kind in TABLES:
            blocks = len(self.meta.get("blocks", (0,)))
            if wrong := misfit(self.kind, self._arrays, known_sizes(self.meta), blocks):
                raise ValueError(f"{self.path.name} {wrong}: the table in catalogue.py says otherwise")
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
        head = HEADER.pack(MAGIC, VERSION, BYTE_ORDER, directory_at, len(directory), crc32(directory))
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
        try:
            if kind is None:
                self.close()
        finally:
            if not self._file.closed:
                self._file.close()
                self.path.unlink(missing_ok=True)
