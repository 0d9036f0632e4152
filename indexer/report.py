"""What a build, update or delete did: counted while it runs, told at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from indexer.bulk import MAX_REJECTS, Counts, Task
from indexer.index.errors import SourceError
from indexer.index.manifest import Manifest, toc_name
from indexer.readers.entries import Rejected
from indexer.tasks import Plan

Progress = Callable[[int, int, int], None]
"""Called with bytes done, bytes in all (0: unknown) and records read so far."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """read = indexed + duplicates + rejected (+ unchanged in an update); bytes on disk of the new generation."""

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

    @property
    def papers_per_second(self) -> float:
        """Records read in a second."""
        return self.read / self.seconds if self.seconds else 0.0


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
    usable: dict[int, int] = field(default_factory=dict)

    def report(self, task: Task, counts: Counts, first_file: int = 0) -> None:
        """Take in what became of a task."""
        self.read += counts.read
        self.unchanged += counts.unchanged
        self.rejected += len(counts.rejected)
        self.rejects += counts.rejected[: max(0, MAX_REJECTS - len(self.rejects))]
        self.failures += counts.failed
        source = self.plan.files[task.file - first_file].source
        self.usable[source] = self.usable.get(source, 0) + counts.read - len(counts.rejected)
        self.done += task.size
        if self.progress:
            self.progress(self.done, self.plan.size, self.read)

    def check(self) -> None:
        """Raise SourceError if a source gave no paper at all: nothing is published then."""
        for number, name in enumerate(self.plan.sources):
            if not self.usable.get(number):
                reasons = [*self.failures, *(f"{row.file}:{row.line}: {row.reason}" for row in self.rejects)]
                why = f" ({reasons[0]})" if reasons else " (it is empty)"
                shown = "standard input" if name == "-" else name
                raise SourceError(f"no paper could be read from {shown}{why}; nothing was published")

    def finish(self, manifest: Manifest, folder: Path, indexed: int, removed: int = 0) -> BuildReport:
        """The report on a published generation, in which `indexed` papers were analysed and are live."""
        return BuildReport(
            generation=manifest.generation,
            papers=manifest.papers,
            read=self.read,
            indexed=indexed,
            duplicates=self.read - self.rejected - self.unchanged - indexed,
            rejected=self.rejected,
            unchanged=self.unchanged,
            removed=removed,
            seconds=time.perf_counter() - self.started,
            bytes=index_bytes(folder, manifest),
            rejects=tuple(self.rejects),
            failures=tuple(self.failures),
        )


def index_bytes(folder: Path, manifest: Manifest) -> int:
    """Bytes on disk of one generation."""
    names = [toc_name(manifest.generation), *manifest.referenced()]
    return sum((folder / name).stat().st_size for name in names)
