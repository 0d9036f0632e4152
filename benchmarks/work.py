"""What runs in a process of its own, so that engines disturb neither each other's time nor memory.

python -m benchmarks.work ENGINE build|add PAPERS FOLDER     prints its times as JSON
python -m benchmarks.work ENGINE serve FOLDER                answers the blocks of searches on standard input
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from benchmarks.engines import ENGINES
from benchmarks.engines.protocol import Searcher
from benchmarks.queries import Asked


def _cpu() -> float:
    """Seconds of processor time of this process, its threads and the children it has waited for."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _timed(act: Callable[[], None]) -> dict[str, float]:
    cpu, wall = _cpu(), time.perf_counter()
    act()
    return {"seconds": time.perf_counter() - wall, "cpu_seconds": _cpu() - cpu}


def _block(searcher: Searcher, asked: Sequence[Asked], budget: float) -> dict[str, Any]:
    """Each search once: milliseconds by the clock and of processor time, and what was found."""
    wall, cpu, hits, totals = [], [], [], []
    end = time.perf_counter() + budget
    for one in asked:
        cpu_start, start = time.process_time_ns(), time.perf_counter_ns()
        found = searcher.search(one)
        stop, cpu_stop = time.perf_counter_ns(), time.process_time_ns()
        wall.append((stop - start) / 1e6)
        cpu.append((cpu_stop - cpu_start) / 1e6)
        hits.append([hit[0] for hit in found.hits])
        totals.append(found.total)
        if time.perf_counter() > end:
            break
    return {"wall_ms": wall, "cpu_ms": cpu, "hits": hits, "totals": totals}


def as_asked(record: dict[str, Any]) -> Asked:
    """The search that `orjson` made a record of."""
    years = record.pop("years")
    return Asked(words=tuple(record.pop("words")), years=tuple(years) if years else None, **record)


def _serve(searcher: Searcher) -> None:
    _say({"ready": True})
    for line in sys.stdin.buffer:
        order = orjson.loads(line)
        asked = [as_asked(record) for record in order["asked"]]
        if order["act"] == "count":
            _say({"counts": [searcher.count(one) for one in asked]})
        else:
            _say(_block(searcher, asked, order["budget"]))


def _say(value: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def main(arguments: Sequence[str]) -> None:
    """Do one piece of work for one engine."""
    name, act, *paths = arguments
    engine = ENGINES[name]()
    if act == "serve":
        _serve(engine.open(Path(paths[0])))
        return
    papers, folder = map(Path, paths)
    does = engine.build if act == "build" else engine.add
    _say(_timed(lambda: does(papers, folder)))


if __name__ == "__main__":
    main(sys.argv[1:])
