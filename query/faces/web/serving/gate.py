"""How many requests are worked on at once: a few threads, a bounded queue before them, and 503 beyond."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from query.faces.web.serving.errors import BusyError

Result = TypeVar("Result")

RETRY_AFTER = 1
"""Seconds after which a request that was turned away may come again."""
_BLOCK = 1 << 16
"""Bytes that a stream gathers before it sends them."""


class Gate:
    """Runs handlers in threads, so that the loop goes on hearing; at most `most` are inside at once."""

    def __init__(self, threads: int, most: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="search")
        # Exports go on for seconds: they have threads of their own and never stand before a search.
        self._streams = ThreadPoolExecutor(2, thread_name_prefix="export")
        self._most = most
        self._inside = 0
        self._streaming = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of some work, done in a thread. Raises BusyError at once where too many are inside."""
        if self._inside >= self._most:
            raise BusyError(f"{self._inside} requests are being answered; try again in {RETRY_AFTER} s")
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1

    @property
    def crowded(self) -> bool:
        """Whether no further stream should begin."""
        return self._streaming >= 8

    async def stream(self, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
        """Pieces in blocks, each gathered in a thread when the one before was taken."""
        self._streaming += 1
        try:
            loop = asyncio.get_running_loop()
            while block := await loop.run_in_executor(self._streams, _gathered, pieces):
                yield block
        finally:
            self._streaming -= 1


def _gathered(pieces: Iterator[bytes]) -> bytes:
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= _BLOCK:
            break
    return bytes(block)
