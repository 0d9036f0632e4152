"""Author names: the spelling that is kept, the key of a cluster, and which clusters may be one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeVar
from unicodedata import normalize
from zlib import crc32

from indexer.index.late_pattern import late
from indexer.index.text.encoded import encode
from indexer.index.text.folding import fold, fold_for_words

_MARKUP = late(r"[\\{}~&<]")
_SURROGATE = late("[\ud800-\udfff]")


def spelling(name: str) -> str:
    """The name as read: LaTeX and entities decoded, white space folded, NFC. Case and signs stay."""
    if _MARKUP.search(name):
        name = _decoded(name)
    name = " ".join(name.split())
    if name.isascii():
        return name
    return normalize("NFC", _SURROGATE.sub("\ufffd", name))


def _decoded(name: str) -> str:
    # Few names hold markup, and a search for an author should not wait for its readers: see `text`.
    from indexer.index.text.latex import without_latex
    from indexer.index.text.markup import without_entities, without_tags

    name = without_tags(without_entities(name))
    return without_latex(name) if _MARKUP.search(name) else name


_Name = TypeVar("_Name", str, bytes)


def shown_spelling(spelt: Iterable[tuple[_Name, int, float]]) -> _Name | None:
    """The name that a cluster is shown by: the commonest spelling, then the newest, then the first by code point.

    Each spelling comes with papers and their newest year, some more than once; None where there is none. Names may be
    UTF-8, which sorts as code points do.
    """
    papers: Counter[_Name] = Counter()
    newest: dict[_Name, float] = {}
    for name, count, year in spelt:
        papers[name] += count
        newest[name] = max(newest.get(name, 0), year)
    return min(papers, key=lambda name: (-papers[name], -newest[name], name), default=None)


def cluster_key(name: str) -> str:
    """What the names of one cluster have in common: NFC(casefold(NFC(name as read))).

    Accents, punctuation, initials, word order and trailing numbers all count.
    """
    return key_of_spelling(spelling(name))


def key_of_spelling(spelled: str) -> str:
    """The cluster key of a name that is already as read."""
    return spelled.lower() if spelled.isascii() else normalize("NFC", spelled.casefold())


# --- neighbours: other clusters that may be the same person ---


class _Forms(NamedTuple):
    """What the steps compare of one key."""

    folded: str
    joined: str
    unsuffixed: str
    words: list[str]
    units: list[str]


_NOT_JOINED = late(r"[-.'`\s]+")
_PARTING = late(r"[.,\s]+")
_SUFFIX = late(r"(?:,? (?:[0-9]{4}|jr\.?|sr\.?|ii|iii|iv))+$")


def _forms(key: str) -> _Forms:
    folded = fold(key)
    signs = fold_for_words(key)
    return _Forms(
        folded=folded,
        joined=_NOT_JOINED.sub("", signs),
        unsuffixed=_SUFFIX.sub("", folded),
        words=folded.replace(",", " ").split(),
        units=_units(signs),
    )


def _inverted(one: list[str], other: list[str]) -> bool:
    """Whether moving the last word of either first gives the other."""
    if len(one) != len(other) or len(one) < 2:
        return False
    return one[-1:] + one[:-1] == other or other[-1:] + other[:-1] == one


def _initials(one: list[str], other: list[str]) -> bool:
    """Same last name; given names equal or initials of each other, where one side may lack one of them."""
    if one[-1:] != other[-1:] or abs(len(other) - len(one)) > 1 or min(len(one), len(other)) < 2:
        return False
    short, long = sorted((one[:-1], other[:-1]), key=len)
    if len(short) == len(long):
        return all(map(_agree, short, long))
    return any(all(map(_agree, short, long[:lacked] + long[lacked + 1 :])) for lacked in range(len(long)))


def _agree(one: str, other: str) -> bool:
    """Whether given names are equal or one the initial of the other; `j-l` and `j` both are of `jean-luc`."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) == 1 and long.startswith(short):
        return True
    if "-" not in one or one.count("-") != other.count("-"):
        return False
    return all(map(_agree, one.split("-"), other.split("-")))


def _units(folded: str) -> list[str]:
    """The single names of a folded name, hyphenated ones whole, without stops, commas and apostrophes."""
    return _PARTING.sub(" ", folded.replace(".-", "-").replace("'", "")).split()


# In the order in which reasons are given; all but the first fold accents too.
STEPS: tuple[tuple[str, Callable[[_Forms, _Forms], bool]], ...] = (
    ("accent", lambda one, other: one.folded == other.folded),
    ("hyphen", lambda one, other: one.joined == other.joined),
    ("suffix", lambda one, other: one.unsuffixed == other.unsuffixed),
    ("inverted", lambda one, other: _inverted(one.words, other.words)),
    ("initial", lambda one, other: _initials(one.units, other.units)),
)


def neighbour_reason(key: str, other: str) -> str | None:
    """The first step that alone makes two cluster keys equal: accent, hyphen, suffix, inverted or initial.

    None when no step does, or when the keys are equal to begin with.
    """
    return next((reason for _, reason in neighbours(key, [other])), None)


def neighbours(key: str, others: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Those of the other keys that are neighbours of this one, each with its reason, in the order given."""
    own = _forms(key)
    for other in others:
        if other == key:
            continue
        forms = _forms(other)
        for reason, holds in STEPS:
            if holds(own, forms):
                yield other, reason
                break


# What suffixes are made of; without it, the letters of a name are the same before and after any step.
_OF_SUFFIXES = frozenset("ijrsv0123456789")


def neighbour_blocks(key: str) -> tuple[int, int]:
    """Two 32-bit hashes that spare comparing every pair of keys; the same on every run and machine.

    Neighbours by accent, hyphen, suffix or inversion share the first (of the sorted letters but those that
    suffixes are made of), neighbours by initial the second (of the last name). Sharing one proves nothing.
    """
    folded = fold_for_words(key)
    letters = sorted(sign for sign in folded if sign.isalnum() and sign not in _OF_SUFFIXES)
    return _hash("".join(letters)), _hash("".join(_units(folded)[-1:]))


def _hash(text: str) -> int:
    return crc32(encode(text))
