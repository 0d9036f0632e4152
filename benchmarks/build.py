"""How fast is a collection indexed, in how much memory, and how large is the index?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from benchmarks.engines.protocol import Engine
from benchmarks.memory import PeakMemory


def run_work(name: str, act: str, papers: Path, folder: Path) -> dict[str, Any]:
    """Build or add in a process of its own: its seconds, processor seconds and peak private bytes.

    Raises subprocess.CalledProcessError, after the engine's own message on standard error.
    """
    command = [sys.executable, "-m", "benchmarks.work", name, act, str(papers), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process, PeakMemory(process.pid) as memory:
        out, _ = process.communicate()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    times: dict[str, Any] = orjson.loads(out)
    return times | {"peak_bytes": memory.private, "peak_anonymous_bytes": memory.anonymous}


def measure_builds(
    engines: Mapping[str, Engine], papers: Path, count: int, folder: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Build each index into a folder of its own, by the engine that builds it or else the first that searches it: name
    and figures, one by one.
    """
    made: set[str] = set()
    for name, engine in engines.items():
        if engine.builds or engine.index not in made:
            made.add(engine.index)
            place = folder / engine.index
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            figures = run_work(name, "build", papers, place)
            yield name, figures | {"papers_per_second": count / figures["seconds"], "bytes": size_of(place)}


def size_of(folder: Path) -> int:
    """Bytes of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
