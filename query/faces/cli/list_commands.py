"""Commands that list what is there: completions, venues, the index itself."""

from __future__ import annotations

from pathlib import Path

import click

from query.faces.cli.options import example, format_option, index_option, limit_option, well_formed


@example("quiver suggest wein", "quiver suggest regul -n 5 --format json")
@click.command()
@click.argument("prefix", nargs=-1, required=True, type=well_formed)
@limit_option(10)
@format_option("text", "json")
@index_option
def suggest(prefix: tuple[str, ...], index: Path, limit: int, form: str) -> None:
    """Complete authors, venues and words.

    PREFIX begins an author name, a venue or a word of titles; counts are of papers."""
    from query.faces.as_json import suggestions_json
    from query.faces.cli.opening import open_index
    from query.faces.printed import output
    from query.faces.printed.tables import suggestion_lines

    with open_index(index) as opened:
        found = opened.suggest(" ".join(prefix), limit)
    if form == "json":
        output.write_json(suggestions_json(found))
    else:
        output.write_lines(suggestion_lines(found, output.screen()))


@example("quiver venues", "quiver venues --format json")
@click.command()
@format_option("text", "json")
@index_option
def venues(index: Path, form: str) -> None:
    """List venues with counts and spellings."""
    from query.faces.as_json import venues_json
    from query.faces.cli.opening import open_index
    from query.faces.printed import output
    from query.faces.printed.tables import venue_lines

    with open_index(index) as opened:
        rows = opened.venues()
    if form == "json":
        output.write_json(venues_json(rows))
    else:
        output.write_lines(venue_lines(rows, output.screen()))


@example("quiver info", "quiver info --index all.idx --format json")
@click.command()
@format_option("text", "json")
@index_option
def info(index: Path, form: str) -> None:
    """Say what the index holds, and of what."""
    from query.faces.cli.opening import open_index
    from query.faces.printed import output
    from query.faces.printed.tables import information_lines

    with open_index(index) as opened:
        held = opened.info()
    if form == "json":
        output.write_json(held.as_json())
    else:
        output.write_lines(information_lines(held, str(index), output.screen()))
