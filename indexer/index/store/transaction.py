"""Write transactions: the lock is held, files of the next generation are written, one rename publishes them.

A generation is published by renaming its table of contents into place after every file of it was synced; until then
nothing refers to the new files, after it nothing changes them. The generation before is kept until the next.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import orjson

from indexer.index import files
from indexer.index.errors import BadIndexError, LockedError, QuiverError
from indexer.index.segment.container import ArrayFile
from indexer.index.store.generation import is_index, latest
from indexer.index.store.manifest import (
    FORMAT,
    Manifest,
    SegmentEntry,
    generations,
    kept_name,
    published,
    read_recorded,
    toc_name,
)
from indexer.index.store.origin import origin_here
from indexer.index.store.published import whoosh_half

LOCK_NAME = "MAIN_WRITELOCK"
HOLDER_NAME = "writer.json"
LOCK_SECONDS = 60.0


_HOLDER_BYTES = 4096


class WriteTransaction:
    """The right to write: given by `writing`, ended by `publish` or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.published = False

    def path(self, suffix: str) -> Path:
        """Where a new file of the next generation goes; swept by the next writer if never published."""
        return self.folder / files.part_name(suffix)

    def current(self) -> Manifest | None:
        """The newest generation's manifest; None in a folder without an index."""
        return latest(self.folder) if is_index(self.folder) else None

    def kept(self) -> list[Manifest]:
        """The manifests of the generations whose files are kept: as many as the newest one says. Raises as they do."""
        found = generations(self.folder)
        if not found:
            return []
        newest = read_recorded(self.folder, found[-1])
        return [*(read_recorded(self.folder, number) for number in found[-max(newest.keep, 2) : -1]), newest]

    @property
    def number(self) -> int:
        """The number of the generation that is published next."""
        return max(generations(self.folder), default=0) + 1

    @cached_property
    def time(self) -> int:
        """When it is made, in seconds since 1970 in UTC."""
        return int(time.time())

    def publish(self, manifest: Manifest) -> Manifest:
        """Publish a manifest as the next generation, in one rename after everything is on disk.

        It gets its number, time and identity here, and seals of the files that have none yet; the identity of the index
        and its origin are kept where it has them.
        """
        manifest = replace(
            manifest,
            generation=self.number,
            built=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.time)),
            segments=tuple(map(self._sealed, manifest.segments)),
            format=FORMAT,
            index=manifest.index or secrets.token_hex(16),
            identity=secrets.token_hex(16),
            origin=manifest.origin or origin_here(self.folder),
        )
        name = toc_name(manifest.generation)
        aside = self.folder / f"{name}.new"
        with os.fdopen(files.create(aside), "wb") as file:
            file.write(manifest.dump(whoosh_half(manifest, self.folder)))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        aside.rename(self.folder / name)
        self.published = True
        sync_folder(self.folder)
        self.sweep()
        return manifest

    def _sealed(self, entry: SegmentEntry) -> SegmentEntry:
        if entry.seals:
            return entry
        seals = []
        for name in entry.files:
            file = ArrayFile(self.folder / name)
            seals.append(file.seal)
            file.close()
        return replace(entry, seals=tuple(seals))

    def sweep(self) -> None:
        """Remove what none of the kept generations needs: older ones, unfinished work."""
        try:
            kept = self.kept()
        except (QuiverError, OSError):
            # Of a generation that cannot be read somebody may still want to save files.
            return
        for number in published(self.folder)[:-1]:
            os.replace(self.folder / toc_name(number), self.folder / kept_name(number))
        needed = {name(row.generation) for row in kept for name in (toc_name, kept_name)}
        needed.update(*(row.referenced() for row in kept))
        for path in self.folder.iterdir():
            # A folder or a file of somebody else's under such a name would keep every writer from its work.
            if path.name not in needed and files.is_ours(path.name):
                with suppress(OSError):
                    path.unlink()


def foreign_files(folder: Path) -> list[str]:
    """Names in a folder that are not of the forms that Quiver gives to files, sorted: nothing ever touches those."""
    ours = {LOCK_NAME}
    if _is_holder(folder / HOLDER_NAME):
        ours.add(HOLDER_NAME)
    return sorted(path.name for path in folder.iterdir() if path.name not in ours and not files.is_ours(path.name))


def sync_folder(folder: Path) -> None:
    """Make renames and new names in a folder durable (where the system lets folders be synced)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_holder(path: Path) -> dict[str, str] | None:
    """What a writer has left of itself in a file; None where it was written by somebody else, or is not there."""
    try:
        row = orjson.loads(files.read_regular(path, _HOLDER_BYTES))
    except (OSError, ValueError, BadIndexError):
        return None
    if not isinstance(row, dict) or set(row) != {"pid", "command", "since"}:
        return None
    return {name: str(value) for name, value in row.items()}


def _is_holder(path: Path) -> bool:
    return _read_holder(path) is not None


def _holder(folder: Path) -> str:
    row = _read_holder(folder / HOLDER_NAME)
    return f"process {row['pid']} ({row['command']}, since {row['since']})" if row else "another process"


def _say_who(path: Path, command: str) -> None:
    """Leave word of who holds the lock, unless the name is taken by a file of somebody else's."""
    if _is_holder(path):
        path.unlink()
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    with suppress(FileExistsError), os.fdopen(files.create(path), "wb") as file:
        file.write(orjson.dumps({"pid": os.getpid(), "command": command, "since": since}))


@contextmanager
def writing(folder: Path, command: str, timeout: float = LOCK_SECONDS) -> Iterator[WriteTransaction]:
    """Hold the write lock of an index folder, which must exist.

    Waits `timeout` seconds. The lock is the system's: it dies with its holder. What a writer left that died, or that
    failed in here, is swept. Raises LockedError naming the holder, BadIndexError where the disk refuses.
    """
    # Only who writes needs it: with its own imports it takes 5 ms, which a search would pay at every start.
    import filelock

    try:
        files.check_regular(folder / LOCK_NAME)
        lock = filelock.FileLock(folder / LOCK_NAME)
        lock.acquire(timeout=timeout)
    except filelock.Timeout as error:
        raise LockedError(
            f"{folder} is being written to by {_holder(folder)}; waited {timeout:g} s, try again when it is done"
        ) from error
    except OSError as error:
        raise BadIndexError(f"{folder} cannot be written to: {error.strerror}") from error
    transaction = WriteTransaction(folder)
    try:
        # First of all, since what a dead writer left may be what fills the disk.
        transaction.sweep()
        _say_who(folder / HOLDER_NAME, command)
        yield transaction
    except OSError as error:
        done = "the new generation is published all the same" if transaction.published else "nothing was published"
        raise BadIndexError(f"{error.filename or folder}: {error.strerror or error}; {done}") from error
    finally:
        with suppress(OSError):
            transaction.sweep()
            if _is_holder(folder / HOLDER_NAME):
                (folder / HOLDER_NAME).unlink()
        lock.release()
