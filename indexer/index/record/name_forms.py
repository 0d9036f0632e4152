"""Whether a name as somebody typed it means a name as it stands on a paper.

`Bengio, Yoshua`, `Y. Bengio`, `JRR Tolkien`, `Maaten, Laurens van der`, `O Reilly` and `Aspremont` are ways in which
people write `Yoshua Bengio`, `J.R.R. Tolkien`, `Laurens van der Maaten`, `O'Reilly` and `d'Aspremont`. Both sides are
taken apart into the same units; the typed ones must then be met in order, inside one name. Units of the paper's name
may be passed over (middle names, particles, suffixes); typed ones never.

An initial that was typed means every name that begins with it; a full name that was typed never means an initial, since
`Y. Bengio` on a paper may be somebody else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from indexer.index.record.names import key_of_spelling, spelling
from indexer.index.text.folding import fold_for_words

MAX_UNITS = 12
"""Names of more units are those of collaborations; the rest of them is not compared."""

_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|[0-9]{4})\.?", re.IGNORECASE)
# Particles that are written into the name with an apostrophe: d'Aspremont, O'Reilly, l'Hôpital, dell'Acqua.
ELIDED = ("d", "l", "o", "dell", "dall", "nell", "n", "t", "m")
# What stands before a last name, and is at times written as one word with it: `Delatorre`, `Vanderbilt`, `McAllister`.
_SET_APART = "af al ap da das de degli dei del della den der di do dos du el la las le los mac mc st ten ter van von"
PARTICLES = frozenset((*ELIDED, *_SET_APART.split()))
# German spelling of umlauts: `Müller` is also written `Mueller`, and means both.
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe"})
_VOWEL = re.compile("[aeiouy]")
_MAX_RUN = 3
"""Capitals without a vowel, at most so many, are initials written together: JRR, JP."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One single name: its spellings, folded, and whether it stands for every name that begins with it.

    `tied`: a hyphen ties it to the one before (`Jen-Wei`), without which it is another name.
    """

    texts: tuple[str, ...]
    abbreviated: bool = False
    tied: bool = False

    @property
    def text(self) -> str:
        """The first of its spellings."""
        return self.texts[0]


@dataclass(frozen=True, slots=True)
class NameForm:
    """A name in units, given names first; `inverted` where a comma or initials at its end told that it was not so."""

    units: tuple[Unit, ...]
    inverted: bool = False

    def rotated(self) -> tuple[NameForm, ...]:
        """The same with its first unit last, and with its last one first: as of names written the other way round."""
        if len(self.units) < 2 or self.inverted:
            return ()
        first, *rest = self.units
        *head, last = self.units
        found = [_with_initials([last, *head])]
        # One letter is a last name (`E Weinan`), several initials are none.
        if not first.abbreviated or len(self.units) == 2:
            found.insert(0, _with_initials([*rest, replace(first, abbreviated=False)]))
        return tuple(NameForm(units, True) for units in found)


def _with_initials(units: list[Unit]) -> tuple[Unit, ...]:
    """Single letters but for the last unit are initials, with a full stop or without."""
    return (*(replace(unit, abbreviated=True) if len(unit.text) == 1 else unit for unit in units[:-1]), *units[-1:])


def typed_form(name: str) -> NameForm:
    """The units of a name that somebody typed. Empty where it holds no letter or digit."""
    return readings(name)[0]


def readings(name: str) -> tuple[NameForm, ...]:
    """The ways to read a name that somebody typed, the likeliest first: as it stands, then with its capitals a name.

    `LU, Xiuyuan` is nobody with the initials L. U., unlike `Hinton, GE`.
    """
    name = spelling(name)
    forms = dict.fromkeys((_form(name, typed=True), _form(name, typed=True, runs=False)))
    return tuple(forms)


@lru_cache(1 << 14)
def stored_form(key: str) -> NameForm:
    """The units of a name as the key of its cluster has it (`indexer.index.record.names.cluster_key`)."""
    return _form(key, typed=False)


def _form(name: str, *, typed: bool, runs: bool = True) -> NameForm:
    # arXiv's interface has Bengio_Y.
    name = name.replace("_", " ")
    parts = [part.strip() for part in name.split(",") if part.strip()]
    suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
    parts = [part for part in parts if part not in suffixes]
    inverted = len(parts) == 2
    ordered = [*reversed(parts), *suffixes] if inverted else [*parts, *suffixes]
    words = " ".join(ordered).split()
    shouted = name.upper() == name
    units = [unit for word in words for unit in _units(word, typed=typed, runs=runs, shouted=shouted)][:MAX_UNITS]
    if not typed:
        return NameForm(tuple(units), inverted)
    return NameForm(_with_initials(units), True) if inverted else _settled(units)


def _settled(units: list[Unit]) -> NameForm:
    """Initials at the end of a name belong to its front (`Bengio Y.`); one letter at its end is a name (`Weinan E`)."""
    last = len(units)
    while last > 1 and units[last - 1].abbreviated:
        last -= 1
    if 0 < last < len(units) and not any(unit.abbreviated for unit in units[:last]):
        return NameForm((*units[last:], *units[:last]), True)
    return NameForm(_with_initials(units))


def _units(word: str, *, typed: bool, runs: bool, shouted: bool) -> list[Unit]:
    if _SUFFIX.fullmatch(word):
        return [Unit((word.rstrip(".").lower(),))]
    found: list[Unit] = []
    # A stop parts initials (`J.R.R.`), a hyphen names (`Jean-Luc`, `J.-P.`).
    pieces = re.findall(r"[^.\-\u2010\u2011\u2013]+\.?", word)
    for piece in pieces:
        texts = _texts(piece.rstrip("."))
        if not texts:
            continue
        abbreviated = typed and piece.endswith(".")
        run = len(pieces) == 1 and typed and runs and _is_run(piece, shouted=shouted)
        if run:
            found += [Unit((letter,), abbreviated=True) for letter in texts[0]]
        else:
            found.append(Unit(texts, abbreviated, tied=bool(found)))
    return found


def _is_run(piece: str, *, shouted: bool) -> bool:
    if not 2 <= len(piece) <= _MAX_RUN or not piece.isalpha() or not piece.isascii():
        return False
    # `Ng` is a name, however it is typed; `jrr` is none.
    vowelless = not _VOWEL.search(piece.lower()) and not piece.istitle() and piece.lower() != "ng"
    return (piece.isupper() and not shouted) or vowelless


def _texts(piece: str) -> tuple[str, ...]:
    """Spellings of one name: folded, with umlauts as two letters, and without a particle before an apostrophe."""
    folded = fold_for_words(piece).replace("`", "'").strip("' ")
    spelled = ["".join(sign for sign in folded if sign.isalnum())]
    if not piece.isascii():
        lowered = key_of_spelling(piece).translate(_UMLAUTS)
        spelled.append("".join(sign for sign in fold_for_words(lowered) if sign.isalnum()))
    head, apostrophe, tail = folded.partition("'")
    if apostrophe and head in ELIDED and len(tail) > 1:
        spelled.append("".join(sign for sign in tail if sign.isalnum()))
    return tuple(dict.fromkeys(filter(None, spelled)))


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a typed name means a name on a paper; `widened` where an initial that was typed stands for a longer name."""

    widened: bool = False


def meant(typed: NameForm, stored: NameForm) -> Meaning | None:
    """How a typed name means a stored one; None where it does not. The way with no initial widened is preferred."""
    if not typed.units or not _last_name_fits(typed.units[-1], stored):
        return None
    found = _aligned(typed.units, stored.units, 0, 0, {})
    return None if found is None else Meaning(found > 0)


def _last_name_fits(last: Unit, stored: NameForm) -> bool:
    """A last name of one letter (`Weinan E`) is no middle initial (`Wayne E. Hubbard`)."""
    if len(last.text) > 1 or last.abbreviated:
        return True
    named = [unit for unit in stored.units if not _SUFFIX.fullmatch(unit.text)]
    return bool(named) and last.text in named[-1].texts


def _aligned(
    typed: tuple[Unit, ...], stored: tuple[Unit, ...], at: int, place: int, known: dict[tuple[int, int], int | None]
) -> int | None:
    """The fewest initials that are widened when typed units from `at` are met from `place` on; None: they are not."""
    if at == len(typed):
        return 0
    if place == len(stored):
        return None
    if (at, place) in known:
        return known[at, place]
    ways: list[int | None] = []
    if _may_pass(typed, stored, at, place):
        after = place + 1
        # One word alone may be any of a name: `Luc` finds Jean-Luc, which `Luc Picard` does not.
        while len(typed) > 1 and after < len(stored) and stored[after].tied:
            after += 1
        ways.append(_aligned(typed, stored, at, after, known))
    for taken, covered in _SPANS:
        if at + taken <= len(typed) and place + covered <= len(stored):
            cost = _meets(typed[at : at + taken], stored[place : place + covered])
            if cost is not None:
                rest = _aligned(typed, stored, at + taken, place + covered, known)
                ways.append(None if rest is None else rest + cost)
    found = [way for way in ways if way is not None]
    known[at, place] = min(found) if found else None
    return known[at, place]


def _may_pass(typed: tuple[Unit, ...], stored: tuple[Unit, ...], at: int, place: int) -> bool:
    """Whether a stored unit may be passed over before the typed one at `at` is met."""
    if not at:
        # A first initial is of the first name: `Y. Wang` is not Michael Yu Wang. `O Reilly` is no initial.
        return not typed[0].abbreviated or typed[0].text in ELIDED
    # `Wei Wang` is not Wei-Chen Wang, but `W. Wang` may be.
    return not stored[place].tied or typed[at - 1].abbreviated


# How many typed units may be met by how many stored ones: `O Reilly` by O'Reilly, `Jeanluc` by Jean-Luc.
_SPANS = ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3))


def _meets(typed: tuple[Unit, ...], stored: tuple[Unit, ...]) -> int | None:
    if len(typed) == len(stored) == 1:
        if not set(typed[0].texts).isdisjoint(stored[0].texts):
            return 0
        if typed[0].abbreviated and any(text.startswith(typed[0].text) for text in stored[0].texts):
            return 1
        return None
    one, other = _together(typed), _together(stored)
    return None if one.isdisjoint(other) else 0


def _together(units: tuple[Unit, ...]) -> set[str]:
    """What some units are when written as one word; nothing where nobody writes them so (`Wei Wang`)."""
    for unit, following in pairwise(units):
        if not following.tied and unit.text not in PARTICLES:
            return set()
    found = {""}
    for unit in units:
        found = {before + text for before in found for text in unit.texts}
    return found


def initial_of(typed: NameForm, stored: NameForm) -> bool:
    """Whether a stored name is a typed full one with given names as initials: `Y. Bengio` for `Yoshua Bengio`.

    Such a name is never meant, but its papers are worth a word.
    """
    if len(typed.units) < 2 or typed.units[-1].text not in stored.units[-1].texts:
        return False
    shorter = tuple(
        Unit((unit.text[0],)) if len(unit.text) > 1 and not unit.abbreviated else unit for unit in typed.units[:-1]
    )
    if shorter == typed.units[:-1]:
        return False
    given = stored.units[: len(stored.units) - 1]
    firsts = [unit.text[0] for unit in shorter]
    return 0 < len(given) <= len(firsts) and all(
        len(unit.text) == 1 and unit.text == first for unit, first in zip(given, firsts, strict=False)
    )
