"""How fast does each reader read, in one process and in how much memory?

    python -m benchmarks.readers [--megabytes 100] [FORMAT ...]

Each file is made of small samples (`benchmarks.samples`), read once in a process of its own, and deleted. Seconds are
those of the processor, so that what else runs on the machine does not count; reading waits for nothing but the disk.
Memory is the peak of the whole process (Linux), of which Python and the modules take 25 MB before it reads.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.samples import SAMPLES
from indexer.readers.entries import Rejected, Warned
from indexer.readers.sources import read_file


def measure(path: str) -> str:
    """Records, rejected records, warnings, seconds of the processor and peak memory (MB) of reading a file."""
    counts = [0, 0, 0]
    started = time.process_time()
    for entry in read_file(path):
        counts[2 if isinstance(entry, Warned) else 0] += 1
        counts[1] += isinstance(entry, Rejected)
    seconds = time.process_time() - started
    memory = int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024  # type: ignore[index]
    return " ".join(map(str, (*counts, seconds, memory)))


def rows(names: list[str], megabytes: int) -> Iterator[str]:
    """A line of the table for each format."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            with path.open("wb") as file:
                for block in SAMPLES[name]().blocks(megabytes * 10**6):
                    file.write(block)
            size = path.stat().st_size / 1e6
            command = [sys.executable, "-m", "benchmarks.readers", "--measure", str(path)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        records, rejected, warnings = map(int, told[:3])
        seconds, memory = map(float, told[3:])
        kilobytes = size * 1000 / records
        yield (
            f"| `{name}` | {records:,} | {kilobytes:.1f} | {records / seconds:,.0f} | {size / seconds:.1f} "
            f"| {memory:.0f} | {rejected:,} | {warnings:,} |"
        )


def main() -> None:
    """Print a table of Markdown, or with `--measure` what one file took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", default=list(SAMPLES))
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--measure", metavar="FILE")
    asked = parser.parse_args()
    if asked.measure:
        print(measure(asked.measure))
        return
    print("| format | records | kB a record | records/s | MB/s | peak MB | rejected | warnings |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for row in rows(asked.formats, asked.megabytes):
        print(row, flush=True)


if __name__ == "__main__":
    main()
