"""The short way to compare names gives what the whole way gives."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.record.name_forms import meant, stored_form, typed_form
from indexer.index.record.names import cluster_key
from indexer.index.record.plain_names import NameTest
from indexer.index.text.encoded import encode

_PIECE = st.sampled_from(
    [
        *"EJDOWY",
        "J.",
        "Y.",
        "d.",
        "Wei",
        "Wang",
        "Ming",
        "Jean",
        "Luc",
        "de",
        "la",
        "van",
        "Torre",
        "Delatorre",
        "Jr",
        "II",
    ]
)
_NAME = st.lists(st.tuples(_PIECE, st.sampled_from([" ", " ", " ", "-", ", ", ".", "'"])), min_size=1, max_size=6).map(
    lambda rows: "".join(f"{piece}{sign}" for piece, sign in rows[:-1]) + rows[-1][0]
)


@given(_NAME, _NAME)
@example("Weinan E", "Weinan-E")
@example("O Reilly", "OReilly")
@example("J. W", "Jean-W W")
def test_the_short_way_gives_what_the_whole_way_gives(typed: str, stored: str) -> None:
    """Every typed name, also the other way round, means the same by either way."""
    key = cluster_key(stored)
    form = typed_form(typed)
    for way in (form, *form.rotated()):
        assert NameTest(way).meant(encode(key)) == meant(way, stored_form(key))
