"""Errors over HTTP: which status each has, and the one object that says what is wrong."""

from __future__ import annotations

from typing import Any

from indexer.index.errors import BadIndexError, NotFoundError, QueryError, QuiverError, UsageError


class TooLargeError(UsageError):
    """More than is taken in one request."""


class BusyError(QuiverError):
    """More requests at once than are answered."""


class RefusedError(QuiverError):
    """A request that is not for this server: a host that it does not go by, a method that an address lacks.

    `allowed` are the methods that it has instead, as the header `Allow` names them.
    """

    def __init__(self, message: str, status: int, kind: str, *, allowed: str = "") -> None:
        super().__init__(message)
        self.allowed = allowed
        self.status = status
        self.kind = kind


STATUSES: tuple[tuple[type[QuiverError], int, str], ...] = (
    (TooLargeError, 413, "too_large"),
    (QueryError, 400, "query"),
    (UsageError, 422, "parameter"),
    (NotFoundError, 404, "not_found"),
    (BusyError, 503, "busy"),
    (BadIndexError, 503, "index"),
    (QuiverError, 500, "internal"),
)
"""The first row whose class fits says status and kind."""
KINDS = (*dict.fromkeys(kind for _, _, kind in STATUSES), "method", "host", "origin")


_HINTS = {
    "`quiver search` shows ids with --format ids": "a search shows ids",
    "try `quiver suggest`": "completions of a name show who is there",
}
"""What an error tells people at a terminal, in the words of those who are at none."""


def told(error: QuiverError) -> str:
    """The message of an error as it is told over HTTP."""
    text = str(error)
    for said, here in _HINTS.items():
        text = text.replace(said, here)
    return text


def status_of(error: QuiverError) -> tuple[int, str]:
    """Status and kind of an error."""
    if isinstance(error, RefusedError):
        return error.status, error.kind
    return next((status, kind) for row, status, kind in STATUSES if isinstance(error, row))


def error_json(error: QuiverError) -> dict[str, Any]:
    """`{"error": {"kind", "message", "position", "length", "suggestion"}}`; what an error lacks is null."""
    _, kind = status_of(error)
    found = error if isinstance(error, QueryError) and kind == "query" else None
    return {
        "error": {
            "kind": kind,
            "message": told(error),
            "position": found.position if found else None,
            "length": found.length if found else None,
            "suggestion": found.suggestion if found else None,
        }
    }
