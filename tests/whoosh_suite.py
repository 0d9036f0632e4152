"""Runs Whoosh's own test suite with Whoosh's codec and with ours, and compares them test by test.

    python tests/whoosh_suite.py [--sdist FILE] [--cache DIR] [-k EXPRESSION]

The source distribution is taken from `--sdist` or QUIVER_WHOOSH_SDIST, else fetched with pip at the version
that is installed. Exit status 0: each test that passes with Whoosh's codec passes with ours or is listed
below with its reason; 1: one does not, or a listed one passes after all.

The module is also the pytest plugin of both runs, and what child processes of the tests import to use the
same codec.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent
CODEC, RESULTS, EXACT = "QUIVER_SUITE_CODEC", "QUIVER_SUITE_RESULTS", "QUIVER_SUITE_EXACT"


@dataclass(frozen=True)
class Difference:
    """A test that must fail with our codec, and why; `exact`: it must pass where it expects exact lengths."""

    reason: str
    exact: bool = False


_ONE_BYTE = Difference(
    "expects lengths rounded to the one byte that Whoosh's files give them; ours are exact", exact=True
)
EXPECTED = {
    "tests/test_codecs.py::test_corrupt_postings_block_raises_clear_error": Difference(
        "looks for the magic bytes of Whoosh's postings blocks in its .pst or .seg file"
    ),
    "tests/test_codecs.py::test_tiny_blocks_stored_uncompressed_round_trip": Difference(
        "counts the calls of zlib that Whoosh's codec makes while it writes its blocks"
    ),
    "tests/test_indexing.py::test_lengths": _ONE_BYTE,
    "tests/test_indexing.py::test_many_lengths": _ONE_BYTE,
    "tests/test_mpwriter.py::test_merge_serial": _ONE_BYTE,
    "tests/test_mpwriter.py::test_merge_multi": _ONE_BYTE,
    "tests/test_quality.py::test_max_field_length": _ONE_BYTE,
    "tests/test_quality.py::test_minmax_field_length": _ONE_BYTE,
}

# As a pytest plugin, and in child processes


def use_array_codec() -> None:
    """Make ours the codec that Whoosh takes where none is asked for."""
    import whoosh.codec

    from indexer.index.whoosh.codec import ArrayCodec

    def default_codec(*args: Any, **options: Any) -> ArrayCodec:
        return ArrayCodec(*args, **options)

    whoosh.codec.default_codec = default_codec


def pytest_configure() -> None:
    """Before any test module is imported."""
    if os.environ.get(CODEC) == "arrays":
        use_array_codec()


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Where asked for, let tests that round lengths to a byte expect them as they are."""
    if os.environ.get(EXACT):
        for module in {item.module for item in items}:
            if hasattr(module, "length_to_byte"):
                module.length_to_byte = module.byte_to_length = int


_outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: Any) -> None:
    """Keep the outcome of each test; a failure in its set-up or tear-down is one of the test."""
    if report.when == "call" or report.outcome != "passed":
        _outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish() -> None:
    """Hand the outcomes to the runner."""
    if path := os.environ.get(RESULTS):
        Path(path).write_text(json.dumps(_outcomes))


# As the runner


def fetch(sdist: Path | None, cache: Path) -> Path:
    """The source distribution of the whoosh3 that is installed."""
    version = metadata.version("whoosh3")
    path = sdist or cache / f"whoosh3-{version}.tar.gz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--no-binary", ":all:", "--dest", str(cache), f"whoosh3=={version}"], check=True)
    return path


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack the suite alone: the library's source beside it would be tested, not the installed one."""
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if "/src/" not in member.name]
        archive.extractall(folder, members=members, filter="data")
    (found,) = folder.iterdir()
    return found


def run(suite: Path, codec: str, arguments: list[str], *, exact: bool = False) -> dict[str, str]:
    """Run tests of the suite; gives the outcome of each."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        environment = os.environ | {CODEC: codec, RESULTS: str(results)}
        paths = [str(PROJECT), str(PROJECT / "tests")]
        if exact:
            environment[EXACT] = "1"
        if codec == "arrays":
            # Interpreters that a test starts afresh import this module first of all.
            (Path(folder) / "sitecustomize.py").write_text("import whoosh_suite\nwhoosh_suite.use_array_codec()\n")
            paths.insert(0, folder)
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        options = ["-q", "--tb=no", "--no-header", "-p", "no:cacheprovider", "-p", "whoosh_suite"]
        command = [sys.executable, "-m", "pytest", *options, "--continue-on-collection-errors", *arguments]
        done = subprocess.run(command, cwd=suite, env=environment, check=False, capture_output=True, text=True)
        if not results.exists():
            raise SystemExit(f"the suite did not run:\n{done.stdout}{done.stderr}")
        found: dict[str, str] = json.loads(results.read_text())
        return found


def faults(stock: dict[str, str], ours: dict[str, str], exact: dict[str, str]) -> list[str]:
    """What is not as it should be, a line each."""
    wrong = []
    for name, outcome in stock.items():
        passed = ours.get(name) == "passed"
        expected = EXPECTED.get(name)
        if outcome == "passed" and not passed and expected is None:
            wrong.append(f"{name}: passes with Whoosh's codec, {ours.get(name, 'missing')} with ours")
        if expected is not None and passed:
            wrong.append(f"{name}: passes, but is listed as a difference")
        if expected is not None and expected.exact and exact.get(name) != "passed":
            wrong.append(f"{name}: {exact.get(name, 'missing')} where it expects exact lengths")
    return wrong


def summary(name: str, outcomes: dict[str, str]) -> str:
    """One line of counts."""
    counts = Counter(outcomes.values())
    return f"{name:<14} {counts['passed']:>4} passed {counts['failed']:>4} failed {counts['skipped']:>4} skipped"


def main() -> int:
    """Run both, print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sdist", type=Path, default=os.environ.get("QUIVER_WHOOSH_SDIST"))
    parser.add_argument("--cache", type=Path, default=PROJECT / ".cache")
    parser.add_argument("-k", dest="expression", help="only the tests that pytest's -k selects")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        suite = unpack(fetch(Path(options.sdist) if options.sdist else None, options.cache), Path(folder))
        selected = ["tests", *(["-k", options.expression] if options.expression else [])]
        stock = run(suite, "whoosh", selected)
        ours = run(suite, "arrays", selected)
        listed = [name for name, row in EXPECTED.items() if row.exact and name in stock]
        exact = run(suite, "arrays", listed, exact=True) if listed else {}
    print(summary("Whoosh's codec", stock))
    print(summary("ArrayCodec", ours))
    for name, row in EXPECTED.items():
        if name in stock:
            print(f"expected       {name}: {row.reason}" + (f" (so expected: {exact[name]})" if row.exact else ""))
    wrong = faults(stock, ours, exact)
    for line in wrong:
        print(f"WRONG          {line}")
    print("no other difference" if not wrong else f"{len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
