"""Ctrl-C at any moment: one line and status 130, whatever is being imported, asked or written.

An exception in the middle of an import or of the interpreter's end shows a traceback at best, so that by default the
process ends there and then: nothing that reads needs to be tidied up. Only who writes is told by a
KeyboardInterrupt, to stop its workers and sweep; and if even that were cut short, the next writer would sweep.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# Exit status of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130


def _end(number: int, frame: FrameType | None) -> None:
    os.write(2, b"quiver: interrupted\n")
    os._exit(INTERRUPTED)


def end_at_once() -> None:
    """Let Ctrl-C end the process from here on, unless who started it wants it ignored (`nohup`)."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def tidily() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt in here."""
    if signal.getsignal(signal.SIGINT) is not _end:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _end)
