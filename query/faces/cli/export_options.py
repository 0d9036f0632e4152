"""Options of exports: which fields, which citation keys; and the one way in which commands write papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from query.faces.cli.options import Command

if TYPE_CHECKING:
    from indexer.index.record.paper import Paper
    from query.search import PaperIndex

KEY_FORMAT = "{author}{year}{word}"


def export_options(command: Command) -> Command:
    """`--fields` and `--key-format`."""
    command = click.option(
        "--key-format",
        metavar="KEY",
        default=KEY_FORMAT,
        show_default=True,
        help="Keys of bibtex, of {author} {year} {yy} {word} {title} {venue} {id}; {Author} with a capital.",
    )(command)
    return click.option(
        "--fields",
        metavar="NAMES",
        default="",
        help="Only these fields in exports: title,author,year,doi; -abstract leaves one out.",
    )(command)


def write_papers(
    index: PaperIndex,
    form: str,
    papers: Iterable[Paper],
    count: int,
    fields: str,
    key_format: str,
    *,
    published: bool = True,
) -> None:
    """Write `count` papers of an index in a format of `query.export`, where works are grouped as they are cited.

    `published` writes the published form of a work in place of another that is given. Raises UsageError for options
    that the format cannot take.
    """
    from query.browse.versions import as_cited
    from query.export import EXPORTERS
    from query.export.citation_keys import check_key_format
    from query.export.collisions import twins_in
    from query.export.style import PLAIN, Style, fields_of
    from query.faces.printed import output

    check_key_format(key_format)
    kept, dropped = fields_of(fields, any_key=form in ("csv", "jsonl"))
    style = PLAIN if kept is None and not dropped else Style(kept, dropped)
    if form == "bibtex":
        style = Style(kept, dropped, key_format, twins_in(index, key_format, count))
    if form not in ("ids", "jsonl"):
        papers = as_cited(index, papers, published=published)
    output.write_pieces(EXPORTERS[form].write(papers, style))
