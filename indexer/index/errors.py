"""The one family of errors. Each says what happened, with the value, and what to do next."""

from __future__ import annotations


class QuiverError(Exception):
    """Anything Quiver refuses or fails at. The text is meant for the person who called."""

    exit_status = 1


class RecordError(QuiverError):
    """A record that cannot be used as a paper; costs only itself."""


class SourceError(QuiverError):
    """A file, folder, glob or stream that cannot be read as papers."""


class MissingSourceError(SourceError):
    """A source that is not there: no such file or folder, no file in the folder, none that the glob matches."""


class UntrustedSourcesError(SourceError):
    """Sources that another machine, user or folder recorded and that were not asked for; `sources` names them."""

    def __init__(self, message: str, *, sources: tuple[str, ...]) -> None:
        super().__init__(message)
        self.sources = sources


class BadIndexError(QuiverError):
    """An index that is missing, foreign, of a newer format or damaged."""


class ForeignIndexError(BadIndexError):
    """An index into which another program has written."""


class ClosedIndexError(QuiverError):
    """An index that was closed is asked for something. Nothing is wrong with it: open it again."""

    def __init__(self, name: str = "the index", opener: str = "PaperIndex.open") -> None:
        super().__init__(f"{name} is closed; open it again with {opener}, or ask before you close it")


class LockedError(QuiverError):
    """Another process is writing to the index."""


class NotFoundError(QuiverError):
    """No such paper, author or venue; `suggestion` is what was surely meant, or None."""

    def __init__(self, message: str, *, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


class UsageError(QuiverError):
    """Arguments that contradict each other or lie outside what is allowed."""

    exit_status = 2


class QueryError(UsageError):
    """A query that cannot be understood; carries where.

    `position` and `length` count code points of the query from 0; `suggestion` is what to type instead, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        position: int = 0,
        length: int = 0,
        suggestion: str | None = None,
        kind: str = "query",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.position = position
        self.length = length
        self.suggestion = suggestion
