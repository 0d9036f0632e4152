"""How many searches does `quiver serve` answer, how soon, in how much memory, and what while the index is changed?

    python -m benchmarks.serve papers.idx --seconds 10 --workers 2

It needs `wrk` (Debian's package wrk), which asks over loopback from one thread. The index is copied;
the copy is changed, and rebuilt, while the searches go on.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from urllib.parse import quote, urlencode

import orjson

from benchmarks.keepalive import KeepAlive
from benchmarks.machine import machine
from benchmarks.wrk import Load, load
from query.search import PaperIndex

QUIVER = (sys.executable, "-m", "query.faces.cli.commands")
SEED = 5
QUERIES = 2000
ALONE = 200
"""Requests one after the other, from which the cost of HTTP is taken."""
CHANGES = 3
_WORD = re.compile("[A-Za-z]{4,}")
_MARK = "zzchanged"


@dataclass(slots=True)
class Watched:
    """What was asked again and again while the index changed: generations of the answers, and those that were wrong."""

    generations: Counter[int] = field(default_factory=Counter)
    mixed: int = 0
    failed: int = 0


def queries(index: PaperIndex, count: int = QUERIES) -> list[str]:
    """Two or three words of the title of one paper, for each of `count` papers drawn by a seed."""
    drawn = random.Random(SEED)
    hits = list(index.search("", limit=None, snippets=False).hits)
    found: list[str] = []
    while len(found) < count:
        words = _WORD.findall(str(drawn.choice(hits).title))
        if len(words) >= 3:
            found.append(" ".join(drawn.sample(words, drawn.choice((2, 3)))))
    return found


def addresses(index: PaperIndex, asked: Sequence[str]) -> dict[str, list[str]]:
    """Paths of each kind of request; the mixed stream has pages, papers, completions and facets between searches."""
    search = [f"/api/search?{urlencode({'q': words})}" for words in asked]
    page = [f"/search?{urlencode({'q': words})}" for words in asked]
    papers = [f"/papers/{quote(hit.id, safe='')}" for words in asked[:100] for hit in index.search(words, limit=1).hits]
    mixed = list(search)
    for number, words in enumerate(asked):
        others = {
            0: page[number],
            1: papers[number % len(papers)],
            2: f"/api/suggest?{urlencode({'prefix': words[:4]})}",
            3: f"/api/facets?{urlencode({'q': words})}",
        }
        # Three in five are searches.
        if number % 6 in others:
            mixed.append(others[number % 6])
    random.Random(SEED).shuffle(mixed)
    return {"searches, JSON": search, "searches, pages": page, "mixed": mixed}


@contextmanager
def serving(index: Path, workers: int) -> Iterator[tuple[int, list[int]]]:
    """The port of a server, and the processes of its workers."""
    command = [*QUIVER, "serve", "--index", str(index), "--workers", str(workers), "--port", "0", "--log", "none"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        port = int(server.stderr.readline().split("/ ")[0].rpartition(":")[2])
        for _ in range(20 * workers):
            with closing(KeepAlive(port)) as connection:
                connection.get("/healthz")
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
        commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
        yield port, [child for child, line in commands.items() if b"spawn_main" in line] or [server.pid]
        server.send_signal(signal.SIGTERM)


def cost_of_http(port: int, index: PaperIndex, asked: Sequence[str]) -> dict[str, float]:
    """Median milliseconds of one request after another, beside the same search in Python.

    Each query is asked once each way before it is timed, and the ways take turns: none finds its papers in memory
    where another did not.
    """
    connection = KeepAlive(port)
    facets = ("venue", "year", "type", "author")

    def python(words: str) -> object:
        return index.search(words)

    def as_json(words: str) -> object:
        return orjson.dumps(index.search(words).as_json(), option=orjson.OPT_NON_STR_KEYS)

    def counted(words: str) -> object:
        return index.search(words, facets=facets)

    def empty(_: str) -> object:
        return connection.get("/healthz")

    def in_json(words: str) -> object:
        return connection.get(f"/api/search?{urlencode({'q': words})}")

    def as_page(words: str) -> object:
        return connection.get(f"/search?{urlencode({'q': words})}")

    ways: dict[str, Callable[[str], object]] = {
        "Python": python,
        "Python, as JSON": as_json,
        "HTTP, JSON": in_json,
        "Python, with four facets": counted,
        "HTTP, page": as_page,
        "HTTP, /healthz": empty,
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    names = list(ways)
    for number, words in enumerate(asked[:ALONE]):
        for name in names:
            ways[name](words)
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            start = time.perf_counter()
            ways[name](words)
            taken[name].append((time.perf_counter() - start) * 1000)
    connection.close()
    return {name: median(rows) for name, rows in taken.items()}


def watch(port: int, until: threading.Event, watched: Watched) -> None:
    """Ask for what every change adds one paper to: each answer must be of one generation, in all its parts."""
    connection = KeepAlive(port)
    while not until.wait(0.01):
        try:
            body = connection.get(f"/api/search?q={_MARK}&match=all&facets=venue,year&limit=100")
        except OSError:
            watched.failed += 1
            connection.close()
            connection = KeepAlive(port)
            continue
        found = orjson.loads(body)
        counts = [sum(row["count"] for row in rows) for rows in found["facets"].values()]
        # Every update adds one; the rebuild after them adds none.
        parts = {found["total"], len(found["hits"]), *counts, min(found["generation"] - 1, CHANGES)}
        watched.generations[found["generation"]] += 1
        watched.mixed += len(parts) != 1


def changing(index: Path, folder: Path) -> None:
    """Publish some generations, each with one more paper, then rebuild it all, each time by a process of its own."""
    for number in range(CHANGES):
        record = {"id": f"changed-{number}", "title": f"{_MARK} {number}", "venue": "NeurIPS", "year": 2000}
        source = folder / f"changed-{number}.jsonl"
        source.write_bytes(orjson.dumps(record))
        subprocess.run([*QUIVER, "update", str(source), "--index", str(index)], check=True, capture_output=True)
    subprocess.run([*QUIVER, "rebuild", "--index", str(index), "--trust-sources"], check=True, capture_output=True)


def private(process: int) -> float:
    """Megabytes of a process that no other shares."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def main() -> None:
    """Measure, and print what was measured as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=16)
    given = parser.parse_args()
    if not shutil.which("wrk"):
        parser.error("wrk is not installed; Debian's package wrk has it")
    told = machine()
    print(f"{told['processor']}, {told['cores']} cores, Python {told['python']}, load before {told['load']}\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The first generation of the copy has no marked paper, the next ones one more each.
        copy = folder / "papers.idx"
        shutil.copytree(given.index, copy)
        with PaperIndex.open(copy) as index, serving(copy, given.workers) as (port, workers):
            if index.generation != 1:
                parser.error("an index of the first generation is needed: quiver build makes one")
            asked = queries(index)
            paths = addresses(index, asked)
            print(f"{len(index):,} papers, {given.workers} workers, {given.connections} connections\n")
            print("| one at a time | median |\n| --- | --- |")
            for way, taken in cost_of_http(port, index, asked).items():
                print(f"| {way} | {taken:.2f} ms |")
            print(f"\n| stream | requests a second | p50 | p99 | processor a request | failed |\n|{' --- |' * 6}")
            for kind, rows in paths.items():
                _row(kind, load(port, workers, rows, given.seconds, given.connections, folder))
            watched, done = Watched(), threading.Event()
            threads = [
                threading.Thread(target=watch, args=(port, done, watched)),
                threading.Thread(target=changing, args=(copy, folder)),
            ]
            for thread in threads:
                thread.start()
            while True:
                changed = threads[1].is_alive()
                kind = "mixed, while changed and rebuilt" if changed else "mixed, after it"
                _row(kind, load(port, workers, paths["mixed"], given.seconds, given.connections, folder))
                if not changed:
                    break
            time.sleep(1)
            done.set()
            threads[0].join()
            seen = ", ".join(f"{number}: {count}" for number, count in sorted(watched.generations.items()))
            print(f"\nAnswers by generation {seen}; of two at once {watched.mixed}, failed {watched.failed}.")
            sizes = ", ".join(f"{private(worker):.0f} MB" for worker in workers)
            print(f"Memory of each worker that it shares with none: {sizes}.")


def _row(kind: str, found: Load) -> None:
    times = f"{found.p50:.1f} ms | {found.p99:.1f} ms | {found.cost:.2f} ms"
    print(f"| {kind} | {found.rate:,.0f} | {times} | {found.failed} |", flush=True)


if __name__ == "__main__":
    main()
