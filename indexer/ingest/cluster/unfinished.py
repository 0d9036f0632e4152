"""Which generation a writer has begun and not published: that one alone may be removed and begun again.

Before a writer makes the indexes of a generation it says so in the book, and takes it back once they are published or
removed. A writer that was killed leaves that note, and with it whatever it had made. Any other index that is newer than
what the alias points to is somebody's: an alias may have been lost, or pointed back by hand.
"""

from __future__ import annotations

from indexer.index.errors import BadIndexError
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.mapping import generation_index, meta_index
from indexer.index.opensearch.published import kept

_NOTE = "unfinished"


def begin(connection: Connection, papers: str) -> None:
    """Say that the indexes of a generation are being made."""
    connection.call("PUT", f"/{_book(connection)}/_doc/{_NOTE}", {"index": papers})


def end(connection: Connection) -> None:
    """Say that nothing is being made."""
    connection.call("DELETE", f"/{_book(connection)}/_doc/{_NOTE}", expected=(404,))


def begun(connection: Connection) -> str:
    """The index of the papers of what was begun and not ended; empty where nothing was."""
    found = connection.call("GET", f"/{_book(connection)}/_doc/{_NOTE}", expected=(404,))
    return str(found["_source"]["index"]) if found.get("found") else ""


def refuse_others(connection: Connection, newest: int | None) -> None:
    """Raise BadIndexError where an index is newer than the published generation and no writer's leftover."""
    name, left = connection.address.name, begun(connection)
    newer = [generation_index(name, number) for number in kept(connection) if newest is None or number > newest]
    for papers in newer:
        if papers != left:
            points = "is not" if newest is None else f"points to {generation_index(name, newest)}"
            raise BadIndexError(
                f"{connection.address}: {papers} is there, but the alias {name} {points}; nothing was written. Point "
                f"{name} to it, and {meta_index(name)} to {meta_index(papers)}; or remove both indexes"
            )


def _book(connection: Connection) -> str:
    return f"{connection.address.name}-book"
