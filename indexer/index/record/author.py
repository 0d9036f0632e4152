"""Authors of a record: names, or objects with a name or its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from indexer.index.record.values import Misfit, Misfits, shown

# One dictionary shared by all that have no other keys: a read-only view cannot be pickled or copied.
NOTHING: dict[str, Any] = {}


def nothing() -> Mapping[str, Any]:
    """The shared empty mapping, as the default of a field."""
    return NOTHING


@dataclass(frozen=True, slots=True)
class Author:
    """One author as published: the name's spelling, the source's id for the person if any, the ORCID if any.

    `extra` holds every other key of the author's object (an affiliation, say), as it came.
    """

    name: str
    id: str | None = None
    orcid: str | None = None
    extra: Mapping[str, Any] = field(default_factory=nothing, hash=False, repr=False)

    def as_record(self) -> str | dict[str, Any]:
        """The name alone where nothing else is known, else the object of the canonical form."""
        if self.id is None and self.orcid is None and not self.extra:
            return self.name
        record: dict[str, Any] = {"name": self.name}
        if self.id is not None:
            record["id"] = self.id
        if self.orcid is not None:
            record["orcid"] = self.orcid
        record.update(self.extra)
        return record


_KEYS = frozenset(("name", "id", "orcid"))

# Where a part of a name stands when it is written, by the key under which formats have it.
_GIVEN, _MIDDLE, _PARTICLE, _FAMILY, _SUFFIX = range(5)
_PLACES = {
    **dict.fromkeys("given first firstName first_name forename given_name givenName given-names".split(), _GIVEN),
    **dict.fromkeys(("middle", "middleName", "middle_name"), _MIDDLE),
    **dict.fromkeys(("non-dropping-particle", "dropping-particle", "particle"), _PARTICLE),
    **dict.fromkeys("family last lastName last_name surname family_name familyName family-names".split(), _FAMILY),
    "suffix": _SUFFIX,
}
_USUAL = _KEYS | {"given", "family"}
_WHOLE = ("literal", "display_name", "full_name", "fullName")

_RARE = frozenset((*_PLACES, *_WHOLE)) - _USUAL

_MET: dict[str | tuple[str, str], Author] = {}
"""Authors of whom only a name and an id are known: a collection names each some four times, and to make one takes
longer than to find it."""
_MET_AT_MOST = 1 << 16


def known_author(name: str, person: str | None) -> Author:
    """The author of a name and an id, made once for all papers."""
    key = name if person is None else (name, person)
    author = _MET.get(key)
    if author is None:
        if len(_MET) >= _MET_AT_MOST:
            _MET.clear()
        author = _MET[key] = Author(name, person)
    return author


def authors(value: object, misfits: Misfits) -> tuple[Author, ...]:
    """The authors of a list, those left out that are none."""
    if not value and (value is None or value == "" or isinstance(value, (list, tuple))):
        return ()
    if not isinstance(value, (list, tuple)):
        misfits.append(Misfit("authors", f"authors {shown(value)} is not a list"))
        return ()
    found = []
    for number, entry in enumerate(value, 1):
        if type(entry) is str:
            if entry and not entry.isspace():
                found.append(known_author(entry, None))
        elif (author := _author(entry, number, misfits)) is not None:
            found.append(author)
    return tuple(found)


def _author(entry: object, number: int, misfits: Misfits) -> Author | None:
    if type(entry) is dict and len(entry) == 2:
        name, person = entry.get("name"), entry.get("id")
        if type(name) is str and type(person) is str and person and name and not name.isspace():
            return known_author(name, person)
    return _author_of_object(entry, number, misfits)


def _author_of_object(entry: object, number: int, misfits: Misfits) -> Author | None:
    def misfit(reason: str) -> None:
        misfits.append(Misfit("authors", f"author {number} {reason}"))

    if not isinstance(entry, Mapping):
        misfit(f"{shown(entry)} is neither a name nor an object with a name")
        return None
    name, used = entry.get("name"), _KEYS
    if not isinstance(name, str) or not name or name.isspace():
        name, used = name_of_parts(entry)
    if not name:
        misfit(f"{shown(dict(entry))} has no name")
        return None
    found: dict[str, str | None] = {}
    for key in ("id", "orcid"):
        value = entry.get(key)
        value = str(value) if type(value) is int else value
        if value is not None and not isinstance(value, str):
            misfit(f"has the {key} {shown(value)}, which is not a string")
            value = None
        found[key] = value or None
    extra = {key: entry[key] for key in entry if key not in used}
    return Author(name, found["id"], found["orcid"], extra or NOTHING)


def name_of_parts(entry: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """The name of an object that has its parts, as it is written (`Ludwig van Beethoven`), and the keys used.

    A part is a string or, as for middle names, a list of strings. Empty where there is neither family nor given name.
    """
    if _RARE.isdisjoint(entry):
        # Crossref, CSL: nearly all of their names, in a third of the time.
        given, family = entry.get("given"), entry.get("family")
        if type(given) is str and type(family) is str:
            return " ".join(f"{given} {family}".split()), _USUAL
    for key in _WHOLE:
        if isinstance(whole := entry.get(key), str) and whole.strip():
            return " ".join(whole.split()), _KEYS | {key}
    words: list[str | None] = [None] * 5
    used = []
    for key, value in entry.items():
        place = _PLACES.get(key)
        if place is None:
            continue
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            value = " ".join(value)
        if isinstance(value, str):
            before = words[place]
            words[place] = f"{before} {value}" if before else value
            used.append(key)
    if not (words[_GIVEN] or words[_FAMILY]):
        return "", frozenset()
    name = " ".join(" ".join(filter(None, words)).split())
    return name, _KEYS.union(used) if name else frozenset()
