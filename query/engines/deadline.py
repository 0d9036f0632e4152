"""When an answer is due: work looks at the clock between its steps and gives up where its time is over.

The time is that of the call under way, whatever thread it runs in, so that no step has to be handed a clock.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from indexer.index.errors import QuiverError

MATCHING = 0.75
"""Share of the time in which papers are found; in the rest those that were found are scored and shown."""

_LEAST = 0.001
"""Seconds that are waited for at least: none at all means for ever to some."""

clock = time.monotonic


class LateError(QuiverError):
    """The time of a call is over. `PaperIndex.search` answers with what it has; no caller ever sees it."""


@dataclass(slots=True)
class _Due:
    """When the step under way is to end, and when all is; in seconds of the clock."""

    step: float = math.inf
    end: float = math.inf


_NEVER = _Due()
_due: ContextVar[_Due] = ContextVar("due", default=_NEVER)


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Let what is done in here end after so many seconds; None: when it is done."""
    if seconds is None:
        yield
        return
    now = clock()
    token = _due.set(_Due(now + MATCHING * seconds, now + seconds))
    try:
        yield
    finally:
        _due.reset(token)


def bounded() -> bool:
    """Whether the call under way has a time in which it is to end."""
    return _due.get() is not _NEVER


def show() -> None:
    """Say that papers were looked for: what is left of the time is for those that were found."""
    due = _due.get()
    if due is not _NEVER:
        due.step = due.end


def late() -> bool:
    """Whether the time of the step under way is over."""
    due = _due.get()
    return due is not _NEVER and clock() >= due.step


def left(usual: float) -> float:
    """Seconds that a step may take that waits for others, `usual` at most. Raises LateError where none is left."""
    due = _due.get()
    if due is _NEVER:
        return usual
    check_time()
    return max(min(usual, due.step - clock()), _LEAST)


def check_time() -> None:
    """Go on, or raise LateError where the time is over."""
    due = _due.get()
    if due is not _NEVER and clock() >= due.step:
        raise LateError("the time of this search is over")
