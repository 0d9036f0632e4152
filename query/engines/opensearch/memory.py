"""Arrays in memory where a segment has them in a file."""

from __future__ import annotations

import numpy as np

from indexer.index.segment.container import Array


class Arrays(dict[str, Array]):
    """Arrays by name, in memory."""

    def add(self, name: str, array: Array) -> None:
        """Append an array."""
        self[name] = array

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        """Append raw bytes as an array of uint8."""
        self[name] = np.frombuffer(data, dtype=np.uint8)
