"""Which generation of an index in a cluster is the newest, which are kept, and what each says of itself."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from indexer.index.errors import BadIndexError, ForeignIndexError
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.failures import ClusterError
from indexer.index.opensearch.mapping import FORMAT, MANIFEST_ID, generation_index, generation_of, meta_index
from indexer.index.store.manifest import Manifest
from indexer.index.store.typed import record_of


@dataclass(frozen=True, slots=True)
class ClusterGeneration:
    """A published generation: the index of its papers, the one that belongs to it, and its manifest."""

    papers: str
    meta: str
    manifest: Manifest

    @property
    def number(self) -> int:
        """The generation's number."""
        return self.manifest.generation


def current(connection: Connection) -> ClusterGeneration:
    """The newest generation. Raises BadIndexError where there is none, ClusterError where nobody answers."""
    for _ in range(3):
        papers = pointed_at(connection)
        if papers is None:
            raise no_index(connection)
        try:
            return generation(connection, papers)
        except ClusterError as error:
            # Two generations may have been published between the two questions, and this one removed.
            if error.status != 404 or pointed_at(connection) == papers:
                raise
    raise no_index(connection)


def pointed_at(connection: Connection) -> str | None:
    """The index to which the alias points; None where there is none. Raises ForeignIndexError where it is not ours."""
    name = connection.address.name
    answer = connection.call("GET", f"/_alias/{name}", expected=(404,))
    if not isinstance(answer, dict):
        raise _no_cluster(connection)
    found: list[str] = sorted(index for index in answer if index not in ("error", "status"))
    if not found:
        if connection.call("GET", f"/_cat/indices/{name}", expected=(404,), format="json", h="index") == [
            {"index": name}
        ]:
            raise ForeignIndexError(
                f"{connection.address} is an index of another program, not an alias that Quiver made; take another name"
            )
        return None
    if len(found) > 1 or generation_of(name, found[0]) is None:
        raise ForeignIndexError(
            f"{connection.address} is an alias of {', '.join(found)}, which Quiver did not make; take another name"
        )
    return found[0]


def generation(connection: Connection, papers: str) -> ClusterGeneration:
    """The generation that an index holds the papers of."""
    meta = meta_index(papers)
    answer = connection.call("GET", f"/{meta}/_doc/{MANIFEST_ID}")
    try:
        source = answer["_source"]
        if source.get("format") != FORMAT:
            raise BadIndexError(
                f"{papers} has format {source.get('format')!r:.20}, this Quiver reads {FORMAT}; "
                "update Quiver, or make the index anew with `quiver rebuild`"
            )
        manifest = record_of(Manifest, orjson.loads(source["manifest"]))
        if manifest.generation != generation_of(connection.address.name, papers):
            raise ValueError(f"it is of generation {manifest.generation}")
    except (KeyError, ValueError) as error:
        raise BadIndexError(f"{meta} holds no manifest of {papers}: {error}; run `quiver rollback`") from error
    return ClusterGeneration(papers, meta, manifest)


def kept(connection: Connection) -> list[int]:
    """Numbers of the generations whose indexes are there, rising, published or not."""
    name = connection.address.name
    rows = connection.call("GET", f"/_cat/indices/{name}-*", format="json", h="index", expand_wildcards="all")
    found = {row["index"] for row in rows}
    numbers = (generation_of(name, index) for index in found if meta_index(index) in found)
    return sorted(number for number in numbers if number is not None)


def data_nodes(connection: Connection) -> int:
    """How many nodes hold data."""
    health = connection.call("GET", "/_cluster/health")
    nodes = health.get("number_of_data_nodes") if isinstance(health, dict) else None
    if not isinstance(nodes, int):
        raise _no_cluster(connection)
    return nodes


def _no_cluster(connection: Connection) -> ClusterError:
    return ClusterError(f"{connection.address} does not answer as OpenSearch does; mend the address")


def no_index(connection: Connection) -> BadIndexError:
    """The error of an address at which no index is, or only what an alias should point to."""
    if numbers := kept(connection):
        papers = generation_index(connection.address.name, numbers[-1])
        return BadIndexError(
            f"{connection.address}: {papers} is there, but the alias {connection.address.name} is not; give it back "
            f"with {meta_index(connection.address.name)} of {meta_index(papers)}, or remove both indexes and make "
            "them anew with `quiver build SOURCE...`"
        )
    return BadIndexError(
        f"there is no index {connection.address}; make one with `quiver build SOURCE... --index {connection.address}`"
    )
