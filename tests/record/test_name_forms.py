"""Names as people type them, against names as papers have them: a row a fact."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.index.record.name_forms import initial_of, meant, stored_form, typed_form
from indexer.index.record.names import cluster_key

MEANT = [
    ("Yoshua Bengio", "Yoshua Bengio"),
    ("Bengio, Yoshua", "Yoshua Bengio"),
    ("Yoshua Bengio", "Bengio, Yoshua"),
    ("Bengio, Yoshua", "Bengio, Yoshua"),
    ("Y. Bengio", "Yoshua Bengio"),
    ("Y Bengio", "Y. Bengio"),
    ("Bengio Y.", "Yoshua Bengio"),
    ("JRR Tolkien", "J.R.R. Tolkien"),
    ("J.R.R. Tolkien", "JRR Tolkien"),
    ("J. R. R. Tolkien", "John Ronald Reuel Tolkien"),
    ("jrr tolkien", "J.R.R. Tolkien"),
    ("Tolkien JRR", "J. R. R. Tolkien"),
    ("J.-P. Smith", "Jean-Pierre Smith"),
    ("J-P Smith", "J.-P. Smith"),
    ("Smith, J.-P.", "Jean Pierre Smith"),
    ("Jean Pierre Smith", "Jean-Pierre Smith"),
    ("Jeanpierre Smith", "Jean-Pierre Smith"),
    ("Jean-Pierre Smith", "Jeanpierre Smith"),
    ("Fernando De La Torre", "Fernando Delatorre"),
    ("Maaten, Laurens van der", "Laurens van der Maaten"),
    ("van der Maaten, Laurens", "Laurens van der Maaten"),
    ("Laurens Maaten", "Laurens van der Maaten"),
    ("Maaten", "Laurens van der Maaten"),
    ("Fernando de la Torre", "de la Torre, Fernando"),
    ("Fernando Delatorre", "Fernando de la Torre"),
    ("O Reilly", "Tim O'Reilly"),
    ("O'Reilly", "Tim OReilly"),
    ("Tim O\u2019Reilly", "Tim O'Reilly"),
    ("Reilly", "Tim O'Reilly"),
    ("Aspremont", "Alexandre d'Aspremont"),
    ("Alexandre Aspremont", "Alexandre d'Aspremont"),
    ("d Aspremont", "Alexandre d'Aspremont"),
    ("Weinan E", "Weinan E"),
    ("Weinan E", "E, Weinan"),
    ("E, Weinan", "Weinan E"),
    ("W. E", "Weinan E"),
    ("Muller", "Klaus-Robert Müller"),
    ("Mueller", "Klaus-Robert Müller"),
    ("Klaus-Robert Müller", "Klaus Robert Mueller"),
    ("KR Müller", "Klaus-Robert Müller"),
    ("Martin Luther King", "Martin Luther King, Jr."),
    ("King, Martin Luther", "Martin Luther King Jr"),
    ("Lei Wu", "Lei Wu 0003"),
    ("Gabriel García", "Gabriel García Márquez"),
    ("Ng, Andrew Y.", "Andrew Y. Ng"),
    ("andrew ng", "Andrew Y. Ng"),
    ("Chr. Manning", "Christopher D. Manning"),
    ("BO DONG", "Bo Dong"),
    ("X Wang", "Xiaoming Wang"),
    ("J. Smith", "Jean-Luc Smith"),
    ("王小明", "王小明"),
]
NOT_MEANT = [
    ("Y. Bengio", "Samy Bengio"),
    ("Yoshua Bengio", "Y. Bengio"),
    ("Ming Li", "Xiaoming Li"),
    ("Weinan E", "Weinan Ernst"),
    ("Weinan E", "Weinan"),
    ("W. E", "Wayne E. Hubbard"),
    ("Li, Ming", "Li Ping"),
    ("Baer", "Bar"),
    ("Muller", "Mueller"),
    ("JRR Tolkien", "J. Tolkien"),
    ("Martin King Jr.", "Martin King"),
    ("Reilly", "Oreilly"),
    ("Wei Wang", "Jen-Wei Wang"),
    ("Wei Wang", "Wei-Chen Wang"),
    ("Wei Wang", "Weiwang Fan"),
    ("Y. Wang", "Michael Yu Wang"),
    ("Y. Wang", "Chien-Yi Wang"),
    ("BO DONG", "Bill Odong"),
]


@pytest.mark.parametrize(("typed", "name"), MEANT)
def test_a_typed_name_means(typed: str, name: str) -> None:
    """One way of writing for another."""
    assert meant(typed_form(typed), stored_form(cluster_key(name))) is not None


@pytest.mark.parametrize(("typed", "name"), NOT_MEANT)
def test_a_typed_name_does_not_mean(typed: str, name: str) -> None:
    """Another person, or one who may be another."""
    assert meant(typed_form(typed), stored_form(cluster_key(name))) is None


def test_initials_that_were_typed_are_said_to_be_widened() -> None:
    """And names that stand as typed are not."""
    typed = typed_form("Y. Bengio")
    full, same = (meant(typed, stored_form(key)) for key in ("yoshua bengio", "y. bengio"))
    assert full is not None
    assert same is not None
    assert (full.widened, same.widened) == (True, False)


def test_names_that_stand_as_initials_are_known_of_a_full_name() -> None:
    """They are said to be there, not found."""
    typed = typed_form("Yoshua Bengio")
    assert initial_of(typed, stored_form("y. bengio"))
    assert not initial_of(typed, stored_form("s. bengio"))
    assert not initial_of(typed, stored_form("yoshua bengio"))


@given(st.text(max_size=40))
@example("00_0")
def test_every_name_means_itself(name: str) -> None:
    """Whatever stands in it, unless it holds no letter or digit."""
    typed = typed_form(name)
    if typed.units and not any(unit.abbreviated for unit in typed.units):
        assert meant(typed, stored_form(cluster_key(name))) is not None
