"""Which words of a plain query may be initials, and of what names."""

from __future__ import annotations

import pytest

from query.language.initials import MOST, names_of_initials
from query.language.parser import parse


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("Y. Bengio", ["Y. Bengio"]),
        ("y bengio", ["Y. bengio"]),
        ("Bengio, Y. deep", ["Y. deep", "Y. Bengio"]),
        ("Bengio, Y., Courville", ["Y. Bengio"]),
        ("Geoffrey E. Hinton", ["Geoffrey Hinton", "E. Hinton", "E. Geoffrey"]),
        ("J.-P. Serre", ["J. P. Serre"]),
        ("L. van der Maaten", ["L. Maaten"]),
        ("Hinton GE", ["G. E. Hinton"]),
        ("GAN inversion", []),
        ("learning", []),
        ("deep learning", []),
        ("x", []),
        ("a of", []),
    ],
)
def test_names(query: str, names: list[str]) -> None:
    """The name behind, the one before, and without the initial in the middle."""
    found = dict.fromkeys(name for names in names_of_initials(parse(query).optional) for name in names)
    assert list(found) == names


def test_initials_of_one_name_stand_for_it_together() -> None:
    """Both letters of `G. E. Hinton` are met by a paper of his."""
    assert names_of_initials(parse("G. E. Hinton").optional) == [("G. E. Hinton",), ("G. E. Hinton",), ()]


def test_of_many_initials_the_first_are_read() -> None:
    """A page of them is no query, and each is looked up."""
    found = names_of_initials(parse("Y. Bengio " * 100).optional)
    assert sum(map(bool, found)) == MOST
