"""The next generation of an index in a cluster: filled or cloned, counted, and published by one switch of its aliases.

Until the switch nobody reads what is written here, after it nothing changes it: writes are blocked. Whatever fails
before leaves the aliases where they are, and what was begun is removed.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import orjson

from indexer.index.errors import BadIndexError, QuiverError, UsageError
from indexer.index.opensearch.bulk import Operation, Refused, send
from indexer.index.opensearch.connection import ADMIN_SECONDS, Connection
from indexer.index.opensearch.failures import ClusterError
from indexer.index.opensearch.mapping import (
    FORMAT,
    LENGTHS,
    MANIFEST_ID,
    META_FIELDS,
    PAPER_FIELDS,
    RECOVERY,
    SAFE,
    generation_index,
    index_body,
    meta_index,
)
from indexer.index.opensearch.published import data_nodes, generation, kept, pointed_at
from indexer.index.opensearch.refusals import Refusals, RefusedPaper, refused_of, without, written
from indexer.index.store.manifest import Manifest
from indexer.ingest.cluster import dictionaries, unfinished
from indexer.ingest.cluster.living import Ints, Living
from indexer.ingest.cluster.shipping import Shipper, ship

SHARDS, REPLICAS = "QUIVER_OPENSEARCH_SHARDS", "QUIVER_OPENSEARCH_REPLICAS"
_SEGMENT = 5e9
"""Bytes of a segment that the server merges no further by itself."""
_MERGED, _LEAST_MERGE, _LONGEST_MERGE = 1_000, 60.0, 1_800.0
"""Papers that are merged in a second at least (a processor of a node merges 7,000), and seconds that are waited."""
MOST_REFUSED = 0.5
"""Where more of the papers than this share are refused something is wrong with the cluster, not with them."""
_ANEW = 0.5
"""Where more of the papers change than this share, an index is filled anew: a clone would carry them all twice."""


class Publisher:
    """Publishes generations of the index in a folder as those of an index in a cluster, the lock being held.

    `most_refused` is the share of the papers sent that the cluster may refuse.
    """

    def __init__(self, connection: Connection, folder: Path, procs: int, most_refused: float = MOST_REFUSED) -> None:
        self._connection, self._folder, self._procs = connection, folder, procs
        self._most_refused = most_refused
        self._name = connection.address.name

    def publish(
        self, manifest: Manifest, before: Manifest | None, check: Callable[[], None], *, anew: bool
    ) -> Refusals:
        """Publish a generation of the folder in place of `before`; gives what the cluster refused.

        `anew`: all records were read, so that those refused before count again. `check` raises where the lock was
        lost. Raises ClusterError, and BadIndexError where more papers are refused than may be; nothing is published
        then.
        """
        papers = generation_index(self._name, manifest.generation)
        unfinished.begin(self._connection, papers)
        self._remove([papers, meta_index(papers)])
        before_refused = self._refused_before(before)
        known = {} if anew else before_refused
        given = (self._connection, meta_index(papers), self._folder)
        try:
            living = Living.of(self._folder, manifest)
            changes = None if anew and before_refused else self._changes(living, manifest, before)
            if before is None or changes is None:
                self._create(papers)
                refused = missing = self._send(manifest, papers, living.places, known)
                self._took(dictionaries.write(*given, manifest, manifest.segments))
                self._merge(papers, manifest.papers)
            else:
                source = generation_index(self._name, before.generation)
                self._clone(source, papers)
                self._drop(before, papers, changes[1])
                old = {entry.name for entry in before.segments}
                new = [entry for entry in manifest.segments if entry.name not in old]
                refused = self._send(manifest, papers, changes[0], known)
                self._took(dictionaries.write(*given, manifest, new))
                stay = set(living.unsent(changes[0]).tolist())
                missing = refused + [row for row in before_refused.values() if row.key in stay]
            published = without(manifest, missing)
            self._count(papers, published)
            self._say(papers, published, missing)
            check()
            self._switch(papers)
            unfinished.end(self._connection)
            return Refusals([row for row in refused if not _same(row, known)], len(missing))
        except BaseException:
            with suppress(QuiverError):
                # A switch whose answer was lost may have been made: then this is what everybody reads.
                if pointed_at(self._connection) != papers:
                    self._remove([papers, meta_index(papers)])
                unfinished.end(self._connection)
            raise

    def _refused_before(self, before: Manifest | None) -> dict[int, RefusedPaper]:
        if before is None:
            return {}
        meta = meta_index(generation_index(self._name, before.generation))
        return {row.key: row for row in refused_of(self._connection, meta)}

    def _changes(self, living: Living, manifest: Manifest, before: Manifest | None) -> tuple[Ints, Ints] | None:
        """What is to be written and what removed; None where everything is to be written."""
        if before is None or before.analysis != manifest.analysis or before.venues != manifest.venues:
            return None
        if not self._can_be_cloned(generation_index(self._name, before.generation)):
            return None
        written, gone = living.changed(Living.of(self._folder, before))
        return None if len(written) > _ANEW * len(living.keys) else (written, gone)

    # --- indexes ---

    def _create(self, papers: str) -> None:
        nodes = data_nodes(self._connection)
        shards, replicas = number(SHARDS, nodes, 1), number(REPLICAS, int(nodes > 1), 0)
        for index, body in (
            (papers, index_body(PAPER_FIELDS, {}, shards, replicas)),
            (meta_index(papers), index_body(META_FIELDS, {}, 1, replicas, source=True)),
        ):
            self._connection.call("PUT", f"/{index}", body, seconds=ADMIN_SECONDS)

    def _clone(self, source: str, papers: str) -> None:
        # Links to the same files where the file system has them: a clone costs seconds, not another copy.
        body = {"settings": {"index.blocks.write": None}}
        for old, new in ((source, papers), (meta_index(source), meta_index(papers))):
            # It is so already, unless somebody has lifted it.
            self._connection.call("PUT", f"/{old}/_settings", {"index.blocks.write": True}, seconds=ADMIN_SECONDS)
            self._connection.call("PUT", f"/{old}/_clone/{new}", body, seconds=ADMIN_SECONDS, timeout="110s")
            self._connection.call(
                "GET", f"/_cluster/health/{new}", seconds=ADMIN_SECONDS, wait_for_status="yellow", timeout="110s"
            )
        # An index that an older Quiver made has no such fields.
        self._know(papers, {name: PAPER_FIELDS[name] for name in ("place", "records")})
        self._know(meta_index(papers), {"data": META_FIELDS["data"]})

    def _know(self, index: str, fields: Mapping[str, object]) -> None:
        self._connection.call("PUT", f"/{index}/_mapping", {"properties": fields}, seconds=ADMIN_SECONDS)

    def _can_be_cloned(self, papers: str) -> bool:
        """Whether a generation may be written to once more: not one that keeps nothing for replicas it was given."""
        try:
            generation(self._connection, papers)
        except BadIndexError:
            # Of another format, or damaged.
            return False
        about = self._connection.call("GET", f"/{papers}", flat_settings=True)[papers]
        replicas = int(about["settings"].get("index.number_of_replicas", 0))
        return not replicas or bool(about["mappings"].get("_source", {}).get(RECOVERY, True))

    def _remove(self, indexes: Iterable[str]) -> None:
        for index in indexes:
            self._connection.call("DELETE", f"/{index}", seconds=ADMIN_SECONDS, expected=(404,))

    # --- documents ---

    def _send(
        self, manifest: Manifest, papers: str, places: Ints, known: Mapping[int, RefusedPaper]
    ) -> list[RefusedPaper]:
        """Write the papers at some places; gives those that were refused."""
        refused = ship(self._connection, self._folder, manifest, papers, places, self._procs)
        new = [row for row in refused if not _same(row, known)]
        if len(refused) == len(places) or len(new) > self._most_refused * len(places):
            self._took(new or refused)
        return refused

    def _drop(self, before: Manifest, papers: str, places: Ints) -> None:
        shipper = Shipper(self._connection, self._folder, before, papers)
        self._took(send(self._connection, papers, [Operation(paper) for paper in shipper.ids(places)]))
        shipper.close()

    def _took(self, refused: Sequence[Refused | RefusedPaper]) -> None:
        if refused:
            first = refused[0]
            raise BadIndexError(
                f"{self._connection.address} refused {len(refused):,} documents, the first {first.id}: {first.reason}; "
                "nothing was published"
            )

    # --- the end ---

    def _count(self, papers: str, manifest: Manifest) -> None:
        """Make sure that all is there, on every shard: as many papers and words as the book says."""
        self._whole(f"{papers},{meta_index(papers)}", "_refresh")
        wrong = "; ".join(differing(self._connection, papers, manifest))
        if wrong:
            raise BadIndexError(f"{self._connection.address}: {wrong}; nothing was published, try again")

    def _whole(self, indexes: str, what: str) -> None:
        """Have all copies of some indexes do something. Raises BadIndexError where one could not."""
        shards = self._connection.call("POST", f"/{indexes}/{what}", seconds=ADMIN_SECONDS)["_shards"]
        if shards["failed"]:
            raise BadIndexError(
                f"{indexes}: {shards['failed']} of {shards['total']} copies did not do {what[1:]}; try again"
            )

    def _merge(self, papers: str, count: int) -> None:
        """Have each shard merged to few segments: 79,204 papers take a quarter less to search than in fourteen."""
        self._connection.call("POST", f"/{papers}/_flush", seconds=ADMIN_SECONDS)
        stats = self._connection.call("GET", f"/{papers}/_stats/store")["indices"][papers]["primaries"]
        settings = self._connection.call("GET", f"/{papers}/_settings", flat_settings=True)[papers]["settings"]
        size = stats["store"]["size_in_bytes"] / int(settings["index.number_of_shards"])
        # What is not done by then the cluster goes on with while it is searched: nothing depends on it.
        with suppress(ClusterError):
            self._connection.call(
                "POST",
                f"/{papers}/_forcemerge",
                seconds=min(max(_LEAST_MERGE, count / _MERGED), _LONGEST_MERGE),
                max_num_segments=max(1, math.ceil(size / _SEGMENT)),
            )

    def _say(self, papers: str, manifest: Manifest, missing: Sequence[RefusedPaper]) -> None:
        """Write the manifest and all that is still in memory, then block all writing."""
        text = orjson.dumps(asdict(replace(manifest, segments=()))).decode()
        body = orjson.dumps({"kind": "manifest", "format": FORMAT, "manifest": text})
        meta = meta_index(papers)
        self._took(send(self._connection, meta, [Operation(MANIFEST_ID, body), written(missing)]))
        self._connection.call("POST", f"/{meta}/_refresh", seconds=ADMIN_SECONDS)
        self._connection.call("PUT", f"/{papers},{meta}/_settings", SAFE, seconds=ADMIN_SECONDS)
        self._whole(f"{papers},{meta}", "_flush")

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


def _same(row: RefusedPaper, known: Mapping[int, RefusedPaper]) -> bool:
    """Whether a paper was refused before as it is now."""
    return row.key in known and known[row.key].content == row.content


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
