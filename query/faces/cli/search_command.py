"""The search command: options to one call, its answer in the format asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from query.faces.cli.options import (
    FACETS,
    LIST_FORMATS,
    MATCHES,
    RANKINGS,
    SORTS,
    example,
    filter_options,
    format_option,
    index_option,
    limit_option,
    well_formed,
)

if TYPE_CHECKING:
    from query.faces.request import Asked
    from query.results import Page
    from query.search import PaperIndex


# Options of one letter are followed by nothing, a number or `=`; `-sort`, with one minus too few, is left an error.
_EXCLUDED = re.compile(r"-[^\W\d_]{2}[^=]*")


class SearchCommand(click.Command):
    """A command whose arguments may be excluded words, `-neural`, which click would take for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, with a NUL, which no argument can hold, before every excluded word; `well_formed` drops it."""
        options = {name.lstrip("-") for option in self.params for name in option.opts}
        escaped = (f"\0{arg}" if _EXCLUDED.fullmatch(arg) and arg[1:] not in options else arg for arg in args)
        return super().parse_args(ctx, list(escaped))


@example(
    'quiver search "implicit regularization"',
    'quiver search "implicit regularization" --author "Weinan E" --year 2018..',
    "quiver search 'title:transformer -vision \"in context\"' --venue NeurIPS --venue ICML --facets",
    "quiver search --author 'Weinan E' --limit 0 --format bibtex > e.bib",
)
@click.command(cls=SearchCommand)
@click.argument("query", nargs=-1, type=well_formed)
@filter_options
@limit_option(10)
@click.option("--offset", type=click.IntRange(min=0), metavar="N", default=0, help="How many to pass over.")
@click.option("--sort", type=click.Choice(SORTS), default=SORTS[0], show_default=True, help="The order.")
@click.option(
    "--match",
    type=click.Choice(MATCHES),
    default=MATCHES[0],
    show_default=True,
    help="Which bare words must match; auto: all, and any when fewer than ten papers have all.",
)
@click.option(
    "--ranking",
    type=click.Choice(RANKINGS),
    default=RANKINGS[0],
    show_default=True,
    help="How scores are made; best re-scores the first 200 of bm25f.",
)
@click.option(
    "--expand", is_flag=True, help="Add words that the first papers share; papers with any of the words are found."
)
@click.option("--facets", "every_facet", is_flag=True, help="Count venues, years, types and authors of the answer.")
@click.option("--facet", "some_facets", multiple=True, type=click.Choice(FACETS), help="Count one of them; repeat.")
@click.option("--explain", is_flag=True, help="Say how each score came about.")
@format_option(*LIST_FORMATS)
@index_option
def search(
    query: tuple[str, ...], index: Path, form: str, every_facet: bool, some_facets: tuple[str, ...], **arguments: Any
) -> None:
    """Find papers. Without QUERY: all that the filters leave, newest first.

    QUERY is words, "phrases", AND OR NOT -word ( ), prefix*, wi?d, fuzzy~, and fields such as title: abstract:
    author: venue: year: keyword:. A DOI, an arXiv id or a paper's url finds that paper.
    """
    from indexer.index.errors import QueryError
    from query.faces.cli.opening import open_index
    from query.faces.printed.error_lines import diagnostic_lines
    from query.faces.printed.output import message_screen, write_messages
    from query.faces.request import Asked

    facets = FACETS if every_facet else tuple(dict.fromkeys(some_facets))
    asked = Asked(" ".join(query), facets=facets, snippets=form in ("text", "json", "jsonl"), **arguments)
    with open_index(index) as opened:
        try:
            page = asked.search(opened)
        except QueryError as error:
            write_messages(diagnostic_lines(asked.query, error, message_screen()))
            raise click.exceptions.Exit(error.exit_status) from error
        if form != "json":
            for row in page.diagnostics:
                write_messages(diagnostic_lines(asked.query, row, message_screen(), "note: "))
        _write(opened, asked, page, form)


def _write(index: PaperIndex, asked: Asked, page: Page, form: str) -> None:
    from query.faces.printed import output

    if form == "text":
        _write_text(index, asked, page)
    elif form == "json":
        output.write_json(page.as_json())
    elif form == "jsonl":
        output.write_json_lines(hit.as_json() for hit in page.hits)
    else:
        from query.export import EXPORTERS

        output.write_pieces(EXPORTERS[form].write(index.papers(page)))
    if form not in ("text", "json") and len(page.hits) < page.total and _limit_was_not_said():
        output.write_messages([f"note: {len(page.hits)} of {page.total:,} papers written; --limit 0 writes all"])


def _limit_was_not_said() -> bool:
    source = click.get_current_context().get_parameter_source("limit")
    return source is click.core.ParameterSource.DEFAULT


def _write_text(index: PaperIndex, asked: Asked, page: Page) -> None:
    from indexer.index.record.names import cluster_key
    from query.faces.printed.output import screen, write_lines
    from query.faces.printed.search_result import search_lines
    from query.faces.request import reasons

    where = screen()
    authors = {cluster_key(name) for name in asked.authors}
    write_lines(search_lines(page, where, list(asked.filters(index).values()), authors))
    if not page.total:
        for reason in reasons(index, asked):
            write_lines(where.wrapped(reason))
