"""Papers that a program has, into an index: all that a writer was given is published at its end, or nothing.

What programs wrote is recorded as a source, `program`, that the index itself holds: a rebuild takes it from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.index.checked import listed, texts_of
from indexer.index.errors import ClosedIndexError, NotFoundError, RecordError
from indexer.index.record.paper import Paper
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.record.values import Misfits
from indexer.index.segment.claims import READING_SHIFT
from indexer.index.segment.columns import key_hash
from indexer.index.store.generation import Generation, is_index, latest
from indexer.index.store.manifest import Manifest, SourceFile
from indexer.index.store.transaction import LOCK_SECONDS, WriteTransaction, writing
from indexer.index.text.analysis import fingerprint
from indexer.ingest.bulk import Indexer, Known
from indexer.ingest.checked_calls import check
from indexer.ingest.cluster.target import target
from indexer.ingest.draft import Draft
from indexer.ingest.finder import Finder
from indexer.ingest.folder import make_folder
from indexer.ingest.plan import PROGRAM, written_by_program
from indexer.ingest.report import BuildReport, index_bytes
from indexer.ingest.rows import records_of
from indexer.ingest.tasks import Counts
from indexer.readers.entries import Warned


class PaperWriter:
    """What `open_writer` gives: takes papers and deletions, which `commit` publishes together."""

    def __init__(self, transaction: WriteTransaction, base: Manifest | None) -> None:
        self._started = time.perf_counter()
        self._transaction, self._base = transaction, base
        self._files, self._sources, self._file = _program_file(base)
        self._reading = base.readings + 1 if base else 1
        self._opened = Generation(transaction.folder, base) if base else None
        known = Known(Finder(self._opened)) if self._opened else None
        self._indexer = Indexer(
            transaction.folder, recorded_table(base.venues if base else None), known, base.language if base else ""
        )
        self._counts = Counts()
        self._added: set[int] = set()
        self._deleted = dict.fromkeys(base.deleted if base else ())
        self._changed, self._open = False, True
        self.report: BuildReport | None = None
        """What was done, also where that changes nothing; None before the end, and where no index came of it."""

    def add(self, papers: object) -> int:
        """Add papers, or replace those of the same ids; gives how many.

        `papers` is one or several of: `Paper`, a mapping with the keys of a record, a row of a data frame; or a whole
        data frame. A paper whose id was deleted is there again. A value that does not fit costs its field and is
        counted in the report. Raises RecordError, with the number of the record from 1, for one that has no title;
        those before it stay added.
        """
        self._check()
        number = 0
        for number, record in enumerate(records_of(papers), 1):
            misfits: Misfits = []
            try:
                paper = Paper.from_record(record, misfits=misfits)
            except RecordError as error:
                raise RecordError(f"record {number}: {error}") from error
            for misfit in misfits:
                self._counts.warn(Warned(PROGRAM, self._counts.read + 1, misfit.kind, misfit.reason))
            self._deleted.pop(paper.id, None)
            self._added.add(key_hash("id", paper.id))
            rank = self._reading << READING_SHIFT | self._counts.read
            self._indexer.add([paper], [rank], self._file, self._counts)
            self._counts.read += 1
        self._changed |= number > 0
        return number

    def delete(self, ids: str | Iterable[str]) -> int:
        """Delete papers by id, added ones too; gives how many. They stay away until they are added again.

        Raises NotFoundError naming ids that are not there; nothing of the call is done then.
        """
        self._check()
        wanted = dict.fromkeys(texts_of("ids", ids, "write an id, or a list of ids"))
        missing = [paper for paper in wanted if paper in self._deleted or not self._there(paper)]
        if missing:
            raise NotFoundError(f"no paper with id {listed(missing)}; nothing was deleted")
        self._deleted.update(wanted)
        self._changed |= bool(wanted)
        return len(wanted)

    @property
    def closed(self) -> bool:
        """Whether it was ended, by `commit` or `close`."""
        return not self._open

    @property
    def changed(self) -> bool:
        """Whether anything was added or deleted."""
        return self._changed

    def _there(self, paper: str) -> bool:
        key = key_hash("id", paper)
        return key in self._added or any(
            len(segment.find_key(key)) for segment in (self._opened.segments if self._opened else ())
        )

    def _check(self) -> None:
        if not self._open:
            raise ClosedIndexError("this writer", "open_writer")

    def commit(self) -> Manifest | None:
        """Publish everything as the next generation; None where that would change nothing. Ends the writer."""
        self._check()
        self.close()
        if not self._changed and self._base is not None:
            self.report = self._report(self._base)
            return None
        self._indexer.flush()
        draft = Draft(self._transaction, self._base)
        keys = np.concatenate([draft.claim_again(self._indexer.seen), draft.add(self._indexer.segments)])
        # An id that a program adds again is held by what it wrote last alone.
        own = [at for at, file in enumerate(self._files) if written_by_program(file.path)]
        draft.release(own, keys, self._reading)
        base = self._base or Manifest(0, analysis=fingerprint())
        deleted = tuple(self._deleted)
        manifest = draft.finish(
            replace(base, sources=self._sources, files=self._files, deleted=deleted, readings=self._reading)
        )
        if self._base is not None and not draft.changed and deleted == self._base.deleted:
            self.report = self._report(self._base, draft)
            return None
        published = self._transaction.publish(manifest)
        self.report = self._report(published, draft)
        return published

    def _report(self, manifest: Manifest, draft: Draft | None = None) -> BuildReport:
        """What was done to come to this generation; without a draft nothing was."""
        counts = self._counts
        indexed, left_out, removed = (draft.indexed, draft.left_out, draft.removed) if draft else (0, 0, 0)
        return BuildReport(
            generation=manifest.generation,
            papers=manifest.papers,
            read=counts.read,
            indexed=indexed,
            duplicates=counts.read - counts.unchanged - indexed - left_out,
            rejected=0,
            unchanged=counts.unchanged,
            removed=removed,
            seconds=time.perf_counter() - self._started,
            bytes=index_bytes(self._transaction.folder, manifest),
            deleted=left_out,
            warnings=dict(counts.warnings),
            warned=tuple(counts.warned),
        )

    def close(self) -> None:
        """End the writer; what was not committed is dropped."""
        self._open = False


@contextmanager
def open_writer(index: str | Path, *, timeout: float = LOCK_SECONDS) -> Iterator[PaperWriter]:
    """Write to an index from a program; `with open_writer("papers.idx") as w: w.add([...]); w.delete([...])`.

    Makes the index where there is none. At the end of the block everything is published as one generation; if the
    block raises, nothing is. Meanwhile the write lock is held, and searches see the generation before. Raises
    LockedError after `timeout` seconds of waiting for another writer, BadIndexError.
    """
    check({"index": index, "timeout": timeout})
    with target(index, "open_writer", timeout) as folder:
        made = not folder.exists()
        make_folder(folder)
        try:
            with writing(folder, "open_writer", timeout) as transaction:
                writer = PaperWriter(transaction, latest(folder) if is_index(folder) else None)
                try:
                    yield writer
                    if not writer.closed and (writer.changed or is_index(folder)):
                        writer.commit()
                finally:
                    writer.close()
        finally:
            if made and not is_index(folder):
                _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder that was made for an index that did not come to be."""
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _program_file(base: Manifest | None) -> tuple[tuple[SourceFile, ...], tuple[str, ...], int]:
    """Files and sources with the program's last, and its number among the files.

    What programs write one after the other is one source. Where another source was read since it is a new one, so that
    a rebuild reads all in the order in which they came.
    """
    files, sources = (base.files, base.sources) if base else ((), ())
    if sources and written_by_program(sources[-1]):
        return files, sources, next(at for at, file in enumerate(files) if file.path == sources[-1])
    earlier = sum(written_by_program(file.path) for file in files)
    name = f"{PROGRAM} {earlier + 1}" if earlier else PROGRAM
    return (*files, SourceFile(name, source=name)), (*sources, name), len(files)
