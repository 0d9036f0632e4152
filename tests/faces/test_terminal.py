"""What a terminal takes: widths, line breaks, and nothing that it would obey."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.faces.printed.terminal import Screen, display_width, safe, wrap

MIXED = st.text(st.sampled_from("ab é\u0301学習 \u200d한-."), max_size=60)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("plain", 5),
        ("é", 1),
        ("e\u0301", 1),
        ("学習", 4),
        ("한국", 4),
        ("\u1112\u1161\u11ab", 2),
        ("Ａ", 2),
        ("a\u200db", 2),
    ],
)
def test_a_character_takes_the_columns_it_has(text: str, columns: int) -> None:
    """East Asian wide characters take two columns, combining ones none."""
    assert display_width(text) == columns


@pytest.mark.parametrize("sign", ["\x1b", "\x9b", "\x07", "\r", "\n", "\x00", "\u202e", "\ud800", "\x7f"])
def test_nothing_a_terminal_obeys_is_left(sign: str) -> None:
    """Control and direction characters never reach a terminal."""
    assert sign not in safe(f"a{sign}[31mb")


def lines(text: str, width: int) -> list[str]:
    """The lines of a text."""
    return [text[start:end] for start, end in wrap(text, width)]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("hello world foo", 11, ["hello world", "foo"]),
        ("   ", 10, []),
        ("see xxxxxxxxxxxxxx end", 6, ["see", "xxxxxx", "xxxxxx", "xx end"]),
        ("学習する機械", 6, ["学習す", "る機械"]),
        ("deep 学習する", 9, ["deep 学習", "する"]),
    ],
)
def test_lines_break_where_they_should(text: str, width: int, expected: list[str]) -> None:
    """Lines break at spaces, between East Asian characters, and inside runs wider than a line."""
    assert lines(text, width) == expected


@given(MIXED, st.integers(2, 30))
def test_wrapping_loses_nothing_and_never_overflows(text: str, width: int) -> None:
    """Every line fits, and the lines together hold every character but spaces."""
    found = lines(text, width)
    assert all(display_width(line) <= width for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")


def test_a_pipe_has_80_columns_and_no_styles() -> None:
    """Where there is no terminal there are 80 columns and no escape sequences."""
    screen = Screen.of(io.StringIO())
    assert (screen.width, screen.style("text", "title")) == (80, "text")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "value", "colour"), [("NO_COLOR", "1", False), ("NO_COLOR", "", True), ("TERM", "dumb", False)]
)
def test_styles_follow_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, value: str, colour: bool) -> None:
    """NO_COLOR and a dumb terminal turn styles off."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv(name, value)
    assert Screen.of(_Terminal()).colour is colour


def test_a_comma_stays_and_a_dot_goes_at_the_end_of_a_line() -> None:
    """Parts in a sentence keep their commas where a line ends; signs between columns do not."""
    screen = Screen(width=10)
    assert list(screen.joined(["abcd", "efgh", "ij"], ", ")) == ["abcd,", "efgh, ij"]
    assert list(screen.joined(["abcd", "efgh"])) == ["abcd", "efgh"]
