"""What an index holds, counted over live papers."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.segment.authors import NameTables
from indexer.index.segment.opened import SegmentFiles
from indexer.index.store.generation import Generation
from indexer.index.text.file_names import shown_name


@dataclass(frozen=True, slots=True)
class Information:
    """Counts of a generation, its age, its size in bytes on disk, what it was made of, and what reads it.

    `kernel` says which inner loops run: "c", or "python" where the extension was not built or is switched off.
    """

    papers: int
    author_rows: int
    author_clusters: int
    venues: int
    years: tuple[int, int] | None
    generation: int
    built: str
    bytes: int
    sources: Sequence[str]
    format: int = 0
    quiver: str = ""
    python: str = ""
    kernel: str = ""

    def as_json(self) -> dict[str, Any]:
        """The JSON of `quiver info`."""
        held = {name: getattr(self, name) for name in self.__slots__}
        return held | {"sources": [shown_name(source) for source in self.sources]}


def information(generation: Generation) -> Information:
    """Count what a generation holds. Clusters and rows are united over segments here."""
    venues: set[str] = set()
    for segment in generation.files:
        venues |= {
            name for name, papers in zip(segment.venue_names, segment.venue_papers, strict=True) if papers and name
        }
    clusters, rows = _authors(generation.files)
    manifest = generation.manifest
    return Information(
        papers=manifest.papers,
        author_rows=rows,
        author_clusters=clusters,
        venues=len(venues),
        years=years_held(generation.files),
        generation=manifest.generation,
        built=manifest.built,
        bytes=generation.nbytes,
        sources=manifest.sources,
        format=manifest.format,
        quiver=version(),
        python=platform.python_version(),
        kernel="python" if kernel.native is None else "c",
    )


def years_held(files: Sequence[SegmentFiles]) -> tuple[int, int] | None:
    """The first and the last year of live papers; None where none has a year."""
    first, last = 10_000, 0
    for segment in files:
        years = segment.years if segment.all_live else segment.years[segment.live]
        years = years[years > 0]
        if years.size:
            first, last = min(first, int(years.min())), max(last, int(years.max()))
    return (first, last) if last else None


def _authors(files: Sequence[SegmentFiles]) -> tuple[int, int]:
    """Clusters and rows of live papers. Those of the largest segment are counted as arrays, the others by name."""
    largest = max(files, key=lambda segment: segment.docs, default=None)
    if largest is None:
        return 0, 0
    clusters: set[bytes] = set()
    rows: set[tuple[bytes, bytes, int]] = set()
    for segment in files:
        if segment is not largest:
            more = [_row(segment.clusters, number) for number in _live_rows(segment).tolist()]
            rows.update(more)
            clusters.update(key for key, _, _ in more)
    tables, held = largest.clusters, _live_rows(largest)
    here = np.zeros(len(tables.keys), dtype=bool)
    here[tables.row_cluster[held]] = True
    # What both have is counted once: of clusters, and of the rows of those clusters.
    both = np.zeros(len(here), dtype=bool)
    for key in clusters:
        number = tables.find_bytes(key)
        if number >= 0:
            both[number] = True
    both &= here
    shared = {_row(tables, number) for number in held[both[tables.row_cluster[held]]].tolist()}
    return int(here.sum()) + len(clusters) - int(both.sum()), len(held) + len(rows - shared)


def _live_rows(segment: SegmentFiles) -> npt.NDArray[np.int64]:
    """Numbers of the rows that live papers have."""
    tables = segment.clusters
    rows = tables.rows if segment.all_live else tables.rows[np.repeat(segment.live, np.diff(tables.row_at))]
    return np.flatnonzero(np.bincount(rows, minlength=len(tables.row_id)))


def _row(tables: NameTables, number: int) -> tuple[bytes, bytes, int]:
    """Cluster, spelling and hash of the id of a row."""
    return tables.keys[int(tables.row_cluster[number])], tables.spellings[number], int(tables.row_id[number])


def version() -> str:
    """The installed version of Quiver; empty where it runs from its sources."""
    # Here for start-up's sake: every search loads this module, and metadata brings mail, sockets and archives with it.
    from importlib import metadata

    try:
        return metadata.version("quiver-papers")
    except metadata.PackageNotFoundError:
        return ""
