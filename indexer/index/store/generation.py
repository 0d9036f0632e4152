"""Generations of an index: which there are, and the newest one opened. Nothing changes the files of a published one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.segment.opened import Segment
from indexer.index.store.manifest import Manifest, generations, read_manifest, toc_name


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
