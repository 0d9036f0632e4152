"""The writer's book: the files of the embedded index that every writer of a cluster's index works on.

Which file of which source claims a record, which record of an id is live, when an id was first seen: all that
updates, rebuilds and deletions need is what an index in a folder knows, in files that never change once they are
written. A cluster keeps these files, in pieces, in an index `papers-book`; a writer brings those that it lacks into a
folder, works there as in any other, and puts what is new back before the new generation is published.

Documents: a file's pieces are `<name>:<number>`, its size and number of pieces are in `<name>`; `files` lists names.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import orjson

from indexer.index import files
from indexer.index.errors import BadIndexError
from indexer.index.opensearch.bulk import Operation, send
from indexer.index.opensearch.connection import ADMIN_SECONDS, Connection
from indexer.index.opensearch.mapping import FORMAT
from indexer.index.store.manifest import kept_name, read_manifest, toc_name

_PIECE = 6 << 20
_LIST = "files"


class Book:
    """The book of an index, and the folder in which a writer has it open."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection = connection
        self.folder = folder
        self.index = f"{connection.address.name}-book"

    def make(self, replicas: int) -> None:
        """Make the index where there is none."""
        if self._connection.call("HEAD", f"/{self.index}"):
            return
        body = {
            "settings": {"number_of_shards": 1, "number_of_replicas": replicas},
            "mappings": {"dynamic": False, "_meta": {"quiver": {"format": FORMAT}}},
        }
        # 400: somebody else has made it meanwhile.
        self._connection.call("PUT", f"/{self.index}", body, seconds=ADMIN_SECONDS, expected=(400,))

    def fetch(self, generations: Iterable[int]) -> None:
        """Make the folder hold these generations, the last of them the newest, and nothing else of ours."""
        numbers = sorted(generations)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted: set[str] = set()
        for path in self.folder.iterdir():
            if files.TOC_NAME.fullmatch(path.name):
                path.unlink()
        for number in numbers:
            name = toc_name(number) if number == numbers[-1] else kept_name(number)
            (self.folder / name).write_bytes(self._read(toc_name(number)))
            wanted.add(name)
            wanted |= read_manifest(self.folder, number).referenced()
        for path in self.folder.iterdir():
            if files.is_ours(path.name) and path.name not in wanted:
                path.unlink()
        for name in sorted(wanted):
            path = self.folder / name
            if not files.TOC_NAME.fullmatch(name) and not self._same(path):
                aside = self.folder / f"{name}.part"
                aside.write_bytes(self._read(name))
                aside.replace(path)

    def _same(self, path: Path) -> bool:
        return path.is_file() and path.stat().st_size == self._about(path.name)["size"]

    def _about(self, name: str) -> dict[str, int]:
        found = self._connection.call("GET", f"/{self.index}/_doc/{name}", expected=(404,))
        if not found.get("found"):
            raise BadIndexError(
                f"the book of {self._connection.address} lacks {name}; `quiver build --force` makes the index anew"
            )
        about: dict[str, int] = found["_source"]
        return about

    def _read(self, name: str) -> bytes:
        pieces = []
        for number in range(self._about(name)["pieces"]):
            answer = self._connection.call("GET", f"/{self.index}/_doc/{name}:{number}", seconds=ADMIN_SECONDS)
            pieces.append(base64.b64decode(answer["_source"]["data"]))
        return b"".join(pieces)

    def store(self, number: int, before: Iterable[int]) -> None:
        """Put the files of a generation into the book that are not there yet; `before` are generations that stay."""
        known = self._names()
        wanted = read_manifest(self.folder, number).referenced()
        for name in sorted(wanted - known):
            self._write(name, (self.folder / name).read_bytes())
        self._write(toc_name(number), (self.folder / toc_name(number)).read_bytes())
        stays = {toc_name(kept) for kept in (*before, number)} | wanted | known
        self._list(stays)

    def sweep(self, kept: Iterable[int]) -> None:
        """Remove what none of these generations needs."""
        needed: set[str] = set()
        for number in kept:
            needed |= {toc_name(number)} | read_manifest(self.folder, number).referenced()
        known = self._names()
        for name in sorted(known - needed):
            with suppress(BadIndexError):
                pieces = range(self._about(name)["pieces"])
                send(self._connection, self.index, [*(Operation(f"{name}:{at}") for at in pieces), Operation(name)])
        self._list(known & needed)

    def _names(self) -> set[str]:
        found = self._connection.call("GET", f"/{self.index}/_doc/{_LIST}", expected=(404,))
        return set(found["_source"]["names"]) if found.get("found") else set()

    def _list(self, names: Iterable[str]) -> None:
        self._put([Operation(_LIST, orjson.dumps({"names": sorted(names)}))])

    def _write(self, name: str, content: bytes) -> None:
        pieces = [content[at : at + _PIECE] for at in range(0, len(content), _PIECE)]
        for number, piece in enumerate(pieces):
            data = base64.b64encode(piece).decode()
            self._put([Operation(f"{name}:{number}", orjson.dumps({"data": data}))])
        self._put([Operation(name, orjson.dumps({"size": len(content), "pieces": len(pieces)}))])

    def _put(self, operations: list[Operation]) -> None:
        for refused in send(self._connection, self.index, operations):
            raise BadIndexError(f"{self.index} does not take {refused.id}: {refused.reason}")
