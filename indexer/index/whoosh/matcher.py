"""A posting list as Whoosh walks it: ids and weights of a block at a time, as Python numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from indexer.index.whoosh.library import matching


class Ids(Protocol):
    """Ids of postings, rising within a list: document numbers, or terms of a vector."""

    def __getitem__(self, number: int, /) -> Any: ...

    def slice(self, low: int, high: int) -> list[Any]:
        """Ids of postings `low` to before `high`."""


class Carried(Protocol):
    """What postings carry beside their ids, by number: `whoosh_payload.Payload` or alike."""

    def weights(self, low: int, high: int) -> list[float]:
        """Weights of postings `low` to before `high`."""

    def checked_value(self, number: int, format_: Any) -> bytes:
        """The value as the format encodes it, safe to be decoded by Whoosh."""

    def value_as(self, number: int, kind: str, format_: Any) -> Any:
        """What the format decodes from the value."""


class Numbers:
    """Document numbers in an array."""

    def __init__(self, view: memoryview) -> None:
        self._view = view

    def __getitem__(self, number: int, /) -> int:
        return self._view[number]

    def slice(self, low: int, high: int) -> list[int]:
        """Document numbers of postings `low` to before `high`, as Python integers."""
        return self._view[low:high].tolist()


@dataclass(frozen=True)
class Blocks:
    """Bounds of runs of `size` postings of one list, for skipping: weights, shortest and longest field."""

    size: int
    weight: Sequence[float]
    shortest: Sequence[int]
    longest: Sequence[int]


class ArrayMatcher(matching.LeafMatcher):  # type: ignore[misc]  # Whoosh has no types
    """Postings `low` to before `high` of a list, standing on the first.

    Ids need not rise strictly: in Whoosh's spelling fields all are 0.
    """

    def __init__(
        self,
        ids: Ids,
        payload: Carried,
        low: int,
        high: int,
        blocks: Blocks,
        format_: Any,
        scorer: Any = None,
        term: tuple[str, bytes] | None = None,
    ) -> None:
        self.format = format_
        self.scorer = scorer
        self._term = term
        self._all = ids
        self._payload = payload
        self._low = low
        self._high = high
        self._blocks = blocks
        self._last = (high - low - 1) // blocks.size
        self.reset()

    def reset(self) -> None:
        """Stand on the first posting again."""
        self._done = self._low >= self._high
        self._ids: list[Any] = []
        self._length = self._i = 0
        if not self._done:
            self._load(0)

    def _load(self, block: int) -> None:
        start = self._low + block * self._blocks.size
        self._block = block
        self._start = start
        self._ids = self._all.slice(start, min(start + self._blocks.size, self._high))
        self._weights: list[float] | None = None
        self._length = len(self._ids)
        self._i = 0

    def _end(self) -> None:
        self._done = True
        self._i = self._length
        # Whoosh's AndNotMatcher asks for the id also at the end (`matching/binary.py:585`), where its own codec's
        # matchers still give the last one.
        self._ids = [*self._ids[: self._length], *self._ids[-1:]]

    def copy(self) -> ArrayMatcher:
        """Another matcher on the same posting."""
        twin = ArrayMatcher(
            self._all,
            self._payload,
            self._low,
            self._high,
            self._blocks,
            self.format,
            self.scorer,
            self._term,
        )
        if self._done:
            twin._end()
        else:
            twin._load(self._block)
            twin._i = self._i
        return twin

    def is_active(self) -> bool:
        return self._i < self._length

    def id(self) -> Any:
        return self._ids[self._i]

    def all_ids(self) -> Iterator[Any]:
        """The ids from here to the end; the matcher is then at its end."""
        while self.is_active():
            yield from self._ids[self._i :]
            self._next_block()

    def weight(self) -> float:
        if self._weights is None:
            self._weights = self._payload.weights(self._start, self._start + self._length)
        return self._weights[self._i]

    def value(self) -> bytes:
        return self._payload.checked_value(self._start + self._i, self.format)

    def value_as(self, astype: str) -> Any:
        return self._payload.value_as(self._start + self._i, astype, self.format)

    def items_as(self, astype: str) -> Iterator[tuple[Any, Any]]:
        """(id, decoded value) from here to the end."""
        while self.is_active():
            yield self.id(), self.value_as(astype)
            self.next()

    def next(self) -> bool:
        """Go to the next posting; True when it lies in another block."""
        if not self.is_active():
            raise matching.ReadTooFar
        self._i += 1
        if self._i < self._length:
            return False
        self._next_block()
        return True

    def _next_block(self) -> None:
        if self._block == self._last:
            self._end()
        else:
            self._load(self._block + 1)

    def skip_to(self, targetid: Any) -> None:
        """Go to the first posting from here on whose id is at least `targetid`."""
        if not self.is_active():
            raise matching.ReadTooFar
        if targetid > self._ids[-1]:
            at = bisect_left(self._all, targetid, self._start + self._length, self._high)
            if at == self._high:
                self._end()
                return
            self._load((at - self._low) // self._blocks.size)
            self._i = at - self._start
        else:
            self._i = bisect_left(self._ids, targetid, self._i)

    def skip_to_quality(self, minquality: float) -> int:
        """Go to the next block that may beat `minquality`; gives how many were skipped."""
        skipped = 0
        while self.is_active() and self.block_quality() <= minquality:
            self._next_block()
            skipped += 1
        return skipped

    def block_min_id(self) -> Any:
        return self._ids[0]

    def block_max_id(self) -> Any:
        return self._ids[-1]

    def block_min_length(self) -> int:
        return self._blocks.shortest[self._block]

    def block_max_length(self) -> int:
        return self._blocks.longest[self._block]

    def block_max_weight(self) -> float:
        return self._blocks.weight[self._block]
