"""Names of plain words: compared a word at a time, without taking the name on the paper apart.

Of a hundred names on papers ninety are words of a to z, with hyphens or a full stop at most. What most of those mean is
told here as `name_forms.meant` would tell it, in a microsecond in place of thirty: Wang stands in thousands of names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.index.record.name_forms import ELIDED, MAX_UNITS, PARTICLES, Meaning, NameForm, meant, stored_form
from indexer.index.text.encoded import decode, encode

# Words of a to z; group 1 where some have hyphens in them.
_READABLE = re.compile(rb"[a-z]+\.?(?: [a-z]+\.?)*|([a-z]+(?:-[a-z]+)*\.?(?: [a-z]+(?:-[a-z]+)*\.?)*)")
_PARTICLES = frozenset(map(encode, PARTICLES))
_BETWEEN = re.compile(rb"[ -]")
_SUFFIXES = frozenset((b"jr", b"sr", b"ii", b"iii", b"iv"))
_NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class _Unit:
    text: bytes
    abbreviated: bool


class NameTest:
    """A name as somebody typed it, to be compared with many on papers."""

    def __init__(self, form: NameForm) -> None:
        self._form = form
        self._units = [_Unit(encode(unit.text), unit.abbreviated) for unit in form.units]
        self._first = form.units[0].abbreviated and form.units[0].text not in ELIDED if form.units else False
        last = form.units[-1] if form.units else None
        # A last name of one letter (`Weinan E`) is no middle initial.
        self._letter = self._units[-1].text if last and len(last.text) == 1 and not last.abbreviated else b""
        self._plain = last is not None and all(
            len(unit.texts) == 1 and unit.text.isascii() and not unit.tied for unit in form.units
        )
        # An initial is met by a single name that begins with it, but for `O Reilly`.
        self._heads = {unit.text for unit in self._units if unit.abbreviated and len(unit.text) == 1} - _PARTICLES
        self._apart = not any(unit.text in _PARTICLES for unit in self._units[:-1])

    @property
    def initial(self) -> bytes:
        """What a name on a paper begins with that has no comma and is written in ASCII; empty: anything."""
        return self._units[0].text if self._first else b""

    def meant(self, key: bytes) -> Meaning | None:
        """`name_forms.meant` of the typed name and that of a cluster's key in UTF-8."""
        if self._plain and (read := _READABLE.fullmatch(key)) is not None:
            if not key.startswith(self.initial):
                return None
            words = key.replace(b".", b"").split(b" ")
            if len(words) < MAX_UNITS:
                if self._letter and _last(words) != self._letter:
                    return None
                cost = self._cost(words)
                if not cost:
                    return Meaning()
                # Several words are met as one only at a particle (`Delatorre`), or where a hyphen ties them.
                if read[1] is None and self._apart and _PARTICLES.isdisjoint(words[:-1]):
                    return None if cost == _NEVER else Meaning(True)
            if not self._heads.issubset(_begin(key)):
                return None
        return meant(self._form, stored_form(decode(key)))

    def _cost(self, words: list[bytes]) -> int:
        """The fewest initials that stand for longer words where all units are met in order; _NEVER where not."""
        units = self._units
        best = [0] + [_NEVER] * len(units)
        for place, word in enumerate(words):
            for at in range(min(place, len(units) - 1), -1, -1):
                before = best[at]
                if before == _NEVER or (not at and place and self._first):
                    continue
                unit = units[at]
                if word == unit.text:
                    here = before
                elif unit.abbreviated and word.startswith(unit.text):
                    here = before + 1
                else:
                    continue
                if here < best[at + 1]:
                    best[at + 1] = here
        return best[-1]


def _last(words: list[bytes]) -> bytes:
    """The last single name that is no suffix."""
    return next((word for word in reversed(words) if word not in _SUFFIXES), b"").rpartition(b"-")[2]


def _begin(key: bytes) -> set[bytes]:
    """First letters of the single names of a key."""
    return {key[at : at + 1] for at in (0, *(found.end() for found in _BETWEEN.finditer(key)))}
