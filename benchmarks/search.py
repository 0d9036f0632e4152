"""How fast does each engine answer the same searches, and does it find the same?

Each engine has its index open in a process of its own. The searches of a kind are cut into rounds; in each round every
engine answers the same block, one engine after another, beginning with another each time, so that what disturbs the
machine disturbs all. Each search is timed once: no answer can come from a cache of answers. Searches of kinds that
share their words are asked in different rounds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from benchmarks.engines.protocol import Engine
from benchmarks.memory import private_bytes
from benchmarks.queries import Asked

ROUNDS = 5
WARM = 5
"""Untimed searches before the first round of a kind."""
BLOCK_SECONDS = 3.0
"""An engine that takes longer for its block stops: the table says how many searches its figures are of."""


@dataclass(slots=True)
class Measured:
    """One engine's figures for one kind of search; lists by search, in the order of `asked`."""

    asked: list[int] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    hits: list[list[str]] = field(default_factory=list)
    totals: list[int | None] = field(default_factory=list)
    round_p50_ms: list[float] = field(default_factory=list)

    def add(self, numbers: Sequence[int], block: Mapping[str, Any]) -> None:
        """Take up the answers of one block; `numbers` say which searches it had."""
        done = len(block["wall_ms"])
        self.asked += numbers[:done]
        self.wall_ms += block["wall_ms"]
        self.cpu_ms += block["cpu_ms"]
        self.hits += block["hits"]
        self.totals += block["totals"]
        self.round_p50_ms.append(float(np.median(block["wall_ms"])))

    def summary(self) -> dict[str, float]:
        """Milliseconds: p50 and p95 by the clock and of processor time, and the p50 of the best round."""
        wall, cpu = np.array(self.wall_ms), np.array(self.cpu_ms)
        return {
            "searches": len(wall),
            "p50_ms": float(np.median(wall)),
            "p95_ms": float(np.percentile(wall, 95)),
            "cpu_p50_ms": float(np.median(cpu)),
            "cpu_p95_ms": float(np.percentile(cpu, 95)),
            "best_round_p50_ms": min(self.round_p50_ms),
        }


class Server:
    """An engine open in a process of its own."""

    def __init__(self, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-m", "benchmarks.work", name, "serve", str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **environment}
        )
        self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise subprocess.CalledProcessError(self._process.wait(), self._process.args)
        answer: dict[str, Any] = orjson.loads(line)
        return answer

    def ask(self, act: str, asked: Sequence[Asked], budget: float = BLOCK_SECONDS) -> dict[str, Any]:
        """Let it answer (`search`) or count (`count`) some searches."""
        assert self._process.stdin is not None
        order = {"act": act, "asked": asked, "budget": budget}
        self._process.stdin.write(orjson.dumps(order, option=orjson.OPT_APPEND_NEWLINE))
        self._process.stdin.flush()
        return self._read()

    def memory(self) -> int:
        """Private bytes it holds now that are no pages of a file."""
        return private_bytes(self._process.pid)[1]

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@contextmanager
def servers(engines: Mapping[str, Engine], folder: Path) -> Iterator[dict[str, Server]]:
    """A server for each engine that searches."""
    with ExitStack() as stack:
        opened = {}
        for name, engine in engines.items():
            if engine.searches:
                opened[name] = Server(name, folder / engine.index, engine.environment)
                stack.callback(opened[name].close)
        yield opened


def measure_searches(
    engines: Mapping[str, Engine], opened: Mapping[str, Server], asked: Mapping[str, Sequence[Asked]]
) -> dict[str, dict[str, Measured]]:
    """Kind by kind the figures of each engine that can answer it."""
    found: dict[str, dict[str, Measured]] = {
        kind: {name: Measured() for name in opened if kind in engines[name].answers} for kind in asked
    }
    turn = 0
    for number in range(ROUNDS):
        for shift, (kind, searches) in enumerate(asked.items()):
            names = list(found[kind])
            turn += 1
            block = list(range((number + shift) % ROUNDS, len(searches), ROUNDS))
            for at in range(len(names)):
                name = names[(at + turn) % len(names)]
                if number == 0:
                    # Words that are asked again only rounds later.
                    opened[name].ask("search", [searches[other - 1] for other in block[1 : 1 + WARM]])
                found[kind][name].add(block, opened[name].ask("search", [searches[n] for n in block]))
    return found
