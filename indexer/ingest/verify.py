"""Verify: every checksum, and everything that was derived from papers derived anew from the stored papers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import norms
from indexer.index.errors import QuiverError
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.schema import FIELD_NUMBERS, FIELDS, GROUPS
from indexer.index.segment.authors import beginnings, spelling_counts
from indexer.index.segment.claims import READING_SHIFT, Claims, winners
from indexer.index.segment.columns import key_hash
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.impacts import impacts
from indexer.index.segment.layout import IMPACTS_KIND
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.segment.strings import StringTable, heads_of
from indexer.index.store.generation import Generation, latest
from indexer.index.store.manifest import Manifest
from indexer.index.text.analysis import fingerprint
from indexer.index.text.encoded import decode
from indexer.ingest.cluster.target import cluster_differs, reads
from indexer.ingest.derived import differences
from indexer.ingest.groups import groups
from indexer.ingest.pool import default_procs, run_tasks

SMALL = 20_000
"""Papers up to which one process is quicker than several."""


def verify(index: str | Path, *, procs: int | None = None) -> list[str]:
    """What is wrong with the newest generation of an index, a line each; empty if nothing is.

    Takes about as long as a build, in as many processes (`procs`; by default one a processor where there are many
    papers). Raises BadIndexError where there is no index at all, QuiverError where a process died.
    """
    return [*_verified(index, procs), *cluster_differs(index)]


@reads
def _verified(index: str | Path, procs: int | None) -> list[str]:
    folder = Path(index)
    return verify_generation(folder, latest(folder), procs)


@dataclass(frozen=True, slots=True)
class _Rederiving:
    """For a process: what is wrong with the segments of one generation, each by its number."""

    folder: Path
    manifest: Manifest
    same_analysis: bool

    def run(self, number: int) -> list[str]:
        """What of a segment its stored papers do not give."""
        generation = Generation(self.folder, self.manifest)
        try:
            segment = generation.segments[number]
            wrong: list[str] = []
            if self.same_analysis:
                wrong += differences(segment, recorded_table(self.manifest.venues), self.manifest.language)
            wrong += _impacts(segment)
        finally:
            generation.close()
        return wrong

    def end(self) -> None:
        """Nothing is collected."""


def verify_generation(folder: Path, manifest: Manifest, procs: int | None = None) -> list[str]:
    """What is wrong with one generation of an index."""
    wrong = list(_files(folder, manifest))
    if wrong:
        return wrong
    try:
        generation = Generation(folder, manifest)
    except QuiverError as error:
        return [str(error)]
    try:
        wrong += _counts(generation)
        wrong += _works(generation)
        for files in generation.files:
            wrong += _spellings(files)
            wrong += _beginnings(files)
            wrong += _first_seen(files, manifest)
        segments = len(generation.segments)
    finally:
        generation.close()
    same_analysis = manifest.analysis == fingerprint()
    if not same_analysis:
        wrong.append("the index was made with another version of the analysis; run `quiver rebuild`")
    if procs is None:
        procs = default_procs() if manifest.papers > SMALL else 1
    found: dict[int, list[str]] = {}
    work = _Rederiving(folder, manifest, same_analysis)
    run_tasks(range(segments), work, min(procs, segments), found.__setitem__)
    return wrong + [line for number in sorted(found) for line in found[number]]


def _files(folder: Path, manifest: Manifest) -> Iterator[str]:
    seals = {name: seal for entry in manifest.segments for name, seal in zip(entry.files, entry.seals, strict=True)}
    for name, seal in sorted(seals.items()):
        try:
            file = ArrayFile(folder / name, seal=seal)
        except (QuiverError, OSError) as error:
            yield str(error)
            continue
        yield from file.verify()
        file.close()


def _counts(generation: Generation) -> Iterator[str]:
    manifest, segments = generation.manifest, generation.files
    banned = np.array([key_hash("id", paper) for paper in manifest.deleted], dtype=np.uint64)
    lives = winners(
        [segment.arrays["doc.key"] for segment in segments],
        [segment.claims().top_ranks(segment.docs) for segment in segments],
        banned,
    )
    lengths = np.zeros(len(FIELDS), dtype=np.int64)
    for segment, live, entry in zip(segments, lives, manifest.segments, strict=True):
        if not _possible(segment.claims(), segment.docs, manifest):
            yield f"{segment.name}: claims name papers, files or readings that there are not"
        if not np.array_equal(segment.live, live):
            yield f"{segment.name}: live papers are not those that the sources' claims give"
        if (segment.docs, segment.alive) != (entry.docs, entry.live):
            yield f"{segment.name}: holds {segment.alive} live of {segment.docs} papers, the manifest says otherwise"
        lengths += np.array(segment.live_lengths())
    papers = sum(segment.alive for segment in segments)
    if papers != manifest.papers:
        yield f"the manifest counts {manifest.papers} papers, the segments hold {papers}"
    if tuple(lengths.tolist()) != manifest.lengths:
        yield f"the manifest's total lengths {manifest.lengths} are not the papers' {tuple(lengths.tolist())}"


def _works(generation: Generation) -> Iterator[str]:
    """Works that are not those that the stored papers give; there are none where they are not to be grouped."""
    segments = generation.files
    found: list[npt.NDArray[np.uint64]] = [np.empty(0, np.uint64)] * len(segments)
    if generation.manifest.group_duplicates:
        found = groups([(segment.arrays, segment.live) for segment in segments])
    for segment, hashes in zip(segments, found, strict=True):
        if not np.array_equal(segment.state["group"], hashes):
            yield f"{segment.state.path.name}: papers that are one work are not those that the stored papers give"


def _spellings(files: SegmentFiles) -> Iterator[str]:
    """Counts of spellings of author names that are not what the rows of the papers give."""
    arrays, tables = files.arrays, files.clusters
    docs = np.repeat(np.arange(files.docs, dtype=np.int64), np.diff(tables.row_at))
    papers, newest = spelling_counts(list(tables.spellings), tables.rows.astype(np.int64), docs, files.years)
    if not (np.array_equal(arrays["row.papers"], papers) and np.array_equal(arrays["row.newest"], newest)):
        yield f"{files.name}: papers of spellings of author names are not those that the papers have"


def _beginnings(files: SegmentFiles) -> Iterator[str]:
    """Words of author names that are not those of the clusters' keys."""
    arrays = files.arrays
    found = beginnings([decode(key) for key in files.clusters.keys])
    held = StringTable(arrays, "begin")
    same = list(held) == found.words and np.array_equal(arrays["begin.head"], heads_of(found.words))
    same = same and np.array_equal(arrays["begin.start"], found.start)
    if not (same and np.array_equal(arrays["begin.cluster"], found.clusters)):
        yield f"{files.name}: words of author names are not those that the clusters have"


def _first_seen(files: SegmentFiles, manifest: Manifest) -> Iterator[str]:
    """Generations in which papers were first seen that have not been; the papers do not say which it was."""
    generations = files.first_seen.generations
    if generations.size and not 1 <= int(generations.min()) <= int(generations.max()) <= manifest.generation:
        yield f"{files.state.path.name}: papers were first seen in generations that there were not"


def _possible(claims: Claims, docs: int, manifest: Manifest) -> bool:
    readings = claims.ranks >> np.uint64(READING_SHIFT)
    return not claims.docs.size or bool(
        claims.docs.max() < docs
        and (np.diff(claims.docs.astype(np.int64)) >= 0).all()
        and claims.files.max() < len(manifest.files)
        and 1 <= readings.min() <= readings.max() <= manifest.readings
    )


def _impacts(segment: Segment) -> Iterator[str]:
    made: list[float] = segment.impacts.meta["averages"]
    for name, fields in GROUPS.items():
        rows = [FIELD_NUMBERS[field.name] for field in fields]
        field_norms = np.array([norms(row, segment.lengths[row], made[row]) for row in rows], dtype=np.float32)
        if not np.array_equal(impacts(segment.group(name), field_norms), segment.impacts[f"{name}.impact"]):
            yield f"{segment.impacts.path.name}: {IMPACTS_KIND} of {name} are not what the postings give"
