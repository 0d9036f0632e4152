"""The serve command: pages and API over HTTP."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import click

from query.faces.cli.options import example, index_option


@example(
    "quiver serve",
    "quiver serve --port 9000 --workers 4 --open",
    "quiver serve --mcp",
    "quiver serve --base-url https://papers.example.org/quiver",
)
@click.command()
@index_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; this machine alone by default.")
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@click.option("--base-url", metavar="URL", default="", help="The address seen from outside, behind another server.")
@click.option("--allow-host", "hosts", metavar="NAME", multiple=True, help="A further name of this server; repeat.")
@click.option("--allow-origin", "origins", metavar="ORIGIN", multiple=True, help="Pages that may call the API; repeat.")
@click.option("--timeout", type=click.FloatRange(min=0.01), default=5.0, show_default=True, help="Seconds a request.")
@click.option("--most-requests", type=click.IntRange(min=1), default=128, show_default=True, help="At once, a worker.")
@click.option(
    "--log",
    type=click.Choice(("requests", "queries", "none")),
    default="requests",
    show_default=True,
    help="What to write of each request; queries: also what was asked.",
)
@click.option("--mcp", is_flag=True, help="Answer agents too, over the Model Context Protocol at /mcp.")
@click.option("--open", "opened", is_flag=True, help="Open the search page in a browser.")
def serve(index: Path, base_url: str, origins: tuple[str, ...], opened: bool, **options: object) -> None:
    """Show web pages and answer an API.

    Pages are at /, the API at /api, its description at /openapi.json. It listens on this machine alone unless
    --host says otherwise, changes nothing, and takes up new generations of the index by itself. Ctrl-C ends it.
    """
    from indexer.index.errors import UsageError
    from query.faces.printed.output import write_messages
    from query.faces.web.settings import Settings, checked_base_url, checked_origin

    pages = tuple(checked_origin(origin) for origin in origins)
    settings = Settings(index, base_url=checked_base_url(base_url), origins=pages, **options)  # type: ignore[arg-type]  # as declared above
    try:
        from query.faces.web.serving.server import bound, run
    except ModuleNotFoundError as error:
        raise UsageError(f"serving needs {error.name}: pip install 'quiver-papers[web]'") from error
    if settings.mcp and find_spec("mcp") is None:
        raise UsageError("--mcp needs mcp: pip install 'quiver-papers[mcp]'")
    from query.faces.cli.opening import open_index

    with open_index(index) as found:
        papers = len(found) if hasattr(found, "__len__") else found.info().papers
    listening = bound(settings)
    host, port = listening.getsockname()[:2]
    address = settings.base_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    place = f", from {host}:{port}" if settings.base_url else ""
    write_messages([f"{papers:,} papers at {address.rstrip('/')}/{place} (Ctrl-C ends it)"])
    if settings.mcp:
        write_messages([f"agents are answered at {address.rstrip('/')}/mcp"])
    if opened:
        click.launch(f"{address.rstrip('/')}/")
    run(settings, listening)
