"""Paste the tables of measured results between the markers of a Markdown file, and draw the curves of growth.

python -m benchmarks.report [--results DIR] [--into benchmarks/README.md] [--growth benchmarks/growth.svg]
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchmarks.growth import draw_growth
from benchmarks.table import lines

START, END = "<!-- results: start, written by python -m benchmarks.report -->", "<!-- results: end -->"


def read_results(folder: Path) -> list[Mapping[str, Any]]:
    """The results of a folder, by number of papers."""
    found = [orjson.loads(path.read_bytes()) for path in folder.glob("compare-*.json")]
    return sorted(found, key=lambda result: int(result["papers"]))


def paste(text: str, results: Sequence[Mapping[str, Any]], growth: str) -> str:
    """The text with the picture `growth` and all tables between its markers. Raises ValueError where it has none."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"no {START} and {END} to write between")
    tables = "\n".join(line for result in results for line in (f"### {result['papers']:,} papers", "", *lines(result)))
    return f"{before}{START}\n\n![Growth with the number of papers]({growth})\n\n{tables}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write tables and curves of all results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results"), help="folder of the results")
    parser.add_argument("--into", type=Path, default=Path("benchmarks/README.md"), help="the file with the markers")
    parser.add_argument("--growth", type=Path, default=Path("benchmarks/growth.svg"), help="the SVG to draw")
    asked = parser.parse_args(arguments)
    results = read_results(asked.results)
    asked.into.write_text(
        paste(asked.into.read_text(encoding="utf-8"), results, os.path.relpath(asked.growth, asked.into.parent)),
        encoding="utf-8",
    )
    draw_growth(results, asked.growth)


if __name__ == "__main__":
    main()
