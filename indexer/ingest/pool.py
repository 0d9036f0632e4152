"""Tasks in one process or several: tasks out, an answer to each back, and at the end what a process collected."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, TypeVar

from indexer.index.errors import QuiverError

Task = TypeVar("Task", contravariant=True)
Answer = TypeVar("Answer", covariant=True)
Collected = TypeVar("Collected", covariant=True)


class Work(Protocol[Task, Answer, Collected]):
    """What a process does with its tasks. It is copied into each process, so it must pickle."""

    def run(self, task: Task, /) -> Answer:
        """Do one task."""

    def end(self) -> Collected:
        """Give what was collected over all tasks of this process."""


def run_tasks(
    tasks: Iterable[Task], work: Work[Task, Answer, Collected], procs: int, report: Callable[[Task, Answer], None]
) -> list[Collected]:
    """Run tasks in `procs` processes (1: in this one); `report` hears of each task that is done.

    Gives what each process collected. Raises what a task raised, and QuiverError where a process died.
    """
    if procs <= 1:
        for task in tasks:
            report(task, work.run(task))
        return [work.end()]
    pool = _Pool(work, procs)
    try:
        for task in tasks:
            pool.send(task, report)
        return pool.finish(report)
    finally:
        pool.stop()


_DIED = "a process ended before its work was done (out of memory?); try again with --procs 1"


class _Pool:
    """Workers, each with one task in hand at most: who waits for its next task reads it, so that no send can block
    on a worker that itself waits to be heard."""

    def __init__(self, work: Work[Any, Any, Any], procs: int) -> None:
        # As the platform, or the program, wants it: a fork is quickest, but no good among threads.
        context = multiprocessing.get_context()
        forks = context.get_start_method() == "fork"
        self._workers = []
        self._busy: dict[Connection, Any] = {}
        with _interrupts_held():
            for _ in range(procs):
                here, there = context.Pipe()
                self._busy[here] = None
                # What a forked child inherits it must close, or it would never see that this process is gone.
                inherited = list(self._busy) if forks else []
                worker = context.Process(target=_work, args=(there, inherited, work), daemon=True)
                worker.start()
                there.close()
                self._workers.append(worker)

    def send(self, task: Any, report: Callable[[Any, Any], None]) -> None:
        while all(task is not None for task in self._busy.values()):
            self._collect(report)
        pipe = next(pipe for pipe, task in self._busy.items() if task is None)
        self._send(pipe, task)
        self._busy[pipe] = task

    def _collect(self, report: Callable[[Any, Any], None]) -> None:
        for pipe in wait([pipe for pipe, task in self._busy.items() if task is not None]):
            if isinstance(pipe, Connection):
                task = self._busy[pipe]
                answer = self._receive(pipe)
                self._busy[pipe] = None
                report(task, answer)

    def finish(self, report: Callable[[Any, Any], None]) -> list[Any]:
        while any(task is not None for task in self._busy.values()):
            self._collect(report)
        for pipe in self._busy:
            self._send(pipe, None)
        return [self._receive(pipe) for pipe in self._busy]

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
    def _send(pipe: Connection, task: Any | None) -> None:
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


def _work(pipe: Connection, inherited: Iterable[Connection], work: Work[Any, Any, Any]) -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    try:
        while (task := pipe.recv()) is not None:
            pipe.send(work.run(task))
        pipe.send(work.end())
    except (EOFError, ConnectionError):
        return  # the parent is gone, and with it whoever wanted this
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent raises it
        with suppress(ConnectionError):
            pipe.send(error)


def default_procs() -> int:
    """Processes for a large piece of work: the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
