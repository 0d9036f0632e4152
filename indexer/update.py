"""Update, delete, roll back: changes against the generation that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.build import SMALL_BUILD
from indexer.bulk import Indexer, Known, default_procs, run_tasks
from indexer.draft import Draft
from indexer.index.analysis import fingerprint
from indexer.index.codec.columns import key_hash
from indexer.index.errors import BadIndexError, NotFoundError
from indexer.index.manifest import STANDARD_INPUT, Manifest, SourceFile, generations, read_manifest
from indexer.index.recorded_venues import recorded_table
from indexer.index.store import LOCK_SECONDS, Generation, latest, writing
from indexer.report import BuildReport, Progress, Tally
from indexer.tasks import Plan, plan_sources, tasks


def update(
    sources: Sequence[str | Path],
    index: str | Path,
    *,
    format: str | None = None,  # noqa: A002  # the name the command line uses
    prune: bool = False,
    procs: int | None = None,
    progress: Progress | None = None,
    timeout: float = LOCK_SECONDS,
) -> BuildReport:
    """Add and replace papers by id from some sources, and append those to the recorded ones.

    Papers whose record is unchanged are not analysed again. `prune` removes papers that came from these sources
    and are no longer in them; an id that another source still has goes back to that source's record. A paper that
    was deleted comes back when a source of the update has it. Raises SourceError, BadIndexError, LockedError.
    """
    folder = Path(index)
    latest(folder)
    with writing(folder, "quiver update", timeout) as door:
        base = latest(folder)
        plan = plan_sources([str(source) for source in sources], format)
        merged, numbers = _merged_files(base, plan)
        table = recorded_table(base.venues)
        opened = Generation(folder, base)
        tally = Tally(plan, progress)
        first = base.readings + 1
        numbered = (replace(task, file=numbers[task.path]) for task in tasks(plan, first, folder, None))
        wanted = procs if procs is not None else default_procs() if plan.size > SMALL_BUILD else 1
        indexer = Indexer(folder, table, Known(_Finder(opened)))
        back = {number: at for at, number in enumerate(numbers[file.path] for file in plan.files)}
        new, seen = run_tasks(
            numbered,
            indexer,
            wanted,
            lambda task, counts: tally.report(replace(task, file=back[task.file]), counts),
        )
        opened.close()
        tally.check()
        draft = Draft(door, base)
        keys = np.concatenate([draft.claim_again(seen), draft.add(new)])
        files = [number for file in plan.files for number in [numbers[file.path]]]
        if prune:
            files += _former_files(base, plan, merged)
        draft.release(files, None if prune else keys, first)
        deleted = tuple(paper for paper in base.deleted if key_hash("id", paper) not in set(keys.tolist()))
        manifest = draft.finish(
            replace(
                base,
                sources=(*(name for name in base.sources if name not in plan.sources), *plan.sources),
                formats=base.formats | plan.formats,
                files=_with_digests(merged, plan),
                deleted=deleted,
                readings=base.readings + len(plan.files),
                analysis=fingerprint(),
            )
        )
        return tally.finish(door.publish(manifest), folder, draft.indexed, draft.removed)


class _Finder:
    """Finds stored records by id and content."""

    def __init__(self, generation: Generation) -> None:
        self._segments = generation.segments
        self._claimed = [np.zeros(segment.docs, dtype=bool) for segment in self._segments]
        for claimed, segment in zip(self._claimed, self._segments, strict=True):
            claimed[segment.claims().docs] = True

    def __call__(self, paper: str, content: int) -> tuple[int, int] | None:
        key = np.uint64(key_hash("id", paper))
        wanted = np.uint64(content)
        for at, segment in enumerate(self._segments):
            hashes = segment.arrays["key.hash"]
            low = int(np.searchsorted(hashes, key))
            while low < len(hashes) and hashes[low] == key:
                doc = int(segment.arrays["key.doc"][low])
                if segment.arrays["doc.content"][doc] == wanted and self._claimed[at][doc]:
                    return at, doc
                low += 1
        return None


def _merged_files(base: Manifest, plan: Plan) -> tuple[list[SourceFile], dict[str, int]]:
    """Recorded files with those of a plan: known paths keep their numbers, which claims refer to."""
    merged = list(base.files)
    numbers = {file.path: at for at, file in enumerate(merged)}
    for file in plan.files:
        if file.path not in numbers:
            numbers[file.path] = len(merged)
            merged.append(SourceFile(file.path))
    return merged, numbers


def _with_digests(merged: Sequence[SourceFile], plan: Plan) -> tuple[SourceFile, ...]:
    read = {file.path: file for file in plan.records()}
    return tuple(read.get(file.path, file) for file in merged)


def _former_files(base: Manifest, plan: Plan, merged: Sequence[SourceFile]) -> list[int]:
    """Numbers of recorded files that lay in a folder of the plan and are no longer there."""
    present = {file.path for file in plan.files}
    folders = [name.rstrip("/") + "/" for name in plan.sources if name != STANDARD_INPUT]
    return [
        at
        for at, file in enumerate(merged)
        if file.path not in present and any(file.path.startswith(folder) for folder in folders)
    ]


def delete(ids: Sequence[str], index: str | Path, *, timeout: float = LOCK_SECONDS) -> Manifest:
    """Delete papers by id; a rebuild leaves them out. Raises NotFoundError naming ids that are not there."""
    folder = Path(index)
    latest(folder)
    with writing(folder, "quiver delete", timeout) as door:
        base = latest(folder)
        opened = Generation(folder, base)
        missing = [
            paper
            for paper in ids
            if not any(len(segment.find_key(key_hash("id", paper))) for segment in opened.segments)
        ]
        opened.close()
        if missing:
            raise NotFoundError(
                f"no paper with id {', '.join(missing)}; nothing was deleted (`quiver search` shows ids)"
            )
        draft = Draft(door, base)
        return door.publish(draft.finish(replace(base, deleted=tuple(dict.fromkeys((*base.deleted, *ids))))))


def rollback(index: str | Path, *, timeout: float = LOCK_SECONDS) -> Manifest:
    """Publish the generation before as the next one. Raises BadIndexError where there is none."""
    folder = Path(index)
    found = generations(folder) if folder.is_dir() else []
    if not found:
        latest(folder)
    with writing(folder, "quiver rollback", timeout) as door:
        found = generations(folder)
        if len(found) < 2:
            raise BadIndexError(f"{folder} holds no generation before {found[-1]}; nothing was changed")
        return door.publish(read_manifest(folder, found[-2]))
