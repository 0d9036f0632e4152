"""The author command: the page of an author cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from query.faces.cli.export_options import export_options
from query.faces.cli.options import LIST_FORMATS, example, format_option, index_option, well_formed

if TYPE_CHECKING:
    from query.browse.clusters import Cluster
    from query.search import PaperIndex


@example('quiver author "Weinan E"', "quiver author weinan e --format bibtex > e.bib")
@click.command()
@click.argument("name", nargs=-1, required=True, type=well_formed)
@format_option(*LIST_FORMATS)
@export_options
@index_option
def author(name: tuple[str, ...], index: Path, form: str, fields: str, key_format: str) -> None:
    """Show the papers of one author name.

    They are those of exactly this name, whatever its case, with co-authors and names that may be the same
    person.
    """
    from query.faces.cli.opening import open_index
    from query.faces.printed import output

    with open_index(index) as opened:
        cluster = _cluster(opened, " ".join(name))
        if form == "text":
            from query.faces.printed.author_page import author_lines

            output.write_lines(author_lines(cluster, output.screen(), opened.venue_table))
        elif form == "json":
            from query.faces.as_json import cluster_json

            output.write_json(cluster_json(cluster))
        else:
            from query.faces.cli.export_options import write_papers

            write_papers(opened, form, cluster.papers, len(cluster.papers), fields, key_format)


def _cluster(index: PaperIndex, name: str) -> Cluster:
    """The cluster of a name; of the name that was surely meant where none has this one, which is said."""
    from indexer.index.errors import NotFoundError
    from query.faces.printed.output import write_messages
    from query.faces.printed.terminal import safe

    try:
        return index.author(name)
    except NotFoundError as error:
        if error.suggestion is None:
            raise
        cluster = index.author(error.suggestion)
        write_messages([f"note: no author of exactly the name {safe(name)}; this is {safe(cluster.name)}"])
        return cluster
