"""Entries to segments, in one process or several: tasks out, counts and new segments back."""

from __future__ import annotations

import io
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import numpy as np

from indexer.index.codec.builder import SegmentBuilder, content_hash
from indexer.index.codec.claims import READING_SHIFT, Claims
from indexer.index.codec.papers import encode
from indexer.index.errors import QuiverError, SourceError
from indexer.index.paper import Paper
from indexer.index.store import new_name
from indexer.index.venues import VenueTable
from indexer.readers.entries import Entry, Origin, Rejected
from indexer.readers.formats import named
from indexer.readers.sources import read_file

MAX_REJECTS = 100_000
"""Rejected records kept with their text in one build; beyond that they are counted and their reasons kept."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some records to index: a whole file (`lines` None) or some lines of it. Every task of a file has its reading.

    `fault` says why the rest of the file could not be read; with it and without lines there is nothing to index.
    """

    path: str
    file: int
    reading: int
    format: str | None = None
    first_line: int = 1
    lines: bytes | None = None
    size: int = 0
    fault: str = ""


@dataclass(slots=True)
class Counts:
    """What became of the records of a task."""

    read: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment file that was written, and for each of its documents the file and rank that claims it."""

    name: str
    docs: int
    claims: Claims


@dataclass(frozen=True, slots=True)
class Known:
    """Papers already in the index: where a record of this id with this content hash is stored, if anywhere."""

    find: Callable[[str, int], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """An unchanged record: the segment and document that store it, the file and rank that claim it anew."""

    segment: int
    doc: int
    file: int
    rank: int


class Indexer:
    """Runs tasks into segments of one folder."""

    def __init__(self, folder: Path, venues: VenueTable, known: Known | None = None) -> None:
        self._folder = folder
        self._venues = venues
        self._known = known
        self._builder: SegmentBuilder | None = None
        self._files: list[int] = []
        self._ranks: list[int] = []
        self.segments: list[NewSegment] = []
        self.seen: list[Seen] = []

    def run(self, task: Task) -> Counts:
        """Index the records of one task."""
        counts = Counts()
        place = task.first_line
        try:
            for entry in _entries(task):
                place += 1
                counts.read += 1
                if isinstance(entry, Rejected):
                    counts.rejected.append(entry)
                else:
                    self.add(entry, task.file, task.reading << READING_SHIFT | place, counts)
        except SourceError as error:
            counts.failed.append(str(error))
        if task.fault:
            counts.failed.append(task.fault)
        return counts

    def add(self, paper: Paper, file: int, rank: int, counts: Counts) -> None:
        """Index one paper that `file` holds, unless the index already stores just this record."""
        stored = encode(paper)
        if self._known is not None:
            found = self._known.find(paper.id, content_hash(stored, self._venues.canonical(paper.venue)))
            if found is not None:
                counts.unchanged += 1
                self.seen.append(Seen(*found, file, rank))
                return
        if self._builder is None:
            self._builder = SegmentBuilder(self._venues)
        self._builder.add(paper, stored)
        self._files.append(file)
        self._ranks.append(rank)
        if self._builder.full:
            self.flush()

    def flush(self) -> None:
        """Write what is collected as a segment."""
        if self._builder is None:
            return
        name = new_name("seg")
        self._builder.write(self._folder / name)
        claims = Claims.of(
            np.arange(self._builder.docs),
            np.array(self._files, dtype=np.uint32),
            np.array(self._ranks, dtype=np.uint64),
        )
        self.segments.append(NewSegment(name, self._builder.docs, claims))
        self._builder, self._files, self._ranks = None, [], []


def _entries(task: Task) -> Iterator[Entry]:
    if task.lines is None:
        if task.fault:
            return iter(())
        return read_file(task.path, task.format)
    form = named(task.format or "jsonl")
    if form.read_lines is not None:
        numbered = enumerate(io.BytesIO(task.lines), task.first_line)
        return form.read_lines(numbered, Origin(task.path))
    if form.read_whole is None:
        raise SourceError(f"{task.path}: format {form.name} cannot be read")
    return form.read_whole(io.BytesIO(task.lines), Origin(task.path))


def run_tasks(
    tasks: Iterable[Task], indexer: Indexer, procs: int, report: Callable[[Task, Counts], None]
) -> tuple[list[NewSegment], list[Seen]]:
    """Run tasks in `procs` processes (1: in this one); `report` hears of each task that is done.

    Gives the segments written and the records found unchanged. Raises QuiverError where a process died.
    """
    if procs <= 1:
        for task in tasks:
            report(task, indexer.run(task))
        indexer.flush()
        return indexer.segments, indexer.seen
    pool = _Pool(indexer, procs)
    try:
        for task in tasks:
            pool.send(task, report)
        return pool.finish(report)
    finally:
        pool.stop()


_DIED = "a process of the build ended before its work was done (out of memory?); try again with --procs 1"


class _Pool:
    """Workers, each with one task in hand at most: who waits for its next task reads it, so that no send can block
    on a worker that itself waits to be heard."""

    def __init__(self, indexer: Indexer, procs: int) -> None:
        # Fork where there is one: a child by spawn imports everything anew, 0.4 s each.
        forks = "fork" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("fork") if forks else multiprocessing.get_context("spawn")
        self._workers = []
        self._busy: dict[Connection, Task | None] = {}
        for _ in range(procs):
            here, there = context.Pipe()
            self._busy[here] = None
            # What a forked child inherits it must close, or it would never see that this process is gone.
            inherited = list(self._busy) if forks else []
            worker = context.Process(target=_work, args=(there, inherited, indexer), daemon=True)
            worker.start()
            there.close()
            self._workers.append(worker)

    def send(self, task: Task, report: Callable[[Task, Counts], None]) -> None:
        while all(self._busy.values()):
            self._collect(report)
        pipe = next(pipe for pipe, busy in self._busy.items() if busy is None)
        self._send(pipe, task)
        self._busy[pipe] = task

    def _collect(self, report: Callable[[Task, Counts], None]) -> None:
        for pipe in wait([pipe for pipe, task in self._busy.items() if task]):
            if isinstance(pipe, Connection) and (task := self._busy[pipe]):
                counts = self._receive(pipe)
                self._busy[pipe] = None
                report(task, counts)

    def finish(self, report: Callable[[Task, Counts], None]) -> tuple[list[NewSegment], list[Seen]]:
        while any(self._busy.values()):
            self._collect(report)
        for pipe in self._busy:
            self._send(pipe, None)
        segments: list[NewSegment] = []
        seen: list[Seen] = []
        for pipe in self._busy:
            more, again = self._receive(pipe)
            segments += more
            seen += again
        return segments, seen

    @staticmethod
    def _receive(pipe: Connection) -> Any:
        try:
            answer = pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            raise QuiverError(_DIED) from error
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @staticmethod
    def _send(pipe: Connection, task: Task | None) -> None:
        try:
            pipe.send(task)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise QuiverError(_DIED) from error

    def stop(self) -> None:
        for pipe in self._busy:
            pipe.close()
        for worker in self._workers:
            worker.join(timeout=1)
            if worker.is_alive():
                worker.terminate()
                worker.join()


def _work(pipe: Connection, inherited: Iterable[Connection], indexer: Indexer) -> None:
    # Ctrl-C reaches every process of the terminal; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    try:
        while (task := pipe.recv()) is not None:
            pipe.send(indexer.run(task))
        indexer.flush()
        pipe.send((indexer.segments, indexer.seen))
    except (EOFError, ConnectionError):
        return  # the parent is gone, and with it whoever wanted this
    except Exception as error:  # noqa: BLE001  # whatever it is, the parent raises it
        with suppress(ConnectionError):
            pipe.send(error)


def default_procs() -> int:
    """Processes for a build: the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
