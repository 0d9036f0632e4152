"""The `quiver` command: its table of commands, each imported only when it is called, and the end of every error."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from indexer.index.errors import QuiverError
from query.faces.cli.interrupts import INTERRUPTED, end_at_once
from query.faces.cli.options import DEFAULT_INDEX

COMMANDS: dict[str, str] = {
    "build": "build_commands",
    "rebuild": "build_commands",
    "update": "build_commands",
    "delete": "generation_commands",
    "undelete": "generation_commands",
    "history": "generation_commands",
    "rollback": "generation_commands",
    "repair": "generation_commands",
    "search": "search_command",
    "author": "author_command",
    "paper": "paper_commands",
    "related": "paper_commands",
    "suggest": "list_commands",
    "venues": "list_commands",
    "info": "list_commands",
    "verify": "check_commands",
    "formats": "check_commands",
    "check": "check_commands",
    "eval": "check_commands",
    "serve": "serve_command",
    "mcp": "mcp_command",
    "watch": "watch_command",
    "completion": "completion_command",
}
"""Commands in the order of the help, and the module of this package that has each under its own name."""


class Commands(click.Group):
    """Commands by the table; errors become one line and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the commands whose modules are there."""
        return [name for name in COMMANDS if find_spec(_module(name))]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        if name not in COMMANDS or not find_spec(_module(name)):
            return None
        command: click.Command = getattr(import_module(_module(name)), _attribute(name))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever goes wrong in it ends here."""
        with told():
            return super().invoke(ctx)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line: `click.Group.main`, which knows a few ends of its own."""
        with told():
            return super().main(*args, **kwargs)


def _module(name: str) -> str:
    return f"query.faces.cli.{COMMANDS[name]}"


def _attribute(name: str) -> str:
    # `eval` is a name of Python's own.
    return f"{name}_command" if name == "eval" else name


@contextmanager
def told() -> Iterator[None]:
    """Turn any error into one line on standard error and its exit status."""
    try:
        yield
        sys.stdout.flush()
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except KeyboardInterrupt:
        _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Who reads has what they wanted (`| head`). What is still buffered goes nowhere, and quietly.
        _point_nowhere()
        sys.exit(0)
    except QuiverError as error:
        _fail(str(error), error.exit_status)
    except MemoryError:
        _fail("not enough memory; for a build try --procs 1", 1)
    except OSError as error:
        _fail(_system_error(error), 1)
    except Exception as error:  # the last door: no traceback reaches a user
        if os.environ.get("QUIVER_DEBUG"):
            raise
        kind = type(error).__name__
        _fail(f"internal error: {kind}: {error}; QUIVER_DEBUG=1 shows where, please report it", 1)


def _system_error(error: OSError) -> str:
    what = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {what}" if error.filename else what


def _fail(message: str, status: int) -> None:
    """One line on standard error, then exit."""
    line = " ".join(f"quiver: {message}".split())
    try:
        sys.stdout.flush()
    except OSError:
        # Full or gone: the rest of the output cannot be written, the message still can.
        _point_nowhere()
    click.echo("".join(sign if sign.isprintable() else "\ufffd" for sign in line), err=True)
    sys.exit(status)


def _point_nowhere() -> None:
    """Let standard output lead nowhere, so that the interpreter's last flush of it cannot fail."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # until the process ends


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if not value:
        return
    from importlib import metadata

    try:
        click.echo(f"quiver {metadata.version('quiver-papers')}")
    except metadata.PackageNotFoundError:
        click.echo("quiver, not installed (run from its sources)")
    ctx.exit()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExamples:\n"
    "  quiver build papers.jsonl\n"
    '  quiver search "implicit regularization" --author "Weinan E" --year 2018..\n'
    '  quiver author "Weinan E"\n'
    "\nCompletion in your shell: see `quiver completion --help`.",
)
@click.option("--index", metavar="DIR", help=f"The index. Default: $QUIVER_INDEX, else ./{DEFAULT_INDEX}.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def cli(index: str | None) -> None:
    """Search collections of research papers: by words, author cluster, venue, year and type."""


def main() -> None:
    """The `quiver` command."""
    end_at_once()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            # A terminal of another encoding shows `?` for what it lacks, and no command fails for it.
            stream.reconfigure(errors="replace")
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  # closed by the caller: `>&-`
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    # Imports make many objects and little garbage: collecting it again and again takes 8 ms of a search.
    gc.set_threshold(50_000)
    cli(prog_name="quiver")


if __name__ == "__main__":
    main()
