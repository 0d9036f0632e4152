"""What a dialect of JSON records is, and what several of them share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from indexer.index.record.author import name_of_parts
from indexer.index.record.values import Misfit, Misfits, shown
from indexer.readers.dates import year_of
from indexer.readers.markup.plain import plain_text

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Records of one origin: by which keys they are known, and what they are in canonical form.

    A record is looked at only if it has one of `marks`; `recognise` then decides. `convert` gives the canonical record
    with all other keys as they came, and adds what it cannot read to the misfits; for what is no paper it gives
    nothing, and a misfit of the kind `NO_PAPER`. No key that `recognise` asks for is left in what it gives, so that an
    export read back is taken for what it is, a canonical record.
    """

    name: str
    title: str
    marks: frozenset[str]
    recognise: Callable[[Record], bool]
    convert: Callable[[Record, Misfits], Record]


def object_of(value: Any) -> Record:
    """An object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[Record]:
    """The objects of a list; none of anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The strings of a string or of a list, without empty ones."""
    if type(value) is str:
        return [text] if (text := value.strip()) else []
    values = value if isinstance(value, list) else [value]
    return [text for one in values if isinstance(one, str) and (text := one.strip())]


def first_text(*values: Any) -> str:
    """The first string that says anything, of strings and lists of strings."""
    for value in values:
        if value and (found := texts(value)):
            return found[0]
    return ""


def unmarked(value: Any) -> Any:
    """A text that may be marked up as text, its lines kept where it is not; anything else as it came."""
    return plain_text(value) if isinstance(value, str) and ("<" in value or "&" in value) else value


def text_of(value: Any) -> str:
    """A string, or a number as its digits; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if type(value) is int else ""


def year_of_parts(value: Any, misfits: Misfits) -> int | None:
    """The year of a date of CSL: `date-parts` of numbers or strings, or `raw` or `literal` text."""
    if value is None:
        return None
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        value = value[0]  # pandoc's dates, a list of parts by name
    if not isinstance(value, Mapping):
        return year_of(value, misfits)
    parts = value.get("date-parts") or [value.get("year")]
    first = parts[0] if isinstance(parts, list) and parts else None
    year = first[0] if isinstance(first, list) and first else None if isinstance(first, list) else first
    if year is not None and year != "":
        text = str(year).strip()
        if re.fullmatch(r"[12]\d{3}(?:\.0)?", text):
            return int(text[:4])
        misfits.append(Misfit("year", f"date {shown(value)} does not say a year"))
        return None
    return year_of(first_text(value.get("raw"), value.get("literal")), misfits)


def person(value: Any) -> Any:
    """The name of a person given in parts, or what came where there is none, for the record's own check to refuse."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        name = name_of_parts(value)[0] or first_text(value.get("name"))
        return name or dict(value)
    return value


def people(value: Any) -> Any:
    """The names of a list of people, or of one alone; anything else as it came."""
    if isinstance(value, Mapping):
        value = [value]
    return [person(one) for one in value] if isinstance(value, list) else value


def pages(first: Any, last: Any) -> str:
    """`1--7` of a first and a last page, either of which may lack; what is a range already stays."""
    start, end = text_of(first), text_of(last)
    if end and re.fullmatch(rf"\S+?\s*[-–]+\s*{re.escape(end)}", start):
        return start
    return "--".join(dict.fromkeys(text for one in (first, last) if (text := text_of(one))))


_ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])\s*/?\s*\Z")


def orcid_of(value: Any) -> str | None:
    """The bare ORCID of an address or of itself; None where it is none."""
    found = _ORCID.search(value) if isinstance(value, str) else None
    return found[1].upper() if found else None


def author(name: Any, identifier: Any = None, orcid: Any = None, affiliation: Any = None) -> Any:
    """An author of the canonical form, as short as it can be said."""
    if not isinstance(name, str):
        return name
    known = {"id": text_of(identifier) or None, "orcid": orcid_of(orcid), "affiliation": affiliation or None}
    held = {key: value for key, value in known.items() if value}
    return {"name": name, **held} if held else name


def filled(made: Record, record: Record, used: Iterable[str]) -> Record:
    """The canonical record without empty values, and after it every key that was not used, as it came.

    A key of the canonical form that the record itself has stands where the dialect says nothing of it.
    """
    done = {key: value for key, value in made.items() if value not in (None, "", [], {})}
    taken = frozenset(used)
    for key, value in record.items():
        if key not in taken:
            done.setdefault(key, value)
    return done
