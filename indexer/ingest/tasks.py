"""What a build has to read, cut into tasks, and what became of the records of one."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from pathlib import Path

from indexer.index.errors import SourceError
from indexer.index.store.manifest import STANDARD_INPUT, Manifest, SourceFile
from indexer.ingest.plan import Plan, PlannedFile
from indexer.ingest.stored import StoredRecords
from indexer.readers.entries import MAX_RECORD, Rejected, Warned, plain_name
from indexer.readers.formats import named, recognise
from indexer.readers.inputs import blocks_of, line_chunks, open_source
from indexer.readers.jsonl import STORED

_HEAD = 1 << 16
MAX_REJECTS = 100_000
"""Rejected records that a report keeps, 0.2 GB of usual ones; more are counted only."""

FEW = 3
"""Warnings of each kind that a report tells with file and line; all are counted."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some records to index: a file (`lines` None), some lines of it, or as `lines` all its text where it is `whole`.

    Every task of a file has its reading. Records longer than `max_record` bytes are refused.

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
    whole: bool = False
    max_record: int = MAX_RECORD


@dataclass(slots=True)
class Counts:
    """What became of the records of a task."""

    read: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    warnings: dict[str, int] = field(default_factory=dict)
    """Values that did not fit, by kind."""
    warned: list[Warned] = field(default_factory=list)
    """The first few of each kind."""

    def warn(self, warning: Warned) -> None:
        """Count a value that cost its field."""
        number = self.warnings.get(warning.kind, 0) + 1
        self.warnings[warning.kind] = number
        if number <= FEW:
            self.warned.append(warning)


def tasks(
    plan: Plan, first_reading: int, folder: Path, base: Manifest | None, stored: StoredRecords | None = None
) -> Iterator[Task]:
    """Cut every file of a plan into tasks; file n of the plan has the number n and the reading first_reading + n.

    What is planned as stored is taken from the generation `base`, from `stored` where that is open already.

    What was seen of a file, its size, time and hash, is noted in `plan.seen` before the last of its tasks is given.
    """
    for number, file in enumerate(plan.files):
        if file.stored is None:
            yield from _file_tasks(plan, file, number, first_reading + number)
        elif base is not None:
            plan.seen[file.path] = base.files[file.stored]
            taken = 0
            stored = stored or StoredRecords(folder, base)
            for lines in stored.of_file(file.stored):
                yield Task(
                    *(file.path, number, first_reading + number, STORED.name, taken + 1, lines), max_record=sys.maxsize
                )
                taken += lines.count(b"\n")


def _file_tasks(plan: Plan, file: PlannedFile, number: int, reading: int) -> Iterator[Task]:
    task = partial(Task, file.path, number, reading)
    if file.regular:
        plan.seen[file.path] = SourceFile(file.path, "", file.size, file.mtime_ns, digest(file.path))
    name = "" if file.path == STANDARD_INPUT else file.path
    try:
        with open_source(file.path) as stream:
            head = stream.peek(_HEAD)[:_HEAD]
            form = named(file.format) if file.format else recognise(head, name)
            task = partial(task, file.format or form.name, max_record=file.max_record)
            if form.cuts(head, plain_name(name)):
                yield from _line_tasks(plan, file, stream, task)
            elif file.regular:
                # Read where it is indexed: a list of records costs nothing between processes then.
                yield task(size=file.size)
            else:
                yield from _whole_task(plan, file, stream, task)
    except SourceError as error:
        yield task(fault=str(error))
    except OSError as error:
        yield task(fault=f"{file.path}: cannot be read: {error.strerror or error}")


def _line_tasks(plan: Plan, file: PlannedFile, stream: io.BufferedReader, task: partial[Task]) -> Iterator[Task]:
    sent = 0
    text = _Text()
    for first_line, lines in line_chunks(stream, longest=file.max_record):
        share = min(len(lines), max(file.size - sent, 0))
        sent += share
        text.add(lines)
        if not file.regular:
            plan.seen[file.path] = text.seen(file.path)
        yield task(first_line, lines, share)


def _whole_task(plan: Plan, file: PlannedFile, stream: io.BufferedReader, task: partial[Task]) -> Iterator[Task]:
    """What cannot be opened twice is read here, as much of it as there is."""
    text = _Text()
    blocks: list[bytes] = []
    fault = ""
    try:
        for block in blocks_of(stream):
            text.add(block)
            blocks.append(block)
    except SourceError as error:
        fault = str(error)
    plan.seen[file.path] = text.seen(file.path)
    yield task(1, b"".join(blocks), fault=fault, whole=True)


class _Text:
    """Size and hash of a text that passes once."""

    def __init__(self) -> None:
        self._size = 0
        self._digest = blake2b(digest_size=16)

    def add(self, data: bytes) -> None:
        self._size += len(data)
        self._digest.update(data)

    def seen(self, path: str) -> SourceFile:
        return SourceFile(path, "", self._size, time.time_ns(), self._digest.hexdigest())


def digest(path: str) -> str:
    """The hash of a file as the manifest keeps it; empty where it cannot be read."""
    state = blake2b(digest_size=16)
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                state.update(block)
    except OSError:
        return ""
    return state.hexdigest()
