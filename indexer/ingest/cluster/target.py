"""Where an index is: in a folder, or in a cluster. What writes and checks indexes works on a folder either way.

For an index in a cluster the folder is the writers' book (`index.opensearch.book`), fetched before the work and stored
after it; the generation that the work has published there is then published in the cluster. Functions say so by a
decorator, and know nothing else of it.
"""

from __future__ import annotations

import functools
import inspect
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from indexer.index.checked import path_of
from indexer.index.errors import QuiverError
from indexer.index.opensearch.address import Address, is_address, parse_address
from indexer.index.opensearch.book import Book
from indexer.index.opensearch.connection import ADMIN_SECONDS, WRITE_SECONDS, Connection
from indexer.index.opensearch.lock import locked
from indexer.index.opensearch.mapping import generation_of, signed
from indexer.index.opensearch.published import current, data_nodes, kept, pointed_at
from indexer.index.opensearch.refusals import Refusals, refused_of, without
from indexer.index.store.generation import is_index, latest
from indexer.index.store.manifest import generations, read_manifest
from indexer.index.store.transaction import LOCK_SECONDS
from indexer.ingest.checked_calls import check
from indexer.ingest.cluster.living import Living
from indexer.ingest.cluster.publishing import MOST_REFUSED, Publisher
from indexer.ingest.cluster.refusing import with_refused
from indexer.ingest.cluster.settings import REPLICAS, number
from indexer.ingest.cluster.settling import differing
from indexer.ingest.cluster.unfinished import refuse_others
from indexer.ingest.pool import default_procs

_ANEW = ("quiver build", "quiver rebuild")
"""Commands that read every record."""
Given = ParamSpec("Given")
Result = TypeVar("Result")


def writes(command: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """A decorator of a function that changes the index of its argument `index`: it may be the address of one, too."""
    return _anywhere(lambda address, procs, timeout, told: _written(address, command, procs, timeout, told))


def reads(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """A decorator of a function that looks through the index of its argument `index`."""
    return _anywhere(lambda address, procs, timeout, told: _read(address))(function)


def _anywhere(
    opened: Callable[[Address, int, float, Refusals], object],
) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        parameters = inspect.signature(function)

        @functools.wraps(function)
        def call(*given: Given.args, **named: Given.kwargs) -> Result:
            bound = parameters.bind(*given, **named)
            bound.arguments.update(check(bound.arguments))
            index = bound.arguments["index"]
            if not is_address(index):
                return function(*bound.args, **bound.kwargs)
            procs, timeout = bound.arguments.get("procs"), bound.arguments.get("timeout", LOCK_SECONDS)
            refused = Refusals()
            with opened(parse_address(str(index)), procs or default_procs(), timeout, refused) as folder:  # type: ignore[attr-defined]
                bound.arguments["index"] = folder
                result = function(*bound.args, **bound.kwargs)
            return with_refused(result, refused)

        return call

    return decorate


@contextmanager
def target(index: str | Path, command: str, timeout: float = LOCK_SECONDS) -> Iterator[Path]:
    """The folder in which to write to an index, wherever that is; at the end of the block it is published."""
    path_of("index", index)
    if not is_address(index):
        yield Path(index)
        return
    # A program's own papers are published all or not at all.
    with _written(parse_address(str(index)), command, default_procs(), timeout, None) as folder:
        yield folder


def _folder(address: Address) -> Path:
    """Where this machine keeps the book of an index, so that only what is new need be fetched."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    node = address.nodes[0].replace("://", "_").replace(":", "_")
    return Path(cache) / "quiver" / node / address.name


@contextmanager
def _written(address: Address, command: str, procs: int, timeout: float, refused: Refusals | None) -> Iterator[Path]:
    """The folder to write to; at the end what it holds is published.

    `refused` gets the papers that the cluster refused; None: it must refuse none.
    """
    connection = Connection(address, seconds=WRITE_SECONDS)
    book = Book(connection, _folder(address))
    try:
        pointed_at(connection)
        book.make(number(REPLICAS, int(data_nodes(connection) > 1), 0))
        with locked(connection, book.index, command, timeout) as lock, _named(book.folder, address):
            papers = pointed_at(connection)
            newest = generation_of(address.name, papers) if papers else None
            refuse_others(connection, newest)
            publisher = Publisher(connection, book.folder, procs, 0.0 if refused is None else MOST_REFUSED)
            there = [known for known in kept(connection) if newest is not None and known <= newest]
            book.fetch(there)
            before = read_manifest(book.folder, newest) if newest is not None else None
            yield book.folder
            if not is_index(book.folder):
                return
            after = latest(book.folder)
            if before is not None and after.identity == before.identity:
                return
            stay = generations(book.folder)[-max(after.keep, 2) :]
            store = functools.partial(book.store, after.generation, there)
            found = publisher.publish(after, before, store, lock.check, anew=command in _ANEW)
            if refused is not None:
                refused.now, refused.every = found.now, found.every
            publisher.sweep(stay)
            book.sweep(stay)
    finally:
        connection.close()


@contextmanager
def _read(address: Address) -> Iterator[Path]:
    connection = Connection(address, seconds=WRITE_SECONDS)
    try:
        newest = current(connection)
        with tempfile.TemporaryDirectory(prefix="quiver-") as folder, _named(Path(folder), address):
            there = [known for known in kept(connection) if known <= newest.number]
            Book(connection, Path(folder)).fetch(there)
            yield Path(folder)
    finally:
        connection.close()


@contextmanager
def _named(folder: Path, address: Address) -> Iterator[None]:
    """Errors that name the folder name the address in its place."""
    try:
        yield
    except QuiverError as error:
        error.args = tuple(
            text.replace(str(folder), str(address)) if isinstance(text, str) else text for text in error.args
        )
        raise


def cluster_differs(index: str | Path) -> list[str]:
    """What of an index in a cluster is not as its book says, a line each; nothing for one in a folder."""
    if not is_address(index):
        return []
    address = parse_address(str(index))
    connection = Connection(address)
    newest = current(connection)
    with tempfile.TemporaryDirectory(prefix="quiver-") as name:
        folder = Path(name)
        Book(connection, folder).fetch([newest.number])
        manifest = read_manifest(folder, newest.number)
        refused = refused_of(connection, newest.meta)
        wrong = list(differing(connection, newest.papers, without(manifest, refused)))
        lost = {row.key for row in refused}
        living = Living.of(folder, manifest)
        rows = zip(living.keys.tolist(), living.content.tolist(), strict=True)
        held = sorted(signed(content) for key, content in rows if key not in lost)
    found: list[int] = []
    after: list[object] = []
    while True:
        body: dict[str, object] = {
            "size": 5_000,
            "sort": ["id"],
            "_source": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["content"],
        }
        answer = connection.search(
            newest.papers, body | ({"search_after": after} if after else {}), seconds=ADMIN_SECONDS
        )
        hits = answer["hits"]["hits"]
        if not hits:
            break
        found += [hit["fields"]["content"][0] for hit in hits]
        after = hits[-1]["sort"]
    if sorted(found) != held and not wrong:
        wrong.append(f"{newest.papers} holds records that the sources' claims do not give; run `quiver rebuild`")
    connection.close()
    return wrong
