"""Which strings of a table may be a few edits from a word: a cheap test that leaves some dozens of 60,000."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.index.native import kernel
from indexer.index.text.encoded import encode

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint32]
Starts = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]

_BEYOND = 31
_LONGEST = 1 << 14
"""Bytes from which on all strings count as of one length."""
_BIT_OF = np.array(
    [byte - 97 if 97 <= byte <= 122 else 26 + byte % 5 if byte < 128 else _BEYOND for byte in range(256)],
    dtype=np.uint32,
)
"""Of each byte: a bit a letter, some for digits and signs together, one for all characters beyond ASCII."""
_MASK_OF = np.left_shift(np.uint32(1), _BIT_OF)


class Signatures:
    """For each string which letters it has, and which it has an odd number of times, in the order of lengths.

    An edit that changes the length changes at most one bit of either, any other edit at most two.
    """

    def __init__(self, blob: Bytes, starts: Starts) -> None:
        """`starts` (uint32 or uint64): where each string of `blob` begins, and the end of the last."""
        self._native = kernel.native and kernel.native.Signatures(blob, starts)
        if self._native is not None:
            return
        lengths = np.diff(starts.astype(np.int64))
        has, odd = _sign(blob, starts.astype(np.int64))
        # A character beyond ASCII has two to four bytes: those strings come first, as of any length.
        lengths[has >> np.uint32(_BEYOND) != 0] = -1
        # By digits, as numpy sorts numbers of 16 bits; no word is longer.
        lengths = np.minimum(lengths, _LONGEST).astype(np.int16)
        self._order = np.argsort(lengths, kind="stable")
        self._has, self._odd = has[self._order], odd[self._order]
        self._ends = np.cumsum(np.bincount(lengths.astype(np.int64) + 1, minlength=1))

    def alike(self, key: bytes, edits: int) -> Ints:
        """Numbers (rising) of the strings that may be `edits` insertions, deletions, changes or swaps from a key."""
        if self._native is not None:
            return np.frombuffer(self._native.alike(key, edits), dtype=np.uint32).astype(np.int64)
        letters = min(_LONGEST, sum(byte & 0xC0 != 0x80 for byte in key))
        has, odd = _sign(np.frombuffer(key, dtype=np.uint8), np.array([0, len(key)]))
        found = [self._near(0, int(self._ends[0]), has, odd, 2 * edits)]
        for length in range(max(0, letters - edits), min(letters + edits + 1, len(self._ends) - 1)):
            low, high = int(self._ends[length]), int(self._ends[length + 1])
            found.append(self._near(low, high, has, odd, 2 * edits - abs(length - letters)))
        return np.sort(np.concatenate(found))

    def _near(self, low: int, high: int, has: Bits, odd: Bits, bits: int) -> Ints:
        near = low + np.flatnonzero(np.bitwise_count(self._has[low:high] ^ has) <= bits)
        found: Ints = self._order[near[np.bitwise_count(self._odd[near] ^ odd) <= bits]]
        return found


def signed(word: str, edits: int) -> bytes:
    """What the kernel tells words by that are more than some edits from one: both of its signatures, letters, edits."""
    key = encode(word)
    has, odd = _sign(np.frombuffer(key, dtype=np.uint8), np.array([0, len(key)]))
    return np.array([has[0], odd[0], len(word), edits], dtype=np.uint32).tobytes()


def _sign(blob: Bytes, starts: Ints) -> tuple[Bits, Bits]:
    """The signatures of strings."""
    count = len(starts) - 1
    has, odd = np.zeros(count, dtype=np.uint32), np.zeros(count, dtype=np.uint32)
    filled = np.flatnonzero(np.diff(starts))
    if filled.size:
        bits = _MASK_OF[blob]
        has[filled] = np.bitwise_or.reduceat(bits, starts[:-1][filled])
        odd[filled] = np.bitwise_xor.reduceat(bits, starts[:-1][filled])
    return has, odd
