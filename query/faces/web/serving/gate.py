"""How many requests are worked on at once: a few threads, a bounded queue before them, and 503 beyond."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from query.faces.web.serving.errors import BusyError

Result = TypeVar("Result")

RETRY_AFTER = 1
"""Seconds after which a request that was turned away may come again."""
_BLOCK = 1 << 16
"""Bytes that a stream gathers before it sends them."""


class Gate:
    """Runs handlers in threads, so that the loop goes on hearing; at most `most` are inside at once."""

    def __init__(self, threads: int, most: int, timeout: float) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="search")
        # Exports go on for seconds: they have threads of their own and never stand before a search.
        self._streams = ThreadPoolExecutor(2, thread_name_prefix="export")
        self._most = most
        self._timeout = timeout
        self.inside = 0
        self._streaming = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of some work, done in a thread.

        Raises BusyError at once where too many are inside, and where it takes longer than it may: work that goes on
        keeps its place until it ends.
        """
        self._enter()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        job = self._threads.submit(_done, work, loop, self._finished, answer)
        timer = loop.call_later(self._timeout, self._given_up, job, answer)
        try:
            return await answer
        finally:
            timer.cancel()

    def _finished(self, answer: asyncio.Future[Result], result: Result, error: BaseException | None) -> None:
        """Hand on what came of some work, unless it comes too late."""
        self._leave()
        if answer.done():
            return
        if error is None:
            answer.set_result(result)
        else:
            answer.set_exception(error)

    def _given_up(self, job: Future[None], answer: asyncio.Future[Any]) -> None:
        # What still waits for a thread is not begun any more; what has begun cannot be stopped.
        if job.cancel():
            self._leave()
        if not answer.done():
            late = f"no answer within {self._timeout:g} s; ask for less, or again in {RETRY_AFTER} s"
            answer.set_exception(BusyError(late))

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place among those inside, for work that has threads and an end of its own. Raises BusyError."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        if self.inside >= self._most:
            raise BusyError(f"{self.inside} requests are being answered; try again in {RETRY_AFTER} s")
        self.inside += 1

    def _leave(self) -> None:
        self.inside -= 1

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


def _done(
    work: Callable[[], Result],
    loop: asyncio.AbstractEventLoop,
    finished: Callable[[asyncio.Future[Result], Any, BaseException | None], None],
    answer: asyncio.Future[Result],
) -> None:
    """Do some work in a thread, and say in the loop what came of it.

    One call of the loop: to wait for a future of threads through one of the loop's took three, a tenth of a ms.
    """
    result, error = None, None
    try:
        result = work()
    except BaseException as raised:  # noqa: BLE001  # whatever it is, it is raised where the work is waited for
        error = raised
    # The loop may be gone when the server ends.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(finished, answer, result, error)


def _gathered(pieces: Iterator[bytes]) -> bytes:
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= _BLOCK:
            break
    return bytes(block)
