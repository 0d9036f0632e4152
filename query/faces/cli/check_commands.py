"""Commands that check: verify an index, measure the ranking on a judged collection."""

from __future__ import annotations

from pathlib import Path

import click

from query.faces.cli.options import (
    FORMAT,
    MAP,
    MAX_RECORD,
    PROCS,
    example,
    format_of,
    format_option,
    index_option,
    share,
)
from query.faces.parameters import RANKINGS


@example(
    "quiver check export.ris", "quiver check lists/ refs.bib --rejects bad.jsonl", "zcat x.gz | quiver check - --json"
)
@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@FORMAT
@MAP
@MAX_RECORD
@click.option("--max-rejected", type=share, metavar="PERCENT", default="50%", show_default=True, help="As for build.")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="FILE", help="Write rejected records here.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(
    sources: tuple[str, ...],
    form: str | None,
    columns: tuple[str, ...],
    max_record: int | None,
    max_rejected: float,
    rejects: Path | None,
    as_json: bool,
) -> None:
    """Read sources without indexing them.

    Prints what a build would make of them: formats, counts, problems, and three records as they would be stored.
    Exits with 1 if a build would publish nothing.
    """
    from indexer.ingest.check import check as run
    from query.faces.cli.interrupts import tidily
    from query.faces.cli.rejects import check_writable, write_rejects
    from query.faces.printed import output
    from query.faces.printed.build_report import check_lines, problem_lines
    from query.faces.printed.terminal import safe

    if rejects:
        check_writable(rejects, sources)
    with tidily():
        report = run(sources, format=format_of(form, columns), max_rejected=max_rejected, max_record=max_record)
    if as_json:
        output.write_json(report.as_json())
    else:
        output.write_lines(check_lines(report))
        output.write_json_lines(paper.as_record() for paper in report.samples)
    if rejects:
        write_rejects(report.rejects, rejects)
    output.write_messages([*problem_lines(report, kept=rejects is not None), *map(safe, report.wrong)])
    if report.wrong:
        raise click.exceptions.Exit(1)


@example("quiver formats")
@click.command()
@format_option("text", "json")
def formats(form: str) -> None:
    """List the formats of sources.

    They are recognised by what a file holds; `--format` of build, update and check says it instead."""
    from indexer.readers.formats import FORMATS
    from query.faces.printed import output
    from query.faces.printed.tables import table_lines

    rows = [(row.name, row.title, f"quiver build {EXAMPLES.get(row.name, 'FILE')}") for row in FORMATS]
    if form == "json":
        names = ("name", "title", "example")
        output.write_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        output.write_lines(table_lines(rows))


EXAMPLES = {
    "arrow": "page.txt",
    "paperlists": "nips2018.json",
    "hits": "found.json",
    "arxiv": "arxiv-metadata-oai-snapshot.json",
    "zotero": "zotero-items.json",
    "openalex": "works.jsonl.gz",
    "crossref": "crossref.jsonl",
    "s2orc": "s2orc.jsonl.gz",
    "semanticscholar": "papers.jsonl",
    "csl": "zotero.json",
    "dblp": "dblp.xml.gz",
    "acl": "2023.acl.xml",
    "pubmed": "pubmed24n0001.xml.gz",
    "cff": "CITATION.cff",
    "bibtex": "refs.bib",
    "nbib": "pubmed.nbib",
    "wos": "savedrecs.txt",
    "dblp-json": "dblp-answer.json",
    "openreview": "notes.json",
    "arxiv-xml": "arxiv-answer.xml",
    "endnote-xml": "library.xml",
    "unixref": "crossref.xml",
    "datacite": "datacite.json",
    "services": "europepmc.json",
    "inspire": "inspire.json",
    "mods": "mods.xml",
    "word": "Sources.xml",
    "bibtexml": "refs.xml",
    "ris": "export.ris",
    "endnote": "export.enw",
    "json": "papers.json",
    "jsonl": "papers.jsonl.gz",
    "csv": "table.csv",
}
"""By format what its files are often called."""


@example("quiver verify", "quiver verify --index all.idx && echo sound")
@click.command()
@index_option
@PROCS
def verify(index: Path, procs: int | None) -> None:
    """Check that the index is sound.

    Reads every checksum, and derives counts, frequencies and clusters anew from the stored papers.

    Prints what is wrong, a line each, and exits with 1; takes about as long as a build. Files in the folder
    that are not of the index are listed; nothing touches them.
    """
    from indexer.ingest.folder import other_files
    from indexer.ingest.verify import verify as run
    from query.faces.cli.interrupts import tidily
    from query.faces.printed.output import write_lines
    from query.faces.printed.terminal import safe

    with tidily():
        wrong = run(index, procs=procs)
    others = [f"note: {safe(name)} is no file of the index, and is left alone" for name in other_files(index)]
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
