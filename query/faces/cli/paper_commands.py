"""Commands about one paper: the paper itself, and papers like it."""

from __future__ import annotations

from pathlib import Path

import click

from query.faces.cli.options import LIST_FORMATS, example, format_option, index_option, limit_option, well_formed


@example("quiver paper nips2018-11201", "quiver paper 10.1109/5.771073 --format bibtex")
@click.command()
@click.argument("paper_id", metavar="ID", type=well_formed)
@format_option(*LIST_FORMATS)
@index_option
def paper(paper_id: str, index: Path, form: str) -> None:
    """Show one paper, field by field."""
    from query.faces.cli.opening import open_index
    from query.faces.printed import output

    with open_index(index) as opened:
        found = opened.paper(paper_id)
        if form == "text":
            from query.faces.printed.paper_page import paper_lines

            output.write_lines(paper_lines(found, opened.also_as(found), output.screen(), opened.venue_table))
        elif form == "json":
            output.write_json(found.as_record())
        else:
            from query.export import EXPORTERS

            output.write_pieces(EXPORTERS[form].write([found]))


@example("quiver related nips2018-11201", "quiver related nips2018-11201 -n 3 --format json")
@click.command()
@click.argument("paper_id", metavar="ID", type=well_formed)
@limit_option(10)
@format_option("text", "json")
@index_option
def related(paper_id: str, index: Path, limit: int, form: str) -> None:
    """Show papers like one.

    They share the words that tell it from others."""
    from query.faces.cli.opening import open_index
    from query.faces.printed import output
    from query.faces.printed.search_result import hit_lines
    from query.faces.printed.terminal import safe

    with open_index(index) as opened:
        page = opened.related(paper_id, limit)
        if form == "json":
            output.write_json(page.as_json())
            return
        screen = output.screen()
        if not page.hits:
            output.write_lines([f"no paper is like {safe(paper_id)}"])
        margin = max(2, len(str(len(page.hits)))) + 2
        for hit in page.hits:
            output.write_lines([*hit_lines(hit, screen, margin), ""])
