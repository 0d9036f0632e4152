"""Update, delete, roll back: changes against the generation that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.index.checked import listed
from indexer.index.errors import BadIndexError, ForeignIndexError, NotFoundError
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.segment.columns import key_hash
from indexer.index.store.generation import Generation, latest
from indexer.index.store.manifest import Manifest, SourceFile, generations, published, read_manifest
from indexer.index.store.transaction import LOCK_SECONDS, writing
from indexer.ingest.build import generations_to_keep, processes
from indexer.ingest.bulk import Indexer, Known, Made
from indexer.ingest.cluster.target import writes
from indexer.ingest.draft import Draft
from indexer.ingest.finder import Finder
from indexer.ingest.plan import Plan, brought, gone_files, plan_sources, source_names
from indexer.ingest.pool import run_tasks
from indexer.ingest.report import BuildReport, Progress, Tally
from indexer.ingest.tallies import MAX_REJECTED
from indexer.ingest.tasks import tasks


@writes("quiver update")
def update(
    sources: str | Path | Sequence[str | Path],
    index: str | Path,
    *,
    format: str | None = None,  # noqa: A002  # the name the command line uses
    prune: bool = False,
    dry_run: bool = False,
    procs: int | None = None,
    keep: int | None = None,
    max_record: int | None = None,
    max_rejected: float = MAX_REJECTED,
    progress: Progress | None = None,
    timeout: float = LOCK_SECONDS,
) -> BuildReport:
    """Add and replace papers by id from some sources, and append those to the recorded ones.

    Papers whose record is unchanged are not analysed again. `prune` removes papers that came from these sources
    and are no longer in them; an id that another source still has goes back to that source's record. Papers that were
    deleted stay away, and the report counts them. What changes no paper and adds no source publishes nothing, and so
    does `dry_run`, whose report says what would be done. Raises SourceError, BadIndexError, LockedError.
    """
    folder = Path(index)
    latest(folder)
    with writing(folder, "quiver update", timeout) as transaction:
        base = latest(folder)
        plan = plan_sources(source_names(sources), folder, format, max_record, base)
        merged, numbers = _merged_files(base, plan)
        tally = Tally(plan, progress, max_rejected=max_rejected)
        made = _read(folder, base, plan, numbers, procs, tally)
        tally.check()
        draft = Draft(transaction, base)
        again = draft.claim_again(made.seen)
        keys = np.concatenate([again, draft.add(made.segments)])
        # What a file that broke off may still hold is not given up: only what was read anew is claimed anew.
        whole = {number for at, number in enumerate(numbers) if prune and at not in tally.broken}
        draft.release(set(numbers) - whole, keys, base.readings + 1)
        draft.release(whole.union(_former_files(merged, plan) if prune else ()), None, base.readings + 1)
        # The fingerprint of the analysis stays: papers that were not read again are of the analysis that it names.
        manifest = draft.finish(
            replace(
                base,
                sources=(*(name for name in base.sources if name not in plan.sources), *plan.sources),
                formats=base.formats | plan.formats,
                longest=base.longest | plan.longest,
                files=_with_records(merged, plan),
                readings=base.readings + len(plan.files),
                keep=generations_to_keep(keep, base),
            )
        )
        tally.banned = int(np.isin(again, [key_hash("id", paper) for paper in base.deleted]).sum())
        same = not draft.changed and set(plan.sources) <= set(base.sources) and manifest.formats == base.formats
        same = same and (manifest.keep, manifest.longest) == (base.keep, base.longest)
        gone = [] if prune else gone_files(base, plan)
        if dry_run:
            planned = replace(manifest, generation=base.generation)
            return tally.finish(planned, folder, draft, numbers, gone, published=base)
        return tally.finish(base if same else transaction.publish(manifest), folder, draft, numbers, gone)


def _read(folder: Path, base: Manifest, plan: Plan, numbers: Sequence[int], procs: int | None, tally: Tally) -> Made:
    """Read a plan, whose files have these numbers in the index."""
    opened = Generation(folder, base)
    indexer = Indexer(folder, recorded_table(base.venues), Known(Finder(opened)), base.language)
    in_plan = {number: at for at, number in enumerate(numbers)}
    try:
        parts = run_tasks(
            (replace(task, file=numbers[task.file]) for task in tasks(plan, base.readings + 1, folder, None)),
            indexer,
            processes(plan, procs),
            lambda task, counts: tally.report(replace(task, file=in_plan[task.file]), counts),
        )
    finally:
        opened.close()
    return Made.united(parts)


def _merged_files(base: Manifest, plan: Plan) -> tuple[list[SourceFile], list[int]]:
    """Recorded files and those of a plan, and the number among them of each file of the plan.

    Known paths keep their numbers, which claims refer to.
    """
    merged = list(base.files)
    known = {file.path: at for at, file in enumerate(merged)}
    numbers = []
    for file in plan.files:
        if file.path not in known:
            known[file.path] = len(merged)
            merged.append(SourceFile(file.path))
        numbers.append(known[file.path])
    return merged, numbers


def _with_records(merged: Sequence[SourceFile], plan: Plan) -> tuple[SourceFile, ...]:
    read = {file.path: file for file in plan.records()}
    return tuple(read.get(file.path, file) for file in merged)


def _former_files(merged: Sequence[SourceFile], plan: Plan) -> list[int]:
    """Numbers of recorded files that a source of the plan brought and brings no longer."""
    present = {file.path for file in plan.files}
    return [
        at
        for at, file in enumerate(merged)
        if file.path not in present and any(brought(file, source) for source in plan.sources)
    ]


@writes("quiver delete")
def delete(ids: str | Sequence[str], index: str | Path, *, timeout: float = LOCK_SECONDS) -> Manifest:
    """Delete papers by id: updates and rebuilds leave them out, until they are undeleted or a program adds them.

    Raises NotFoundError naming ids that are not there.
    """
    ids = [ids] if isinstance(ids, str) else list(ids)
    folder = Path(index)
    latest(folder)
    with writing(folder, "quiver delete", timeout) as transaction:
        base = latest(folder)
        opened = Generation(folder, base)
        missing = [
            paper
            for paper in dict.fromkeys(ids)
            if not any(len(segment.find_key(key_hash("id", paper))) for segment in opened.files)
        ]
        opened.close()
        if missing:
            raise NotFoundError(f"no paper with id {listed(missing)}; nothing was deleted (`quiver search` shows ids)")
        if not ids:
            return base
        draft = Draft(transaction, base)
        return transaction.publish(draft.finish(replace(base, deleted=tuple(dict.fromkeys((*base.deleted, *ids))))))


@writes("quiver undelete")
def undelete(ids: str | Sequence[str], index: str | Path, *, timeout: float = LOCK_SECONDS) -> Manifest:
    """Let papers come back that were deleted: at once those that a source still has, the others when one has them.

    Raises NotFoundError naming ids that were not deleted.
    """
    wanted = list(dict.fromkeys([ids] if isinstance(ids, str) else ids))
    folder = Path(index)
    latest(folder)
    with writing(folder, "quiver undelete", timeout) as transaction:
        base = latest(folder)
        missing = [paper for paper in wanted if paper not in base.deleted]
        if missing:
            raise NotFoundError(f"no deleted paper with id {listed(missing)}; nothing was changed")
        if not wanted:
            return base
        left = tuple(paper for paper in base.deleted if paper not in wanted)
        return transaction.publish(Draft(transaction, base).finish(replace(base, deleted=left)))


def _check_own(folder: Path) -> None:
    """Raise BadIndexError where another program has written the newest generation; a damaged one may be."""
    try:
        latest(folder)
    except ForeignIndexError:
        raise
    except BadIndexError:
        return


@writes("quiver rollback")
def rollback(index: str | Path, *, to: int | None = None, timeout: float = LOCK_SECONDS) -> Manifest:
    """Publish an earlier generation as the next one: the one before, or number `to`, if it is kept (see `history`).

    Raises BadIndexError where there is none.
    """
    folder = Path(index)
    found = generations(folder) if folder.is_dir() else []
    if not found:
        latest(folder)
    with writing(folder, "quiver rollback", timeout) as transaction:
        found, newest = generations(folder), published(folder)
        # Where the newest was lost, the last that is left is the one before.
        earlier = found[:-1] if newest[-1:] == found[-1:] else found
        if not earlier:
            raise BadIndexError(f"{folder} holds no generation before {found[-1]}; nothing was changed")
        if to is not None and to not in earlier:
            kept = ", ".join(map(str, earlier))
            raise BadIndexError(f"{folder} keeps no earlier generation {to}, but {kept}; nothing was changed")
        _check_own(folder)
        before = read_manifest(folder, earlier[-1] if to is None else to)
        # What cannot be opened is not published.
        Generation(folder, before).close()
        return transaction.publish(before)
