"""Papers out: the formats in which a whole result can be taken elsewhere, one module a format, one table of
them.

Exports carry the published text. Names are taken apart as read, since a name in LaTeX has no parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from indexer.index.record.paper import Paper
from query.export import bibtex, csl, records, ris, spreadsheet
from query.export.style import PLAIN, Style

__all__ = ["EXPORTERS", "PLAIN", "Exporter", "Style"]


class Write(Protocol):
    """Papers to the pieces of a file."""

    def __call__(self, papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
        """The pieces, in the given style."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format: its name on the command line, what it is, its media type and the suffix of its files.

    `write` turns papers into text piece by piece, never holding more than one paper; the pieces joined are
    the file, in UTF-8. Line ends are part of the format: write them untranslated (`newline=""`).
    """

    name: str
    title: str
    media_type: str
    suffix: str
    write: Write


EXPORTERS: dict[str, Exporter] = {
    exporter.name: exporter
    for exporter in (
        Exporter("jsonl", "JSON Lines, the canonical records", "application/x-ndjson", ".jsonl", records.write),
        Exporter("ids", "ids, one a line", "text/plain", ".txt", records.write_ids),
        Exporter("bibtex", "BibTeX", "application/x-bibtex", ".bib", bibtex.write),
        Exporter("ris", "RIS (EndNote, Zotero, Mendeley)", "application/x-research-info-systems", ".ris", ris.write),
        Exporter("csl", "CSL JSON", "application/vnd.citationstyles.csl+json", ".json", csl.write),
        Exporter("csv", "comma-separated values", "text/csv", ".csv", spreadsheet.write),
    )
}
