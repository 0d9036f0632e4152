"""Text as an index holds it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.errors import BadIndexError
from indexer.index.text.encoded import decode, encode


@given(st.text(st.characters()))
@example("\ud83d\ude00\udce9")
def test_text_of_an_index_is_the_text(text: str) -> None:
    """Halves of surrogate pairs too."""
    assert decode(encode(text)) == text


@pytest.mark.parametrize("raw", [b"\xff", b"a\xc3", b"\xc0\x80", b"\xf5\x80\x80\x80"])
def test_bytes_that_are_no_text_are_damage(raw: bytes) -> None:
    """Where checksums are right all the same."""
    with pytest.raises(BadIndexError, match=r"is no UTF-8 \(byte \d\); run `quiver verify`"):
        decode(raw)
