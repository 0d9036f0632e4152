"""Papers that the cluster did not take for their own sake: left out of a generation, and known to be.

The writers' book holds them, so that a rebuild tries them again and an update does not; no search finds or counts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace

import orjson

from indexer.index.opensearch.bulk import Operation
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.mapping import REFUSED_ID
from indexer.index.store.manifest import Manifest


@dataclass(frozen=True, slots=True)
class RefusedPaper:
    """A paper that is not in the index although the book has it.

    `key` is the hash of its id and `content` of its record, as a segment has them; `lengths` are the words of its
    fields, `file` the source's file that brought it.
    """

    id: str
    reason: str
    key: int
    content: int
    lengths: tuple[int, ...]
    file: str = ""

    def quoted(self) -> bytes:
        """The id as JSON."""
        return orjson.dumps(self.id)


@dataclass(slots=True)
class Refusals:
    """What a generation lacks: papers that were refused as it was made, and how many it lacks in all."""

    now: list[RefusedPaper] = field(default_factory=list)
    every: int = 0


def without(manifest: Manifest, refused: Sequence[RefusedPaper]) -> Manifest:
    """What a generation counts without some of its papers."""
    if not refused:
        return manifest
    lost = [sum(column) for column in zip(*(row.lengths for row in refused), strict=True)]
    lengths = tuple(total - less for total, less in zip(manifest.lengths, lost, strict=True))
    return replace(manifest, papers=manifest.papers - len(refused), lengths=lengths)


def written(refused: Iterable[RefusedPaper]) -> Operation:
    """The document of `papers-meta` that keeps them."""
    text = orjson.dumps([asdict(row) for row in refused]).decode()
    return Operation(REFUSED_ID, orjson.dumps({"kind": REFUSED_ID, "manifest": text}))


def refused_of(connection: Connection, meta: str) -> list[RefusedPaper]:
    """Those of a generation, by the index that belongs to its papers."""
    answer = connection.call("GET", f"/{meta}/_doc/{REFUSED_ID}", expected=(404,))
    rows = orjson.loads(answer["_source"]["manifest"]) if answer.get("found") else []
    return [RefusedPaper(**{**row, "lengths": tuple(row["lengths"])}) for row in rows]
