"""Lines of a table to its rows.

A row whose quotes do not close costs itself only: no row goes on for more than `_MOST_LINES` lines.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from indexer.readers.entries import too_long

_MOST_LINES = 2000


def rows(lines: Iterator[tuple[int, str]], delimiter: str, longest: int) -> Iterator[tuple[int, str, list[str], str]]:
    """Line, text, cells and fault of every row."""
    again: deque[tuple[int, str]] = deque()
    taken: list[tuple[int, str]] = []
    state = {"size": 0, "starved": False}

    def feed() -> Iterator[str]:
        while state["size"] <= longest and len(taken) < _MOST_LINES:
            row = again.popleft() if again else next(lines, None)
            if row is None:
                break
            taken.append(row)
            state["size"] += len(row[1]) + 1
            yield row[1] + "\n"
        state["starved"] = True

    csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))
    while True:
        taken.clear()
        state |= {"size": 0, "starved": False}
        try:
            cells = next(csv.reader(feed(), delimiter=delimiter, strict=True), None)
            fault = ""
        except csv.Error as error:
            cells, fault = [], f"broken row: {error}"
        if not taken:
            return
        line, text = taken[0][0], "\n".join(row for _, row in taken)
        if state["size"] > longest + 1:
            fault = too_long(longest)
        elif fault or state["starved"]:
            # A quote that closes in another row, or never: what follows is read without this line.
            again.extendleft(reversed(taken[1:]))
            text = taken[0][1]
            cells = next(csv.reader([text], delimiter=delimiter), [])
            fault = "a quote in this row is not closed" if len(taken) > 1 or _open_quote(text, delimiter) else ""
        yield line, text, cells or [], fault


def _open_quote(text: str, delimiter: str) -> bool:
    try:
        next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
