"""On what machine, and with which versions, was it measured?"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.engines.protocol import Engine

_LIBRARIES = ("whoosh3", "numpy", "numba", "orjson", "PyStemmer")
_ROOT = Path(__file__).parents[1]


def machine() -> dict[str, str]:
    """Processor, cores, memory, system, and the load before the run."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release().partition('-')[0]}",
        "python": platform.python_version(),
        "load": f"{load:.1f}",
    }


def versions(engines: Mapping[str, Engine]) -> dict[str, str]:
    """The version of each engine and of the libraries beneath, and Quiver's commit."""
    found = {engine.name: engine.version() for engine in engines.values()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found | {"commit": _commit()}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (ValueError, OSError, AttributeError):
        return "unknown"


def _commit() -> str:
    """The commit that is measured, `-dirty` where files differ from it; results of earlier runs are no difference."""
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        changed = _git(
            "status", "--porcelain", "--untracked-files=no", "--", ":!benchmarks/results", ":!*.md", ":!*.svg"
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}-dirty" if changed else commit


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=True).stdout.strip()
