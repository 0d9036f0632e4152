"""The watch command: what saved searches find that is new."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from query.faces.cli.options import example, format_option, index_option, well_formed

if TYPE_CHECKING:
    from query.faces.request import Asked
    from query.results import Hit

_FILTERS = ("authors", "venues", "years", "types", "exclude_venues", "exclude_types", "match", "ranking")


@example(
    "quiver watch searches.txt",
    "quiver watch searches.txt --since 2026-11-01 --format jsonl",
    "quiver watch searches.txt --run 'mail -s \"New papers\" me@example.org'",
)
@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--since", metavar="GENERATION|DATE", type=well_formed, help="Tell from here on, not from the last time.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False), help="Append to a file.")
@click.option("--run", "command", metavar="COMMAND", help="Give it to a command's standard input, if there is any.")
@format_option("text", "jsonl")
@index_option
def watch(file: Path, since: str | None, output: Path | None, command: str | None, form: str, index: Path) -> None:
    """Tell what is new of saved searches.

    FILE holds a search a line: a name, a colon, and what `quiver search` takes. New is what the index did not have
    before. How far it was told is kept beside FILE; the first time tells of the newest generation. Nothing is printed
    where nothing is new.
    """
    from query.faces.cli.opening import open_index
    from query.faces.printed.output import write_messages
    from query.faces.saved_searches import keep_seen, last_seen, read_searches

    searches = read_searches(file, _asked)
    with open_index(index) as opened:
        told = last_seen(file) if since is None else None
        start = since or str(opened.generation if told is None else told + 1)
        news = [(search.name, hits) for search in searches if (hits := search.new(opened, start))]
        generation = opened.generation
    if news:
        _tell("".join(_lines(news, form)), output, command)
    else:
        write_messages([f"nothing is new; the index is at generation {generation}"])
    if since is None:
        keep_seen(file, generation)


def _asked(words: list[str]) -> Asked:
    """What a line asks, read as the command line reads it. Raises UsageError."""
    from indexer.index.errors import UsageError
    from query.faces.cli.search_command import search
    from query.faces.request import Asked

    try:
        given = search.make_context("search", words).params
    except click.UsageError as error:
        raise UsageError(error.format_message()) from error
    return Asked(" ".join(given["query"]), **{name: given[name] for name in _FILTERS}, snippets=True)


def _lines(news: list[tuple[str, list[Hit]]], form: str) -> list[str]:
    """Every search with its papers."""
    import orjson

    from query.faces.printed.search_result import hit_lines
    from query.faces.printed.terminal import DEFAULT_WIDTH, Screen
    from query.faces.printed.wording import counted

    if form == "jsonl":
        return [
            orjson.dumps({"search": name, **hit.as_json()}, option=orjson.OPT_APPEND_NEWLINE).decode()
            for name, hits in news
            for hit in hits
        ]
    screen = Screen(DEFAULT_WIDTH, False)
    lines = []
    for name, hits in news:
        lines += [f"{name}: {counted(len(hits), 'new paper')}", ""]
        for hit in hits:
            lines += [*hit_lines(hit, screen, max(2, len(str(len(hits)))) + 2), ""]
    return [f"{line}\n" for line in lines]


def _tell(text: str, output: Path | None, command: str | None) -> None:
    """To a file, to a command, else to standard output. Raises QuiverError where the command fails."""
    import subprocess

    from indexer.index.errors import QuiverError
    from query.faces.printed.output import write_pieces

    if output is not None:
        with output.open("a", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    if command is not None:
        done = subprocess.run(command, shell=True, input=text.encode("utf-8", "replace"), check=False)
        if done.returncode:
            raise QuiverError(f"{command!r} ended with status {done.returncode}; the same news will be told again")
    if output is None and command is None:
        write_pieces([text])
