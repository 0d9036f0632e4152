"""Entries to segments: one task after the other, for the process that has them in hand."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.index.errors import SourceError
from indexer.index.files import part_name
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.builder import SegmentBuilder, content_hash
from indexer.index.segment.claims import READING_SHIFT, Claims
from indexer.index.segment.papers import stored_lines
from indexer.ingest.tasks import Counts, Task
from indexer.readers.entries import Entry, Origin, Rejected, Warned
from indexer.readers.formats import named
from indexer.readers.jsonl import STORED
from indexer.readers.sources import read_file

_TOGETHER = 64
"""Papers that are analysed in one go: one by one, what a step needs is gone from a processor's cache at the next."""


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment file that was written, and for each of its documents the file and rank that claims it."""

    name: str
    docs: int
    claims: Claims


@dataclass(frozen=True, slots=True)
class Known:
    """Papers already in the index: where a record of this id with this content hash is stored, if anywhere."""

    find: Callable[[str, int], tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Seen:
    """An unchanged record: the segment and document that store it, the file and rank that claim it anew."""

    segment: int
    doc: int
    file: int
    rank: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a process made of its tasks: the segments it wrote, and the records it found unchanged."""

    segments: list[NewSegment]
    seen: list[Seen]

    @classmethod
    def united(cls, parts: list[Made]) -> Made:
        """What several processes made."""
        return cls([one for part in parts for one in part.segments], [one for part in parts for one in part.seen])


class Indexer:
    """Runs tasks into segments of one folder."""

    def __init__(self, folder: Path, venues: VenueTable, known: Known | None = None, language: str = "") -> None:
        self._folder = folder
        self._language = language
        self._venues = venues
        self._known = known
        self._builder: SegmentBuilder | None = None
        self._files: list[int] = []
        self._ranks: list[int] = []
        self.segments: list[NewSegment] = []
        self.seen: list[Seen] = []

    def run(self, task: Task) -> Counts:
        """Index the records of one task."""
        counts = Counts()
        papers: list[Paper] = []
        ranks: list[int] = []
        place = task.first_line
        try:
            for entry in _entries(task):
                if isinstance(entry, Warned):
                    counts.warn(entry)
                    continue
                place += 1
                counts.read += 1
                if isinstance(entry, Rejected):
                    counts.rejected.append(entry)
                else:
                    papers.append(entry)
                    ranks.append(task.reading << READING_SHIFT | place)
                    if len(papers) == _TOGETHER:
                        self.add(papers, ranks, task.file, counts)
                        papers, ranks = [], []
        except SourceError as error:
            counts.failed.append(str(error))
        self.add(papers, ranks, task.file, counts)
        if task.fault:
            counts.failed.append(task.fault)
        return counts

    def add(self, papers: list[Paper], ranks: list[int], file: int, counts: Counts) -> None:
        """Index papers that `file` holds, but for those of which the index already stores just this record."""
        stored = [stored_lines(paper) for paper in papers]
        if self._known is not None:
            papers, stored, ranks = self._unknown(papers, stored, ranks, file, counts)
        while papers:
            if self._builder is None:
                self._builder = SegmentBuilder(self._venues, language=self._language)
            taken = self._builder.add_all(papers, stored)
            self._files += [file] * taken
            self._ranks += ranks[:taken]
            if self._builder.full:
                self.flush()
            papers, stored, ranks = papers[taken:], stored[taken:], ranks[taken:]

    def _unknown(
        self, papers: list[Paper], stored: list[bytes], ranks: list[int], file: int, counts: Counts
    ) -> tuple[list[Paper], list[bytes], list[int]]:
        """Papers, records and ranks of what is new; the rest is noted as seen again."""
        kept = []
        for row in zip(papers, stored, ranks, strict=True):
            paper, record, rank = row
            found = self._known and self._known.find(
                paper.id, content_hash(record, self._venues.canonical(paper.venue))
            )
            if found:
                counts.unchanged += 1
                self.seen.append(Seen(*found, file, rank))
            else:
                kept.append(row)
        return [row[0] for row in kept], [row[1] for row in kept], [row[2] for row in kept]

    def end(self) -> Made:
        """Write what is left, and give what was made of all tasks."""
        self.flush()
        return Made(self.segments, self.seen)

    def flush(self) -> None:
        """Write what is collected as a segment."""
        if self._builder is None:
            return
        name = part_name("seg")
        self._builder.write(self._folder / name)
        claims = Claims.of(
            np.arange(self._builder.docs),
            np.array(self._files, dtype=np.uint32),
            np.array(self._ranks, dtype=np.uint64),
        )
        self.segments.append(NewSegment(name, self._builder.docs, claims))
        self._builder, self._files, self._ranks = None, [], []


def _entries(task: Task) -> Iterator[Entry]:
    if task.lines is None:
        if task.fault:
            return iter(())
        return read_file(task.path, task.format, task.max_record)
    form = named(task.format or STORED.name)
    origin = Origin(task.path, task.max_record)
    if form.read_lines is not None and not task.whole:
        return form.read_lines(enumerate(io.BytesIO(task.lines), task.first_line), origin)
    if form.read_whole is None:
        raise SourceError(f"{task.path}: format {form.name} cannot be read")
    return form.read_whole(io.BytesIO(task.lines), origin)
