"""Which package may import which: read from the sources, so that no import hides in a function."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]

# The longest prefix of a module's name decides; a package may always import itself.
ARROWS: dict[str, tuple[str, ...]] = {
    "indexer.index": (),
    "indexer.readers": ("indexer.index",),
    "indexer.ingest": ("indexer.index", "indexer.readers"),
    "indexer": ("indexer.index", "indexer.readers", "indexer.ingest"),
    "query": ("indexer.index",),
    "query.faces": ("indexer", "query"),
}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the two packages, by name."""
    for package in ("indexer", "query"):
        for path in sorted((PROJECT / package).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__"), path


def imported(path: Path) -> Iterator[str]:
    """Names of the modules that a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def home(module: str) -> str:
    """The row of the table that a module stands under."""
    return max((row for row in ARROWS if f"{module}.".startswith(f"{row}.")), key=len)


@pytest.mark.parametrize(("module", "path"), list(modules()))
def test_imports_follow_the_arrows(module: str, path: Path) -> None:
    """index imports nothing of ours, readers index, the builders both, query index, the faces all."""
    own = [name for name in imported(path) if name.split(".")[0] in ("indexer", "query", "tests", "benchmarks")]
    allowed = (home(module), *ARROWS[home(module)])
    assert [name for name in own if not any(f"{name}.".startswith(f"{row}.") for row in allowed)] == []


def test_no_module_is_named_like_one_of_the_standard_library() -> None:
    """A name that Python's library has would be read as that."""
    names = {module.rsplit(".", 1)[-1] for module, _ in modules()}
    assert names & sys.stdlib_module_names == set()
