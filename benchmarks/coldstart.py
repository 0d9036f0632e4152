"""How long does a search on the command line take, from start to exit, beside an interpreter that does nothing?"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.queries import Asked

RUNS = 20
IMPORTS = 'python -c "import click, orjson, numpy"'
SEARCH = "quiver search"


def measure_cold_start(index: Path, asked: Sequence[Asked], runs: int = RUNS) -> dict[str, dict[str, float]]:
    """Milliseconds of both commands, run in turn `runs` times after one run each that is not counted."""
    quiver = Path(sys.executable).with_name("quiver")
    taken: dict[str, list[tuple[float, float]]] = {IMPORTS: [], SEARCH: []}
    for number in range(runs + 1):
        words = " ".join(asked[number % len(asked)].words)
        for name, command in (
            (IMPORTS, [sys.executable, "-c", "import click, orjson, numpy"]),
            (SEARCH, [str(quiver), "search", words, "--index", str(index)]),
        ):
            figures = _run(command)
            if number:
                taken[name].append(figures)
    return {name: _summary(figures) for name, figures in taken.items()}


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Milliseconds by the clock and of processor time. Raises CalledProcessError."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def _summary(figures: Sequence[tuple[float, float]]) -> dict[str, float]:
    wall, cpu = np.array(figures).T
    return {"p50_ms": float(np.median(wall)), "min_ms": float(wall.min()), "cpu_p50_ms": float(np.median(cpu))}
