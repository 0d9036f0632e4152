"""Names taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.export.person import Person, split_name


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Weinan E", Person("Weinan", "E")),
        ("E, Weinan", Person("Weinan", "E")),
        ("Ludwig van Beethoven", Person("Ludwig", "van Beethoven")),
        ("van Beethoven, Ludwig", Person("Ludwig", "van Beethoven")),
        ("Beethoven, Ludwig van", Person("Ludwig", "van Beethoven")),
        ("Maria de la Cruz Santos", Person("Maria", "de la Cruz Santos")),
        ("Luc Van Gool", Person("Luc", "Van Gool")),
        ("Thi Van Anh Nguyen", Person("Thi Van Anh", "Nguyen")),
        ("Jose Ortega y Gasset", Person("Jose", "Ortega y Gasset")),
        ("Hal Daumé III", Person("Hal", "Daumé", "III")),
        ("Martin Luther King Jr.", Person("Martin Luther", "King", "Jr.")),
        ("Martin Luther King, Jr.", Person("Martin Luther", "King", "Jr.")),
        ("King, Jr., Martin Luther", Person("Martin Luther", "King", "Jr.")),
        ("King Jr., Martin Luther", Person("Martin Luther", "King", "Jr.")),
        ("Wei Wang 0003", Person("Wei", "Wang", number="0003")),
        ("山田 太郎", Person("太郎", "山田")),
        ("Prabhat", Person("", "Prabhat")),
        ("Charles Jr.", Person("", "Charles Jr.")),
        ("ATLAS Collaboration", Person("", "ATLAS Collaboration")),
        ("Alec Rivers, Takeo Igarashi", Person("", "Alec Rivers, Takeo Igarashi")),
        ("A, B, C, D", Person("", "A, B, C, D")),
        ("Wang,", Person("", "Wang,")),
        ("", Person("", "")),
    ],
)
def test_split_name(name: str, person: Person) -> None:
    """Particles are of the family, suffixes and DBLP's numbers apart, what is unclear stays whole."""
    assert split_name(name) == person


@given(st.text(st.sampled_from("aB. ,'é-") | st.characters(codec="utf-8"), max_size=30))
def test_nothing_is_lost(name: str) -> None:
    """The parts of a name hold every letter of it."""
    person = split_name(name)
    parts = (person.given, person.family, person.suffix, person.number)
    letters = [sorted("".join(text.replace(",", "").split())) for text in (name, "".join(parts))]
    assert letters[0] == letters[1]
