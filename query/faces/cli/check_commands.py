"""Commands that check: verify an index, measure the ranking on a judged collection."""

from __future__ import annotations

from pathlib import Path

import click

from query.faces.cli.options import example, format_option, index_option
from query.faces.parameters import RANKINGS


@example("quiver verify", "quiver verify --index all.idx && echo sound")
@click.command()
@index_option
def verify(index: Path) -> None:
    """Check that the index is sound.

    Reads every checksum, and derives counts, frequencies and clusters anew from the stored papers.

    Prints what is wrong, a line each, and exits with 1; takes about as long as a build. Files in the folder
    that are not of the index are listed; nothing touches them.
    """
    from indexer.index.store.transaction import foreign_files
    from indexer.ingest.verify import verify as run
    from query.faces.cli.interrupts import tidily
    from query.faces.printed.output import write_lines
    from query.faces.printed.terminal import safe

    with tidily():
        wrong = run(index)
    others = [f"note: {safe(name)} is no file of the index, and is left alone" for name in foreign_files(index)]
    if wrong:
        write_lines([*map(safe, wrong), *others])
        raise click.exceptions.Exit(1)
    write_lines([f"{safe(str(index))}: nothing is wrong", *others])


@example("quiver eval judged/scifact", "quiver eval judged/scifact --ranking bm25f --format json")
@click.command("eval")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--ranking", type=click.Choice(RANKINGS), default=RANKINGS[0], show_default=True)
@click.option("--expand", is_flag=True, help="Add words that the first papers share to each query.")
@click.option("--procs", type=click.IntRange(min=1), metavar="N", help="Processes of the build.")
@format_option("text", "json")
def eval_command(folder: Path, ranking: str, expand: bool, procs: int | None, form: str) -> None:
    """Measure on a judged collection.

    DIR has the BEIR layout: corpus.jsonl, queries.jsonl and qrels.tsv, compressed or not. Queries are read as
    plain words, any of which may match; an index of the corpus is built aside.
    """
    from query.evaluate import evaluate
    from query.faces.cli.interrupts import tidily
    from query.faces.cli.judged import judged_index, read_judgments, read_queries
    from query.faces.printed import output
    from query.faces.printed.tables import measure_lines

    queries, judgments = read_queries(folder), read_judgments(folder)
    with tidily(), judged_index(folder, procs) as index:
        measures = evaluate(index, queries, judgments, ranking=ranking, expand=expand).as_json()
    if form == "json":
        output.write_json(measures)
    else:
        output.write_lines(measure_lines(measures))
