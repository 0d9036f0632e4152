"""One writer at a time: a document that is created by who writes, touched while it lives, and removed at the end.

A writer that dies leaves the document behind. Who waits takes it over when it was not touched for `DEAD` seconds of the
waiting one's own clock, so that clocks of machines need not agree.
"""

from __future__ import annotations

import getpass
import os
import platform
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from indexer.index.errors import LockedError, QuiverError
from indexer.index.opensearch.connection import Connection, Json
from indexer.index.opensearch.failures import ClusterError

BEAT, DEAD = 5.0, 30.0
_LOCK_ID = "lock"
_POLL = 0.5


class ClusterLock:
    """A lock that is held; `check` before anything is published."""

    def __init__(self, connection: Connection, index: str, holder: dict[str, object], seen: Json) -> None:
        self._connection, self._index, self._holder = connection, index, holder
        self._seen = seen
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._lost: QuiverError | None = None
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _touch(self) -> None:
        with self._turn:
            try:
                self._seen = _put(self._connection, self._index, self._holder, self._seen)
            except ClusterError as error:
                # A touch that came too late for an answer was written all the same: then the document moved by it.
                if error.status != 409 or (own := self._own()) is None:
                    raise
                self._seen = _put(self._connection, self._index, self._holder, own)

    def _own(self) -> Json | None:
        """The document as it is now; None where it is another writer's."""
        found = self._connection.call("GET", f"/{self._index}/_doc/{_LOCK_ID}", expected=(404,))
        return found if found.get("found") and found["_source"].get("token") == self._holder["token"] else None

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            try:
                self._touch()
            except ClusterError as error:
                # A cluster that is busy or away for a moment has given the lock to nobody.
                if error.status == 409:
                    self._lost = error
                    return

    def check(self) -> None:
        """Raise LockedError where another writer has taken the lock over."""
        try:
            if self._lost is None:
                self._touch()
                return
        except ClusterError as error:
            if error.status != 409:
                raise
        raise LockedError(
            f"another writer took over {self._connection.address}, since this one was not heard of for {DEAD:g} s; "
            "nothing was published, try again"
        )

    def release(self) -> None:
        """Let the next writer in."""
        self._ended.set()
        self._thread.join()
        with suppress(QuiverError):
            self._connection.call(
                "DELETE",
                f"/{self._index}/_doc/{_LOCK_ID}",
                if_seq_no=self._seen["_seq_no"],
                if_primary_term=self._seen["_primary_term"],
            )


def _put(connection: Connection, index: str, holder: dict[str, object], seen: Json | None) -> Json:
    """Write the document: new, or in place of the one that was seen. Raises ClusterError of status 409 otherwise."""
    if seen is None:
        return connection.call("PUT", f"/{index}/_create/{_LOCK_ID}", holder)
    return connection.call(
        "PUT",
        f"/{index}/_doc/{_LOCK_ID}",
        holder,
        if_seq_no=seen["_seq_no"],
        if_primary_term=seen["_primary_term"],
    )


@contextmanager
def locked(connection: Connection, index: str, command: str, timeout: float) -> Iterator[ClusterLock]:
    """Hold the lock that lies in `index`. Raises LockedError after `timeout` seconds, naming the holder."""
    holder: dict[str, object] = {
        "host": platform.node(),
        "user": getpass.getuser() if hasattr(os, "getuid") else "",
        "pid": os.getpid(),
        "command": command,
        "since": time.strftime("%Y-%m-%d %H:%M:%S"),
        # Tells this writer from every other, of one process too.
        "token": secrets.token_hex(16),
    }
    lock = ClusterLock(connection, index, holder, _taken(connection, index, holder, timeout))
    try:
        yield lock
    finally:
        lock.release()


def _taken(connection: Connection, index: str, holder: dict[str, object], timeout: float) -> Json:
    started = time.monotonic()
    watched: tuple[object, float] = (None, started)
    while True:
        found = connection.call("GET", f"/{index}/_doc/{_LOCK_ID}", expected=(404,))
        there = found if found.get("found") else None
        touched = there["_seq_no"] if there else None
        if touched != watched[0]:
            watched = (touched, time.monotonic())
        if there is None or time.monotonic() - watched[1] > DEAD:
            try:
                return _put(connection, index, holder, there)
            except ClusterError as error:
                if error.status != 409:
                    raise
        if time.monotonic() - started > timeout and there is not None:
            row = there["_source"]
            raise LockedError(
                f"{connection.address} is being written to by process {row['pid']} on {row['host']} ({row['command']}, "
                f"since {row['since']}); waited {timeout:g} s, try again when it is done"
            )
        time.sleep(_POLL)
