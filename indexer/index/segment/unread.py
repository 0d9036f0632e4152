"""Which rows of a table are still unchecked: a query reads few, and each part is checked when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from indexer.index.once import made_once

_NEAR = 8
"""Rows so near each other are checked in one call: they share their pages."""


class Unread:
    """Rows 0 to `rows` - 1, checked by `check(low, high)`, which raises BadIndexError."""

    def __init__(self, rows: int, check: Callable[[int, int], None]) -> None:
        self._rows = rows
        self._check = check

    @made_once
    def flags(self) -> bytearray:
        """For each row 1 where it is unchecked; the kernel looks here, too."""
        return bytearray(b"\1") * self._rows

    def one(self, row: int) -> None:
        """Make sure that a row may be read."""
        if self.flags[row]:
            self._span(row, row + 1)

    def all(self) -> None:
        """Make sure that every row may be read."""
        if self.flags.find(1) >= 0:
            self._span(0, len(self.flags))

    def some(self, rows: npt.NDArray[np.int64]) -> None:
        """Make sure that some rows (rising) may be read."""
        unread = rows[np.frombuffer(self.flags, dtype=np.uint8)[rows] != 0]
        if not len(unread):
            return
        ends = np.flatnonzero(np.diff(unread) > _NEAR)
        firsts, lasts = np.append(0, ends + 1), np.append(ends, len(unread) - 1)
        for low, high in zip(unread[firsts].tolist(), unread[lasts].tolist(), strict=True):
            self._span(low, high + 1)

    def _span(self, low: int, high: int) -> None:
        self._check(low, high)
        self.flags[low:high] = bytes(high - low)
