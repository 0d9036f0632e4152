"""The progress line of long work: how much is done, how fast, how long it will take yet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO

from query.faces.printed.terminal import is_terminal

_AFTER, _EVERY = 1.0, 0.1
"""Seconds before the line first shows, and between two of its states."""


class ProgressLine:
    """Called as `indexer.ingest.report.Progress`; writes over its own line and wipes it at the end.

    Use as a context manager. Writes nothing where the stream is no terminal or the work takes under a second.
    """

    def __init__(self, stream: IO[str] | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._active = is_terminal(self._stream)
        self._started = clock()
        self._shown = 0.0

    def __call__(self, done: int, total: int, records: int) -> None:
        """Show bytes done of bytes in all (0: unknown) and records read."""
        now = self._clock()
        if not self._active or now - self._started < _AFTER or now - self._shown < _EVERY:
            return
        self._shown = now
        self._write(progress_text(done, total, records, now - self._started))

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._write("")


def progress_text(done: int, total: int, records: int, seconds: float) -> str:
    """`reading  45 %, 12,345 records, 3,210 a second, 0:14 left`."""
    rate = f"{records:,} records, {records / seconds:,.0f} a second"
    if not total or not done:
        return f"reading, {rate}"
    if done >= total:
        return f"read {records:,} records, writing the index"
    left = round(seconds / done * (total - done))
    hours, rest = divmod(left, 3600)
    clock = f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
    return f"reading {100 * done // total:3} %, {rate}, {clock} left"
