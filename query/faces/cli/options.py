"""Arguments and options that several commands share, and how their values are read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from indexer.index.errors import QueryError
from indexer.index.opensearch.address import is_address
from query.faces.parameters import FILTERS, Parameter
from query.language.years import parse_years

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_INDEX = "papers.idx"
EXPORT_FORMATS = ("ids", "bibtex", "ris", "csl", "csv")
LIST_FORMATS = ("text", "json", "jsonl", *EXPORT_FORMATS)


def well_formed(text: str) -> str:
    """An argument without NUL (see `SearchCommand`) and the halves of characters that bytes outside UTF-8 come as."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def years(value: str) -> tuple[int | None, int | None]:
    """First and last year of 2018, 2018..2024, 2018-2024, 2018.. or ..2016; None where open."""
    try:
        return parse_years(value)
    except QueryError as error:
        guess = error.suggestion
        hint = f" (did you mean {guess}?)" if guess and guess not in str(error) else ""
        raise click.BadParameter(f"{error}{hint}") from error


def share(value: str) -> float:
    """A share of 1 from a percentage, `5%` or `5`."""
    try:
        percent = float(value.strip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:
        raise click.BadParameter(f"{value!r} is no percentage; write 5%, say")
    return percent / 100


def _index(ctx: click.Context, _: click.Parameter, value: str | None) -> Path | str:
    outer = ctx.find_root().params.get("index")
    named = value or outer or os.environ.get("QUIVER_INDEX") or DEFAULT_INDEX
    # An address would lose a slash as a path.
    return named if is_address(named) else Path(named)


def example(*lines: str) -> Callable[[click.Command], click.Command]:
    """Put examples under the help of a command."""

    def add(command: click.Command) -> click.Command:
        command.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
        return command

    return add


def index_option(command: Command) -> Command:
    """`--index DIR`; else that of the group, $QUIVER_INDEX, ./papers.idx."""
    return click.option(
        "--index",
        metavar="DIR",
        callback=_index,
        help=f"The index. Default: $QUIVER_INDEX, else ./{DEFAULT_INDEX}.",
    )(command)


def format_option(*names: str) -> Callable[[Command], Command]:
    """`--format`, one of some names; the first is the default."""
    return click.option("--format", "form", type=click.Choice(names), default=names[0], help="How to print it.")


def limit(value: str | int) -> int | None:
    """How many at most: a number from 0 on, or None for `all`."""
    if str(value).strip().casefold() == "all":
        return None
    try:
        number = int(value)
    except ValueError:
        number = -1
    if not 0 <= number < 1 << 63:
        raise click.BadParameter(f"{value!r} is no number from 0 on; write one, or all")
    return number


def limit_option(default: int, nothing: str = "0 is none") -> Callable[[Command], Command]:
    """`-n/--limit`, a number or `all`; `nothing` says what 0 gives."""
    return click.option(
        "-n",
        "--limit",
        type=limit,
        metavar="N",
        default=default,
        show_default=True,
        help=f"How many at most, or all; {nothing}.",
    )


def _venues(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Venue names for the completion of a shell."""
    from indexer.index.errors import QuiverError
    from query.search import PaperIndex

    try:
        with PaperIndex.open(ctx.params.get("index") or _index(ctx, _, None)) as opened:
            names = [row.name for row in opened.venues()]
    except QuiverError:
        return []
    return [name for name in names if name.casefold().startswith(incomplete.casefold())]


def option_of(row: Parameter) -> Callable[[Command], Command]:
    """A row of the table as an option."""
    kinds: dict[str, Any] = {
        "text": well_formed,
        "years": years,
        "seconds": click.FloatRange(min=0, min_open=True),
        "choice": click.Choice(row.choices),
        "flag": None,
    }
    return click.option(
        row.option,
        row.argument,
        metavar=row.metavar or None,
        multiple=row.many,
        type=kinds[row.kind],
        is_flag=row.kind == "flag",
        default=None if row.many else row.default,
        show_default=row.kind == "choice" and not row.many,
        shell_complete=_venues if row.metavar == "VENUE" else None,
        help=row.help,
    )


def filter_options(command: Command) -> Command:
    """The filters of a search."""
    for row in reversed(FILTERS):
        command = option_of(row)(command)
    return command


# --- how sources are read ---

FORMAT = click.option(
    "--format", "form", metavar="FORMAT", help="The format of the sources. Default: recognised file by file."
)
PROCS = click.option(
    "--procs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes. Default: one a processor where there is much to do.",
)
TRUST = click.option(
    "--trust-sources", is_flag=True, help="Read sources that another machine, user or folder has recorded."
)
MAX_RECORD = click.option(
    "--max-record",
    type=click.IntRange(min=1),
    metavar="BYTES",
    help="Refuse records longer than this. Default: 16 MB.",
)
MAP = click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="KEY=COLUMN",
    help="Of tables, the column that is a key of the record: --map title=Name; repeat.",
)


def format_of(form: str | None, columns: tuple[str, ...]) -> str | None:
    """The format that is asked for: of a table with columns to be mapped, its name tells them."""
    if not columns:
        return form
    from indexer.readers.citations.tables import with_columns

    if form not in (None, "csv"):
        raise click.UsageError(f"--map is for tables, not for --format {form}")
    for column in columns:
        if not all(column.partition("=")):
            raise click.UsageError(f"--map {column!r} is not KEY=COLUMN, as in --map title=Name")
    return with_columns({key.strip(): name.strip() for key, _, name in (text.partition("=") for text in columns)})
