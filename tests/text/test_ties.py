"""What a text ties: umlauts written out, elided articles, capitals that are abbreviations."""

from __future__ import annotations

import pytest

from indexer.index.text.ties import EVERYWHERE, HERE, Tie, ties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Schrödinger", [Tie("schroedinger", HERE, "schrodinger"), Tie("schrodinger", EVERYWHERE, "schroedinger")]),
        ("l’école", [Tie("ecole", EVERYWHERE, "lecole"), Tie("lecole", EVERYWHERE, "ecole")]),
        ("Qu'avons nous", [Tie("avons", EVERYWHERE, "quavons"), Tie("quavons", EVERYWHERE, "avons")]),
        ("in the US today", [Tie("u.s", HERE, "us")]),
        ("US elections", [Tie("u.s", HERE, "us")]),
        ("TELL US A STORY", []),
        ("café José naïve", []),
        ("don't, students', it's o'clock", []),
        ("USA BUS", []),
    ],
)
def test_ties(text: str, expected: list[Tie]) -> None:
    """Each form of the table, and what only looks like one."""
    assert list(ties(text)) == expected
