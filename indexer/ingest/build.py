"""Build and rebuild: every record of some sources, published as one new generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.index.errors import BadIndexError, UsageError
from indexer.index.record.recorded_venues import as_recorded, recorded_table
from indexer.index.record.venues import VenueTable, read_venues
from indexer.index.store.generation import latest
from indexer.index.store.manifest import Manifest
from indexer.index.store.transaction import LOCK_SECONDS, WriteTransaction, writing
from indexer.index.text.analysis import fingerprint
from indexer.index.text.languages import LANGUAGE_NUMBERS, known_language
from indexer.ingest.bulk import Indexer, Made
from indexer.ingest.cluster.target import writes
from indexer.ingest.draft import Draft
from indexer.ingest.folder import make_folder
from indexer.ingest.plan import Plan, gone_files, moved_sources, plan_again, plan_sources, source_names
from indexer.ingest.pool import default_procs, run_tasks
from indexer.ingest.report import BuildReport, Progress, Tally
from indexer.ingest.stored import StoredRecords
from indexer.ingest.tallies import MAX_REJECTED
from indexer.ingest.tasks import tasks
from indexer.ingest.trust import check_trusted

MISSING = ("stop", "keep", "drop")
"""What a rebuild may do about a source that is gone."""
SHARE = 96 << 20
"""Bytes of sources that each of several processes must have to itself, which fill half a block of a segment or more:
smaller blocks are united paper by paper, for two thirds of what they cost to build. 16,363 records took 11.5 s of
processors in two processes and 6.8 s in one, and no less time."""


@writes("quiver build")
def build(
    sources: str | Path | Sequence[str | Path],
    index: str | Path,
    *,
    format: str | None = None,  # noqa: A002  # the name the command line uses
    procs: int | None = None,
    keep: int | None = None,
    max_rejected: float = MAX_REJECTED,
    venues: str | Path | None = None,
    force: bool = False,
    max_record: int | None = None,
    group_duplicates: bool = False,
    language: str | None = None,
    progress: Progress | None = None,
    timeout: float = LOCK_SECONDS,
) -> BuildReport:
    """Build an index of some sources and publish it.

    `sources` are files, folders, globs or "-"; `format` forces a format on all of them; records of more than
    `max_record` bytes (16 MiB by default) are refused. `venues` is a table of the user's venue spellings;
    `group_duplicates` shows records of one work once; `language` (a code such as "de") is that of papers whose record
    does not say theirs, which else is detected. All of these are recorded. An index of other sources is replaced
    only with `force`, which also forgets deleted ids. `keep` generations stay, two by default, to which a rollback can
    return; recorded. Raises SourceError when a source yields no paper or loses more than a share `max_rejected`,
    BadIndexError, LockedError.
    """
    folder = Path(index)
    plan = plan_sources(source_names(sources), folder, format, max_record)
    table, raw = _venue_table(venues)
    spoken = _language(language)
    make_folder(folder)
    with writing(folder, "quiver build", timeout) as transaction:
        base = _replaceable(transaction, plan, force)
        manifest = Manifest(
            generation=0,
            index=base.index if base else "",
            deleted=base.deleted if base else (),
            keep=generations_to_keep(keep, base),
            venues_file=str(Path(venues).resolve()) if venues else None,
            venues=raw,
            group_duplicates=group_duplicates,
            language=spoken,
        )
        return publish_plan(transaction, plan, manifest, table, procs, progress, None, base, max_rejected=max_rejected)


@writes("quiver rebuild")
def rebuild(
    index: str | Path,
    *,
    missing: str = "stop",
    trust_sources: bool = False,
    moved: Sequence[tuple[str, str]] = (),
    procs: int | None = None,
    keep: int | None = None,
    max_rejected: float = MAX_REJECTED,
    progress: Progress | None = None,
    timeout: float = LOCK_SECONDS,
) -> BuildReport:
    """Build anew from the recorded sources in their recorded order, less the ids deleted since.

    Standard input is taken again from the index. `missing` says what to do about a source that is no longer there:
    "stop" (SourceError naming it), "keep" its papers as they are in the index, or "drop" it and them. Sources that
    another machine, user or folder recorded are read only with `trust_sources`, else UntrustedSourcesError names them.
    `moved` are pairs of an old and a new place: recorded sources that are or lie in the old one are read from the new.
    """
    if missing not in MISSING:
        raise UsageError(f"missing {missing!r} is not one of {', '.join(MISSING)}")
    folder = Path(index)
    latest(folder, unsealed=True)
    with writing(folder, "quiver rebuild", timeout) as transaction:
        base = moved_sources(latest(folder, unsealed=True), moved)
        base = replace(base, keep=generations_to_keep(keep, base))
        return rebuild_from(
            transaction,
            base,
            missing,
            trust_sources=trust_sources,
            procs=procs,
            progress=progress,
            max_rejected=max_rejected,
        )


def rebuild_from(
    transaction: WriteTransaction,
    base: Manifest,
    missing: str,
    *,
    trust_sources: bool,
    procs: int | None,
    progress: Progress | None,
    max_rejected: float = MAX_REJECTED,
) -> BuildReport:
    """A rebuild of what a generation recorded, with the lock held."""
    plan = plan_again(base, transaction.folder, missing)
    if not trust_sources:
        check_trusted(base, plan, transaction.folder)
    table = recorded_table(base.venues)
    return publish_plan(transaction, plan, again(base), table, procs, progress, base, base, max_rejected=max_rejected)


def again(base: Manifest) -> Manifest:
    """What a rebuild takes over from a generation beside its sources."""
    return Manifest(
        generation=0,
        index=base.index,
        deleted=base.deleted,
        keep=base.keep,
        venues_file=base.venues_file,
        venues=base.venues,
        group_duplicates=base.group_duplicates,
        language=base.language,
    )


def generations_to_keep(asked: int | None, base: Manifest | None) -> int:
    """How many generations are kept: as many as are asked for, else as before, else two. Raises UsageError."""
    if asked is None:
        return base.keep if base else 2
    if not 2 <= asked <= 1000:
        raise UsageError(f"keep {asked} is not from 2 to 1000: the newest generation and those before it")
    return asked


def processes(plan: Plan, procs: int | None) -> int:
    """How many processes read a plan: as many as are asked for, else one a processor that has its share of work."""
    return procs if procs is not None else max(1, min(default_procs(), plan.unpacked // SHARE))


def _replaceable(transaction: WriteTransaction, plan: Plan, force: bool) -> Manifest | None:
    if force:
        return None
    base = transaction.current()
    if base is not None and set(base.sources) != set(plan.sources):
        shown = ", ".join(base.sources) or "nothing"
        raise BadIndexError(
            f"{transaction.folder} is an index of other sources ({shown}); use --force to replace it, "
            "or `quiver update` to add to it"
        )
    return base


def _venue_table(venues: str | Path | None) -> tuple[VenueTable, dict[str, object] | None]:
    if venues is None:
        return VenueTable.default(), None
    own = read_venues(venues)
    return VenueTable.default().with_venues(own), as_recorded(own)


def _language(said: str | None) -> str:
    """The code of the language of all papers that do not say theirs; empty where it is to be detected."""
    if said is None:
        return ""
    if code := known_language(said):
        return code
    raise UsageError(f"language {said!r} is not one of {', '.join(LANGUAGE_NUMBERS)}")


def publish_plan(
    transaction: WriteTransaction,
    plan: Plan,
    manifest: Manifest,
    table: VenueTable,
    procs: int | None,
    progress: Progress | None,
    base: Manifest | None,
    before: Manifest | None,
    stored: StoredRecords | None = None,
    max_rejected: float = MAX_REJECTED,
) -> BuildReport:
    """Read a plan and publish it.

    Stored records are of the generation `base`, `before` is the one that knows when ids were first seen.
    """
    tally = Tally(plan, progress, max_rejected=max_rejected)
    indexer = Indexer(transaction.folder, table, language=manifest.language)
    reading = tasks(plan, 1, transaction.folder, base, stored)
    made = Made.united(run_tasks(reading, indexer, processes(plan, procs), tally.report))
    tally.check()
    draft = Draft(transaction, None, before)
    draft.add(made.segments)
    manifest = draft.finish(
        replace(
            manifest,
            sources=plan.sources,
            formats=plan.formats,
            longest=plan.longest,
            files=plan.records(),
            readings=len(plan.files),
            analysis=fingerprint(),
        )
    )
    return tally.finish(
        transaction.publish(manifest), transaction.folder, draft, range(len(plan.files)), gone_files(before, plan)
    )
