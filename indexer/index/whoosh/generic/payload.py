"""Weights and values of a list of postings as arrays: what a posting carries beside its id.

Arrays under a prefix: `weights` float64, the distinct weights, rising; `weight` the place in it of each
posting. The values lie in one of the forms of `Form`; which one is part of the description.

    no         nothing: the value is empty
    weight     nothing: the value is Whoosh's packed frequency, and that is the weight
    positions  pos.at (n + 1 offsets) and pos: the value is Whoosh's encoding of a rising list of positions
    bytes      value.at (n + 1 offsets) and value: any other bytes, as they came
"""

from __future__ import annotations

from array import array
from enum import StrEnum
from typing import Any

import numpy as np

from indexer.index.segment.container import Array
from indexer.index.segment.narrow import narrow
from indexer.index.whoosh.generic.values import check_numbers, load_numbers
from indexer.index.whoosh.library import formats, system
from indexer.index.whoosh.seams import Arrays

_UINT = 4
_POSITIONS = formats.Positions()
# Where the pickle of numbers begins in the values of Whoosh's own formats.
_PICKLE_AT = {
    formats.Positions: 4,
    formats.Characters: 4,
    formats.PositionBoosts: 8,
    formats.CharacterBoosts: 8,
}


class Form(StrEnum):
    """How the values of a list of postings are stored."""

    NO = "no"
    WEIGHT = "weight"
    POSITIONS = "positions"
    BYTES = "bytes"


def offsets(lengths: Array) -> Array:
    """Offsets of consecutive runs, one more than runs, in the smallest dtype."""
    at = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=at[1:])
    return narrow(at)


def encode_positions(positions: list[int]) -> bytes:
    """The value of Whoosh's Positions format."""
    encoded: bytes = _POSITIONS.encode(positions)
    return encoded


def decode_positions(value: bytes) -> list[int] | None:
    """The positions in a value of the Positions format; None unless encoding them gives the value again."""
    try:
        gaps = load_numbers(value[_UINT:])
    except ValueError:
        return None
    if not isinstance(gaps, list) or not all(type(gap) is int and 0 <= gap < 1 << 32 for gap in gaps):
        return None
    positions = np.cumsum(gaps, dtype=np.int64).tolist()
    return positions if encode_positions(positions) == value else None


class PayloadBuilder:
    """Collects weights and values, then lays them out."""

    def __init__(self, format_: Any) -> None:
        self._positional = type(format_) is formats.Positions
        self._weights = array("d")
        self._values: list[bytes] = []

    def __len__(self) -> int:
        return len(self._weights)

    def add(self, weight: float, value: bytes) -> None:
        """The next posting."""
        self._weights.append(weight)
        self._values.append(value)

    def arrays(self, prefix: str) -> tuple[Form, dict[str, Array]]:
        """The form of the values and all arrays, by name."""
        weights, codes = np.unique(np.array(self._weights, dtype=np.float64), return_inverse=True)
        form, arrays = self._layout()
        arrays |= {"weights": weights, "weight": narrow(codes)}
        return form, {prefix + name: content for name, content in arrays.items()}

    def _layout(self) -> tuple[Form, dict[str, Array]]:
        values = self._values
        if not any(values):
            return Form.NO, {}
        if self._positional and (decoded := self._decoded()) is not None:
            counts = np.fromiter(map(len, decoded), dtype=np.int64, count=len(decoded))
            flat = np.fromiter((at for found in decoded for at in found), dtype=np.int64, count=int(counts.sum()))
            return Form.POSITIONS, {"pos.at": offsets(counts), "pos": narrow(flat)}
        if all(
            len(value) == _UINT and weight == int.from_bytes(value, "big")
            for value, weight in zip(values, self._weights, strict=True)
        ):
            return Form.WEIGHT, {}
        counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
        blob = np.frombuffer(b"".join(values), dtype=np.uint8)
        return Form.BYTES, {"value.at": offsets(counts), "value": blob}

    def _decoded(self) -> list[list[int]] | None:
        found = []
        for value in self._values:
            positions = decode_positions(value)
            if positions is None:
                return None
            found.append(positions)
        return found


class Payload:
    """Weights and values by the number of the posting."""

    def __init__(self, arrays: Arrays, prefix: str, form: str) -> None:
        self.form = Form(form)
        self.table: list[float] = arrays[prefix + "weights"].tolist()
        self.codes = arrays[prefix + "weight"].data
        if self.form is Form.POSITIONS:
            self._at = arrays[prefix + "pos.at"].data
            self._content = arrays[prefix + "pos"].data
        elif self.form is Form.BYTES:
            self._at = arrays[prefix + "value.at"].data
            self._content = arrays[prefix + "value"].data

    def weights(self, low: int, high: int) -> list[float]:
        """Weights of postings `low` to before `high`."""
        table = self.table
        return [table[code] for code in self.codes[low:high]]

    def positions(self, number: int) -> list[int]:
        """Positions of a posting, where the form is POSITIONS."""
        found: list[int] = self._content[self._at[number] : self._at[number + 1]].tolist()
        return found

    def value(self, number: int) -> bytes:
        """The value as Whoosh's format encoded it."""
        if self.form is Form.POSITIONS:
            return encode_positions(self.positions(number))
        if self.form is Form.BYTES:
            return bytes(self._content[self._at[number] : self._at[number + 1]])
        if self.form is Form.WEIGHT:
            packed: bytes = system.pack_uint(int(self.table[self.codes[number]]))
            return packed
        return b""

    def value_as(self, number: int, kind: str, format_: Any) -> Any:
        """What Whoosh's format would decode from the value."""
        if self.form is Form.POSITIONS and type(format_) is formats.Positions:
            return FROM_POSITIONS[kind](self.positions(number), format_)
        return format_.decode_as(kind, self.checked_value(number, format_))

    def checked_value(self, number: int, format_: Any) -> bytes:
        """The value, of which it is sure that Whoosh's format unpickles numbers from it and nothing else."""
        value = self.value(number)
        if self.form is Form.BYTES:
            for kind, at in _PICKLE_AT.items():
                if isinstance(format_, kind):
                    # Whoosh adds the full stop that ends a pickle where it misses it.
                    check_numbers(value[at:] if value.endswith(b".") else value[at:] + b".")
        return value


FROM_POSITIONS: dict[str, Any] = {
    "positions": lambda found, _: found,
    "frequency": lambda found, _: len(found),
    "weight": lambda found, format_: len(found) * format_.field_boost,
    "position_boosts": lambda found, _: [(at, 1) for at in found],
}
