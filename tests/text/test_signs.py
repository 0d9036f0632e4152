"""Signs that belong to words are marked run by run; over the whole text at once the patterns say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.index.text import signs

_PIECES = tuple("a.|i.|ph.d|m.sc| |  |\n|.net|node.js|.|,|1,|10,000|234|'|(|)|-|[|x|é|\x01|:|/".split("|"))


def _whole(folded: str) -> str:
    folded = folded.translate(signs._WITHOUT_MARKERS)
    return signs._whole_numbers(signs._stopped(folded))


@given(st.lists(st.sampled_from(_PIECES), max_size=12).map("".join))
def test_a_run_between_spaces_is_marked_as_in_its_text(text: str) -> None:
    assert signs.with_signs(text) == _whole(text)


@given(st.lists(st.sampled_from((*_PIECES, "a*", "at&t", "1,000")), max_size=12).map("".join))
def test_runs_are_marked_by_themselves(text: str) -> None:
    """What lies beyond a space decides nothing: so runs may be marked once and remembered."""
    assert signs.with_signs(text) == " ".join(map(signs.with_signs, text.split(" ")))


def test_marked_texts_keep_their_length() -> None:
    text = "an i.i.d. sample of 10,000 in node.js and .net, e.g. 1,234,567"
    assert len(signs.with_signs(text)) == len(text)
    assert signs.with_signs(text) != text
