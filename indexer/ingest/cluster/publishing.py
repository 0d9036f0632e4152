"""The next generation of an index in a cluster: filled or cloned, counted, and published by one switch of its aliases.

Until the switch nobody reads what is written here, after it nothing changes it: writes are blocked. Whatever fails
before leaves the aliases where they are, and what was begun is removed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import orjson

from indexer.index.errors import BadIndexError, QuiverError, UsageError
from indexer.index.opensearch.bulk import Operation, Refused, send
from indexer.index.opensearch.connection import ADMIN_SECONDS, Connection
from indexer.index.opensearch.mapping import (
    FORMAT,
    LENGTHS,
    MANIFEST_ID,
    META_FIELDS,
    PAPER_FIELDS,
    generation_index,
    index_body,
    meta_index,
)
from indexer.index.opensearch.published import kept, pointed_at
from indexer.index.segment.opened import SegmentFiles
from indexer.index.store.manifest import Manifest, SegmentEntry
from indexer.index.text.encoded import decode
from indexer.ingest.cluster.living import Ints, Living
from indexer.ingest.cluster.shipping import Shipper, ship

SHARDS, REPLICAS = "QUIVER_OPENSEARCH_SHARDS", "QUIVER_OPENSEARCH_REPLICAS"
_WORDS = 5_000
_LONGEST = 100
"""Letters of a word that anybody might have meant to type."""
_ANEW = 0.5
"""Where more of the papers change than this share, an index is filled anew: a clone would carry them all twice."""


class Publisher:
    """Publishes generations of the index in a folder as those of an index in a cluster, the lock being held."""

    def __init__(self, connection: Connection, folder: Path, procs: int) -> None:
        self._connection, self._folder, self._procs = connection, folder, procs
        self._name = connection.address.name

    def publish(self, manifest: Manifest, before: Manifest | None, check: Callable[[], None]) -> None:
        """Publish a generation of the folder in place of `before`. Raises ClusterError; nothing is published then.

        `check` raises where the lock was lost.
        """
        papers = generation_index(self._name, manifest.generation)
        self._remove([papers, meta_index(papers)])
        try:
            living = Living.of(self._folder, manifest)
            changes = self._changes(living, manifest, before)
            if before is None or changes is None:
                self._create(papers)
                self._send(manifest, papers, living.places, manifest.segments)
            else:
                self._clone(generation_index(self._name, before.generation), papers)
                self._drop(before, papers, changes[1])
                old = {entry.name for entry in before.segments}
                new = [entry for entry in manifest.segments if entry.name not in old]
                self._send(manifest, papers, changes[0], new)
            self._count(papers, manifest)
            self._say(papers, manifest)
            check()
            self._switch(papers)
        except BaseException:
            with suppress(QuiverError):
                self._remove([papers, meta_index(papers)])
            raise

    def _changes(self, living: Living, manifest: Manifest, before: Manifest | None) -> tuple[Ints, Ints] | None:
        """What is to be written and what removed; None where everything is to be written."""
        if before is None or before.analysis != manifest.analysis or before.venues != manifest.venues:
            return None
        written, gone = living.changed(Living.of(self._folder, before))
        return None if len(written) > _ANEW * len(living.keys) else (written, gone)

    # --- indexes ---

    def _create(self, papers: str) -> None:
        nodes = self._data_nodes()
        shards, replicas = number(SHARDS, nodes, 1), number(REPLICAS, int(nodes > 1), 0)
        for index, body in (
            (papers, index_body(PAPER_FIELDS, {}, shards, replicas)),
            (meta_index(papers), index_body(META_FIELDS, {}, 1, replicas, source=True)),
        ):
            self._connection.call("PUT", f"/{index}", body, seconds=ADMIN_SECONDS)

    def _data_nodes(self) -> int:
        health = self._connection.call("GET", "/_cluster/health")
        nodes: int = health["number_of_data_nodes"]
        return nodes

    def _clone(self, source: str, papers: str) -> None:
        # Links to the same files where the file system has them: a clone costs seconds, not another copy.
        body = {"settings": {"index.blocks.write": None}}
        for old, new in ((source, papers), (meta_index(source), meta_index(papers))):
            self._connection.call("PUT", f"/{old}/_clone/{new}", body, seconds=ADMIN_SECONDS, timeout="110s")
            self._connection.call(
                "GET", f"/_cluster/health/{new}", seconds=ADMIN_SECONDS, wait_for_status="yellow", timeout="110s"
            )

    def _remove(self, indexes: Iterable[str]) -> None:
        for index in indexes:
            self._connection.call("DELETE", f"/{index}", seconds=ADMIN_SECONDS, expected=(404,))

    # --- documents ---

    def _send(self, manifest: Manifest, papers: str, places: Ints, segments: Iterable[SegmentEntry]) -> None:
        refused = ship(self._connection, self._folder, manifest, papers, places, self._procs)
        self._took(papers, refused)
        words = iter(self._words(segments))
        while batch := list(islice(words, _WORDS)):
            self._took(papers, send(self._connection, meta_index(papers), batch))

    def _words(self, segments: Iterable[SegmentEntry]) -> Iterator[Operation]:
        """A document for each spelling that stands in some segments, in texts or names."""
        told: set[str] = set()
        for entry in segments:
            files = SegmentFiles(self._folder, entry.files, entry.seals)
            for where, table in (("text", files.forms), ("names", files.name_words)):
                for encoded in table:
                    word = decode(encoded)
                    key = f"{where}:{word}"
                    if key not in told and len(word) <= _LONGEST:
                        told.add(key)
                        yield Operation(key, orjson.dumps({"kind": "word", "word": word, "where": where}))
            files.close()

    def _drop(self, before: Manifest, papers: str, places: Ints) -> None:
        shipper = Shipper(self._connection, self._folder, before, papers)
        self._took(papers, send(self._connection, papers, [Operation(paper) for paper in shipper.ids(places)]))
        shipper.close()

    def _took(self, papers: str, refused: list[Refused]) -> None:
        if refused:
            first = refused[0]
            raise BadIndexError(
                f"{self._connection.address} refused {len(refused):,} documents, the first {first.id}: {first.reason}; "
                "nothing was published"
            )

    # --- the end ---

    def _count(self, papers: str, manifest: Manifest) -> None:
        """Make sure that all is there, on every shard: as many papers and words as the book says."""
        for index in (papers, meta_index(papers)):
            answer = self._connection.call("POST", f"/{index}/_refresh", seconds=ADMIN_SECONDS)
            shards = answer["_shards"]
            if shards["failed"]:
                raise BadIndexError(
                    f"{index}: {shards['failed']} of {shards['total']} copies could not be refreshed; try again"
                )
        wrong = "; ".join(differing(self._connection, papers, manifest))
        if wrong:
            raise BadIndexError(f"{self._connection.address}: {wrong}; nothing was published, try again")

    def _say(self, papers: str, manifest: Manifest) -> None:
        """Write the manifest, then block all writing."""
        text = orjson.dumps(asdict(replace(manifest, segments=()))).decode()
        body = orjson.dumps({"kind": "manifest", "format": FORMAT, "manifest": text})
        meta = meta_index(papers)
        self._took(papers, send(self._connection, meta, [Operation(MANIFEST_ID, body)]))
        self._connection.call("POST", f"/{meta}/_refresh", seconds=ADMIN_SECONDS)
        settings = {"index.blocks.write": True}
        self._connection.call("PUT", f"/{papers},{meta}/_settings", settings, seconds=ADMIN_SECONDS)

    def _switch(self, papers: str) -> None:
        """Both aliases in one request: whoever asks sees the old generation or the new one."""
        before = pointed_at(self._connection)
        pairs = (
            (self._name, before, papers),
            (meta_index(self._name), before and meta_index(before), meta_index(papers)),
        )
        actions: list[dict[str, object]] = []
        for alias, old, new in pairs:
            actions += [{"remove": {"index": old, "alias": alias}}] if old else []
            actions.append({"add": {"index": new, "alias": alias}})
        self._connection.call("POST", "/_aliases", {"actions": actions}, seconds=ADMIN_SECONDS)

    def sweep(self, stay: Iterable[int]) -> None:
        """Remove the generations that are not kept."""
        wanted = set(stay)
        for number_ in kept(self._connection):
            if number_ not in wanted:
                papers = generation_index(self._name, number_)
                self._remove([papers, meta_index(papers)])


def differing(connection: Connection, papers: str, manifest: Manifest) -> Iterator[str]:
    """What the server counts otherwise than a manifest: papers, and words of each field."""
    body = {
        "size": 0,
        "track_total_hits": True,
        "aggs": {field: {"sum": {"field": field}} for field in LENGTHS},
    }
    answer = connection.search(papers, body, seconds=ADMIN_SECONDS)
    found = answer["hits"]["total"]["value"]
    if found != manifest.papers:
        yield f"{papers} holds {found:,} papers, the manifest says {manifest.papers:,}"
    for field, total in zip(LENGTHS, manifest.lengths, strict=True):
        if int(answer["aggregations"][field]["value"]) != total:
            yield f"{papers} has {int(answer['aggregations'][field]['value']):,} as sum of {field}, not {total:,}"


def number(variable: str, usual: int, least: int) -> int:
    """A number that the environment may set. Raises UsageError for what is none."""
    text = os.environ.get(variable, "")
    if not text:
        return max(usual, least)
    if not text.isdecimal() or not least <= int(text) <= 1000:
        raise UsageError(f"{variable} is {text!r}, not a number from {least} to 1000")
    return int(text)
