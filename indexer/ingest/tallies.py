"""What became of the records of one file or one source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from indexer.index.errors import SourceError
from indexer.index.text.file_names import shown_name
from indexer.readers.entries import STANDARD_INPUT, Rejected

MAX_REJECTED = 0.5
"""Share of a source's records that may be rejected; where more are, nothing is published."""


@dataclass(slots=True)
class Part:
    """Counts of a file or source: read = indexed + unchanged + duplicates + deleted + rejected.

    `formats` are the formats taken, each with the number of its files; `faults` says why a file could not be read.
    """

    name: str
    formats: Counter[str] = field(default_factory=Counter)
    read: int = 0
    indexed: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0
    warnings: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def duplicates(self) -> int:
        """Records whose id another record, read later, has too."""
        return self.read - self.indexed - self.unchanged - self.deleted - self.rejected

    @property
    def shown(self) -> str:
        """The name as messages show it."""
        return "standard input" if self.name == STANDARD_INPUT else self.name

    def add(self, other: Part) -> None:
        """Add the counts of a file to those of its source."""
        self.formats.update(other.formats)
        self.read += other.read
        self.indexed += other.indexed
        self.unchanged += other.unchanged
        self.deleted += other.deleted
        self.rejected += other.rejected
        self.warnings.update(other.warnings)
        self.faults += other.faults

    def as_json(self) -> dict[str, Any]:
        """The counts as JSON."""
        return {
            "name": shown_name(self.name),
            "formats": dict(self.formats),
            "read": self.read,
            "indexed": self.indexed,
            "unchanged": self.unchanged,
            "duplicates": self.duplicates,
            "deleted": self.deleted,
            "rejected": self.rejected,
            "warnings": dict(self.warnings),
            "faults": list(map(shown_name, self.faults)),
        }


class TooManyRejectedError(SourceError):
    """A source lost more of its records than it may; `rejects` are those, so that they can be kept and mended."""

    rejects: tuple[Rejected, ...] = ()


def check_share(part: Part, most: float, rejects: Iterable[Rejected], paths: Iterable[str]) -> None:
    """Raise TooManyRejectedError if more than a share `most` (0 to 1) of a source's records were rejected."""
    if part.rejected <= most * part.read:
        return
    kept = tuple(rejects)
    own = set(paths)
    first = next((f"; the first: {row.file}:{row.line}: {row.reason}" for row in kept if row.file in own), "")
    error = TooManyRejectedError(
        f"{part.rejected:,} of {part.read:,} records of {part.shown} were rejected, more than --max-rejected "
        f"{100 * most:g}%{first}; nothing was published"
    )
    error.rejects = kept
    raise error
