"""Commands that read sources into an index: `build`, `rebuild`, `update`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from query.faces.cli.options import (
    FORMAT,
    MAP,
    MAX_RECORD,
    PROCS,
    TRUST,
    Command,
    example,
    format_of,
    index_option,
    share,
)

if TYPE_CHECKING:
    from indexer.ingest.report import BuildReport

_REJECTS = click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write rejected records here, as JSON Lines to be mended and fed again.",
)
_MAX_REJECTED = click.option(
    "--max-rejected",
    type=share,
    metavar="PERCENT",
    default="50%",
    show_default=True,
    help="Fail, and publish nothing, if more of a source's records are rejected.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
_SOURCES = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")


_KEEP = click.option(
    "--keep",
    type=click.IntRange(2, 1000),
    metavar="N",
    help="Generations to keep from now on. Default: as so far, or 2.",
)


def _writing_options(command: Command) -> Command:
    return index_option(PROCS(_KEEP(_REJECTS(_MAX_REJECTED(_JSON(command))))))


@example(
    "quiver build papers.jsonl",
    "quiver build lists/ arxiv.jsonl.xz --index all.idx",
    "zcat export.gz | quiver build - --rejects bad.jsonl",
)
@click.command()
@_SOURCES
@_writing_options
@FORMAT
@MAP
@MAX_RECORD
@click.option(
    "--venues",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Your own venue spellings: lines `NAME | TYPE | SPELLING | ...`, or JSON.",
)
@click.option(
    "--group-duplicates",
    is_flag=True,
    help="Show records of one work once: the same DOI or arXiv id, or title, first author and year.",
)
@click.option(
    "--language",
    metavar="CODE",
    help="Language of papers whose record does not say theirs: en, de, es, fr, it, nl, pt, ru. Default: detected.",
)
@click.option("--force", is_flag=True, help="Replace an index of other sources; forget deleted ids.")
def build(
    sources: tuple[str, ...],
    index: Path,
    form: str | None,
    columns: tuple[str, ...],
    venues: Path | None,
    group_duplicates: bool,
    language: str | None,
    force: bool,
    **rest: Any,
) -> None:
    """Build an index of papers.

    A SOURCE is a file, a folder, a glob, or - for standard input; files may be compressed (.gz .bz2 .xz .zst).
    """
    from indexer.ingest.build import build as run

    form = format_of(form, columns)
    _run(
        run,
        index,
        rest,
        sources=sources,
        format=form,
        venues=venues,
        force=force,
        group_duplicates=group_duplicates,
        language=language,
    )


@example("quiver rebuild", "quiver rebuild --missing keep", "quiver rebuild --moved /old/lists /new/lists")
@click.command()
@_writing_options
@click.option(
    "--missing",
    type=click.Choice(("stop", "keep", "drop")),
    default="stop",
    show_default=True,
    help="What to do about a source that is gone: stop, keep its papers, or drop them.",
)
@TRUST
@click.option(
    "--moved",
    nargs=2,
    multiple=True,
    type=str,
    metavar="OLD NEW",
    help="Sources that were at OLD, or in that folder, are now at NEW; repeat for several.",
)
def rebuild(index: Path, missing: str, trust_sources: bool, moved: tuple[tuple[str, str], ...], **rest: Any) -> None:
    """Build anew from the recorded sources.

    Ids deleted since stay away.

    Searches that run meanwhile are not disturbed; if anything fails, the old generation stays. What another
    machine, user or folder has recorded is shown and asked for before it is read.
    """
    from indexer.index.errors import UntrustedSourcesError
    from indexer.ingest.build import rebuild as run
    from query.faces.printed.terminal import safe

    try:
        _run(run, index, rest, missing=missing, moved=moved, trust_sources=trust_sources)
    except UntrustedSourcesError as error:
        # Whoever is not there to answer has said nothing: a script says it with the option.
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        for source in error.sources:
            click.echo(f"  {safe(source)}", err=True)
        if not click.confirm("The index is not from here. Read these?", err=True):
            raise
        _run(run, index, rest, missing=missing, moved=moved, trust_sources=True)


@example("quiver update new.jsonl", "quiver update lists/ --prune")
@click.command()
@_SOURCES
@_writing_options
@FORMAT
@MAP
@MAX_RECORD
@click.option("--prune", is_flag=True, help="Remove papers that came from these sources and are no longer in them.")
@click.option("--dry-run", is_flag=True, help="Read everything and say what would be done; publish nothing.")
def update(
    sources: tuple[str, ...],
    index: Path,
    form: str | None,
    columns: tuple[str, ...],
    prune: bool,
    dry_run: bool,
    **rest: Any,
) -> None:
    """Add papers, replace those with known ids.

    Unchanged papers cost nothing, and an update that changes nothing publishes nothing. Deleted ids stay away."""
    from indexer.ingest.update import update as run

    form = format_of(form, columns)
    _run(run, index, rest, changes=True, sources=sources, format=form, prune=prune, dry_run=dry_run)


def _recorded(index: Path) -> tuple[str, ...]:
    """The sources that an index records."""
    from indexer.index.store.generation import latest

    return latest(index).sources


def _run(run: Any, index: Path, rest: dict[str, Any], *, changes: bool = False, **arguments: Any) -> None:
    """Call a builder with a progress line, tell what it did, keep what it rejected."""
    from indexer.ingest.tallies import TooManyRejectedError
    from query.faces.cli.interrupts import tidily
    from query.faces.cli.rejects import check_writable, write_rejects
    from query.faces.printed.build_report import problem_lines, report_lines
    from query.faces.printed.output import write_json, write_lines, write_messages
    from query.faces.printed.progress import ProgressLine

    rejects: Path | None = rest["rejects"]
    if rejects:
        check_writable(rejects, arguments.get("sources") or _recorded(index), index)
    if rest.get("max_record") is not None:
        arguments["max_record"] = rest["max_record"]
    with tidily(), ProgressLine() as progress:
        limits = {name: rest[name] for name in ("procs", "keep", "max_rejected")}
        try:
            report: BuildReport = run(index=index, progress=progress, **limits, **arguments)
        except TooManyRejectedError as error:
            if rejects:
                write_rejects(error.rejects, rejects)
            raise
    if rest["as_json"]:
        write_json(report.as_json())
    else:
        write_lines(report_lines(report, str(index), changes=changes))
    write_messages(problem_lines(report, kept=rejects is not None))
    if rejects:
        write_rejects(report.rejects, rejects)
        if report.rejected > len(report.rejects):
            write_messages([f"note: {rejects} holds the first {len(report.rejects):,} rejected records"])
