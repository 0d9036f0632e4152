"""wrk, the load generator: some paths asked in turn over loopback, and what it says of the answers."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """local paths, at = {{}}, 0
for line in io.lines("{file}") do paths[#paths + 1] = line end
request = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk says: requests a second, milliseconds, answers that were none; and what a request cost the workers in
    milliseconds of processor time, which holds on a machine that does other things.
    """

    rate: float
    cost: float
    p50: float
    p99: float
    failed: int


def load(port: int, workers: Sequence[int], paths: Sequence[str], seconds: int, connections: int, folder: Path) -> Load:
    """What wrk measures over some paths, in turn. Raises CalledProcessError."""
    (folder / "paths").write_text("\n".join(paths))
    (folder / "ask.lua").write_text(_SCRIPT.format(file=folder / "paths"))
    options = [
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        "--timeout",
        "30s",
        "-s",
        str(folder / "ask.lua"),
    ]
    before = _processor_time(workers)
    said = subprocess.run(
        ["wrk", *options, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True
    ).stdout
    wrong = [
        int(number) for number in re.findall(r"(?:Non-2xx or 3xx responses:|connect|read|write|timeout) (\d+)", said)
    ]
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    requests = re.search(r"(\d+) requests in", said)
    assert rate is not None
    assert requests is not None
    cost = (_processor_time(workers) - before) / max(int(requests[1]), 1)
    return Load(float(rate[1]), cost, _latency(said, 50), _latency(said, 99), sum(wrong))


def _processor_time(workers: Sequence[int]) -> float:
    """Milliseconds that some processes have had of the processors."""
    tick = 1000 / os.sysconf("SC_CLK_TCK")
    fields = [Path(f"/proc/{worker}/stat").read_text().rpartition(") ")[2].split() for worker in workers]
    return sum(int(row[11]) + int(row[12]) for row in fields) * tick


def _latency(said: str, percent: int) -> float:
    found = re.search(rf"{percent}%\s+([\d.]+)(us|ms|s)\b", said)
    assert found is not None
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]
