"""What a table says of an array: dtypes, shape in sizes that have names, and a rule that its values keep.

Named tuples, since every search reads the table at its start: frozen dataclasses took a third longer to make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]
Sizes = dict[str, int]

DTYPES = {
    name: np.dtype(name) for name in ("|b1", "|u1", "<u2", "<u4", "<u8", "|i1", "<i2", "<i4", "<i8", "<f4", "<f8")
}
"""What an array of any file may consist of."""
BYTE, SHORT, WORD, LONG = ("|u1",), ("<u2",), ("<u4",), ("<u8",)
NARROW = ("|u1", "<u2", "<u4", "<u8")
"""Small integers take what holds the largest of them."""
OFFSETS = ("<u4", "<u8")
NUMBERS = ("<u2", "<u4")
"""Papers of a segment: 16 bits hold those of small ones, and those of a block always."""


class Size(NamedTuple):
    """How many: `(times * size + add) // per + after` of a size that has a name."""

    name: str
    times: int = 1
    add: int = 0
    per: int = 1
    after: int = 0

    def of(self, sizes: Sizes) -> int | None:
        """The number, None where its size has not been met."""
        known = sizes.get(self.name)
        return None if known is None else (self.times * known + self.add) // self.per + self.after

    def back(self, count: int) -> int:
        """The size, of a number of as many; of one that is divided the row of another array must come first."""
        return (count - self.after - self.add) // self.times

    def __str__(self) -> str:
        text = self.name if self.times == 1 else f"{self.times} {self.name}"
        text += f" + {self.add}" if self.add else ""
        if self.per > 1:
            text = f"({text}) / {self.per}" if self.add else f"{text} / {self.per}"
        return text + (f" + {self.after}" if self.after else "")


def one_more(name: str) -> Size:
    """So many and one, as offsets are."""
    return Size(name, add=1)


def bits(name: str) -> Size:
    """Bytes for so many bits."""
    return Size(name, add=7, per=8)


class Rule(NamedTuple):
    """What holds of the values of an array: in words, and as a test that is true where it holds."""

    says: str
    holds: Callable[[Values, Sizes], bool]
    by_part: bool = False
    """Whether it holds of every part if of the whole."""


def _rising(values: Values) -> bool:
    return bool((values[1:] >= values[:-1]).all())


def offsets(into: str) -> Rule:
    """Where each of some rows begins in another array, and where the last one ends."""
    return Rule(
        f"rising from 0 to {into}",
        lambda values, sizes: int(values[0]) == 0 and int(values[-1]) == sizes[into] and _rising(values),
    )


def below(name: str) -> Rule:
    """Numbers of rows of another array."""
    return Rule(f"below {name}", lambda values, sizes: not values.size or int(values.max()) < sizes[name], by_part=True)


def under(most: int) -> Rule:
    """Numbers of a fixed table."""
    return Rule(
        f"0 to {most - 1:,}",
        lambda values, _: not values.size or (int(values.min()) >= 0 and int(values.max()) < most),
        by_part=True,
    )


def rising(name: str = "") -> Rule:
    """In order; where a size is named, numbers of rows of it."""

    def holds(values: Values, sizes: Sizes) -> bool:
        return _rising(values) and (not name or not values.size or int(values[-1]) < sizes[name])

    return Rule("rising" + (f", below {name}" if name else ""), holds, by_part=True)


def within(name: str) -> Rule:
    """Positions in another array in order, its end among them."""
    return Rule(
        f"rising, at most {name}",
        lambda values, sizes: _rising(values) and (not values.size or int(values[-1]) <= sizes[name]),
        by_part=True,
    )


class Row(NamedTuple):
    """One array. `shape` are numbers, names of sizes, or what follows from them."""

    name: str
    dtypes: tuple[str, ...]
    shape: tuple[int | Size, ...]
    says: str
    rule: Rule | None = None
    or_empty: bool = False
    """Whether it may have no rows at all, where nothing of the kind was asked for."""


def row(
    name: str,
    dtypes: tuple[str, ...],
    shape: str | Size | tuple[int | str | Size, ...],
    says: str,
    rule: Rule | None = None,
    *,
    or_empty: bool = False,
) -> Row:
    """A row, with sizes by their names."""
    extents = (shape,) if isinstance(shape, (str, Size)) else shape
    return Row(
        name,
        dtypes,
        tuple(Size(extent) if isinstance(extent, str) else extent for extent in extents),
        says,
        rule,
        or_empty,
    )


def strings(name: str, count: str, says: str, *, ordered: bool) -> Iterator[Row]:
    """A table of strings."""
    yield row(
        f"{name}.at", OFFSETS, one_more(count), f"where each string of {name}.blob begins", offsets(f"{name}.bytes")
    )
    yield row(f"{name}.blob", BYTE, f"{name}.bytes", says)
    if ordered:
        yield row(f"{name}.head", LONG, count, "the first eight bytes of each, as a big-endian number", rising())


def shape_text(entry: Row, sizes: Sizes | None = None) -> str:
    """The shape of an array in words, with numbers where they are known."""
    extents = (
        f"{size} = {size.of(sizes or {})}" if isinstance(size, Size) and sizes else str(size) for size in entry.shape
    )
    return " x ".join(extents) + (" or 0" if entry.or_empty else "")
