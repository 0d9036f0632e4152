"""What a build, update or delete did: counted while it runs, told at its end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer.index.errors import SourceError
from indexer.index.store.manifest import STANDARD_INPUT, Manifest, toc_name
from indexer.index.text.file_names import shown_name
from indexer.ingest.draft import Draft
from indexer.ingest.plan import Plan
from indexer.ingest.tallies import MAX_REJECTED, Part, check_share
from indexer.ingest.tasks import FEW, MAX_REJECTS, Counts, Task
from indexer.readers.entries import Rejected, Warned

Progress = Callable[[int, int, int], None]
"""Called with bytes done, bytes in all (0: unknown) and records read so far."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was done: read = indexed + duplicates + rejected, and where there are any, + unchanged + deleted.

    `unchanged` are records that an update found in the index, `deleted` those left out because their ids are deleted,
    `removed` papers that the generation before had and this one has not; `bytes` is the size on disk.
    """

    generation: int
    papers: int
    read: int
    indexed: int
    duplicates: int
    rejected: int
    unchanged: int
    removed: int
    seconds: float
    bytes: int
    rejects: tuple[Rejected, ...] = ()
    failures: tuple[str, ...] = ()
    deleted: int = 0
    warnings: Mapping[str, int] = field(default_factory=dict)
    """Values that did not fit and cost their fields, by kind."""
    warned: tuple[Warned, ...] = ()
    """The first three of each kind."""
    sources: tuple[Part, ...] = ()
    """The counts of each source, a file that several name under the last of them."""
    files: tuple[Part, ...] = ()
    """The counts of each file."""
    gone: tuple[str, ...] = ()
    """Files that a source brought to the generation before and brings no longer."""

    def as_json(self) -> dict[str, Any]:
        """The report as JSON: all but the text of rejected records."""
        return {
            **{name: getattr(self, name) for name in _COUNTS},
            "seconds": round(self.seconds, 3),
            "bytes": self.bytes,
            "warnings": dict(self.warnings),
            "warned": [place(row) | {"kind": row.kind} for row in self.warned],
            "rejects": [place(row) for row in self.rejects[:FIRST_REJECTS]],
            "failures": list(map(shown_name, self.failures)),
            "gone": list(map(shown_name, self.gone)),
            "sources": [part.as_json() for part in self.sources],
        }

    @property
    def papers_per_second(self) -> float:
        """Records read in a second."""
        return self.read / self.seconds if self.seconds else 0.0


_COUNTS = ("generation", "papers", "read", "indexed", "unchanged", "duplicates", "deleted", "rejected", "removed")
FIRST_REJECTS = 100
"""Rejected records that the JSON of a report names; --rejects keeps all."""


def place(row: Rejected | Warned) -> dict[str, Any]:
    """File, line and reason of a record, as JSON."""
    return {"file": shown_name(row.file), "line": row.line, "reason": row.reason}


@dataclass(slots=True)
class Tally:
    """Adds up the counts of tasks."""

    plan: Plan
    progress: Progress | None = None
    started: float = field(default_factory=time.perf_counter)
    read: int = 0
    unchanged: int = 0
    done: int = 0
    rejected: int = 0
    rejects: list[Rejected] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    warned: list[Warned] = field(default_factory=list)
    usable: set[int] = field(default_factory=set)
    """Numbers of the sources that gave a paper."""
    broken: set[int] = field(default_factory=set)
    """Numbers of the files of which not everything could be read."""
    parts: dict[int, Part] = field(default_factory=dict)
    """Counts of each file that was read, by its number in the plan."""
    max_rejected: float = MAX_REJECTED

    banned: int = 0
    """Unchanged records whose ids are deleted."""

    def report(self, task: Task, counts: Counts) -> None:
        """Take in what became of a task, whose file is numbered as in the plan."""
        self.read += counts.read
        self.unchanged += counts.unchanged
        self.rejected += len(counts.rejected)
        self.rejects += counts.rejected[: max(0, MAX_REJECTS - len(self.rejects))]
        self.failures += counts.failed
        for warning in counts.warned:
            if sum(known.kind == warning.kind for known in self.warned) < FEW:
                self.warned.append(warning)
        self.warnings.update(counts.warnings)
        part = self.parts.get(task.file)
        if part is None:
            part = self.parts[task.file] = Part(task.path)
            if task.format:
                part.formats[task.format] = 1
        part.read += counts.read
        part.unchanged += counts.unchanged
        part.rejected += len(counts.rejected)
        part.warnings.update(counts.warnings)
        part.faults += counts.failed
        if counts.failed:
            self.broken.add(task.file)
        if counts.read > len(counts.rejected):
            self.usable.update(self.plan.files[task.file].sources)
        self.done += task.size
        if self.progress:
            self.progress(self.done, self.plan.size, self.read)

    def check(self) -> None:
        """Raise SourceError if a source that was read gave no paper at all: nothing is published then."""
        read = {number for file in self.plan.files if file.stored is None for number in file.sources}
        for number, name in enumerate(self.plan.sources):
            if number in read - self.usable:
                raise SourceError(f"{self._nothing_from(name, number)}; nothing was published")
        for part in self.sources():
            number = self.plan.sources.index(part.name)
            check_share(part, self.max_rejected, self.rejects, self._paths(number))

    def _paths(self, number: int) -> set[str]:
        return {file.path for file in self.plan.files if number in file.sources}

    def sources(self) -> list[Part]:
        """The counts of each source, a file that several name under the last of them."""
        found = {name: Part(name) for name in self.plan.sources}
        for number, part in sorted(self.parts.items()):
            found[self.plan.sources[self.plan.files[number].sources[-1]]].add(part)
        return list(found.values())

    def _credit(self, draft: Draft, numbers: Sequence[int]) -> None:
        """Give each file its share of what was indexed and left out; `numbers` are those of the files in the draft."""
        for at, number in enumerate(numbers):
            if (part := self.parts.get(at)) is not None:
                part.indexed += draft.indexed_of.get(number, 0)
                part.deleted += draft.left_out_of.get(number, 0)

    def _nothing_from(self, name: str, number: int) -> str:
        paths = self._paths(number)
        reasons = [failure for failure in self.failures if failure.startswith(("standard input", *paths))]
        reasons += [f"{row.file}:{row.line}: {row.reason}" for row in self.rejects if row.file in paths]
        shown = "standard input" if name == STANDARD_INPUT else name
        return f"no paper could be read from {shown} ({next(iter(reasons), 'it is empty')})"

    def finish(
        self,
        manifest: Manifest,
        folder: Path,
        draft: Draft,
        numbers: Sequence[int],
        gone: Sequence[str] = (),
        published: Manifest | None = None,
    ) -> BuildReport:
        """The report on a generation made from a draft, in which the plan's files have these numbers.

        `published` is the generation on disk, where that is another; `gone` are files that are no longer there.
        """
        self._credit(draft, numbers)
        return BuildReport(
            generation=manifest.generation,
            papers=manifest.papers,
            read=self.read,
            indexed=draft.indexed,
            duplicates=self.read - self.rejected - self.unchanged - draft.indexed - draft.left_out,
            rejected=self.rejected,
            unchanged=self.unchanged - self.banned,
            removed=draft.removed,
            seconds=time.perf_counter() - self.started,
            bytes=index_bytes(folder, published or manifest),
            rejects=tuple(self.rejects),
            failures=tuple(self.failures),
            deleted=draft.left_out + self.banned,
            warnings=dict(self.warnings),
            warned=tuple(self.warned),
            sources=tuple(self.sources()),
            files=tuple(part for _, part in sorted(self.parts.items())),
            gone=tuple(gone),
        )


def index_bytes(folder: Path, manifest: Manifest) -> int:
    """Bytes on disk of one generation."""
    names = [toc_name(manifest.generation), *manifest.referenced()]
    return sum((folder / name).stat().st_size for name in names)
