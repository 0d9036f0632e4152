"""A name as it is printed, taken apart into what reference managers ask for.

No rule is right for every name of the world. Where the parts are not clear (organisations, whole lists of
authors in one string, a single word) the name is kept whole, which every format can say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """The parts of one name.

    `family` includes its particles (`van Beethoven`). `given` is empty where the name is kept whole, in
    `family`. `suffix` is `Jr.`, `III` and the like; `number` the four digits by which DBLP tells namesakes
    apart, which are no part of the name.
    """

    given: str
    family: str
    suffix: str = ""
    number: str = ""

    @property
    def whole(self) -> bool:
        """True where the name has one part only: a mononym, an organisation, a name not understood."""
        return not self.given

    @property
    def inverted(self) -> str:
        """`Family, Given, Suffix`, as lists of references sort."""
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


_NUMBER = re.compile(r"\s+(\d{4})$")
_SUFFIX = re.compile(r"(?:jr|sr)\.?|(?-i:II|III|IV)", re.IGNORECASE)
_ORGANISATION = re.compile(
    r"\b(?:teams?|collaborations?|consorti(?:um|a)|group|inc|ltd|university|institute|laborator(?:y|ies)|"
    r"project|foundation|committee|organi[sz]ation|association|department|contributors|anonymous)\b",
    re.IGNORECASE,
)
_SOLITARY_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff\s·]+")

# In lower case these open a family name wherever they stand after the first word.
_PARTICLES = frozenset(
    re.findall(
        r"\S+",
        "af al av bin d da dal dalla de degli dei del della den der des di do dos du el ibn la las le los "
        "op 't ten ter the ul ur v v. van vom von zu zum zur",
    )
)
# With a capital they do so only just before the last word (`Luc Van Gool`): elsewhere `Van` and the like are
# given names (`Thi Van Anh Nguyen`).
_CAPITAL_PARTICLES = frozenset(
    re.findall(r"\S+", "Al Da De Del Della Den Der Di Dos Du El Ibn La Le St St. Ter Van Vander Von")
)
# These tie the word before them to the one after: Ortega y Gasset.
_LINKS = frozenset(("y", "e", "i"))


def split_name(name: str) -> Person:
    """The parts of a name in either order, `Ludwig van Beethoven` or `Beethoven, Ludwig van`."""
    name = " ".join(name.split())
    number = ""
    if found := _NUMBER.search(name):
        name, number = name[: found.start()], found[1]
    given, family, suffix = _parts(name)
    return Person(given, family, suffix, number)


def _parts(name: str) -> tuple[str, str, str]:
    sections = [section.strip() for section in name.split(",")]
    kept_whole = ("", name, "")
    if len(sections) > 3 or not all(sections) or _ORGANISATION.search(name):
        return kept_whole
    if len(sections) == 1:
        return _natural_order(name)
    *sections, last = sections
    if _SUFFIX.fullmatch(last):
        given, family, suffix = _parts(", ".join(sections))
        return (given, family, last) if given and not suffix else kept_whole
    if len(sections) == 1:
        return _family_first(sections[0].split(), last.split()) or kept_whole
    if _SUFFIX.fullmatch(sections[1]):
        return last, sections[0], sections[1]
    return kept_whole


def _natural_order(name: str) -> tuple[str, str, str]:
    words = name.split()
    suffix = words.pop() if len(words) > 1 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2:
        return "", name, ""
    if _SOLITARY_SCRIPT.fullmatch(name):
        # Chinese, Japanese and Korean names in their own script put the family first.
        return " ".join(words[1:]), words[0], ""
    start = _family_start(words)
    return " ".join(words[:start]), " ".join(words[start:]), suffix


def _family_start(words: Sequence[str]) -> int:
    """The index of the word with which the family name begins; at least 1."""
    last = len(words) - 1
    for index in range(1, last):
        if words[index] in _PARTICLES:
            return index
    start = last
    while start > 1 and words[start - 1] in _CAPITAL_PARTICLES:
        start -= 1
    if last > 2 and words[last - 1] in _LINKS:
        start = min(start, last - 2)
    return start


def _family_first(family: list[str], given: list[str]) -> tuple[str, str, str] | None:
    """The parts of `Family, Given`, or None where the comma may as well part two people."""
    suffix = family.pop() if len(family) > 1 and _SUFFIX.fullmatch(family[-1]) else ""
    start = len(given)
    while start > 1 and given[start - 1] in _PARTICLES:
        start -= 1
    family, given = given[start:] + family, given[:start]
    full_names = len(given) > 1 and len(family) > 1 and _family_start(family) == len(family) - 1
    if full_names and family[0] not in _PARTICLES | _CAPITAL_PARTICLES:
        return None
    return " ".join(given), " ".join(family), suffix
