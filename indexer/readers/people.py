"""Names of people in one string: where one ends and the next begins, and the order of their parts."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(?:jr|sr)\.?|I{1,3}|IV|VI{0,3}", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_ID = re.compile(r"\s*\((?:\d{5,}|[A-Z]-\d{4}-\d{4})\)\s*$")


def natural(name: str) -> str:
    """A name as it is written, `Ludwig van Beethoven`, of `van Beethoven, Ludwig` with the suffix at either place.

    Names without comma, and with more commas than a name has, stay as they are but for their white space.
    """
    name = " ".join(name.split())
    parts = [part for one in name.split(",") if (part := one.strip())]
    if len(parts) == 2:
        family, given = parts
        return f"{family} {given}" if _SUFFIX.fullmatch(given) and len(given) > 1 else f"{given} {family}"
    if len(parts) == 3:
        if _SUFFIX.fullmatch(parts[1]):
            return f"{parts[2]} {parts[0]} {parts[1]}"
        if _SUFFIX.fullmatch(parts[2]):
            return f"{parts[1]} {parts[0]} {parts[2]}"
    return parts[0] if len(parts) == 1 else name


def split_people(text: str) -> list[str]:
    """The names in a string, as they are written: parted by semicolons, bars, `and`, or commas.

    `Smith, J., Doe, A. B.` are two; `Rodriguez, S.` is one, last name first.
    """
    text = " ".join(text.split())
    if ";" in text:
        parts = text.split(";")
    elif " | " in text or "||" in text:
        parts = re.split(r"\|+", text)
    else:
        parts = _by_commas(text)
    return [natural(name) for part in parts if (name := _ID.sub("", part).strip())]


def _by_commas(text: str) -> list[str]:
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
