"""Generations of an index: which there are, and the newest one opened. Nothing changes the files of a published one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.store.manifest import (
    Manifest,
    SegmentEntry,
    generations,
    published,
    read_manifest,
    read_recorded,
    toc_name,
    toc_path,
)


class Generation:
    """One published generation, opened: its manifest and its segments. Every file of it is open from the start."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self.files: list[SegmentFiles] = []
        """Its segments, as in the manifest."""
        try:
            for entry in manifest.segments:
                self.files.append(SegmentFiles(folder, entry.files, entry.seals))
                self._check(entry)
        except QuiverError:
            self.close()
            raise
        self.segments: list[Segment] = [block for files in self.files for block in files.blocks]
        """The blocks of all of them: what a search walks through."""

    def _check(self, entry: SegmentEntry) -> None:
        """Make sure that the last segment opened holds as many papers as the manifest says."""
        held = self.files[-1]
        if (held.docs, held.alive) != (entry.docs, entry.live):
            raise BadIndexError(
                f"{entry.state} has {held.alive:,} live of {held.docs:,} papers, the manifest says {entry.live:,} of "
                f"{entry.docs:,}; run `quiver verify`, then `quiver repair` or `quiver rebuild`"
            )

    @property
    def number(self) -> int:
        """The generation's number."""
        return self.manifest.generation

    @property
    def nbytes(self) -> int:
        """Size of its files in bytes, its table of contents not counted once that is swept."""
        toc = toc_path(self.folder, self.number)
        files = [file.nbytes for row in self.files for file in (row.arrays, row.impacts, row.state)]
        with suppress(FileNotFoundError):
            return sum(files) + toc.stat().st_size
        return sum(files)

    def close(self) -> None:
        """Let go of every file."""
        for files in self.files:
            files.close()


def is_index(folder: Path) -> bool:
    """Whether a folder holds an index."""
    return folder.is_dir() and bool(generations(folder))


def latest(folder: Path, *, unsealed: bool = False) -> Manifest:
    """The manifest of the newest generation. Raises BadIndexError where there is no index.

    `unsealed` takes the format before seals too.
    """
    try:
        found = generations(folder)
        newest = published(folder)
    except FileNotFoundError as error:
        raise BadIndexError(
            f"there is no index at {folder}; make one with `quiver build SOURCE... --index {folder}`"
        ) from error
    except OSError as error:
        raise BadIndexError(f"{folder} cannot be read as an index: {error.strerror}") from error
    if not found:
        raise BadIndexError(f"{folder} is not an index; make one with `quiver build SOURCE... --index {folder}`")
    if newest[-1:] != found[-1:]:
        # Another look, since a generation may have been published between the two.
        if generations(folder) != found or published(folder) != newest:
            return latest(folder, unsealed=unsealed)
        raise BadIndexError(
            f"{folder} has lost {toc_name(found[-1] + 1)} or a later one, which published its newest generation; "
            f"`quiver rollback` returns to generation {found[-1]}, then run `quiver rebuild`"
        )
    try:
        return read_recorded(folder, found[-1]) if unsealed else read_manifest(folder, found[-1])
    except OSError as error:
        # Two generations may have been published since the folder was listed, and this one swept.
        if isinstance(error, FileNotFoundError) and generations(folder) != found:
            return latest(folder, unsealed=unsealed)
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
            if latest(folder).identity == manifest.identity:
                raise
