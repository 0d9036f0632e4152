"""What a build, an update or a check did, in the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from query.faces.printed.tables import table_lines
from query.faces.printed.terminal import safe
from query.faces.printed.wording import byte_size, counted, duration

if TYPE_CHECKING:
    # The readers behind it take a tenth of a second to import, and a report comes from them anyway.
    from indexer.ingest.check import CheckReport
    from indexer.ingest.repair import RepairReport
    from indexer.ingest.report import BuildReport
    from indexer.ingest.tallies import Part
    from indexer.readers.entries import Rejected, Warned

_SHOWN = 5
_FILES = 24
"""Files that a report lists one by one; of more the sources are."""


def report_lines(report: BuildReport, path: str, *, changes: bool = False) -> Iterator[str]:
    """The counts of a build; with `changes` also what an update left unchanged and removed."""
    yield from part_lines(report.sources, report.files, changes=changes)
    rows = [("read", report.read), ("indexed", report.indexed)]
    if changes:
        rows.append(("unchanged", report.unchanged))
    rows += [("duplicates", report.duplicates), ("rejected", report.rejected)]
    if report.deleted:
        rows.append(("deleted", report.deleted))
    if changes:
        rows.append(("removed", report.removed))
    if report.warnings:
        rows.append(("warnings", sum(report.warnings.values())))
    yield from table_lines([(name, f"{number:,}") for name, number in rows], (1,))
    speed = f"{report.papers_per_second:,.0f} papers a second"
    yield f"{duration(report.seconds)}, {speed}"
    held = f"{counted(report.papers, 'paper')}, {byte_size(report.bytes)}"
    yield f"{safe(path)}: generation {report.generation}, {held}"


def part_lines(sources: Sequence[Part], files: Sequence[Part], *, changes: bool = False) -> Iterator[str]:
    """A line a file, or of many files a source, with its format and counts; nothing where there is one of both."""
    parts = files if len(files) <= _FILES else sources
    if len(files) < 2:
        return
    counts = ["read", "indexed", *(["unchanged"] if changes else []), "duplicates", "rejected"]
    if any(part.warnings for part in parts):
        counts.append("warnings")
    rows = [["", "format", *counts]]
    for part in parts:
        numbers = [_number(part, name) for name in counts]
        rows.append([safe(_short(part.shown)), _formats(part), *(f"{number:,}" for number in numbers)])
    yield from table_lines(rows, range(2, len(counts) + 2))
    yield ""


def _short(path: str) -> str:
    """A path as somebody in this folder would type it."""
    here = os.getcwd() + os.sep
    return path.removeprefix(here)


def _number(part: Part, name: str) -> int:
    number: int = sum(part.warnings.values()) if name == "warnings" else getattr(part, name)
    return number


def _formats(part: Part) -> str:
    """`bibtex`, or of several files `bibtex 3, ris`; a dash where none could be told."""
    formats = part.formats.most_common()
    return ", ".join(f"{name} {number}" if number > 1 else name for name, number in formats) or "-"


def check_lines(report: CheckReport) -> Iterator[str]:
    """The counts of a check, each source or file in a line."""
    if len(report.files) == 1:
        yield f"{safe(report.files[0].shown)}: {_formats(report.files[0])}"
    yield from part_lines(report.sources, report.files)
    papers = sum(part.indexed for part in report.sources)
    duplicates = sum(part.duplicates for part in report.sources)
    rows = [("read", report.read), ("papers", papers), ("duplicates", duplicates), ("rejected", report.rejected)]
    rows.append(("warnings", sum(report.warnings.values())))
    yield from table_lines([(name, f"{number:,}") for name, number in rows], (1,))


def problem_lines(report: BuildReport | CheckReport, *, kept: bool = False) -> Iterator[str]:
    """What could not be read: files that broke off, the first of the rejected records and of each kind of warning.

    `kept`: all rejected records were written to a file.
    """
    for failure in report.failures:
        yield f"warning: {safe(failure)}"
    for path in getattr(report, "gone", ())[:_FILES]:
        yield f"warning: {safe(path)} is gone, which a source brought before"
    for row in report.rejects[:_SHOWN]:
        yield f"rejected: {_place(row)}: {safe(row.reason)}"
    more = report.rejected - min(_SHOWN, len(report.rejects))
    if more:
        hint = "" if kept else "; --rejects FILE keeps them all, with their reasons"
        yield f"rejected: {more:,} more{hint}"
    yield from _warning_lines(report.warned, report.warnings)


def _warning_lines(warned: Iterable[Warned], warnings: Mapping[str, int]) -> Iterator[str]:
    """The first three warnings of each kind, and how many there are more."""
    first = list(warned)
    for kind, number in sorted(warnings.items()):
        rows = [row for row in first if row.kind == kind]
        for row in rows:
            yield f"warning: {_place(row)}: {safe(row.reason)}"
        if number > len(rows):
            yield f"warning: {number - len(rows):,} more of {safe(kind)}"


def _place(row: Rejected | Warned) -> str:
    return f"{safe('standard input' if row.file == '-' else row.file)}:{row.line}"


def repair_lines(report: RepairReport, path: str) -> Iterator[str]:
    """What was wrong, and what became of it."""
    if report.done == "nothing":
        yield f"{safe(path)}: nothing is wrong"
        return
    for problem in report.wrong[:_SHOWN]:
        yield f"wrong: {safe(problem)}"
    if len(report.wrong) > _SHOWN:
        yield f"wrong: {len(report.wrong) - _SHOWN:,} more"
    if report.because:
        yield f"the recorded sources could not be used: {safe(report.because)}"
    if report.done == "sources":
        yield "built anew from the recorded sources"
    elif report.done == "generation":
        yield f"returned to generation {report.returned_to}, the last sound one, less what was deleted since"
    else:
        lost = f"; {counted(report.lost, 'stored paper')} could not be read" if report.lost else "; none was lost"
        yield f"built anew from the stored papers{lost}"
    yield f"{safe(path)}: generation {report.generation}, {counted(report.papers, 'paper')}"
