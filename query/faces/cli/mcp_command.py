"""The mcp command: the tools of a collection for agents."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from query.faces.cli.options import example, index_option


@example("quiver mcp", "quiver mcp --index /data/papers.idx")
@click.command()
@index_option
def mcp(index: Path) -> None:
    """Offer the index to agents.

    Speaks the Model Context Protocol on standard input and output, with the tools search, paper, author, related,
    venues and export. It changes nothing, and takes up new generations of the index by itself.
    """
    from indexer.index.errors import UsageError
    from query.faces.printed.output import write_messages

    try:
        from query.faces.mcp.server import make_server
        from query.faces.web.serving.served_index import ServedIndex
    except ModuleNotFoundError as error:
        raise UsageError(f"this needs {error.name}: pip install 'quiver-papers[mcp]'") from error
    if sys.stdin.isatty():
        write_messages(["this speaks with a program, in JSON on standard input and output; Ctrl-C ends it"])
    make_server(ServedIndex(index)).run("stdio")
