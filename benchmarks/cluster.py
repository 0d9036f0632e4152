"""Does an index in a cluster answer as one in a folder does, and how fast does it load and search?

    python -m benchmarks.cluster --folder FOLDER --at ADDRESS                 # the same searches over both
    python -m benchmarks.cluster --at ADDRESS --load SOURCE [--procs N]       # a build, timed

Random queries of one to five words drawn from the papers (words, phrases, near-groups, prefixes, fields, NOT, groups,
authors, words as written, fuzzy words), a third of them with filters, by either ranking in turn, with all facets and
by any sort. Each is asked of both in turn; every difference is printed. The *bare request* is the largest search that
Quiver sent for a query, sent again alone and its answer parsed: what any client of the cluster would wait for.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any

from indexer import build
from indexer.index.errors import QuiverError
from indexer.index.opensearch.address import parse_address
from indexer.index.opensearch.connection import Connection
from query import PaperIndex
from query.engines.opensearch.snapshot import ClusterSnapshot
from query.engines.registry import open_snapshot
from query.results import Page

SEED = 11
FACETS = ("venue", "year", "type", "author")
SORTS = ("newest", "oldest", "title")
RANKINGS = ("best", "bm25f")
TOLERANCE = 1e-6
_WORD = re.compile(r"[A-Za-z][\w-]+")
_DRAWN = 3_000


@dataclass(slots=True)
class Tally:
    """What was asked, requests of each search, what differed, and milliseconds by who answered."""

    asked: int = 0
    refused: int = 0
    requests: list[int] = field(default_factory=list)
    differing: Counter[str] = field(default_factory=Counter)
    largest: float = 0.0
    times: dict[str, list[float]] = field(default_factory=lambda: {"folder": [], "cluster": [], "bare": []})


class Listening(Connection):
    """A connection that remembers the searches it sent."""

    sent: list[tuple[str, Any]]

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """The answer to a request."""
        if path.endswith(("_search", "_msearch")) and "_search/" not in path:
            self.sent.append((path, body))
        return super().call(method, path, body, **more)


def draw(records: list[dict[str, Any]], random: Random, number: int) -> tuple[str, dict[str, Any]]:
    """A query and the arguments of its search."""
    record = random.choice(records)
    words = [word for word in _WORD.findall(f"{record['title']} {record.get('abstract', '')[:400]}") if len(word) > 2]
    text = _text(words or ["learning"], _names(record), random)
    more: dict[str, Any] = {"ranking": RANKINGS[number % len(RANKINGS)]}
    if random.random() < 0.25:
        more["years"] = (random.choice((2012, 2015, 2017)), None)
    if random.random() < 0.15 and record.get("venue"):
        more["venues"] = [record["venue"]]
    if random.random() < 0.1 and (names := _names(record)):
        more["authors"] = [random.choice(names)]
    if random.random() < 0.1:
        more["sort"] = random.choice(SORTS)
    if random.random() < 0.2:
        more["match"] = random.choice(("all", "any"))
    return text, more


def _names(record: dict[str, Any]) -> list[str]:
    return [author if isinstance(author, str) else author["name"] for author in record.get("authors", ())]


def _text(words: list[str], names: list[str], random: Random) -> str:
    def one() -> str:
        return random.choice(words)

    count = random.randint(1, 5)
    at = random.randrange(max(1, len(words) - count))
    author = f'author:"{random.choice(names)}"' if names else ""
    forms: tuple[tuple[float, Callable[[], str]], ...] = (
        (0.60, lambda: " ".join(random.sample(words, min(count, len(words))))),
        (0.10, lambda: f'"{" ".join(words[at : at + 2])}"'),
        (0.05, lambda: f'"{" ".join(words[at : at + 3])}"~3'),
        (0.05, lambda: f"{one()[:5]}* {one()}"),
        (0.04, lambda: f"title:{one()} {one()}"),
        (0.04, lambda: f"{one()} -{one()}"),
        (0.04, lambda: f"{one()} OR ({one()} AND {one()})"),
        (0.03, lambda: f"{author} {one()}"),
        (0.02, lambda: f"={one().lower()} {one()}"),
        (0.03, lambda: f"{one()}~ {one()}"),
    )
    (form,) = random.choices([form for _, form in forms], [share for share, _ in forms])
    return form()


def differences(one: Page, other: Page) -> Iterator[str]:
    """In what two pages differ."""
    if (one.total, one.all_words, one.relaxed) != (other.total, other.all_words, other.relaxed):
        yield "totals"
    if one.facets != other.facets:
        yield "facets"
    if [hit.id for hit in one] != [hit.id for hit in other]:
        yield "ids"
    elif any(abs(left.score - right.score) > TOLERANCE for left, right in zip(one, other, strict=True)):
        yield "scores"
    if [hit.snippet for hit in one] != [hit.snippet for hit in other]:
        yield "snippets"
    if one.suggestion != other.suggestion:
        yield "suggestion"
    if [(row.kind, row.message) for row in one.diagnostics] != [(row.kind, row.message) for row in other.diagnostics]:
        yield "diagnostics"


def compare(folder: PaperIndex, cluster: PaperIndex, wire: Listening, queries: int, seed: int) -> Tally:
    """Ask both the same."""
    random, tally = Random(seed), Tally()
    records = [hit.paper.as_record() for hit in folder.search("", limit=_DRAWN, sort="title")]
    for number in range(queries):
        text, more = draw(records, random, number)
        wire.sent.clear()
        found: list[Page | str] = []
        for index in (folder, cluster):
            try:
                found.append(index.search(text, facets=FACETS, **more))
            except QuiverError as error:
                found.append(str(error))
        one, other = found
        if isinstance(one, str) or isinstance(other, str):
            tally.refused += 1
            if one != other:
                tally.differing["refusals"] += 1
                print(f"refused otherwise: {text!r} {more}: {one!s:.200} / {other!s:.200}")
            continue
        tally.asked += 1
        tally.requests.append(len(wire.sent))
        for what in differences(one, other):
            tally.differing[what] += 1
            print(f"{what}: {text!r} {more}: {one.total} / {other.total} hits")
            if what == "ids":
                print(*([(hit.id, round(hit.score, 9)) for hit in page] for page in (one, other)), sep="\n")
        both = zip((hit.score for hit in one), (hit.score for hit in other), strict=False)
        if "ids" not in differences(one, other):
            tally.largest = max([tally.largest, *(abs(left - right) for left, right in both)])
        tally.times["folder"].append(one.took_ms)
        tally.times["cluster"].append(other.took_ms)
        tally.times["bare"].append(bare(wire))
    return tally


def bare(wire: Listening) -> float:
    """Milliseconds of the largest search of those that were sent, alone."""
    slowest = 0.0
    for path, body in list(wire.sent):
        asked = body if isinstance(body, dict) else {}
        if asked and "docvalue_fields" not in asked:
            continue
        started = time.perf_counter()
        wire.call("POST", path, body)
        slowest = max(slowest, (time.perf_counter() - started) * 1000)
    return slowest


def load(source: str, address: str, procs: int | None) -> None:
    """Build, timed as a whole: reading, analysing, sending, counting, switching."""
    started = time.perf_counter()
    report = build(source, address, force=True, procs=procs)
    seconds = time.perf_counter() - started
    print(f"{report.papers:,} papers in {seconds:.1f} s: {report.papers / seconds:,.0f} papers/s")


def main() -> int:
    """What the command line asks for; 1 where something differed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__.partition("\n")[0])
    parser.add_argument("--at", required=True, help="address of the index in a cluster")
    parser.add_argument("--folder", type=Path, help="the same papers in a folder")
    parser.add_argument("--load", metavar="SOURCE", help="build the index of the address from a source, timed")
    parser.add_argument("--procs", type=int)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    if given.load:
        load(given.load, given.at, given.procs)
    if given.folder is None:
        return 0
    wire = Listening(parse_address(given.at))
    wire.sent = []
    snapshot = open_snapshot(given.at)
    assert isinstance(snapshot, ClusterSnapshot)  # an address is opened by nothing else
    snapshot.statistics.connection = wire
    with PaperIndex.open(given.folder) as folder, PaperIndex(snapshot) as cluster:
        tally = compare(folder, cluster, wire, given.queries, given.seed)
    print(f"{tally.asked} searches, {tally.refused} refused; differing: {dict(tally.differing) or 'none'};")
    print(f"largest difference of a score {tally.largest:.1e}")
    if tally.requests:
        one = sum(number == 1 for number in tally.requests) / len(tally.requests)
        print(f"requests a search: {mean(tally.requests):.2f}; {one:.1%} are one")
    for name, times in tally.times.items():
        if times:
            print(f"{name:8s} p50 {median(times):7.1f} ms")
    return 1 if tally.differing else 0


if __name__ == "__main__":
    sys.exit(main())
