"""The README's sessions, run: what the test holds them to, and what writes their output.

    python -m tests.readme        # write into README.md what its commands print today

A block of `console` holds commands after `$ ` and what they print, one session for the whole file, in an empty folder
with the project's corpus in it. Blocks of `python` run there afterwards.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
README = PROJECT / "README.md"

# What differs from run to run and from machine to machine, and what stands for it in a comparison.
VARYING = (
    (re.compile(r"[0-9][0-9,.]* papers a second"), "N papers a second"),
    (re.compile(r"[0-9]+\.?[0-9]* m?s\b"), "N s"),
    (re.compile(r"[0-9.]+ [kMG]?B\b"), "N bytes"),
    (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{8}Z?"), "a time"),
    (re.compile(r"(?<![\w.])/[\w/.-]*/(?=(?:corpus|papers\.idx|new\.jsonl))"), ""),
)


@dataclass(frozen=True)
class Command:
    """A command of the README, and what it shows as its output."""

    line: str
    shown: str


def commands(text: str) -> Iterator[Command]:
    """The commands of all `console` blocks, in order."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            yield Command(line, shown)


def programs(text: str) -> list[str]:
    """The `python` blocks."""
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def settled(output: str) -> str:
    """Output with what varies replaced, white space at line ends dropped."""
    for pattern, instead in VARYING:
        output = pattern.sub(instead, output)
    return "\n".join(line.rstrip() for line in output.strip("\n").splitlines())


def prepare(folder: Path) -> dict[str, str]:
    """Put the corpus into a folder; gives the environment in which commands run there."""
    shutil.copytree(PROJECT / "corpus", folder / "corpus")
    kept = {name: value for name, value in os.environ.items() if name not in ("QUIVER_INDEX", "COLUMNS", "NO_COLOR")}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return kept | {"PATH": path, "PYTHONPATH": str(PROJECT), "COLUMNS": "80"}


def run(line: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command prints, messages among the results as on a terminal. Raises AssertionError where it fails."""
    command = line.replace("quiver ", f"{sys.executable} -m query.faces.cli.commands ", 1)
    done = subprocess.run(
        command, shell=True, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}"
    return done.stdout


def main() -> None:
    """Write the output of every command into the README."""
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "session"
        folder.mkdir()
        environment = prepare(folder)
        for command in commands(text):
            printed = run(command.line, folder, environment).replace(f"{folder}/", "")
            if settled(printed) != settled(command.shown):
                text = text.replace(f"$ {command.line}\n{command.shown}", f"$ {command.line}\n{printed}", 1)
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
