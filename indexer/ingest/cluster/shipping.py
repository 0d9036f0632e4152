"""Papers of an index in a folder into an index of a cluster, in several processes.

Each process reads stored papers, analyses them a batch at a time, and sends them while the others do the same: what the
cluster does with one batch hides behind the analysis of the next.
"""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import orjson

from indexer.index.errors import QuiverError
from indexer.index.once import made_once
from indexer.index.opensearch.analysed import Analysed, Analyser
from indexer.index.opensearch.bulk import Operation, Refused, send
from indexer.index.opensearch.connection import Connection
from indexer.index.opensearch.mapping import document, stored_record
from indexer.index.opensearch.refusals import RefusedPaper
from indexer.index.record.paper import Paper
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.segment.opened import SegmentFiles
from indexer.index.store.manifest import Manifest
from indexer.ingest.cluster.grouped import Grouped
from indexer.ingest.cluster.living import Ints

BATCH = 500
"""Papers of a request: more gain nothing, and a node must hold them all at once."""
_WORKERS = 2
"""Processes for each processor: one analyses while the other waits for the cluster."""
_FEW = 2 * BATCH
"""So many papers are shipped by this process alone."""


class Shipper:
    """What one process needs to ship papers of a generation."""

    def __init__(self, connection: Connection, folder: Path, manifest: Manifest, index: str) -> None:
        self._connection, self._folder, self._manifest, self._index = connection, folder, manifest, index
        self._opened: dict[int, SegmentFiles] = {}
        self._analyser = Analyser(recorded_table(manifest.venues), manifest.language)

    def _files(self, number: int) -> SegmentFiles:
        if number not in self._opened:
            entry = self._manifest.segments[number]
            self._opened[number] = SegmentFiles(self._folder, entry.files, entry.seals)
        return self._opened[number]

    @made_once
    def _grouped(self) -> Grouped:
        return Grouped([self._files(number) for number in range(len(self._manifest.segments))])

    def ship(self, places: Ints) -> list[RefusedPaper]:
        """Write the papers at some places; gives those that the cluster does not take."""
        papers: list[Paper] = []
        stored: list[bytes] = []
        known: list[dict[str, object]] = []
        for place in places.tolist():
            files, doc = self._files(place >> 32), place & 0xFFFFFFFF
            block, number = files.segment_of(doc)
            line = block.papers.stored(number)
            papers.append(Paper.from_record(stored_record(line)))
            stored.append(line)
            seen = files.first_seen
            row = int(seen.rows[doc])
            about: dict[str, object] = {
                "seen_generation": int(seen.generations[row]),
                "seen_time": int(seen.times[row]),
            }
            if self._manifest.group_duplicates:
                about |= self._grouped.about(place >> 32, doc)
            known.append(about)
        analysed = self._analyser.analyse(papers, stored)
        refused = send(
            self._connection,
            self._index,
            [
                Operation(paper.id, orjson.dumps(document(paper, words) | about))
                for paper, words, about in zip(papers, analysed, known, strict=True)
            ],
        )
        at = {paper.id: number for number, paper in enumerate(papers)} if refused else {}
        return [self._refused(row, int(places[at[row.id]]), analysed[at[row.id]]) for row in refused]

    def _refused(self, row: Refused, place: int, words: Analysed) -> RefusedPaper:
        files, doc = self._files(place >> 32), place & 0xFFFFFFFF
        claims = files.state["claim.file"][np.flatnonzero(files.state["claim.doc"] == doc)]
        file = self._manifest.files[int(claims[-1])].path if len(claims) else ""
        return RefusedPaper(row.id, row.reason, int(files.arrays["doc.key"][doc]), words.content, words.lengths, file)

    def ids(self, places: Ints) -> list[str]:
        """The ids of the papers at some places."""
        found = []
        for place in places.tolist():
            block, number = self._files(place >> 32).segment_of(place & 0xFFFFFFFF)
            found.append(block.paper_id(number))
        return found

    def close(self) -> None:
        """Let go of the files."""
        for files in self._opened.values():
            files.close()
        self._opened.clear()


_here: list[Shipper] = []


def _begin(connection: Connection, folder: Path, manifest: Manifest, index: str) -> None:
    # A batch makes some hundred thousand objects and no circle: to look for those took a tenth of the time.
    gc.disable()
    _here[:] = [Shipper(connection, folder, manifest, index)]


def _ship(places: Ints) -> list[RefusedPaper]:
    return _here[0].ship(places)


def ship(
    connection: Connection,
    folder: Path,
    manifest: Manifest,
    index: str,
    places: Ints,
    procs: int,
    aside: Callable[[], None] = lambda: None,
) -> list[RefusedPaper]:
    """Write the papers at some places of a generation; gives those that the cluster does not take.

    `procs` processors are put to use; `aside` is done meanwhile by a thread. Raises ClusterError, and what that does.
    """
    # In the order in which they lie: neighbours are unpacked from the same pages.
    batches = np.array_split(np.sort(places), max(1, -(-len(places) // BATCH)))
    if len(places) <= _FEW:
        aside()
        shipper = Shipper(connection, folder, manifest, index)
        try:
            return [row for batch in batches for row in shipper.ship(batch)]
        finally:
            shipper.close()
    refused: list[RefusedPaper] = []
    workers = _WORKERS * procs
    given = (connection, folder, manifest, index)
    with ProcessPoolExecutor(workers, multiprocessing.get_context(), initializer=_begin, initargs=given) as pool:
        try:
            for rows in _done(pool, batches, 2 * workers, aside):
                refused += rows
        except BrokenProcessPool as error:
            raise QuiverError("a process of the build ended before its work was done (out of memory?)") from error
        finally:
            pool.shutdown(cancel_futures=True)
    return refused


def _done(
    pool: ProcessPoolExecutor, batches: Sequence[Ints], most: int, aside: Callable[[], None]
) -> Iterator[list[RefusedPaper]]:
    """What each batch gave, as they are done; `aside` begins once the processes run, which may be forks of this one."""
    waiting: set[Future[list[RefusedPaper]]] = set()
    left = iter(batches)
    with ThreadPoolExecutor(1) as thread:
        beside: Future[None] | None = None
        while True:
            while len(waiting) < most and (batch := next(left, None)) is not None:
                waiting.add(pool.submit(_ship, batch))
            beside = beside or thread.submit(aside)
            if not waiting:
                break
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
        beside.result()
