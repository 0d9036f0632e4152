"""Arguments as programs give them, checked: what is of a wrong type or value is a UsageError that names it."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from indexer.index.errors import UsageError

LARGEST = (1 << 63) - 1
"""No number that is stored, or counts anything here, is larger."""
_NAMED = 10


def represented(value: object) -> str:
    """The `repr` of a value; its type where Python gives none: of lists too deeply nested, of numbers too long."""
    try:
        return repr(value)
    except (RecursionError, ValueError):
        return f"a {type(value).__name__} too large to be shown"


def shown(value: object) -> str:
    """A value as an error shows it, on one line of bounded length."""
    text = represented(value)
    return text if len(text) <= 60 else f"{text[:56]}..."


def listed(values: Sequence[str]) -> str:
    """The first few of some texts as an error names them: plain ones as they are."""
    found = [value if value.isprintable() and 0 < len(value) <= 60 else shown(value) for value in values[:_NAMED]]
    return ", ".join(found) + (f" and {len(values) - _NAMED:,} more" if len(values) > _NAMED else "")


def text_of(what: str, given: object) -> str:
    """A text."""
    if not isinstance(given, str):
        raise UsageError(f"{what} {shown(given)} is no text; write it in quotes")
    return given


def flag_of(what: str, given: object) -> bool:
    """True or False; also 1 and 0, and numpy's."""
    if isinstance(given, bool):
        return given
    if type(given).__name__ in ("bool", "bool_") or (hasattr(given, "__index__") and not hasattr(given, "__len__")):
        number = int(given)  # type: ignore[call-overload]  # it has one of the methods that int asks for
        if number in (0, 1):
            return bool(number)
    raise UsageError(f"{what} {shown(given)} is neither True nor False")


def whole_number(what: str, given: object, hint: str) -> int:
    """A whole number of any type that has one (`__index__`), at most `LARGEST` in size."""
    try:
        if isinstance(given, bool):
            raise TypeError
        number = operator.index(given)  # type: ignore[arg-type]  # what is none raises
    except TypeError as error:
        raise UsageError(f"{what} {shown(given)} is no whole number; {hint}") from error
    if abs(number) > LARGEST:
        raise UsageError(f"{what} {shown(number)} is larger than anything here; {hint}")
    return int(number)


def number_between(what: str, given: object, least: float, most: float, hint: str) -> float:
    """A number from `least` to `most`, whole or not."""
    if isinstance(given, bool) or not (isinstance(given, (int, float)) or hasattr(given, "__float__")):
        raise UsageError(f"{what} {shown(given)} is no number; {hint}")
    try:
        number = float(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(f"{what} {shown(given)} is no number; {hint}") from error
    if not least <= number <= most:
        raise UsageError(f"{what} {shown(given)} is not from {least:g} to {most:g}; {hint}")
    return number


def path_of(what: str, given: object) -> str:
    """A path as text: of a `str` or a `pathlib.Path`, and one that the system can have."""
    if isinstance(given, bytes) or not isinstance(given, (str, os.PathLike)):
        raise UsageError(f"{what} {shown(given)} is no path; write it in quotes, or give a pathlib.Path")
    path = os.fspath(given)
    if isinstance(path, bytes):
        raise UsageError(f"{what} {shown(given)} is a path of bytes; give it as text (os.fsdecode)")
    if not path:
        raise UsageError(f"{what} is an empty path; write the name of a file or folder")
    try:
        raw = os.fsencode(path)
    except UnicodeEncodeError as error:
        raise UsageError(f"{what} {shown(path)} cannot be the name of a file: it holds half a character") from error
    if b"\0" in raw:
        raise UsageError(f"{what} {shown(path)} cannot be the name of a file: it holds a NUL character")
    return path


def paths_of(what: str, given: Any, hint: str) -> list[str]:
    """One path or several, as text; at least one."""
    if isinstance(given, (str, Path)):
        given = (given,)
    if isinstance(given, (bytes, dict)) or not isinstance(given, Iterable):
        raise UsageError(f"{what} {shown(given)} is no path; {hint}")
    found = list(given)
    if not found or "" in [one for one in found if isinstance(one, str)]:
        raise UsageError(f"there is no source to read; {hint}")
    return [path_of(what, one) for one in found]


def texts_of(what: str, given: Any, hint: str) -> list[str]:
    """One text or several."""
    if isinstance(given, str):
        return [given]
    if isinstance(given, (bytes, dict)) or not isinstance(given, Iterable):
        raise UsageError(f"{what} {shown(given)} is no text; {hint}")
    found = list(given)
    for one in found:
        if not isinstance(one, str):
            raise UsageError(f"{what} holds {shown(one)}, which is no text; {hint}")
    return found
