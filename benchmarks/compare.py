"""Quiver beside other engines: the same papers, the same words, the same run.

    python -m benchmarks.compare [--papers 80k] [--engines Quiver,tantivy] [--results DIR]

For each number of papers it builds every engine's index, times searches, cold start and adding, compares the answers,
and writes `RESULTS/compare-80k.json`; `python -m benchmarks.report` makes tables and curves of those files.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from benchmarks.add import TIMES, measure_adding
from benchmarks.build import measure_builds
from benchmarks.check import compare_answers
from benchmarks.coldstart import RUNS, measure_cold_start
from benchmarks.engines import ENGINES, installed
from benchmarks.engines.protocol import Engine
from benchmarks.machine import machine, versions
from benchmarks.papers import DEFAULT_DATA, collection, origins, parse_count, show_count
from benchmarks.queries import draw
from benchmarks.search import measure_searches, servers
from benchmarks.table import lines

SEARCHES = 300
LARGE = 200_000
LEFT_OUT_WHEN_LARGE = ("Whoosh", "Xapian", "bm25s", "Quiver, 1 process", "tantivy, all threads")
"""Builds of 800,000 papers take half an hour in the first two; the others say nothing new at that size."""


def compare(
    engines: Mapping[str, Engine], papers: Path, count: int, folder: Path, searches: int, quick: bool
) -> dict[str, Any]:
    """Everything measured over one collection; indexes are made in `folder`."""
    result: dict[str, Any] = {
        "papers": count,
        "origins": origins(papers),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(
            ["python -m benchmarks.compare", *("DIR" if Path(word).is_absolute() else word for word in sys.argv[1:])]
        ),
        "machine": machine(),
        "versions": versions(engines),
        "engines": {
            name: {
                "index": engine.index,
                "matching": engine.matching,
                "ranking": engine.ranking,
                "total": engine.total,
            }
            for name, engine in engines.items()
        },
        "source_bytes": papers.stat().st_size,
    }
    result["builds"] = {}
    for name, figures in measure_builds(engines, papers, count, folder):
        result["builds"][name] = figures
        _say(f"{name}: built in {figures['seconds']:.1f} s")
    asked = draw(papers, searches)
    with servers(engines, folder) as opened:
        found = measure_searches(engines, opened, asked)
        result["open_bytes"] = {name: server.memory() for name, server in opened.items()}
        _say("searches timed")
        result["check"] = compare_answers(found, opened, asked)
    result["searches"] = {
        kind: {name: measured.summary() for name, measured in by_engine.items()} for kind, by_engine in found.items()
    }
    if "Quiver" in engines:
        result["cold_start"] = measure_cold_start(folder / "Quiver", asked["any"], 3 if quick else RUNS)
    result["adding"] = dict(measure_adding(engines, folder, papers.parent, 1 if quick else TIMES))
    return result


def _say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")
    sys.stderr.flush()


def _engines_for(count: int, asked: Sequence[str] | None) -> tuple[dict[str, Engine], dict[str, str]]:
    """The engines asked for, or all that suit the size; and why others are left out."""
    names = asked or [name for name in ENGINES if count < LARGE or name not in LEFT_OUT_WHEN_LARGE]
    found, missing = installed(names)
    left = {name: "not at this size" for name in ENGINES if name not in names} if not asked else {}
    return found, missing | left


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; exit status 1 where an engine fails."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", help="how many, with commas: 10k,80k,300k,800k (default 80k)")
    parser.add_argument("--engines", help="which, with semicolons: " + "; ".join(ENGINES))
    parser.add_argument("--searches", type=int, default=SEARCHES, help="searches of each kind")
    parser.add_argument("--made", action="store_true", help="generated papers alone")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of collections and indexes")
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results"), help="folder of the results")
    parser.add_argument("--quick", action="store_true", help="50 searches (of 10k papers, unless said): does it run?")
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.papers, asked.searches = asked.papers or "10k", min(asked.searches, 50)
    names = [name.strip() for name in asked.engines.split(";")] if asked.engines else None
    for text in (asked.papers or "80k").split(","):
        count = parse_count(text)
        _say(f"{count} papers")
        engines, missing = _engines_for(count, names)
        papers = collection(asked.data, count, made_only=asked.made)
        folder = asked.data / f"indexes-{show_count(count)}"
        try:
            result = compare(engines, papers, count, folder, asked.searches, asked.quick)
        except subprocess.CalledProcessError as error:
            _say(f"stopped: {error}")
            return 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        result["left_out"] = missing
        asked.results.mkdir(parents=True, exist_ok=True)
        path = asked.results / f"compare-{show_count(count)}.json"
        path.write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2))
        sys.stdout.write("\n".join(lines(result)) + f"\n\nwritten to {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
