"""The values of a record, each read leniently: one that does not fit is reported and costs its field alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from indexer.index.checked import represented
from indexer.index.errors import RecordError
from indexer.index.late_pattern import late
from indexer.index.record.identity import CONTROL, MAX_ID_BYTES
from indexer.index.record.paper_types import UNKNOWN_TYPE, csl_type


class Misfit(NamedTuple):
    """A value that does not fit: its kind, which is the key of the record, and what is wrong, in one line."""

    kind: str
    reason: str


Misfits = list[Misfit]

_FOUR_DIGITS = late(r"\s*[0-9]{4}(?:\.0)?\s*")
_SURROGATES = late("[\ud800-\udfff]")


def shown(value: object) -> str:
    """A value as a message shows it: on one line, bounded, with nothing a terminal would obey."""
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else represented(value)
    return text if len(text) <= 80 else f"{text[:76]}..."


def text(record: Mapping[str, Any], key: str, misfits: Misfits) -> str:
    """The string under a key, empty where there is none."""
    value = record.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    misfits.append(Misfit(key, f"{key} {shown(value)} is not a string"))
    return ""


def title(value: object) -> str:
    """The title, without which a record is of no use: raises RecordError."""
    if isinstance(value, str) and value and not value.isspace():
        return value
    if value is not None and not isinstance(value, str):
        raise RecordError(f"title {shown(value)} is not a string")
    raise RecordError(f"title is {'blank' if value else 'missing'}; a paper needs one")


def year(value: object, misfits: Misfits) -> int | None:
    """The year of an integer, of four digits, or of a float that is an integer, as spreadsheets write years."""
    if value is None or value == "":
        return None
    found = value
    if isinstance(found, str) and _FOUR_DIGITS.fullmatch(found):
        found = int(float(found))
    elif isinstance(found, float) and found.is_integer():
        found = int(found)
    if type(found) is int and 1000 <= found <= 2999:
        return found
    misfits.append(Misfit("year", f"year {shown(value)} is not a year: give four digits from 1000 to 2999, or null"))
    return None


def kind(value: str, misfits: Misfits) -> str:
    """The CSL type that is meant; `document` for one that no table knows."""
    if not value or value.isspace():
        return ""
    meant = csl_type(value)
    if not meant:
        misfits.append(Misfit("type", f"type {shown(value)} is unknown, taken for {UNKNOWN_TYPE}"))
    return meant or UNKNOWN_TYPE


def identifier(value: object, misfits: Misfits) -> str:
    """The id that a record brings, a number as its digits; empty where it brings none that can be one."""
    if type(value) is int:
        value = str(value)
    if value is None or (isinstance(value, str) and (not value or value.isspace())):
        return ""
    if not isinstance(value, str):
        misfits.append(Misfit("id", f"id {shown(value)} is not a string"))
    elif CONTROL.search(value) is not None:
        misfits.append(Misfit("id", f"id {shown(value)} has a control character"))
    elif len(value) * 3 > MAX_ID_BYTES and (size := len(value.encode())) > MAX_ID_BYTES:
        misfits.append(Misfit("id", f"id {shown(value)} has {size} bytes; at most {MAX_ID_BYTES} are allowed"))
    else:
        return value
    return ""


def keywords(value: object, misfits: Misfits) -> tuple[str, ...]:
    """The keywords of a list, or of a string in which semicolons or commas part them."""
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(";" if ";" in value else ",")
    if not isinstance(value, (list, tuple)):
        misfits.append(Misfit("keywords", f"keywords {shown(value)} is not a list"))
        return ()
    found = []
    for keyword in value:
        if not isinstance(keyword, str):
            misfits.append(Misfit("keywords", f"keyword {shown(keyword)} is not a string"))
        elif keyword and not keyword.isspace():
            found.append(keyword)
    return tuple(keyword.strip() for keyword in found)


def identifiers(value: object, misfits: Misfits) -> dict[str, str]:
    """The other identifiers of a record, by kind; a number as its digits."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        misfits.append(Misfit("ids", f"ids {shown(value)} is not an object"))
        return {}
    found: dict[str, str] = {}
    for name, one in value.items():
        text = str(one) if type(one) is int else one
        if not isinstance(name, str) or not (text is None or isinstance(text, str)):
            misfits.append(Misfit("ids", f"{shown(name)} of ids holds {shown(one)}, which is not a string"))
        elif text and not text.isspace():
            found[name] = text.strip()
    return found


def storable(record: Mapping[str, Any], misfits: Misfits) -> Mapping[str, Any]:
    """The record without what no JSON of ours can hold: half surrogate pairs, 65 bits, 200 levels, other objects.

    One encoding of the whole costs a microsecond; a walk over the values in Python, only where that fails, ten.
    """
    if _encodable(record):
        return record
    found: dict[str, Any] = {}
    for key, value in record.items():
        name = _mended(key) if isinstance(key, str) else str(key)
        if _encodable({name: value}):
            found[name] = value
            continue
        misfits.append(Misfit(key if key in _KINDS else "value", f"{shown(key)} holds {shown(value)}: {_why(value)}"))
        try:
            found[name] = _mended(value)
        except (TypeError, RecursionError):
            continue  # costs its field
    return found


_KINDS = frozenset("id title abstract authors venue year type url pdf doi arxiv keywords ids".split())
DEEPEST = 200
"""Levels of a value that are kept."""


def _encodable(value: object) -> bool:
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


def _why(value: object) -> str:
    try:
        orjson.dumps(value)
    except TypeError as error:
        return str(error)
    return "a key that is no text"


def _mended(value: Any, level: int = 0) -> Any:
    """The value with half surrogate pairs replaced and long integers as their digits; TypeError if no JSON."""
    if level > DEEPEST:
        raise TypeError("nested too deep")
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_mended(str(key)): _mended(one, level + 1) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mended(one, level + 1) for one in value]
    if isinstance(value, int) and not _encodable(value):
        return str(value)
    if not _encodable(value):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return value
