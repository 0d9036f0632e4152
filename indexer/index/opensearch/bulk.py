"""Many documents into an index of a cluster: every item's answer is read, what is refused for now is sent again.

A full queue and a tripped breaker pass (429, for the request or an item), shards that have lost their node come back or
get a new home (503): such items are sent again, ever later, until `PATIENCE` is over. A block does not pass: a full
disk answers 429 like a full queue, a read-only index 403, and both end the writing at once. What is refused for its own
sake is given back. Every operation names its document, so that sending one twice changes nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from indexer.index.opensearch.connection import WRITE_SECONDS, Connection
from indexer.index.opensearch.failures import ClusterError, Failure, translated

PATIENCE = 120.0
"""Seconds after which what was refused for now is given up: a node that was killed is missed after 10 to 60."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
_AWAY = (0, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Operation:
    """A document to write (`body`, JSON) or, without, to remove."""

    id: str
    body: bytes | None = None

    def lines(self) -> bytes:
        """As a bulk request has it."""
        action = "delete" if self.body is None else "index"
        line = orjson.dumps({action: {"_id": self.id}}) + b"\n"
        return line if self.body is None else line + self.body + b"\n"


@dataclass(frozen=True, slots=True)
class Refused:
    """A document that the cluster does not take, and why."""

    id: str
    reason: str


def send(connection: Connection, index: str, operations: Sequence[Operation]) -> list[Refused]:
    """Write documents; gives those that are refused for their own sake.

    Raises ClusterError where the cluster takes nothing, or still refuses for now after `PATIENCE` seconds.
    """
    refused: list[Refused] = []
    left = list(operations)
    pause, started = _FIRST_PAUSE, time.monotonic()
    while left:
        try:
            answer = connection.call(
                "POST",
                f"/{index}/_bulk",
                b"".join(operation.lines() for operation in left),
                seconds=WRITE_SECONDS,
                filter_path="errors,items.*.status,items.*.error",
            )
            left, why = _sorted(connection, left, answer, refused)
        except ClusterError as error:
            if error.status in (400, 413) and error.kind != "index_not_found_exception":
                # One document that cannot even be named fails all of its request.
                if len(left) == 1:
                    return [*refused, Refused(left[0].id, str(error))]
                middle = len(left) // 2
                return [
                    *refused,
                    *(row for half in (left[:middle], left[middle:]) for row in send(connection, index, half)),
                ]
            if not (error.busy or error.status in _AWAY) or error.kind == "SSLError":
                raise
            why = error
        if left:
            if time.monotonic() - started > PATIENCE and why is not None:
                raise why
            # At random, so that writers that were refused together do not come back together.
            time.sleep(pause * random.uniform(0.5, 1.5))  # no secret hangs on it
            pause = min(2 * pause, _LONGEST_PAUSE)
    return refused


def _sorted(
    connection: Connection, sent: Sequence[Operation], answer: object, refused: list[Refused]
) -> tuple[list[Operation], ClusterError | None]:
    """Operations to be sent again, and why; those refused for good are added to `refused`."""
    items = answer.get("items", ()) if isinstance(answer, dict) else ()
    if len(items) != len(sent):
        raise ClusterError(f"{connection.address} answered for {len(items)} of {len(sent)} documents; try again")
    again: list[Operation] = []
    why: ClusterError | None = None
    if not answer.get("errors"):  # type: ignore[attr-defined]  # it has items, so it is a dictionary
        return again, why
    for operation, item in zip(sent, items, strict=True):
        (row,) = item.values()
        status = row["status"]
        if status < 300 or (status == 404 and operation.body is None):
            continue
        failure = Failure.of_answer(status, row.get("error"))
        if failure.blocked:
            raise translated(failure, connection.address, WRITE_SECONDS)
        if failure.busy or status in _AWAY:
            again.append(operation)
            why = translated(failure, connection.address, WRITE_SECONDS)
        else:
            refused.append(Refused(operation.id, f"{failure.kind}: {failure.reason}"))
    return again, why
