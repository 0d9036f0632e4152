"""Several workers over one socket: heard at once when a signal comes, gone when their parent is."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

from uvicorn.config import STARTUP_FAILURE, Config
from uvicorn.supervisors.multiprocess import SIGNALS, Multiprocess, Process

_LOOK = 0.5
"""Seconds between two looks at whether every worker lives."""


class Workers(Multiprocess):
    """uvicorn's own, but for how it watches.

    It hears Ctrl-C in the middle of its sleep, and so ends in .3 s and not .8. It asks of a worker only whether it
    lives, not for an answer within 5 s: on a busy machine that ended workers that were at work, and while one started
    it kept Ctrl-C waiting. And a Ctrl-C while workers start, which a terminal sends to them too, shows no traceback.
    """

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        self._before = {number: signal.getsignal(number) for number in SIGNALS}
        self._told: list[int] = []
        self._waked, waker = socket.socketpair()
        self._waked.setblocking(False)
        waker.setblocking(False)
        self._waker = waker
        super().__init__(config, sockets)

    def init_processes(self) -> None:
        """Start the workers."""
        with _interrupt_waits():
            super().init_processes()

    def keep_subprocess_alive(self) -> None:
        """Start a worker anew where one has gone; end where one could not start."""
        for number, process in enumerate(self.processes):
            if self.should_exit.is_set() or process.process.is_alive():
                continue
            if process.process.exitcode == STARTUP_FAILURE:
                self.should_exit.set()
                continue
            with _interrupt_waits():
                self.processes[number] = Process(self.config, self.sockets)
                self.processes[number].start()

    def run(self) -> None:
        """Until a signal says to end, which then does what it would have done without us."""
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        try:
            self.init_processes()
            while not self.should_exit.is_set():
                select.select([self._waked], [], [], _LOOK)
                self._read_wakes()
                self._told += self.signal_queue
                self.handle_signals()
                self.keep_subprocess_alive()
            self.terminate_all()
            self.join_all()
        finally:
            signal.set_wakeup_fd(-1)
            for number, handler in self._before.items():
                signal.signal(number, handler)
        if signal.SIGINT in self._told:
            signal.raise_signal(signal.SIGINT)

    def _read_wakes(self) -> None:
        try:
            self._waked.recv(1024)
        except BlockingIOError:
            return


@contextmanager
def _interrupt_waits() -> Iterator[None]:
    """Ctrl-C waits in here: for us until we leave, for processes that begin here until they can end as they should.

    Ignoring it would lose one that comes meanwhile. Windows has no such mask.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It is started with the first process, and would lift the mask.
    resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


@contextmanager
def worker_begins() -> Iterator[None]:
    """Around what a worker loads before it serves: signals end it there and then, also a Ctrl-C that has waited.

    From then on it ends when the process that started it has gone, however that went, so that the port is free again.
    In a process that is no worker nothing is done.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        yield
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    before = [(number, signal.signal(number, signal.SIG_DFL)) for number in (signal.SIGINT, signal.SIGTERM)]
    threading.Thread(target=wait, name="parent", daemon=True).start()
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    yield
    for number, handler in before:
        signal.signal(number, handler)
