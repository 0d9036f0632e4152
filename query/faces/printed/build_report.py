"""What a build or an update did, in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from query.faces.printed.tables import table_lines
from query.faces.printed.terminal import safe
from query.faces.printed.wording import byte_size, counted, duration

if TYPE_CHECKING:
    # The readers behind it take a tenth of a second to import, and a report comes from them anyway.
    from indexer.ingest.repair import RepairReport
    from indexer.ingest.report import BuildReport

_SHOWN = 5


def report_lines(report: BuildReport, path: str, *, changes: bool = False) -> Iterator[str]:
    """The counts of a build; with `changes` also what an update left unchanged and removed."""
    rows = [("read", report.read), ("indexed", report.indexed)]
    if changes:
        rows.append(("unchanged", report.unchanged))
    rows += [("duplicates", report.duplicates), ("rejected", report.rejected)]
    if report.deleted:
        rows.append(("deleted", report.deleted))
    if changes:
        rows.append(("removed", report.removed))
    yield from table_lines([(name, f"{number:,}") for name, number in rows], (1,))
    speed = f"{report.papers_per_second:,.0f} papers a second"
    yield f"{duration(report.seconds)}, {speed}"
    held = f"{counted(report.papers, 'paper')}, {byte_size(report.bytes)}"
    yield f"{safe(path)}: generation {report.generation}, {held}"


def problem_lines(report: BuildReport, *, kept: bool = False) -> Iterator[str]:
    """What could not be read: files that broke off, and the first of the rejected records with their reasons.

    `kept`: all of them were written to a file.
    """
    for failure in report.failures:
        yield f"warning: {safe(failure)}"
    for row in report.rejects[:_SHOWN]:
        place = "standard input" if row.file == "-" else row.file
        yield f"rejected: {safe(place)}:{row.line}: {safe(row.reason)}"
    for kind, number in sorted(report.warnings.items()):
        first = next(row for row in report.warned if row.kind == kind)
        place = "standard input" if first.file == "-" else first.file
        yield f"warning: {safe(place)}:{first.line}: {safe(first.reason)} ({counted(number, 'warning')} of this kind)"
    more = report.rejected - min(_SHOWN, len(report.rejects))
    if more:
        hint = "" if kept else "; --rejects FILE keeps them all, with their reasons"
        yield f"rejected: {more:,} more{hint}"


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
