"""The twins of the C extensions: a sample of the suite without them; `make test-all` runs the whole of it so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = "tests/conformance/test_facts.py"


def test_the_facts_hold_without_the_extensions() -> None:
    """In a process of its own: which loops run is settled when the modules are first imported."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not slow", "-k", "arrays", SAMPLE],
        cwd=PROJECT,
        env=os.environ | {"QUIVER_KERNEL": "python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
