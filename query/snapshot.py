"""One generation, opened: everything that answers are made of. A call takes one snapshot and never another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from indexer.index.errors import ClosedIndexError, NotFoundError
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.store.generation import Generation
from indexer.index.text.analysis import fingerprint
from query.browse.clusters import heading
from query.engines.array_engine import ArrayEngine
from query.named import named

_HEADINGS = 4096
"""Names of author clusters that are kept."""


class Snapshot:
    """A generation with its engine and venues. Nothing of it is ever replaced, so that threads share it freely.

    Its files go when the last who uses it lets go: `close` only says that nothing more is to be read.
    """

    def __init__(self, path: Path, generation: Generation, engine: type[ArrayEngine]) -> None:
        self.path = path
        self.generation = generation
        self.segments: Sequence[Segment] = generation.segments
        self.files: Sequence[SegmentFiles] = generation.files
        self.venue_table = recorded_table(generation.manifest.venues)
        self.engine = engine(generation, self.venue_table)
        # The commonest spelling of a cluster is counted from all its papers, 20 us, and the same few head most facets.
        self.heading = lru_cache(_HEADINGS)(partial(heading, generation.files))
        self._closed = False

    @property
    def number(self) -> int:
        """Number of the generation."""
        return self.generation.number

    @property
    def papers(self) -> int:
        """Live papers."""
        return self.generation.manifest.papers

    @property
    def warnings(self) -> list[str]:
        """What its user should know: that it was made with another analysis, for one."""
        if self.generation.manifest.analysis == fingerprint():
            return []
        return [
            f"{self.path} was made with another version of the analysis of texts, so that words may be missed; "
            "run `quiver rebuild`"
        ]

    def close(self) -> None:
        """Refuse to be read from here on."""
        self._closed = True

    def check(self) -> None:
        """Raise ClosedIndexError where it was closed."""
        if self._closed:
            raise ClosedIndexError(str(self.path))

    def find(self, paper: str) -> tuple[Segment, int] | None:
        """Where the paper is stored that an id or another identifier names."""
        for at, doc in named(self.segments, paper):
            return self.segments[at], doc
        return None

    def locate(self, paper: str) -> tuple[Segment, int]:
        """The same. Raises NotFoundError where there is none."""
        found = self.find(paper)
        if found is None:
            raise NotFoundError(f"no paper with id {paper!r}; `quiver search` shows ids with --format ids")
        return found
