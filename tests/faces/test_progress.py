"""The progress line: only on a terminal, only for work over a second, gone at the end."""

from __future__ import annotations

import io

import pytest

from query.faces.printed.progress import ProgressLine, progress_text


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO, times: list[float]) -> str:
    """What is written when progress is told at these times."""
    clock = iter([0.0, *times])
    with ProgressLine(stream, lambda: next(clock)) as progress:
        for _ in times:
            progress(50, 100, 1000)
    return stream.getvalue()


def test_no_line_in_the_first_second_or_off_a_terminal() -> None:
    """Quick work and pipes see no progress."""
    assert run(_Terminal(), [0.2, 0.9]) == ""
    assert run(io.StringIO(), [5.0]) == ""


def test_the_line_shows_after_a_second_and_is_wiped() -> None:
    """Long work shows one line, written over itself and wiped at the end."""
    shown = run(_Terminal(), [2.0, 2.01, 3.0])
    assert shown.count("reading") == 2
    assert shown.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ((50, 100, 1000, 10.0), "reading  50 %, 1,000 records, 100 a second, 0:10 left"),
        ((1, 1000, 10, 10.0), "reading   0 %, 10 records, 1 a second, 2:46:30 left"),
        ((0, 0, 10, 10.0), "reading, 10 records, 1 a second"),
        ((100, 100, 1000, 10.0), "read 1,000 records, writing the index"),
    ],
)
def test_progress_in_words(state: tuple[int, int, int, float], text: str) -> None:
    """Share, rate and time left; without a known total, the rate alone."""
    assert progress_text(*state) == text
