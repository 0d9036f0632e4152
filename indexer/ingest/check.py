"""Check: what a build would make of some sources, read without an index."""

from __future__ import annotations

import time
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from indexer.index.errors import SourceError
from indexer.index.record.paper import Paper
from indexer.index.segment.columns import key_hash
from indexer.index.text.file_names import shown_name
from indexer.ingest.plan import Plan, plan_sources, source_names
from indexer.ingest.report import FIRST_REJECTS, place
from indexer.ingest.tallies import MAX_REJECTED, Part, check_share
from indexer.ingest.tasks import FEW, MAX_REJECTS
from indexer.readers.entries import Entry, Rejected, Warned
from indexer.readers.sources import read_file, recognise_source

SAMPLES = 3
"""Records that a check shows as they would be stored: of several files one of each."""


@dataclass(slots=True)
class CheckReport:
    """What was read: `indexed` of its sources are the papers with ids of their own."""

    sources: list[Part] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    samples: list[Paper] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    warned: list[Warned] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """Why a build of these sources would publish nothing; empty if it would."""
    seconds: float = 0.0

    @property
    def read(self) -> int:
        """Records read."""
        return sum(part.read for part in self.files)

    @property
    def rejected(self) -> int:
        """Records rejected."""
        return sum(part.rejected for part in self.files)

    def as_json(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "read": self.read,
            "rejected": self.rejected,
            "seconds": round(self.seconds, 3),
            "warnings": dict(self.warnings),
            "warned": [place(row) | {"kind": row.kind} for row in self.warned],
            "rejects": [place(row) for row in self.rejects[:FIRST_REJECTS]],
            "failures": list(map(shown_name, self.failures)),
            "wrong": list(map(shown_name, self.wrong)),
            "sources": [part.as_json() for part in self.sources],
            "records": [paper.as_record() for paper in self.samples],
        }


def check(
    sources: Sequence[str | Path],
    *,
    format: str | None = None,  # noqa: A002  # the name the command line uses
    max_rejected: float = MAX_REJECTED,
    max_record: int | None = None,
) -> CheckReport:
    """Read sources as `build` does, in one process, and count. Raises SourceError for one that is not there.

    Nothing of a record is kept but eight bytes, the hash of its id.
    """
    started = time.perf_counter()
    plan = plan_sources(source_names(sources), Path("/nowhere"), format, max_record)
    report = CheckReport()
    ids = array("Q")
    ends: list[int] = []
    for file in plan.files:
        part = Part(file.path)
        report.files.append(part)
        try:
            # What can be read once only is recognised by its reader.
            form = file.format or (recognise_source(file.path).name if file.regular else None)
            if form:
                part.formats[form] = 1
            samples = 1 if len(plan.files) > 1 else SAMPLES
            _read(report, part, read_file(file.path, form, file.max_record), ids, samples)
        except SourceError as error:
            part.faults.append(str(error))
            report.failures.append(str(error))
        ends.append(len(ids))
    for part, count in zip(report.files, _own(ids, ends), strict=True):
        part.indexed = count
    _conclude(report, plan, max_rejected)
    report.seconds = time.perf_counter() - started
    return report


def _own(ids: array[int], ends: Sequence[int]) -> list[int]:
    """How many ids each file has for its own: an id is the last file's that holds it. Files end at these places."""
    hashes = np.frombuffer(ids, dtype=np.uint64)
    if not len(hashes):
        return [0] * len(ends)
    if len(ends) == 1:
        # In place: a dump of eight million records takes no more than the hashes themselves.
        hashes.sort()
        return [1 + int(np.count_nonzero(hashes[1:] != hashes[:-1]))]
    last = len(hashes) - 1 - np.unique(hashes[::-1], return_index=True)[1]
    return list(map(int, np.bincount(np.searchsorted(ends, last, side="right"), minlength=len(ends))))


def _read(report: CheckReport, part: Part, entries: Iterable[Entry], ids: array[int], samples: int) -> None:
    """Count the records of a file, and add the hashes of their ids."""
    for entry in entries:
        if isinstance(entry, Warned):
            part.warnings[entry.kind] += 1
            report.warnings[entry.kind] += 1
            if report.warnings[entry.kind] <= FEW:
                report.warned.append(entry)
            continue
        part.read += 1
        if isinstance(entry, Rejected):
            part.rejected += 1
            if len(report.rejects) < MAX_REJECTS:
                report.rejects.append(entry)
            continue
        ids.append(key_hash("id", entry.id))
        if samples and len(report.samples) < SAMPLES:
            samples -= 1
            report.samples.append(entry)


def _conclude(report: CheckReport, plan: Plan, most: float) -> None:
    """Add up the sources, and say of which a build would take nothing."""
    found = {name: Part(name) for name in plan.sources}
    for file, part in zip(plan.files, report.files, strict=True):
        found[plan.sources[file.sources[-1]]].add(part)
    report.sources = list(found.values())
    for number, part in enumerate(report.sources):
        if part.read == part.rejected:
            report.wrong.append(f"no paper could be read from {part.shown}")
            continue
        try:
            check_share(part, most, report.rejects, {file.path for file in plan.files if number in file.sources})
        except SourceError as error:
            report.wrong.append(str(error).removesuffix("; nothing was published"))
