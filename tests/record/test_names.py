"""Author names: spellings, cluster keys, neighbours."""

from __future__ import annotations

import string
from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.record.names import STEPS, cluster_key, neighbour_blocks, neighbour_reason, neighbours, spelling

_WORDS = ["wei", "wang", "e", "w", "jean-luc", "j.-l.", "j", "jörg", "jorg", "o'brien", "obrien", "ørsted", "si"]
_SUFFIXES = ["", "", " 0003", " jr.", ", jr", " ii", " iii", " 0001 ii"]
# Names close enough to each other to be neighbours, and names of anything.
CLOSE_NAMES = st.builds(
    "{}{}".format, st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4).map(" ".join), st.sampled_from(_SUFFIXES)
)
LOOSE_NAMES = st.text(alphabet="aeijrsvw03 .-',’éßŉʼ機᾽İ\u0301", max_size=8)
KEYS = (CLOSE_NAMES | LOOSE_NAMES | st.text(max_size=8)).map(cluster_key)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("Weinan E", "Weinan E"),
        ("  Weinan \t\u00a0E ", "Weinan E"),
        (r"Bernhard Sch{\"o}lkopf", "Bernhard Schölkopf"),
        (r"{\L}ukasz Kaiser", "Łukasz Kaiser"),
        (r"\'Etienne  B{\o}rg", "Étienne Børg"),
        ("J&uuml;rgen Schmidhuber", "Jürgen Schmidhuber"),
        ("M.~Smith", "M. Smith"),
        ("Jose\u0301", "José"),
        ("Jinbo Wang 0003", "Jinbo Wang 0003"),
        ("BO DONG", "BO DONG"),
    ],
)
def test_spelling(published: str, expected: str) -> None:
    """A spelling is the published name without LaTeX, entities and odd white space, composed; nothing else changes."""
    assert spelling(published) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Bo Dong", "BO  DONG", True),
        (r"J\"org M", "JÖRG M", True),
        ("Straße", "STRASSE", True),
        ("Jose\u0301", "José", True),
        ("Jorg M", "Jörg M", False),
        ("Wei-Nan E", "Weinan E", False),
        ("Jinbo Wang", "Jinbo Wang 0003", False),
        ("W. E", "W E", False),
    ],
)
def test_cluster_key_folds_case_and_space_alone(one: str, other: str, same: bool) -> None:
    """Names are of one cluster when they differ in case, white space and encoding only."""
    assert (cluster_key(one) == cluster_key(other)) is same


@given(st.text(max_size=20))
def test_cluster_key_is_the_plain_definition(name: str) -> None:
    """The key equals NFC(casefold(NFC(white space folded))) of any name without markup, and is its own key there."""
    plain = name.translate(dict.fromkeys(map(ord, "\\{}~&<")))
    expected = normalize("NFC", normalize("NFC", " ".join(plain.split())).casefold())
    assert cluster_key(plain) == expected


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Jörg Müller", "Jorg Muller", "accent"),
        ("Søren Straße", "Soren Strasse", "accent"),
        ("Łukasz Kaiser", "Lukasz Kaiser", "accent"),
        ("Jean-Luc Barron", "Jean Luc Barron", "hyphen"),
        ("Wei-Nan E", "Weinan E", "hyphen"),
        ("Éric O'Brien", "Eric OBrien", "hyphen"),
        ("J. R. Wang", "J.R. Wang", "hyphen"),
        ("Jinbo Wang", "Jinbo Wang 0003", "suffix"),
        ("Jinbo Wang 0001", "Jinbo Wang 0003", "suffix"),
        ("Martin King, Jr.", "Martin King", "suffix"),
        ("Jörg Bach II", "Jorg Bach", "suffix"),
        ("E Weinan", "Weinan E", "inverted"),
        ("E, Weinan", "Weinan E", "inverted"),
        ("Müller Jörg Uwe", "Jorg Uwe Muller", "inverted"),
        ("W. E", "Weinan E", "initial"),
        ("Geoffrey Hinton", "Geoffrey E. Hinton", "initial"),
        ("H. Vincent Poor", "Vincent Poor", "initial"),
        ("J.-L. Barron", "Jean-Luc Barron", "initial"),
        ("J. Barron", "Jean-Luc Barron", "initial"),
        ("A. Ørsted", "Anders Orsted", "initial"),
        ("Weinan E", "Weinan E", None),
        ("Wei Wang", "Li Wang", None),
        ("Wang", "Wei Wang", None),
        ("Wei Wang", "Wei-Chen Wang", None),
        ("J. A. B. Smith", "J. Smith", None),
        ("W. Ex", "Weinan E", None),
        ("Jürgen Wang", "E. Wang", None),
    ],
)
def test_neighbour_reason(one: str, other: str, reason: str | None) -> None:
    """The reason is the first single step that makes two keys equal, whichever of them comes first."""
    assert neighbour_reason(cluster_key(one), cluster_key(other)) == reason
    assert neighbour_reason(cluster_key(other), cluster_key(one)) == reason


def test_reasons_come_in_the_published_order() -> None:
    """accent, hyphen, suffix, inverted, initial."""
    assert [reason for reason, _ in STEPS] == ["accent", "hyphen", "suffix", "inverted", "initial"]


@given(KEYS, KEYS)
def test_neighbours_share_a_block(one: str, other: str) -> None:
    """Neighbours by initial share the second hash, all others the first, so that no neighbour is ever missed."""
    reason = neighbour_reason(one, other)
    assert reason == neighbour_reason(other, one)
    if reason is not None:
        place = 1 if reason == "initial" else 0
        assert neighbour_blocks(one)[place] == neighbour_blocks(other)[place]


def _variants(key: str) -> list[str]:
    words = key.split()
    return [
        key.replace("-", " "),
        key.replace("-", ""),
        key.replace("o", "ö"),
        key + " 0003",
        key + ", jr.",
        " ".join(words[-1:] + words[:-1]),
        " ".join([words[0][0] + ".", *words[1:]]),
    ]


@given(
    st.lists(st.text(alphabet=string.ascii_lowercase + "-öø", min_size=1, max_size=6), min_size=2, max_size=4)
    .map(" ".join)
    .filter(lambda key: not any(one in "- " and other in "- " for one, other in pairwise(f" {key} ")))
)
def test_every_single_step_is_seen(key: str) -> None:
    """A key changed by one step is a neighbour of the key it came from, or the same."""
    for variant in _variants(cluster_key(key)):
        assert variant == key or neighbour_reason(key, variant) is not None, variant


def test_neighbours_keep_the_order() -> None:
    """Of many keys the neighbours come back in their order, each with its reason, the key itself left out."""
    others = ["w. e", "weinan e", "wei wang", "e weinan", "weinan e 0002"]
    assert list(neighbours("weinan e", others)) == [
        ("w. e", "initial"),
        ("e weinan", "inverted"),
        ("weinan e 0002", "suffix"),
    ]


def test_blocks_are_stable() -> None:
    """The hashes are kept in indexes: they may not change from run to run or from version to version."""
    assert neighbour_blocks("weinan e") == (neighbour_blocks("e weinan")[0], neighbour_blocks("w. e")[1])
    assert neighbour_blocks("weinan e") == (1477887692, 4024072794)
