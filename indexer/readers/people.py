"""Names of people in one string: where one ends and the next begins, and the order of their parts."""

from __future__ import annotations

import re
from ast import literal_eval
from html import unescape

_SUFFIX = re.compile(r"(?:jr|sr)\.?|I{1,3}|IV|VI{0,3}|2nd|3rd|4th", re.IGNORECASE)
_INITIALS_TOO = frozenset(("vi", "vii", "viii"))
_INITIALS = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ](?:[a-z]{0,2}\.)?[ -]?){1,4}")
_LONGEST_LIST = 1 << 17
"""Signs of a list in one text that is read as one: thousands of names."""
_ID = re.compile(r"\s*\((?:\d{5,}|[A-Z]-\d{4}-\d{4})\)\s*$")


def natural(name: str) -> str:
    """A name as it is written, `Ludwig van Beethoven`, of `van Beethoven, Ludwig` with the suffix at either place.

    Names without comma, and with more commas than a name has, stay as they are but for their white space.
    """
    name = " ".join(name.split())
    parts = [part for one in name.split(",") if (part := one.strip())]
    if len(parts) == 2:
        family, given = parts
        if _SUFFIX.fullmatch(given) and len(given) > 1:
            return f"{family} {given}"
        before, _, last = given.rpartition(" ")
        if before and len(last) > 1 and _SUFFIX.fullmatch(last) and last.casefold() not in _INITIALS_TOO:
            return f"{before} {family} {last}"
        return f"{given} {family}"
    if len(parts) == 3:
        if _SUFFIX.fullmatch(parts[1]):
            return f"{parts[2]} {parts[0]} {parts[1]}"
        if _SUFFIX.fullmatch(parts[2]):
            return f"{parts[1]} {parts[0]} {parts[2]}"
    return parts[0] if len(parts) == 1 else name


def split_people(text: str) -> list[str]:
    """The names in a string, as they are written: parted by semicolons, bars, `and`, or commas.

    `Smith, J., Doe, A. B.` are two; `Rodriguez, S.` is one, last name first. A list as Python or JSON writes it
    (`['Jane Doe', 'X Y']`), which tables made by programs hold, is a list.
    """
    text = " ".join(unescape(text).split()).translate(_BETWEEN_NAMES)
    if (listed := listed_in(text)) is not None:
        return [natural(name) for name in listed]
    if ";" in text:
        parts = text.split(";")
    elif "|" in text or "::" in text:
        parts = re.split(r"\|+|::", text)
    else:
        parts = _by_commas(text)
    return [natural(name) for part in parts if (name := _ID.sub("", part).strip()) and name.casefold() not in NOBODY]


_BETWEEN_NAMES = str.maketrans("；，、", ";;;")
"""What stands between names in Chinese and Japanese, which never invert a name by it."""
NOBODY = frozenset(("others", "et al.", "et al", "...", "…", "*"))
"""What stands in lists of names for those that are left out."""


def listed_in(text: str) -> list[str] | None:
    """The texts of a list that a program wrote into one text, the names of its objects; None where it is no list."""
    if not text.startswith("[") or not text.endswith("]") or len(text) > _LONGEST_LIST:
        return None
    try:
        value = literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    found = [one.get("name") if isinstance(one, dict) else one for one in value]
    return [one.strip() for one in found if isinstance(one, str) and one.strip()]


def one_or_more(text: str) -> list[str]:
    """The names of a value that should hold one and may hold several.

    Several are parted by semicolons, or by `and` or commas where each part is a name by itself: `Doe, J. and Roe, R.`,
    `J. Smith, J. Doe, A. Bee`, but not `Department of Health and Welfare`.
    """
    if "&" in text:
        text = unescape(text)
    if ";" in text:
        return split_people(text)
    name = natural(text)
    if "," not in name:
        return [name] if name and name.casefold() not in NOBODY else []
    pieces = [piece.strip() for piece in text.replace(" and ", ",").split(",")]
    whole = all(" " in piece for piece in pieces)
    inverted = len(pieces) % 2 == 0 and all(_INITIALS.fullmatch(piece) for piece in pieces[1::2])
    return split_people(text) if whole or inverted else [name]


def _by_commas(text: str) -> list[str]:
    if " & " in text:
        parts = text.split(" & ")
        if all("." in part or "," in part for part in parts):
            text = text.replace(" & ", " and ")
    if " and " in text:
        parts = re.split(r",?\s+and\s+", text)
        inverted = all(part.count(",") in (1, 2) for part in parts)
        return parts if inverted or "," not in text else [one for part in parts for one in _by_commas(part)]
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) > 1 and len(pieces) % 2 == 0 and all(_INITIALS.fullmatch(piece) for piece in pieces[1::2]):
        return [f"{family}, {given}" for family, given in zip(pieces[::2], pieces[1::2], strict=True)]
    if len(pieces) == 2 and not any(" " in piece for piece in pieces):
        return [text]
    names: list[str] = []
    for piece in pieces:
        if names and _SUFFIX.fullmatch(piece) and len(piece) > 1:
            names[-1] += f", {piece}"
        else:
            names.append(piece)
    return names
