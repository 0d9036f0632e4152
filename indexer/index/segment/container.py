"""A file of named arrays that is mapped, not read (`array_header` has its form).

What is read was checked: the header and the directory when the file is opened, an array when it is first asked for, of
the few arrays that are large and of which a query needs little (`lazy`) only the pages of the part that is read. A page
is checked once, in 2 us.
"""

from __future__ import annotations

import mmap
import os
import struct
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from isal.isal_zlib import crc32

from indexer.index.errors import BadIndexError, ClosedIndexError
from indexer.index.files import open_regular
from indexer.index.segment.array_fit import known_sizes, misfit, misfit_meta
from indexer.index.segment.array_header import (
    BYTE_ORDER,
    HEADER,
    HEADER_SIZE,
    MAGIC,
    PAGE,
    UNSEALED,
    VERSION,
    Seal,
)
from indexer.index.segment.array_header import Array as Array
from indexer.index.segment.array_rows import DTYPES, Sizes
from indexer.index.segment.catalogue import BY_PART, TABLES, block_of, sizes_of, table_of


class Checked(Mapping[str, Array]):
    """Arrays of a file, of which a part may be read without checking all."""

    @abstractmethod
    def lazy(self, name: str) -> Array:
        """An array unchecked: `check` each part of it before it is read."""

    @abstractmethod
    def checker(self, name: str) -> Callable[[int, int], None]:
        """What makes sure that items low..high of an array are as they were written, or raises BadIndexError."""

    @abstractmethod
    def unread(self, name: str) -> tuple[Callable[[int, int], None], bytearray, int, int]:
        """See `ArrayFile.unread`."""


class ArrayFile(Checked):
    """A mapped array file: `file["name"]` is a read-only view into the mapping, made without copying.

    Opening checks magic, version, byte order, size, the checksums of header, directory and page checksums, the seal
    where one is given, and that the arrays are those of the table of the file's kind (`catalogue`), in dtype and
    shape. What is read is checked when it is first read, with what the table says of its values; `verify` checks all
    of it. Raises BadIndexError with the file's name. A file that is cut short by somebody else while it is open cannot
    be told: the system ends the process. Quiver's own writers never change a file that has its name.

    `kinds` are those that will do (none: any). `unsealed` also takes the version before seals, without its table.
    """

    def __init__(self, path: Path, *kinds: str, seal: Seal | None = None, unsealed: bool = False) -> None:
        self.path = path
        try:
            descriptor, size = open_regular(path)
            try:
                if size < HEADER_SIZE:
                    raise self._bad(f"is cut short ({size} bytes)")
                self._map = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
            finally:
                os.close(descriptor)
        except FileNotFoundError as error:
            raise self._bad("is missing from the index") from error
        except OSError as error:
            raise BadIndexError(f"{path} cannot be read: {error.strerror}") from error
        at, length, crc, version = self._header(unsealed)
        directory = self._map[at : at + length]
        if at < HEADER_SIZE or at + length != size or crc32(directory) != crc:
            raise self._bad("is cut short or damaged")
        self._read_directory(directory)
        pages = self._map[self._pages_at : at]
        if len(pages) != 4 * -(-(self._pages_at - HEADER_SIZE) // PAGE) or crc32(pages) != self._pages_crc:
            raise self._bad("has damaged page checksums")
        self.seal = Seal.of(size, self._map[:HEADER_SIZE], pages, directory)
        if seal is not None and seal != self.seal:
            raise self._bad("is not the file that the manifest names, but another or an older one")
        if kinds and self.kind not in kinds:
            raise self._bad(f"holds {self.kind}, not {kinds[0]}")
        self._views: dict[str, Array] = {}
        self._lazy: dict[str, Array] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._unheld: dict[str, bytearray] = {}
        self.sizes: Sizes = {}
        self._local_sizes: dict[int | None, Sizes] = {}
        self._table = TABLES.get(self.kind, {}) if version == VERSION else {}
        self._by_part = BY_PART if self._table else frozenset()
        if self._table:
            self._fit()
        self._bytes = memoryview(self._map)[: self._pages_at]
        self._pages = np.frombuffer(pages, dtype="<u4").data
        self._unread = bytearray(b"\1") * len(self._pages)
        self._closed = False

    def _bad(self, what: str) -> BadIndexError:
        return BadIndexError(f"{self.path.name} {what}; run `quiver verify`, then `quiver repair` or `quiver rebuild`")

    def _header(self, unsealed: bool) -> tuple[int, int, int, int]:
        """Offset, length and checksum of the directory, and the version."""
        magic, version, order, at, length, crc = HEADER.unpack_from(self._map)
        (head_crc,) = struct.unpack_from("<I", self._map, HEADER.size)
        if magic != MAGIC:
            raise self._bad("is not a file of Quiver's")
        if head_crc != crc32(self._map[: HEADER.size]) or any(self._map[HEADER.size + 4 : HEADER_SIZE]):
            raise self._bad("has a damaged header")
        if version > VERSION:
            raise BadIndexError(
                f"{self.path.name} has format {version}, this Quiver reads up to {VERSION}; update Quiver"
            )
        if version != VERSION and not (unsealed and version == UNSEALED):
            raise BadIndexError(f"{self.path.name} has the older format {version}; run `quiver rebuild`")
        if order != BYTE_ORDER:
            raise BadIndexError(
                f"{self.path.name} was written on a machine of another byte order; run `quiver rebuild`"
            )
        return at, length, crc, version

    def _read_directory(self, directory: bytes) -> None:
        """Take the directory apart, whose values are as they must be or a BadIndexError is raised."""
        try:
            parsed = orjson.loads(directory)
            self.kind: str = parsed["kind"]
            self.meta: dict[str, Any] = parsed["meta"]
            self._pages_at: int = parsed["pages"]
            self._pages_crc: int = parsed["pages_crc"]
            self._directory: dict[str, tuple[str, list[int], int]] = parsed["arrays"]
            typed = (
                type(self.kind) is str
                and type(self.meta) is dict
                and type(self._pages_at) is type(self._pages_crc) is int
                and type(self._directory) is dict
                and self._pages_at >= HEADER_SIZE
            )
            end = HEADER_SIZE
            for dtype, shape, offset in self._directory.values():
                # One after the other, as they are written: two arrays in one place would be no file of ours.
                count = DTYPES[dtype].itemsize
                for extent in shape:
                    count *= extent
                    typed = typed and type(extent) is int and extent >= 0
                typed = typed and type(shape) is list and type(offset) is int and offset >= end
                end = offset + count
                if not typed or offset % HEADER_SIZE or end > self._pages_at:
                    raise self._bad("has a directory of places where no array can be")
        except (orjson.JSONDecodeError, LookupError, TypeError, ValueError) as error:
            raise self._bad("has a directory that cannot be read") from error
        if not typed:
            raise self._bad("has a directory that cannot be read")

    def _fit(self) -> None:
        """Make sure that the file has the arrays of its table."""
        try:
            self.sizes = known_sizes(self.meta)
        except ValueError as error:
            raise self._bad(str(error)) from error
        self._blocks = len(self.meta.get("blocks", (0,)))
        self._table = table_of(self.kind, self._blocks)
        wrong = misfit(self.kind, self._directory, self.sizes, self._blocks) or misfit_meta(self.kind, self.meta)
        if wrong:
            raise self._bad(wrong)

    def __getitem__(self, name: str) -> Array:
        view = self._views.get(name)
        if view is None:
            view = self.lazy(name)
            self._check_pages(name, 0, view.size)
            if name in self._table:
                self._hold(name, view)
            self._views[name] = view
        return view

    def _hold(self, name: str, values: Array) -> None:
        """Make sure that what the table says of the values of an array holds. Raises BadIndexError."""
        rule = self._table[name].rule
        if rule is not None and values.size and not rule.holds(values, self._sizes_of(name)):
            raise self._bad(f"has {name} with values that are not {rule.says}")

    def _sizes_of(self, name: str) -> Sizes:
        """The sizes that a rule of an array means; those of a block are put together once, of forty arrays."""
        if self._blocks < 2:
            return self.sizes
        of = block_of(name)
        found = self._local_sizes.get(of)
        if found is None:
            found = self._local_sizes[of] = sizes_of(of, self.sizes)
        return found

    def lazy(self, name: str) -> Array:
        """An array unchecked: `check` each part of it before it is read."""
        view = self._lazy.get(name)
        if view is None:
            if self._closed:
                raise ClosedIndexError(self.path.name)
            if name not in self._directory:
                raise self._bad(f"lacks {name}")
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
        self._check_pages(name, low, high)
        if self._read_in_parts(name):
            self._hold_parts(name, low, high)

    def _read_in_parts(self, name: str) -> bool:
        return name.rpartition("/")[2] in self._by_part

    def _place(self, name: str) -> tuple[int, int]:
        """At which byte of the pages an array begins, and the size of its items."""
        place = self._places.get(name)
        if place is None:
            if name not in self._directory:
                raise self._bad(f"lacks {name}")
            dtype, _, offset = self._directory[name]
            place = self._places[name] = (offset - HEADER_SIZE, DTYPES[dtype].itemsize)
        return place

    def _check_pages(self, name: str, low: int, high: int) -> None:
        if low >= high:
            return
        at, size = self._place(name)
        first, past = (at + low * size) // PAGE, (at + high * size - 1) // PAGE + 1
        unread, pages, held = self._unread, self._pages, self._bytes
        page = unread.find(1, first, past)
        while page >= 0:
            # 2 us a page: all of a collection of 700,000 papers has 70,000.
            start = HEADER_SIZE + page * PAGE
            if crc32(held[start : start + PAGE]) != pages[page]:
                if self._closed:
                    raise ClosedIndexError(self.path.name)
                raise BadIndexError(
                    f"{self.path.name}: bytes {start}..{min(start + PAGE, self._pages_at)} are damaged ({name}); "
                    "run `quiver verify`, then `quiver repair` or `quiver rebuild`"
                )
            unread[page] = 0
            page = unread.find(1, page + 1, past)

    def unread(self, name: str) -> tuple[Callable[[int, int], None], bytearray, int, int]:
        """What tells which parts of an array may not be read yet: `check` of it, a flag for each of some pages, at
        which byte of those the array begins, and the size of a page."""
        at, _ = self._place(name)
        if self._read_in_parts(name):
            flags, at = self._unheld_of(name), at % PAGE
        else:
            flags = self._unread

        def check(low: int, high: int) -> None:
            self.check(name, low, high)

        return check, flags, at, PAGE

    def checker(self, name: str) -> Callable[[int, int], None]:
        """`check` of one array: a search asks fifty times, nearly always of pages that were read before."""
        check, flags, at, _ = self.unread(name)
        find, size = flags.find, self._place(name)[1]

        def checked(low: int, high: int) -> None:
            if low < high and find(1, (at + low * size) // PAGE, (at + high * size - 1) // PAGE + 1) >= 0:
                check(low, high)

        return checked

    def _unheld_of(self, name: str) -> bytearray:
        """For each page in which an array lies whether its values there are still unknown.

        Of its own: another array that ends or begins in a page has it read before this one.
        """
        unheld = self._unheld.get(name)
        if unheld is None:
            at, size = self._place(name)
            pages = (at % PAGE + self.lazy(name).size * size + PAGE - 1) // PAGE
            unheld = self._unheld.setdefault(name, bytearray(b"\1") * pages)
        return unheld

    def _hold_parts(self, name: str, low: int, high: int) -> None:
        """Make sure that what the table says of every part of an array holds in the pages of items low..high."""
        unheld, rule = self._unheld_of(name), self._table[name].rule
        at, size = self._place(name)
        at %= PAGE
        values = self.lazy(name).reshape(-1)
        past = (at + high * size - 1) // PAGE + 1
        page = unheld.find(1, (at + low * size) // PAGE, past)
        while page >= 0:
            # Pages and arrays begin at multiples of 64 bytes, so that no value lies in two pages.
            first, last = (max(0, (edge * PAGE - at) // size) for edge in (page, page + 1))
            part = values[first:last]
            if rule is not None and part.size and not rule.holds(part, self._sizes_of(name)):
                raise self._bad(f"has {name} with values that are not {rule.says}")
            unheld[page] = 0
            page = unheld.find(1, page + 1, past)

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
        wrong = []
        for page in range(len(self._pages)):
            start = HEADER_SIZE + page * PAGE
            if crc32(self._bytes[start : start + PAGE]) != self._pages[page]:
                stop = min(start + PAGE, self._pages_at)
                names = [name for name in self if self._overlaps(name, start, stop)] or ["padding"]
                wrong.append(f"{self.path.name}: bytes {start}..{stop} are damaged ({', '.join(names)})")
        if not wrong:
            wrong += [str(error) for name in self._table if (error := self._broken(name))]
        return wrong

    def _broken(self, name: str) -> BadIndexError | None:
        try:
            self._hold(name, self.lazy(name))
        except BadIndexError as error:
            return error
        return None

    def _overlaps(self, name: str, start: int, stop: int) -> bool:
        dtype, shape, offset = self._directory[name]
        nbytes = np.dtype(dtype).itemsize
        for extent in shape:
            nbytes *= extent
        return offset < stop and offset + nbytes > start

    def forget(self) -> None:
        """Give back the memory of what was read of the file, which is read again where it is touched again."""
        if not self._closed and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Forget the views; the mapping goes when the last array over it goes."""
        self._closed = True
        self._views.clear()
        self._lazy.clear()
        self._bytes = memoryview(b"")
        try:
            self._map.close()
        except BufferError:
            # Someone still holds a view; closing now would crash the interpreter on its next touch.
            return


def column(arrays: Mapping[str, Array], name: str) -> Any:
    """An array as the kernel takes it where it reads parts: of a file with what checks them (`ArrayFile.unread`)."""
    return (arrays.lazy(name), *arrays.unread(name)) if isinstance(arrays, Checked) else arrays[name]


def unchecked(arrays: Mapping[str, Array], name: str) -> Array:
    """An array of which no item may be read before what `lazy` gives beside it has checked it."""
    return arrays.lazy(name) if isinstance(arrays, Checked) else arrays[name]


def lazy(arrays: Mapping[str, Array], name: str) -> tuple[Array, Callable[[int, int], None]]:
    """An array, and what checks items low..high of it, to be called before they are read: nothing if not in a file."""
    if not isinstance(arrays, Checked):
        return arrays[name], _as_made
    return arrays.lazy(name), arrays.checker(name)


def _as_made(low: int, high: int) -> None:
    """Arrays in memory are as they were made."""
