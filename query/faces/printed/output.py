"""Where results and messages go: lines, JSON and exports to standard output, messages to standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import orjson

from query.faces.printed.terminal import Screen, is_terminal


def screen() -> Screen:
    """The screen behind standard output."""
    return Screen.of(sys.stdout)


def message_screen() -> Screen:
    """The screen behind standard error."""
    return Screen.of(sys.stderr)


def write_lines(lines: Iterable[str]) -> None:
    """Lines of text to standard output, as they come."""
    for line in lines:
        sys.stdout.write(line + "\n")


def write_messages(lines: Iterable[str]) -> None:
    """Lines of text to standard error."""
    for line in lines:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()


def write_pieces(pieces: Iterable[str]) -> None:
    """An export to standard output: UTF-8 with its own line ends, whatever the terminal's encoding."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def write_json(value: Any) -> None:
    """One JSON value to standard output: indented for a terminal, else on one line."""
    indent = orjson.OPT_INDENT_2 if is_terminal(sys.stdout) else 0
    write_pieces([orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE | indent).decode()])


def write_json_lines(values: Iterable[Any]) -> None:
    """JSON Lines to standard output."""
    write_pieces(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE).decode() for value in values)
