"""What a build has to read: sources expanded to files, files cut into tasks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np
import orjson

from indexer.bulk import Task
from indexer.index.errors import SourceError
from indexer.index.manifest import STANDARD_INPUT, Manifest, SourceFile
from indexer.index.store import Generation
from indexer.readers.entries import plain_name
from indexer.readers.formats import named, recognise
from indexer.readers.sources import expand
from indexer.readers.streams import line_chunks, open_source

_HEAD = 1 << 16
_STORED_BATCH = 2000


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to read; `source` is the argument it comes from. `stored`: its number in the index to take it from."""

    path: str
    source: int
    format: str | None
    size: int = 0
    mtime_ns: int = 0
    stored: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Sources as recorded (absolute), the formats forced on them, and the files they hold, each once, in order."""

    sources: tuple[str, ...]
    formats: dict[str, str]
    files: tuple[PlannedFile, ...]
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes on disk of all files."""
        return sum(file.size for file in self.files)

    def records(self) -> tuple[SourceFile, ...]:
        """The files as the manifest keeps them."""
        return tuple(
            SourceFile(file.path, file.format or "", file.size, file.mtime_ns, self.digests.get(file.path, ""))
            for file in self.files
        )


def recorded_name(source: str) -> str:
    """A source as it is recorded: absolute, so that a rebuild from another folder finds it."""
    return source if source == STANDARD_INPUT else os.path.abspath(source)


def plan_sources(
    sources: Sequence[str],
    form: str | None,
    *,
    formats: Mapping[str, str] | None = None,
    missing: str = "stop",
    recorded: Manifest | None = None,
) -> Plan:
    """Expand sources to files; one that several sources name is read once, at its last place.

    With `recorded` (a rebuild), standard input and, with missing="keep", what is gone are taken from the index.
    Raises SourceError for a source that is not there.
    """
    if form is not None:
        named(form)
    names = tuple(dict.fromkeys(recorded_name(source) for source in sources))
    forced = dict(formats or {}) | (dict.fromkeys(names, form) if form else {})
    files: dict[str, PlannedFile] = {}
    for number, name in enumerate(names):
        for planned in _files(name, number, forced.get(name), missing, recorded):
            files.pop(planned.path, None)
            files[planned.path] = planned
    return Plan(names, {name: forced[name] for name in names if name in forced}, tuple(files.values()))


def _files(name: str, number: int, form: str | None, missing: str, recorded: Manifest | None) -> Iterator[PlannedFile]:
    old = {file.path: at for at, file in enumerate(recorded.files)} if recorded else {}
    if name == STANDARD_INPUT:
        yield PlannedFile(name, number, form, stored=old.get(name))
        return
    try:
        paths = expand(name)
    except SourceError:
        if recorded is None or missing == "stop":
            raise
        paths = []
    for path in paths:
        status = os.stat(path)
        yield PlannedFile(path, number, form, status.st_size, status.st_mtime_ns)
    if missing == "keep":
        for path, at in old.items():
            if path not in paths and (path == name or _inside(path, name)) and not os.path.exists(path):
                yield PlannedFile(path, number, form, stored=at)


def _inside(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def tasks(plan: Plan, first_reading: int, folder: Path, base: Manifest | None, first_file: int = 0) -> Iterator[Task]:
    """Cut every file of a plan into tasks; file n gets the reading first_reading + n and the number first_file + n."""
    for number, file in enumerate(plan.files):
        numbers = (first_file + number, first_reading + number)
        if file.stored is not None and base is not None:
            yield from _stored_tasks(folder, base, file, *numbers)
        else:
            yield from _file_tasks(plan, file, *numbers)


def _file_tasks(plan: Plan, file: PlannedFile, number: int, reading: int) -> Iterator[Task]:
    if file.path != STANDARD_INPUT:
        plan.digests[file.path] = _digest(file.path)
    try:
        with open_source(file.path) as stream:
            head = stream.peek(_HEAD)[:_HEAD]
            form = named(file.format) if file.format else recognise(head, plain_name(file.path))
            if not form.by_line:
                data = stream.read() if file.path == STANDARD_INPUT else None
                yield Task(file.path, number, reading, form.name, lines=data, size=file.size)
                return
            sent = 0
            for first_line, lines in line_chunks(stream):
                share = min(len(lines), max(file.size - sent, 0))
                sent += share
                yield Task(file.path, number, reading, form.name, first_line, lines, share)
    except (SourceError, OSError, EOFError):
        # The reader says it better, and keeps what came before the break.
        yield Task(file.path, number, reading, file.format, size=0)


def _stored_tasks(folder: Path, base: Manifest, file: PlannedFile, number: int, reading: int) -> Iterator[Task]:
    """The records that a file of the generation before claims, in their order, as canonical JSON Lines."""
    opened = Generation(folder, base)
    rows: list[tuple[int, int, int]] = []
    for at, segment in enumerate(opened.segments):
        claims = segment.claims()
        held = claims.files == np.uint32(file.stored or 0)
        rows += [
            (rank, at, doc) for rank, doc in zip(claims.ranks[held].tolist(), claims.docs[held].tolist(), strict=True)
        ]
    rows.sort()
    for low in range(0, len(rows), _STORED_BATCH):
        batch = rows[low : low + _STORED_BATCH]
        lines = b"".join(orjson.dumps(opened.segments[at].papers.record(doc)) + b"\n" for _, at, doc in batch)
        yield Task(file.path, number, reading, "jsonl", low + 1, lines)
    opened.close()


def _digest(path: str) -> str:
    digest = blake2b(digest_size=16)
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()
