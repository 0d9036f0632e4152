"""Which strings may be some edits from a word: none that is may be missed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from indexer.index.native import kernel
from indexer.index.segment.signatures import Signatures

words = st.text(st.sampled_from("abcz019é漢-"), max_size=7)


@given(st.lists(words, max_size=30), words, st.integers(0, 2))
def test_no_string_within_the_edits_is_missed(strings: list[str], word: str, edits: int) -> None:
    """Every string that is so many edits from a word is among those alike, each once and rising."""
    encoded = [string.encode() for string in strings]
    starts = np.cumsum([0, *map(len, encoded)]).astype(np.uint32)
    blob = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    alike = Signatures(blob, starts).alike(word.encode(), edits).tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "native", None)
        assert Signatures(blob, starts).alike(word.encode(), edits).tolist() == alike
    assert alike == sorted(set(alike))
    near = {number for number, string in enumerate(strings) if OSA.distance(word, string) <= edits}
    assert near <= set(alike)


def test_few_others_are_alike() -> None:
    """Words of other letters, of other lengths and with a letter twice are told apart."""
    strings = [b"graph", b"graphs", b"graphene", b"planning", b"graaph", b"grape", b""]
    starts = np.cumsum([0, *map(len, strings)]).astype(np.uint32)
    signatures = Signatures(np.frombuffer(b"".join(strings), dtype=np.uint8), starts)
    assert signatures.alike(b"graph", 1).tolist() == [0, 1, 4, 5]
