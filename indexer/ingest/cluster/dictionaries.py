"""What a generation in a cluster says of its words: tables that searchers fetch whole, or a document a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import orjson

from indexer.index.opensearch import packing, tables
from indexer.index.opensearch.bulk import Operation, Refused, send
from indexer.index.opensearch.connection import Connection
from indexer.index.segment.opened import SegmentFiles
from indexer.index.store.manifest import Manifest, SegmentEntry
from indexer.index.text.encoded import decode
from indexer.ingest.cluster import tabling

_WORDS = 5_000
_LONGEST = 100
"""Letters of a word that anybody might have meant to type."""


def write(
    connection: Connection, meta: str, folder: Path, manifest: Manifest, new: Iterable[SegmentEntry]
) -> list[Refused]:
    """Write the tables of a generation into its meta index; where they are too large the words of `new` segments.

    Gives what the cluster refused.
    """
    found = _packed(folder, manifest)
    there = f"/{meta}/_doc/{tables.table_id(tables.NAMES[0])}"
    had = bool(connection.call("HEAD", there))
    if found is None:
        # Of what was there before tables alone told; words outlive the papers that brought them.
        operations: Iterator[Operation] = _words(folder, manifest.segments if had else new)
        gone = [Operation(tables.table_id(name)) for name in tables.NAMES] if had else []
        refused = send(connection, meta, gone) if gone else []
        while not refused and (batch := list(islice(operations, _WORDS))):
            refused = send(connection, meta, batch)
        return refused
    bodies = {name: orjson.dumps({"kind": "table", "data": packing.written(value)}) for name, value in found.items()}
    return send(connection, meta, [Operation(tables.table_id(name), body) for name, body in bodies.items()])


def _packed(folder: Path, manifest: Manifest) -> dict[str, bytes] | None:
    """The tables, each as one value; None where the collection is too large for them."""
    if manifest.papers > tabling.MOST_PAPERS:
        return None
    files = [SegmentFiles(folder, entry.files, entry.seals) for entry in manifest.segments]
    try:
        found = {name: tables.packed(table) for name, table in tabling.tables(files).items()}
    finally:
        for one in files:
            one.close()
    return None if max(map(len, found.values())) > tables.MOST_BYTES else found


def _words(folder: Path, segments: Iterable[SegmentEntry]) -> Iterator[Operation]:
    """A document for each spelling that stands in some segments, in texts or names."""
    told: set[str] = set()
    for entry in segments:
        files = SegmentFiles(folder, entry.files, entry.seals)
        for where, table in (("text", files.forms), ("names", files.name_words)):
            for encoded in table:
                word = decode(encoded)
                key = f"{where}:{word}"
                if key not in told and len(word) <= _LONGEST:
                    told.add(key)
                    yield Operation(key, orjson.dumps({"kind": "word", "word": word, "where": where}))
        files.close()
