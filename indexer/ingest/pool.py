"""Tasks in one process or several: tasks out, counts and new segments back."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from indexer.index.errors import QuiverError
from indexer.ingest.bulk import Indexer, NewSegment, Seen
from indexer.ingest.tasks import Counts, Task


def run_tasks(
    tasks: Iterable[Task], indexer: Indexer, procs: int, report: Callable[[Task, Counts], None]
) -> tuple[list[NewSegment], list[Seen]]:
    """Run tasks in `procs` processes (1: in this one); `report` hears of each task that is done.

    Gives the segments written and the records found unchanged. Raises QuiverError where a process died.
    """
    if procs <= 1:
        for task in tasks:
            report(task, indexer.run(task))
        indexer.flush()
        return indexer.segments, indexer.seen
    pool = _Pool(indexer, procs)
    try:
        for task in tasks:
            pool.send(task, report)
        return pool.finish(report)
    finally:
        pool.stop()


_DIED = "a process of the build ended before its work was done (out of memory?); try again with --procs 1"


class _Pool:
    """Workers, each with one task in hand at most: who waits for its next task reads it, so that no send can block
    on a worker that itself waits to be heard."""

    def __init__(self, indexer: Indexer, procs: int) -> None:
        # As the platform, or the program, wants it: a fork is quickest, but no good among threads.
        context = multiprocessing.get_context()
        forks = context.get_start_method() == "fork"
        self._workers = []
        self._busy: dict[Connection, Task | None] = {}
        with _interrupts_held():
            for _ in range(procs):
                here, there = context.Pipe()
                self._busy[here] = None
                # What a forked child inherits it must close, or it would never see that this process is gone.
                inherited = list(self._busy) if forks else []
                worker = context.Process(target=_work, args=(there, inherited, indexer), daemon=True)
                worker.start()
                there.close()
                self._workers.append(worker)

    def send(self, task: Task, report: Callable[[Task, Counts], None]) -> None:
        while all(self._busy.values()):
            self._collect(report)
        pipe = next(pipe for pipe, busy in self._busy.items() if busy is None)
        self._send(pipe, task)
        self._busy[pipe] = task

    def _collect(self, report: Callable[[Task, Counts], None]) -> None:
        for pipe in wait([pipe for pipe, task in self._busy.items() if task]):
            if isinstance(pipe, Connection) and (task := self._busy[pipe]):
                counts = self._receive(pipe)
                self._busy[pipe] = None
                report(task, counts)

    def finish(self, report: Callable[[Task, Counts], None]) -> tuple[list[NewSegment], list[Seen]]:
        while any(self._busy.values()):
            self._collect(report)
        for pipe in self._busy:
            self._send(pipe, None)
        segments: list[NewSegment] = []
        seen: list[Seen] = []
        for pipe in self._busy:
            more, again = self._receive(pipe)
            segments += more
            seen += again
        return segments, seen

    @staticmethod
    def _receive(pipe: Connection) -> Any:
        try:
            answer = pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            raise QuiverError(_DIED) from error
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @staticmethod
    def _send(pipe: Connection, task: Task | None) -> None:
        try:
            pipe.send(task)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise QuiverError(_DIED) from error

    def stop(self) -> None:
        for pipe in self._busy:
            pipe.close()
        for worker in self._workers:
            worker.join(timeout=1)
            if worker.is_alive():
                worker.terminate()
                worker.join()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while children are made, who inherit that they do not hear it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection, inherited: Iterable[Connection], indexer: Indexer) -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    try:
        while (task := pipe.recv()) is not None:
            pipe.send(indexer.run(task))
        indexer.flush()
        pipe.send((indexer.segments, indexer.seen))
    except (EOFError, ConnectionError):
        return  # the parent is gone, and with it whoever wanted this
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent raises it
        with suppress(ConnectionError):
            pipe.send(error)


def default_procs() -> int:
    """Processes for a build: the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
