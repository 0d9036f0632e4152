"""Commands over the generations of an index: what goes and comes back, which are kept, and what mends one."""

from __future__ import annotations

from pathlib import Path

import click

from query.faces.cli.options import PROCS, TRUST, example, format_option, index_option, well_formed


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
@PROCS
@TRUST
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
