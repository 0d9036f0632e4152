"""The report of a build whose papers the cluster did not all take: they count as rejected records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from indexer.index.opensearch.refusals import Refusals, RefusedPaper
from indexer.ingest.report import BuildReport
from indexer.ingest.tallies import Part
from indexer.ingest.tasks import MAX_REJECTS
from indexer.readers.entries import Rejected

Result = TypeVar("Result")


def with_refused(result: Result, refused: Refusals) -> Result:
    """A report in which papers that the cluster refused are no longer indexed, but rejected with its reason.

    Their records are not at hand any more, only file and id; on which line they stood is not known (0). What is no
    report of a build is given back as it is.
    """
    if not refused.every or not isinstance(result, BuildReport):
        return result
    return _told(replace(result, papers=result.papers - refused.every), refused.now)  # type: ignore[return-value]  # the same class


def _told(report: BuildReport, refused: Sequence[RefusedPaper]) -> BuildReport:
    rows = tuple(
        Rejected(row.file, 0, f"the cluster refused {row.id}: {row.reason}", b'{"id":' + row.quoted() + b"}")
        for row in refused
    )
    of_file = Counter(row.file for row in refused)
    of_source = Counter(source for file, count in of_file.items() for source in [_source(report, file)] * count)
    return replace(
        report,
        indexed=report.indexed - len(refused),
        rejected=report.rejected + len(refused),
        rejects=(report.rejects + rows)[:MAX_REJECTS],
        files=tuple(_less(part, of_file) for part in report.files),
        sources=tuple(_less(part, of_source) for part in report.sources),
    )


def _source(report: BuildReport, file: str) -> str:
    """The source that brought a file: the longest that the file's path begins with."""
    known = [part.name for part in report.sources if file.startswith(part.name)]
    return max(known, key=len, default=report.sources[0].name if len(report.sources) == 1 else "")


def _less(part: Part, refused: Mapping[str, int]) -> Part:
    count = refused.get(part.name, 0)
    return replace(part, indexed=part.indexed - count, rejected=part.rejected + count) if count else part
