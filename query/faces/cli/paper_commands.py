"""Commands about one paper: the paper itself, and papers like it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from query.faces.cli.export_options import export_options
from query.faces.cli.options import LIST_FORMATS, example, format_option, index_option, limit_option, well_formed

if TYPE_CHECKING:
    from indexer.index.record.paper import Paper
    from query.search import PaperIndex


@example(
    "quiver paper nips2018-11201",
    "quiver paper 10.1109/5.771073 2405.20763 --format bibtex",
    "quiver paper 'Attention Is All You Need'",
    "quiver search graphs -n 50 --format ids | quiver paper - --format ris",
)
@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=well_formed)
@format_option(*LIST_FORMATS)
@export_options
@index_option
def paper(ids: tuple[str, ...], index: Path, form: str, fields: str, key_format: str) -> None:
    """Show papers, field by field.

    ID is a paper's id, DOI, arXiv id or address, or its whole title; - reads such lines from standard input.
    """
    from indexer.index.errors import NotFoundError
    from query.browse.find import find_papers
    from query.faces.cli.export_options import write_papers
    from query.faces.cli.opening import open_index
    from query.faces.printed import output

    with open_index(index) as opened:
        found: dict[str, Paper] = {}
        missing = []
        for name in _names(ids):
            try:
                found.update((one.id, one) for one in find_papers(opened, name))
            except NotFoundError as error:
                missing.append(str(error))
        papers = list(found.values())
        if form == "text":
            _show(opened, papers)
        elif form != "json":
            write_papers(opened, form, papers, len(papers), fields, key_format, published=False)
        elif len(ids) > 1 or "-" in ids:
            output.write_json([one.as_record() for one in papers])
        elif papers:
            output.write_json(papers[0].as_record())
    if missing:
        raise NotFoundError(
            "; ".join(missing[:_TOLD]) + (f"; and {len(missing) - _TOLD} more" * (len(missing) > _TOLD))
        )


_TOLD = 5


def _names(ids: tuple[str, ...]) -> Iterator[str]:
    for name in ids:
        if name == "-":
            yield from filter(None, (well_formed(line.strip()) for line in sys.stdin))
        else:
            yield name


def _show(index: PaperIndex, papers: list[Paper]) -> None:
    from query.faces.printed import output
    from query.faces.printed.paper_page import paper_lines

    for number, one in enumerate(papers):
        lines = paper_lines(one, index.duplicates_of(one), output.screen(), index.venue_table, index.language(one))
        output.write_lines(["", *lines] if number else lines)


@example("quiver related nips2018-11201", "quiver related nips2018-11201 -n 3 --format json")
@click.command()
@click.argument("paper_id", metavar="ID", type=well_formed)
@limit_option(10)
@format_option(*LIST_FORMATS)
@export_options
@index_option
def related(paper_id: str, index: Path, limit: int, form: str, fields: str, key_format: str) -> None:
    """Show papers like one.

    They share the words that tell it from others."""
    from query.faces.cli.export_options import write_papers
    from query.faces.cli.opening import open_index
    from query.faces.printed import output
    from query.faces.printed.search_result import hit_lines
    from query.faces.printed.terminal import safe

    with open_index(index) as opened:
        page = opened.related(paper_id, limit)
        if form == "json":
            output.write_json(page.as_json())
            return
        if form == "jsonl":
            output.write_json_lines(hit.as_json() for hit in page.hits)
            return
        if form != "text":
            write_papers(opened, form, opened.papers(page), len(page.hits), fields, key_format)
            return
        screen = output.screen()
        if not page.hits:
            output.write_lines([f"no paper is like {safe(paper_id)}"])
        margin = max(2, len(str(len(page.hits)))) + 2
        for hit in page.hits:
            output.write_lines([*hit_lines(hit, screen, margin), ""])
