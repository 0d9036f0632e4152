"""The README tells the truth: its commands print what it shows, its programs run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.readme import README, commands, prepare, programs, run, settled


def test_every_command_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """All sessions, in order, in one folder; the programs after them."""
    text = README.read_text(encoding="utf-8")
    environment = prepare(tmp_path)
    session = list(commands(text))
    assert len(session) > 10
    for command in session:
        assert settled(run(command.line, tmp_path, environment)) == settled(command.shown), command.line
    assert programs(text)
    for program in programs(text):
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
