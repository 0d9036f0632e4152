"""The index that a worker answers from: the newest generation, taken up between requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from indexer.index.errors import BadIndexError
from query.browse.venue_list import VenueRow
from query.engines.registry import sign
from query.information import Information
from query.search import PaperIndex

LOOK_EVERY = 0.1
"""Seconds between two looks at the folder, each of which costs 4 us."""


class Snapshot:
    """One generation, and what pages count of it, once. A request keeps to the one that it began with."""

    def __init__(self, index: PaperIndex) -> None:
        self.index = index
        self._counting = threading.Lock()
        self._made: dict[str, Any] = {}

    @cached_property
    def info(self) -> Information:
        """What the index holds."""
        return self.index.info()

    @cached_property
    def venues(self) -> list[VenueRow]:
        """Its venues, by count."""
        return self.index.venues()

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What pages derive from the whole collection, made when it is first asked for."""
        with self._counting:
            if name not in self._made:
                self._made[name] = make()
            return self._made[name]

    @cached_property
    def identity(self) -> str:
        """What parts this generation from every other, also of an index that was made anew."""
        return f"{self.index.generation}-{self.info.built}-{self.info.papers}-{self.info.bytes}"


class ServedIndex:
    """The newest generation of a folder. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._seen = self._sign()
        self._snapshot = Snapshot(PaperIndex.open(path))
        self._looked = time.monotonic()

    def current(self) -> Snapshot:
        """The newest generation; the one before while the newest cannot be opened.

        The old one is not closed: requests may still be reading it, and it goes with the last of them.
        """
        if time.monotonic() - self._looked > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._looked = time.monotonic()
                self._lock.release()
        return self._snapshot

    def _look(self) -> None:
        sign = self._sign()
        if sign == self._seen:
            return
        with suppress(BadIndexError):
            fresh = Snapshot(PaperIndex.open(self.path))
            if fresh.identity != self._snapshot.identity:
                self._snapshot = fresh
        self._seen = sign

    def _sign(self) -> tuple[int, int | str]:
        return sign(self.path)
