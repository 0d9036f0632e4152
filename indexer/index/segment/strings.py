"""Tables of byte strings as two flat arrays; sorted ones find a key by its first eight bytes as an integer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.segment.array_writer import ArraySink
from indexer.index.segment.container import Array, column, lazy, unchecked
from indexer.index.segment.narrow import lower_bounds
from indexer.index.segment.signatures import Signatures

_KEPT = 64
"""Questions whose answers a table keeps: those of one search, and of the one before."""


def write_strings(writer: ArraySink, name: str, strings: Sequence[bytes], *, ordered: bool) -> None:
    """Store `<name>.blob` uint8, `<name>.at` (n + 1 offsets), `<name>.head` uint64 if `ordered` (sorted, unique)."""
    lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
    offsets = np.zeros(len(strings) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    writer.add_bytes(f"{name}.blob", b"".join(strings))
    writer.add(f"{name}.at", offsets.astype(np.uint32) if offsets[-1] < 1 << 32 else offsets.astype(np.uint64))
    if ordered:
        writer.add(f"{name}.head", heads_of(strings))


def heads_of(strings: Sequence[bytes]) -> npt.NDArray[np.uint64]:
    """The first eight bytes of each string as a big-endian number, by which an ordered table is searched."""
    heads = np.array(strings, dtype="S8") if strings else np.empty(0, dtype="S8")
    return heads.view(">u8").astype(np.uint64)


def _head(key: bytes) -> int:
    return int.from_bytes(key[:8].ljust(8, b"\0"), "big")


class StringTable(Sequence[bytes]):
    """Strings by number; in an ordered table also numbers by string and ranges by prefix.

    Memoryviews instead of numpy scalars: one item costs 50 ns instead of 100, a lookup among 100,000 keys 2 us. Of the
    strings themselves those are checked that are read: a first search among 700,000 papers reads few of 25 MB.
    """

    def __init__(self, arrays: Mapping[str, Array], name: str) -> None:
        blob, self._check = lazy(arrays, f"{name}.blob")
        self._blob = blob.data
        self._arrays, self._name = arrays, name
        at, head = unchecked(arrays, f"{name}.at"), f"{name}.head"
        self._count = len(at) - 1
        self._ordered = head in arrays
        self._found: dict[Hashable, npt.NDArray[np.int64]] = {}
        self.native: Any = None
        # Segments of any schema hold tables so small that their offsets are narrower than the kernel reads.
        if kernel.native is not None and at.itemsize >= 4:
            heads = column(arrays, head) if self._ordered else None
            self.native = kernel.native.Strings(column(arrays, f"{name}.blob"), column(arrays, f"{name}.at"), heads)

    @made_once
    def _at(self) -> memoryview:
        return self._arrays[f"{self._name}.at"].data

    @made_once
    def _heads(self) -> memoryview:
        return self._arrays[f"{self._name}.head"].data

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]  # slices have no use here
        if self.native is not None:
            item: bytes = self.native[number]
            return item
        if number < 0:
            raise IndexError(number)
        low, high = self._at[number], self._at[number + 1]
        self._check(low, high)
        return bytes(self._blob[low:high])

    def __iter__(self) -> Iterator[bytes]:
        self._check(0, len(self._blob))
        blob, at = bytes(self._blob), self._at
        for number in range(len(at) - 1):
            yield blob[at[number] : at[number + 1]]

    def find(self, key: bytes) -> int:
        """The number of a key of an ordered table, -1 if it is not there."""
        if not self._ordered:
            raise TypeError("this table is not ordered")
        if self.native is not None:
            number: int = self.native.find(key)
            return number
        head = _head(key)
        at = bisect_left(self._heads, head)
        if at == len(self._heads) or self._heads[at] != head:
            return -1
        if len(key) < 8 or self[at] == key:
            return at if self[at] == key else -1
        at = bisect_left(self, key, at, bisect_right(self._heads, head, at))
        return at if at < len(self) and self[at] == key else -1

    def prefix_range(self, prefix: bytes) -> tuple[int, int]:
        """First and past-last number of the keys that begin with a prefix, in an ordered table."""
        if not prefix:
            return 0, len(self)
        top = prefix.rstrip(b"\xff")
        after = top[:-1] + bytes([top[-1] + 1]) if top else None
        if self.native is not None:
            return self.native.lower(prefix), self.native.lower(after) if after else len(self)
        low = bisect_left(self, prefix)
        return low, bisect_left(self, after, low) if after else len(self)

    def alike(self, key: bytes, edits: int) -> npt.NDArray[np.int64]:
        """Numbers (rising) of the strings that may be `edits` insertions, deletions, changes or swaps from a key."""
        return self.once(("alike", key, edits), lambda: self._signatures.alike(key, edits))

    def once(self, question: Hashable, find: Callable[[], npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
        """What was found for a question, if it was asked lately: every block of a segment asks the same."""
        found = self._found.get(question)
        if found is None:
            found = find()
            if len(self._found) >= _KEPT:
                self._found.clear()
            self._found[question] = found
        return found

    @made_once
    def _signatures(self) -> Signatures:
        """Made when first asked for: 5 ms for 430,000 words."""
        self._check(0, len(self._blob))
        return Signatures(np.asarray(self._blob), np.asarray(self._at))


class SubTable(Sequence[bytes]):
    """Some strings of a sorted table, numbered anew: a StringTable of a block over that of its segment."""

    def __init__(self, whole: StringTable, arrays: Mapping[str, Array], name: str) -> None:
        """The array of this name has the numbers (rising) of the strings in the whole table."""
        self.whole = whole
        self._arrays, self._name = arrays, name
        self._count = len(unchecked(arrays, name))

    @made_once
    def numbers(self) -> Array:
        """Numbers of the strings in the whole table."""
        return self._arrays[self._name]

    @made_once
    def native_numbers(self) -> Any:
        """The same as the kernel searches them, None without one."""
        return kernel.native and kernel.native.Numbers(column(self._arrays, self._name), len(self.whole))

    @made_once
    def _numbers(self) -> memoryview:
        return self.numbers.data

    @property
    def native(self) -> Any:
        """The whole table as the kernel reads it."""
        return self.whole.native

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]  # slices have no use here
        if number < 0:
            raise IndexError(number)
        return self.whole[self._numbers[number]]

    def __iter__(self) -> Iterator[bytes]:
        return map(self.whole.__getitem__, self.numbers.tolist())

    def find(self, key: bytes) -> int:
        """The number of a key, -1 if it is not there."""
        number = self.whole.find(key)
        if number < 0:
            return -1
        if self.native_numbers is not None:
            here: int = self.native_numbers.find(number)
            return here
        at = bisect_left(self._numbers, number)
        return at if at < len(self) and self._numbers[at] == number else -1

    def prefix_range(self, prefix: bytes) -> tuple[int, int]:
        """First and past-last number of the keys that begin with a prefix."""
        low, high = self.whole.prefix_range(prefix)
        if low == high:
            return 0, 0
        if self.native_numbers is not None:
            return self.native_numbers.lower(low), self.native_numbers.lower(high)
        return bisect_left(self._numbers, low), bisect_left(self._numbers, high)

    def alike(self, key: bytes, edits: int) -> npt.NDArray[np.int64]:
        """Numbers (rising) of the strings that may be `edits` insertions, deletions, changes or swaps from a key."""
        return self.held(self.whole.alike(key, edits))

    def held(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The numbers here (rising) of some strings (rising) of the whole table, less those that are not here."""
        if not len(self) or not len(numbers):
            return np.empty(0, dtype=np.int64)
        at = lower_bounds(self.numbers, numbers)
        at[at == len(self)] = 0
        found: npt.NDArray[np.int64] = at[self.numbers[at] == numbers]
        return found
