"""The next generation of an index in a cluster: filled or cloned, counted, and published by one switch of its aliases.

Until the switch nobody reads what is written here, after it nothing changes it: writes are blocked. Whatever fails
before leaves the aliases where they are, and what was begun is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

import orjson

from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.opensearch.bulk import Operation, Refused, send
from indexer.index.opensearch.connection import ADMIN_SECONDS, Connection
from indexer.index.opensearch.mapping import (
    FORMAT,
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
from indexer.index.store.manifest import Manifest, SegmentEntry
from indexer.ingest.cluster import dictionaries, settling, unfinished
from indexer.ingest.cluster.living import Ints, Living
from indexer.ingest.cluster.settings import REPLICAS, SHARDS, number
from indexer.ingest.cluster.shipping import Shipper, ship

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
        self,
        manifest: Manifest,
        before: Manifest | None,
        store: Callable[[], None],
        check: Callable[[], None],
        *,
        anew: bool,
    ) -> Refusals:
        """Publish a generation of the folder in place of `before`; gives what the cluster refused.

        `anew`: all records were read, so that those refused before count again. `store` puts the generation into the
        book, while its papers are sent. `check` raises where the lock was lost. Raises ClusterError, and BadIndexError
        where more papers are refused than may be; nothing is published then.
        """
        papers = generation_index(self._name, manifest.generation)
        unfinished.begin(self._connection, papers)
        self._remove([papers, meta_index(papers)])
        before_refused = self._refused_before(before)
        known = {} if anew else before_refused
        told: list[Refused] = []

        def aside(new: Iterable[SegmentEntry]) -> None:
            store()
            told[:] = dictionaries.write(self._connection, meta_index(papers), self._folder, manifest, new)

        try:
            living = Living.of(self._folder, manifest)
            changes = None if anew and before_refused else self._changes(living, manifest, before)
            if before is None or changes is None:
                self._create(papers)
                every = partial(aside, manifest.segments)
                refused = missing = self._send(manifest, papers, living.places, known, every)
                settling.merge(self._connection, papers, manifest.papers)
            else:
                source = generation_index(self._name, before.generation)
                self._clone(source, papers)
                self._drop(before, papers, changes[1])
                old = {entry.name for entry in before.segments}
                new = [entry for entry in manifest.segments if entry.name not in old]
                refused = self._send(manifest, papers, changes[0], known, partial(aside, new))
                stay = set(living.unsent(changes[0]).tolist())
                missing = refused + [row for row in before_refused.values() if row.key in stay]
            self._took(told)
            published = without(manifest, missing)
            settling.count(self._connection, papers, published)
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
        self,
        manifest: Manifest,
        papers: str,
        places: Ints,
        known: Mapping[int, RefusedPaper],
        aside: Callable[[], None],
    ) -> list[RefusedPaper]:
        """Write the papers at some places, and do something else meanwhile; gives those that were refused."""
        refused = ship(self._connection, self._folder, manifest, papers, places, self._procs, aside)
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

    def _say(self, papers: str, manifest: Manifest, missing: Sequence[RefusedPaper]) -> None:
        """Write the manifest and all that is still in memory, then block all writing."""
        text = orjson.dumps(asdict(replace(manifest, segments=()))).decode()
        body = orjson.dumps({"kind": "manifest", "format": FORMAT, "manifest": text})
        meta = meta_index(papers)
        self._took(send(self._connection, meta, [Operation(MANIFEST_ID, body), written(missing)]))
        self._connection.call("POST", f"/{meta}/_refresh", seconds=ADMIN_SECONDS)
        self._connection.call("PUT", f"/{papers},{meta}/_settings", SAFE, seconds=ADMIN_SECONDS)
        settling.whole(self._connection, f"{papers},{meta}", "_flush")

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
