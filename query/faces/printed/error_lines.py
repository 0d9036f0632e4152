"""Errors and diagnostics: what is wrong, the place in the query, what to type instead."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.index.errors import QueryError
from query.faces.printed.terminal import Screen, display_width, safe
from query.language.tree import Diagnostic

_CONTEXT = 30
"""Characters of a long query that are shown before the place."""


def diagnostic_lines(
    query: str, problem: QueryError | Diagnostic, screen: Screen, opening: str = "quiver: "
) -> Iterator[str]:
    """The message, the query with a caret under the place, the suggestion if there is one."""
    message = problem.message if isinstance(problem, Diagnostic) else str(problem)
    yield opening + safe(message)
    # Neither place nor length: it is about the whole answer.
    if query and (problem.position or problem.length) and 0 <= problem.position <= len(query):
        yield from _place(query, problem.position, problem.length, screen)
    if problem.suggestion:
        yield f"  try: {safe(problem.suggestion)}"


def _place(query: str, position: int, length: int, screen: Screen) -> Iterator[str]:
    """The query, or the part of it around the place, on one line, and carets under the place."""
    room = screen.width - 2
    start = 0 if display_width(safe(query)) <= room else max(0, position - _CONTEXT)
    head = "..." if start else ""
    before = safe(query[start:position])
    shown = head + before
    for character in query[position:]:
        if display_width(shown) + display_width(safe(character)) > room - 3:
            shown += "..."
            break
        shown += safe(character)
    margin = display_width(head + before)
    width = display_width(safe(query[position : position + max(length, 1)])) or 1
    yield "  " + shown
    yield "  " + " " * margin + screen.style("^" * max(1, min(width, room - margin)), "bad")
