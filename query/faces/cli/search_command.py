"""The search command: options to one call, its answer in the format asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from query.faces.cli.export_options import export_options
from query.faces.cli.options import (
    EXPORT_FORMATS,
    LIST_FORMATS,
    example,
    filter_options,
    format_option,
    index_option,
    limit_option,
    option_of,
    well_formed,
)
from query.faces.parameters import EXPAND, EXPLAIN, FACETS, MATCH, RANKING, SORT, TIMEOUT

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
    "quiver search --author 'Weinan E' -n all --format bibtex > e.bib",
)
@click.command(cls=SearchCommand)
@click.argument("query", nargs=-1, type=well_formed)
@filter_options
@limit_option(10, "0 gives counts and facets alone")
@click.option("--offset", type=click.IntRange(min=0), metavar="N", default=0, help="How many to pass over.")
@option_of(SORT)
@option_of(MATCH)
@option_of(RANKING)
@option_of(EXPAND)
@click.option("--facets", "every_facet", is_flag=True, help="Count venues, years, types and authors of the answer.")
@click.option("--facet", "some_facets", multiple=True, type=click.Choice(FACETS), help="Count one of them; repeat.")
@option_of(EXPLAIN)
@option_of(TIMEOUT)
@click.option(
    "--verbatim", is_flag=True, help="Search as typed, even where that finds nothing and another spelling would."
)
@format_option(*LIST_FORMATS)
@click.option(
    "--with",
    "more",
    metavar="KEYS",
    multiple=True,
    help="More keys of each hit in json and jsonl: abstract,doi,arxiv,..., or all.",
)
@export_options
@index_option
def search(
    query: tuple[str, ...],
    index: Path,
    form: str,
    every_facet: bool,
    some_facets: tuple[str, ...],
    more: tuple[str, ...],
    verbatim: bool,
    fields: str,
    key_format: str,
    **arguments: Any,
) -> None:
    """Find papers. Without QUERY: all that the filters leave, newest first.

    QUERY is words, "phrases", AND OR NOT -word ( ), prefix*, wi?d, fuzzy~, and fields such as title: abstract:
    author: venue: year: keyword:. A DOI, an arXiv id or a paper's url finds that paper.
    """
    from indexer.index.errors import QueryError
    from query.faces.cli.opening import open_index
    from query.faces.printed.error_lines import diagnostic_lines
    from query.faces.printed.output import message_screen, write_messages
    from query.faces.printed.wording import PARTIAL
    from query.faces.request import Asked
    from query.results import EMPTY, FILTER

    if arguments["limit"] == 0 and form not in ("text", "json"):
        raise click.UsageError(f"-n 0 shows no paper, so that --format {form} would be empty; -n all writes every one")
    facets = FACETS if every_facet else tuple(dict.fromkeys(some_facets))
    asked = Asked(" ".join(query), facets=facets, snippets=form in ("text", "json", "jsonl"), **arguments)
    with open_index(index) as opened:
        try:
            # An export of everything is written paper by paper; the page only says what was found.
            streams = asked.streamed and form in EXPORT_FORMATS
            wanted = replace(asked, limit=0) if streams else asked
            corrects = not verbatim and form in ("text", "json")
            page = wanted.corrected(opened) if corrects else wanted.search(opened)
        except QueryError as error:
            write_messages(diagnostic_lines(asked.query, error, message_screen()))
            raise click.exceptions.Exit(error.exit_status) from error
        if form != "json":
            if page.partial:
                write_messages([PARTIAL])
            for row in page.diagnostics:
                if form == "text" and row.kind in (EMPTY, FILTER) and not page.total:
                    continue  # said below the answer
                write_messages(diagnostic_lines(asked.query, row, message_screen(), "note: "))
        if form in EXPORT_FORMATS:
            _export(opened, asked, page, form, fields, key_format)
        else:
            _write(opened, asked, page, form, more)


def _export(index: PaperIndex, asked: Asked, page: Page, form: str, fields: str, key_format: str) -> None:
    """Write the papers of a page; of a relaxed answer those that match all words, unless any were asked for."""
    from query.faces.cli.export_options import write_papers
    from query.faces.printed.output import write_messages
    from query.faces.printed.wording import counted

    if page.relaxed and asked.match == "auto":
        some = page.total - page.all_words
        asked = replace(asked, match="all")
        page = replace(page, hits=[hit for hit in page.hits if hit.tier == 0], total=page.all_words)
        write_messages(
            [f"note: {counted(some, 'paper')} that match only some of the words are left out; --match any writes them"]
        )
    count = page.total if asked.streamed else len(page.hits)
    papers = asked.papers(index, page)
    # Who asks for preprints, or for a venue, wants those.
    chosen = asked.types or asked.venues or asked.years or asked.exclude_types or asked.exclude_venues
    write_papers(index, form, papers, count, fields, key_format, published=not chosen)
    if not asked.streamed:
        _say_what_is_left(page)


def _write(index: PaperIndex, asked: Asked, page: Page, form: str, more: tuple[str, ...]) -> None:
    from query.faces.as_json import hit_json
    from query.faces.printed import output

    keys = [key for text in more for part in text.split(",") if (key := part.strip())]
    if form == "text":
        _write_text(index, asked, page)
    elif form == "json":
        output.write_json(page.as_json() | {"hits": [hit_json(hit, keys) for hit in page.hits]})
    elif form == "jsonl":
        output.write_json_lines(hit_json(hit, keys) for hit in page.hits)
        _say_what_is_left(page)


def _say_what_is_left(page: Page) -> None:
    from query.faces.printed import output

    if len(page.hits) < page.total and _limit_was_not_said():
        output.write_messages([f"note: {len(page.hits)} of {page.total:,} papers written; -n all writes all"])


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
        for reason in reasons(page):
            write_lines(where.wrapped(reason))
