"""How long until 100 more papers can be found?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.build import run_work
from benchmarks.engines.protocol import Engine
from benchmarks.papers import more_papers, write_papers

PAPERS = 100
TIMES = 5


def measure_adding(
    engines: Mapping[str, Engine], folder: Path, data: Path, times: int = TIMES
) -> Iterator[tuple[str, dict[str, float]]]:
    """Add 100 papers some times, each in a fresh process, to the indexes in `folder`, which change: seconds from the
    call to the papers being there for every reader, start of the interpreter not counted.
    """
    papers = more_papers(PAPERS * times)
    files = [
        write_papers(papers[at : at + PAPERS], data / f"more-{at}.jsonl") for at in range(0, PAPERS * times, PAPERS)
    ]
    for name, engine in engines.items():
        if engine.adds and engine.builds and engine.searches:
            figures = [run_work(name, "add", file, folder / engine.index) for file in files]
            seconds = [figure["seconds"] for figure in figures]
            yield (
                name,
                {
                    "seconds": float(np.median(seconds)),
                    "longest_seconds": max(seconds),
                    "cpu_seconds": float(np.median([figure["cpu_seconds"] for figure in figures])),
                    "peak_bytes": max(figure["peak_bytes"] for figure in figures),
                },
            )
