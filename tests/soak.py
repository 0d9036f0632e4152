"""`make soak`: forged files and texts of any kind over C extensions that watch every access to memory and every number.

    python -m tests.soak [COUNT]

builds the extensions with AddressSanitizer and UndefinedBehaviorSanitizer into a folder aside, then runs
`tests.segment.forge` over them, COUNT forgeries (2,000) with the kernel, and the tests that ask the extensions and
their twins in Python the same. A report of either sanitizer ends it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SANITIZE = "-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1"
SEEDS = 4
TWINS = ("tests/segment/test_bulk.py", "tests/present", "tests/engines")
"""Tests that give the extensions texts, queries and arrays of any kind."""


def library(name: str) -> str:
    """Where the compiler keeps a runtime that must be loaded before Python."""
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def built(aside: Path) -> Path:
    """The project with extensions that watch themselves, in a folder aside."""
    source, site = aside / "source", aside / "site"
    for name in ("indexer", "query"):
        shutil.copytree(PROJECT / name, source / name, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(PROJECT / name, source / name)
    environment = os.environ | {"CFLAGS": SANITIZE, "LDFLAGS": "-fsanitize=address,undefined"}
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*install, "--no-cache-dir", "--target", str(site), str(source)], env=environment, check=True)
    # They are optional: without a compiler there would be nothing to watch.
    if len(list((site / "indexer" / "index" / "native").glob("*.so"))) != 2:
        sys.exit("the extensions could not be built with sanitizers")
    shutil.copytree(PROJECT / "tests", site / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    return site


def main(count: int) -> None:
    """Build, forge, report."""
    with tempfile.TemporaryDirectory() as folder:
        site = built(Path(folder))
        environment = os.environ | {
            "LD_PRELOAD": f"{library('libasan.so')} {library('libubsan.so')}",
            # Python keeps what it has until it ends.
            "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
            "PYTHONPATH": str(site),
            "PYTHONMALLOC": "malloc",
        }
        for seed in range(SEEDS):
            command = [
                sys.executable,
                "-m",
                "tests.segment.forge",
                str(Path(folder) / f"index{seed}"),
                str(count // SEEDS),
                str(seed),
            ]
            subprocess.run(command, cwd=site, env=environment, check=True)
        tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", *TWINS]
        subprocess.run(tests, cwd=site, env=environment, check=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
