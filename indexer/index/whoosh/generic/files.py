"""The one file of a segment in Whoosh's storage: put together, written aside, made durable, opened.

Whoosh closes the writer of documents, reads their lengths back through a reader, and only then writes the
terms. So parts wait in memory, in the segment's `Assembly`, until the last open writer of the segment closes;
then one file takes them all.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path
from typing import Any

from indexer.index.errors import BadIndexError
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import SEGMENT_KIND
from indexer.index.whoosh.library import filestore
from indexer.index.whoosh.seams import Arrays, MemoryArrays

GENERIC_KIND = "whoosh"
"""Of a segment of any schema, whose arrays are not those of papers."""
_KINDS = (SEGMENT_KIND, GENERIC_KIND)

# Carries the segment's name, so that Whoosh's clean_files sweeps it away after a crash.
_ASIDE = ".new"


def joined(parts: list[MemoryArrays]) -> MemoryArrays:
    """All arrays of the parts; of the descriptions `w` the keys of later parts win."""
    meta: dict[str, Any] = {}
    arrays = {}
    for part in parts:
        meta |= part.meta | {"w": meta.get("w", {}) | part.meta.get("w", {})}
        arrays.update(part.arrays)
    return MemoryArrays(meta, arrays)


def loaded(file: ArrayFile) -> MemoryArrays:
    """The arrays of an open file as a part."""
    return MemoryArrays(file.meta, dict(file))


class Assembly:
    """Parts of a segment that is being written."""

    def __init__(self, parts: list[MemoryArrays]) -> None:
        self._parts = parts
        self._writers = 0

    def open(self) -> None:
        """One more writer."""
        self._writers += 1

    def add(self, part: MemoryArrays) -> bool:
        """Take the part of a writer that closes; True if it was the last."""
        self._parts.append(part)
        self._writers -= 1
        return self._writers == 0

    def arrays(self) -> MemoryArrays:
        """Everything so far."""
        return joined(self._parts)


def write_arrays(path: Path, content: MemoryArrays, kind: str = GENERIC_KIND) -> None:
    """Write an array file so that under its name is all of it or nothing, even after a loss of power."""
    aside = path.with_suffix(_ASIDE)
    aside.unlink(missing_ok=True)
    with ArrayFileWriter(aside, kind) as writer:
        writer.meta = content.meta
        for name in content:
            writer.add(name, content[name])
    aside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # a folder cannot be opened there, and a rename is journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def save(storage: Any, filename: str, content: MemoryArrays) -> None:
    """Write a segment's file into any storage of Whoosh's."""
    if isinstance(storage, filestore.FileStorage):
        if storage.readonly:
            raise filestore.ReadOnlyError
        write_arrays(Path(storage.folder) / filename, content)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / filename
        write_arrays(path, content)
        with storage.create_file(filename) as file:
            file.write(path.read_bytes())


def exists(storage: Any, filename: str) -> bool:
    """Whether the segment has its file."""
    return bool(storage.file_exists(filename))


def open_arrays(storage: Any, filename: str) -> ArrayFile:
    """Open a segment's file. Raises OSError if it is gone: then Whoosh reads its table of contents again."""
    if isinstance(storage, filestore.FileStorage):
        try:
            return ArrayFile(Path(storage.folder) / filename, *_KINDS)
        except BadIndexError as error:
            if isinstance(error.__cause__, OSError):
                raise error.__cause__ from None
            raise
    with storage.open_file(filename) as file:
        content = file.read()
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / filename
    path.write_bytes(content)
    opened = ArrayFile(path, *_KINDS)
    weakref.finalize(opened, folder.cleanup)
    return opened


EMPTY: Arrays = MemoryArrays()
