"""The one door to an index on disk: opening a generation, holding the lock, publishing the next one.

A generation is published by renaming its table of contents into place after every file of it was synced; until then
nothing refers to the new files, after it nothing changes them. The generation before is kept until the next.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import orjson

from indexer.index.codec.segment import Segment
from indexer.index.errors import BadIndexError, LockedError, QuiverError
from indexer.index.manifest import Manifest, generations, read_manifest, toc_name
from indexer.index.whoosh_toc import whoosh_toc

LOCK_NAME = "MAIN_WRITELOCK"
HOLDER_NAME = "writer.json"
LOCK_SECONDS = 60.0


class Generation:
    """One published generation, opened: its manifest and its segments. Every file of it is open from the start."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.segments: list[Segment] = []
        try:
            for entry in manifest.segments:
                self.segments.append(Segment(folder, entry.name, entry.impacts, entry.state))
        except QuiverError:
            self.close()
            raise

    @property
    def number(self) -> int:
        """The generation's number."""
        return self.manifest.generation

    @property
    def nbytes(self) -> int:
        """Size of its files in bytes, its table of contents not counted once that is swept."""
        toc = self.folder / toc_name(self.number)
        files = [file.nbytes for row in self.segments for file in (row.arrays, row.impacts, row.state)]
        with suppress(FileNotFoundError):
            return sum(files) + toc.stat().st_size
        return sum(files)

    def close(self) -> None:
        """Let go of every file."""
        for segment in self.segments:
            segment.close()


def is_index(folder: Path) -> bool:
    """Whether a folder holds an index."""
    return folder.is_dir() and bool(generations(folder))


def latest(folder: Path) -> Manifest:
    """The manifest of the newest generation. Raises BadIndexError where there is no index."""
    try:
        found = generations(folder)
    except FileNotFoundError as error:
        raise BadIndexError(
            f"there is no index at {folder}; make one with `quiver build SOURCE... --index {folder}`"
        ) from error
    except OSError as error:
        raise BadIndexError(f"{folder} cannot be read as an index: {error.strerror}") from error
    if not found:
        raise BadIndexError(f"{folder} is not an index; make one with `quiver build SOURCE... --index {folder}`")
    try:
        return read_manifest(folder, found[-1])
    except OSError as error:
        # Two generations may have been published since the folder was listed, and this one swept.
        if isinstance(error, FileNotFoundError) and generations(folder) != found:
            return latest(folder)
        raise BadIndexError(f"{folder} cannot be read as an index: {error.strerror}") from error


def open_generation(folder: Path) -> Generation:
    """Open the newest generation.

    A writer may publish and sweep between the reading of the manifest and the opening of its files: then a newer
    one is there and is opened instead. Raises BadIndexError.
    """
    while True:
        manifest = latest(folder)
        try:
            return Generation(folder, manifest)
        except BadIndexError:
            if latest(folder).generation == manifest.generation:
                raise


def new_name(suffix: str) -> str:
    """A fresh file name in the form that Whoosh takes for its own segments'."""
    # From the system's randomness: a caller who seeds `random` must not meet an old name.
    return f"MAIN_{os.urandom(8).hex()}.{suffix}"


class Writing:
    """The right to write: given by `writing`, ended by `publish` or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.published = False

    def path(self, suffix: str) -> Path:
        """Where a new file of the next generation goes; swept by the next writer if never published."""
        return self.folder / new_name(suffix)

    def current(self) -> Manifest | None:
        """The newest generation's manifest; None in a folder without an index."""
        return latest(self.folder) if is_index(self.folder) else None

    def kept(self) -> list[Manifest]:
        """The manifests of the generations whose files are kept: the newest and the one before. Raises as they do."""
        return [read_manifest(self.folder, generation) for generation in generations(self.folder)[-2:]]

    def publish(self, manifest: Manifest) -> Manifest:
        """Publish a manifest as the next generation, in one rename after everything is on disk."""
        found = generations(self.folder)
        manifest = replace(
            manifest,
            generation=(found[-1] if found else 0) + 1,
            built=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        )
        name = toc_name(manifest.generation)
        aside = self.folder / f"{name}.new"
        with aside.open("wb") as file:
            file.write(manifest.dump(whoosh_toc(manifest, self.folder)))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.folder)
        aside.rename(self.folder / name)
        self.published = True
        sync_folder(self.folder)
        self.sweep()
        return manifest

    def sweep(self) -> None:
        """Remove what neither the newest generation nor the one before needs: old generations, unfinished work."""
        try:
            kept = self.kept()
        except (QuiverError, OSError):
            # Of a generation that cannot be read somebody may still want to save files.
            return
        needed = {toc_name(manifest.generation) for manifest in kept}.union(*(row.referenced() for row in kept))
        for path in self.folder.iterdir():
            ours = path.name.startswith(("MAIN_", "_MAIN_")) and path.name != LOCK_NAME
            if ours and path.name not in needed:
                path.unlink(missing_ok=True)


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


def _holder(folder: Path) -> str:
    try:
        row = orjson.loads((folder / HOLDER_NAME).read_bytes())
        return f"process {row['pid']} ({row['command']}, since {row['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def writing(folder: Path, command: str, timeout: float = LOCK_SECONDS) -> Iterator[Writing]:
    """Hold the write lock of an index folder, which must exist.

    Waits `timeout` seconds. The lock is the system's: it dies with its holder. What a writer left that died, or that
    failed in here, is swept. Raises LockedError naming the holder, BadIndexError where the disk refuses.
    """
    # Only who writes needs it: with its own imports it takes 5 ms, which a search would pay at every start.
    import filelock

    try:
        lock = filelock.FileLock(folder / LOCK_NAME)
        lock.acquire(timeout=timeout)
    except filelock.Timeout as error:
        raise LockedError(
            f"{folder} is being written to by {_holder(folder)}; waited {timeout:g} s, try again when it is done"
        ) from error
    except OSError as error:
        raise BadIndexError(f"{folder} cannot be written to: {error.strerror}") from error
    door = Writing(folder)
    try:
        # First of all, since what a dead writer left may be what fills the disk.
        door.sweep()
        since = time.strftime("%Y-%m-%d %H:%M:%S")
        (folder / HOLDER_NAME).write_bytes(orjson.dumps({"pid": os.getpid(), "command": command, "since": since}))
        yield door
    except OSError as error:
        done = "the new generation is published all the same" if door.published else "nothing was published"
        raise BadIndexError(f"{error.filename or folder}: {error.strerror or error}; {done}") from error
    finally:
        with suppress(OSError):
            door.sweep()
            (folder / HOLDER_NAME).unlink(missing_ok=True)
        lock.release()
