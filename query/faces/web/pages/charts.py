"""Bars by year as a drawing: numbers in, rectangles out, since no style may stand in the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

HEIGHT, WIDTH = 56, 280
"""Size of a chart, in its own units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One year: its papers, where its rectangle stands, where it leads, whether it is chosen."""

    year: int
    count: int
    x: float
    y: float
    width: float
    height: float
    address: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the first year to the last, those without papers left out."""

    bars: Sequence[Bar]
    first: int
    last: int
    most: int

    @property
    def total(self) -> int:
        """Papers with a year."""
        return sum(bar.count for bar in self.bars)


def year_chart(
    years: Iterable[tuple[int, int]], address: Callable[[int], str], chosen: Callable[[int], bool]
) -> Chart | None:
    """Bars of some years with their papers; None where there are none."""
    counts = sorted(years)
    if not counts:
        return None
    first, last = counts[0][0], counts[-1][0]
    most = max(count for _, count in counts)
    # A year alone is no wall.
    step = WIDTH / max(last - first + 1, 8)
    bars = []
    for year, count in counts:
        height = max(1.5, HEIGHT * count / most)
        x = (year - first) * step
        bars.append(
            Bar(
                year,
                count,
                round(x, 2),
                round(HEIGHT - height, 2),
                round(max(step - 1.5, step * 0.7), 2),
                round(height, 2),
                address(year),
                chosen(year),
            )
        )
    return Chart(bars, first, last, most)
