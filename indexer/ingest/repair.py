"""Repair: what `verify` found wrong is mended from the sources, the last good generation, or the stored papers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from indexer.index.errors import BadIndexError, ForeignIndexError, LockedError, SourceError
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.store.generation import is_index, latest
from indexer.index.store.manifest import Manifest, generations, read_manifest
from indexer.index.store.transaction import LOCK_SECONDS, WriteTransaction, writing
from indexer.ingest.build import again, publish_plan, rebuild_from
from indexer.ingest.cluster.target import writes
from indexer.ingest.draft import Draft
from indexer.ingest.plan import Plan, PlannedFile
from indexer.ingest.report import Progress
from indexer.ingest.stored import StoredRecords
from indexer.ingest.verify import verify, verify_generation


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What was wrong, what was done about it ("nothing", "sources", "generation" or "papers") and what is left.

    `generation` and `papers` are of the index now; `lost` counts stored papers that could not be read; `because` says
    why the sources were not used.
    """

    wrong: tuple[str, ...]
    done: str
    generation: int
    papers: int
    lost: int = 0
    returned_to: int = 0
    because: str = ""


@writes("quiver repair")
def repair(
    index: str | Path,
    *,
    trust_sources: bool = False,
    procs: int | None = None,
    progress: Progress | None = None,
    timeout: float = LOCK_SECONDS,
) -> RepairReport:
    """Mend an index, publishing what is sound as a new generation; nothing is published where nothing is wrong.

    Taken are, in this order: the recorded sources, as a rebuild does; the last generation that is kept and sound, less
    what was deleted since; the stored papers that can be read. Raises BadIndexError where none of them is left.
    """
    folder = Path(index)
    if not is_index(folder):
        latest(folder)
    with writing(folder, "quiver repair", timeout) as transaction:
        base, wrong = _found_wrong(folder)
        if base is not None and not wrong:
            return RepairReport((), "nothing", base.generation, base.papers)
        readable = base or _last_readable(folder, wrong)
        try:
            report = rebuild_from(
                transaction, readable, "stop", trust_sources=trust_sources, procs=procs, progress=progress
            )
            return RepairReport(wrong, "sources", report.generation, report.papers)
        except (SourceError, BadIndexError) as error:
            because = str(error)
        earlier = _last_sound(folder, base)
        if earlier is not None:
            return _return_to(transaction, earlier, base, wrong, because)
        return _from_papers(transaction, readable, wrong, because)


def _found_wrong(folder: Path) -> tuple[Manifest | None, tuple[str, ...]]:
    """The newest generation's manifest, None where it cannot be read, and what is wrong."""
    try:
        return latest(folder), tuple(verify(folder))
    except (ForeignIndexError, LockedError):
        raise
    except BadIndexError as error:
        return None, (str(error),)


def _last_readable(folder: Path, wrong: tuple[str, ...]) -> Manifest:
    for number in reversed(generations(folder)):
        try:
            return read_manifest(folder, number)
        except BadIndexError:
            continue
    raise BadIndexError(f"nothing of {folder} can be repaired: {wrong[0]}")


def _last_sound(folder: Path, base: Manifest | None) -> Manifest | None:
    """The newest generation before the one that is damaged in which nothing is wrong, None where there is none."""
    for number in reversed(generations(folder)):
        if base is not None and number >= base.generation:
            continue
        try:
            manifest = read_manifest(folder, number)
            if not verify_generation(folder, manifest):
                return manifest
        except BadIndexError:
            continue
    return None


def _return_to(
    transaction: WriteTransaction, earlier: Manifest, base: Manifest | None, wrong: tuple[str, ...], because: str
) -> RepairReport:
    deleted = dict.fromkeys((*earlier.deleted, *(base.deleted if base else ())))
    draft = Draft(transaction, earlier)
    manifest = transaction.publish(draft.finish(replace(earlier, deleted=tuple(deleted))))
    return RepairReport(
        wrong,
        "generation",
        manifest.generation,
        manifest.papers,
        returned_to=earlier.generation,
        because=because,
    )


def _from_papers(transaction: WriteTransaction, base: Manifest, wrong: tuple[str, ...], because: str) -> RepairReport:
    stored = StoredRecords(transaction.folder, base, tolerant=True)
    numbers = {source: number for number, source in enumerate(base.sources)}
    files = [
        PlannedFile(file.path, (numbers.get(file.source, 0),), file.format or None, stored=number)
        for number, file in enumerate(base.files)
    ]
    plan = Plan(base.sources, base.formats, tuple(files), longest=base.longest)
    table = recorded_table(base.venues)
    report = publish_plan(transaction, plan, again(base), table, 1, None, base, base, stored)
    return RepairReport(wrong, "papers", report.generation, report.papers, lost=stored.lost, because=because)
