"""What a query's text becomes before it is looked up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from indexer.index.text.analysis import groups
from indexer.index.text.reading import as_read
from query.language.analysed import grouped


@given(st.text(st.characters(max_codepoint=0x7F), max_size=12) | st.text(max_size=12))
def test_the_short_way_of_a_plain_word_reads_it_as_the_long_way(text: str) -> None:
    """A leaf of plain letters and digits alone needs no analysis: it is read as analysis would read it."""
    assert grouped(text) == groups(as_read(text))
