"""Commands that change an index, and which generations of it there are."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from query.faces.cli.options import (
    FORMAT,
    MAP,
    MAX_RECORD,
    Command,
    example,
    format_of,
    format_option,
    index_option,
    share,
    well_formed,
)

if TYPE_CHECKING:
    from indexer.ingest.report import BuildReport

_PROCS = click.option(
    "--procs", type=click.IntRange(min=1), metavar="N", help="Processes. Default: one a processor for large sources."
)
_REJECTS = click.option(
    "--rejects",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write rejected records here, as JSON Lines to be mended and fed again.",
)
_TRUST = click.option(
    "--trust-sources", is_flag=True, help="Read sources that another machine, user or folder has recorded."
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
    return index_option(_PROCS(_KEEP(_REJECTS(_MAX_REJECTED(_JSON(command))))))


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
@_TRUST
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


@example(
    "quiver delete nips2018-11201",
    "quiver search --venue XYZ -n all --format ids | xargs -d '\\n' quiver delete",
)
@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...", type=well_formed)
@index_option
def delete(ids: tuple[str, ...], index: Path) -> None:
    """Delete papers by id.

    Updates and rebuilds leave them out, until `quiver undelete` or `quiver build --force`."""
    from indexer.ingest.update import delete as run
    from query.faces.cli.interrupts import tidily
    from query.faces.printed.wording import counted

    with tidily():
        manifest = run(ids, index)
    deleted = counted(len(set(ids)), "paper")
    click.echo(f"deleted {deleted}; generation {manifest.generation} holds {counted(manifest.papers, 'paper')}")


@example("quiver undelete nips2018-11201")
@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...", type=well_formed)
@index_option
def undelete(ids: tuple[str, ...], index: Path) -> None:
    """Let deleted papers come back.

    Those that a source still has are there at once, the others when one has them."""
    from indexer.ingest.update import undelete as run
    from query.faces.cli.interrupts import tidily
    from query.faces.printed.wording import counted

    with tidily():
        manifest = run(ids, index)
    lifted = counted(len(set(ids)), "deleted id")
    click.echo(f"lifted {lifted}; generation {manifest.generation} holds {counted(manifest.papers, 'paper')}")


@example("quiver history", "quiver history --format json")
@click.command()
@format_option("text", "json")
@index_option
def history(index: Path, form: str) -> None:
    """List the generations that are kept.

    `quiver rollback --to N` returns to one of them."""
    from dataclasses import asdict

    from indexer.index.text.file_names import shown_name
    from indexer.ingest.history import history as run
    from query.faces.printed import output
    from query.faces.printed.tables import table_lines
    from query.faces.printed.wording import counted

    rows = run(index)
    if form == "json":
        output.write_json([asdict(row) | {"sources": [*map(shown_name, row.sources)]} for row in rows])
        return
    lines = [
        (
            f"{row.generation:,}",
            row.built,
            counted(row.papers, "paper"),
            counted(len(row.sources), "source"),
            f"{row.deleted:,} deleted" if row.deleted else "",
        )
        for row in rows
    ]
    output.write_lines(table_lines(lines, (0,)))


@example("quiver rollback", "quiver rollback --to 12")
@click.command()
@click.option("--to", type=click.IntRange(min=1), metavar="N", help="The generation; `quiver history` lists them.")
@index_option
def rollback(to: int | None, index: Path) -> None:
    """Return to the generation before, or to another that is kept.

    It is published as a new one."""
    from indexer.ingest.history import history as kept
    from indexer.ingest.update import rollback as run
    from query.faces.cli.interrupts import tidily
    from query.faces.printed.wording import counted

    with tidily():
        manifest = run(index, to=to)
    was = to or next((row.generation for row in kept(index) if row.generation < manifest.generation - 1), None)
    was = was or manifest.generation - 2
    click.echo(f"generation {manifest.generation} is what generation {was} was: {counted(manifest.papers, 'paper')}")


@example("quiver repair", "quiver verify || quiver repair")
@click.command()
@click.option(
    "--procs", type=click.IntRange(min=1), metavar="N", help="Processes. Default: one a processor for large sources."
)
@_TRUST
@index_option
def repair(index: Path, procs: int | None, trust_sources: bool) -> None:
    """Mend what verify finds wrong.

    From the recorded sources; where they are gone from the last sound generation; else from the stored papers
    that can be read.
    """
    from indexer.ingest.repair import repair as run
    from query.faces.cli.interrupts import tidily
    from query.faces.printed.build_report import repair_lines
    from query.faces.printed.output import write_lines
    from query.faces.printed.progress import ProgressLine

    with tidily(), ProgressLine() as progress:
        report = run(index, trust_sources=trust_sources, procs=procs, progress=progress)
    write_lines(repair_lines(report, str(index)))
