"""Ranges of years as people write them: one reading for `--year`, `year:` and HTTP."""

from __future__ import annotations

from indexer.index.errors import QueryError
from indexer.index.late_pattern import late

EARLIEST, LATEST = 1000, 2999
FORMS = "2018, 2018..2024, 2018-2024, 2018.. or ..2016"

_YEAR = "([0-9]{4})"
# Dashes of pasted text mean the same as the hyphen of the keyboard.
_RANGE = late(rf"\s*(?:{_YEAR}|{_YEAR}?\s*(?:\.\.+|…)\s*{_YEAR}?|{_YEAR}\s*[-–—]\s*{_YEAR})\s*")

# What other search engines call it, with what it is called here.
_FOREIGN = (
    (late(r">=?\s*([0-9]{4})"), "{0}.."),
    (late(r"<=?\s*([0-9]{4})"), "..{0}"),
    (late(r"([0-9]{4})\s*[-–—+]"), "{0}.."),
    (late(r"[-–—]\s*([0-9]{4})"), "..{0}"),
    (late(r"([0-9]{4})\s*(?:to|TO|:|,|/)\s*([0-9]{4})"), "{0}..{1}"),
    (late(r"\[\s*([0-9]{4}) TO ([0-9]{4})\s*\]"), "{0}..{1}"),
    (late(r"([0-9]{3})[*?]"), "{0}0..{0}9"),
)


def parse_years(text: str) -> tuple[int | None, int | None]:
    """First and last year of a range, ends included, None where it is open.

    Raises `QueryError` (exit status 2) with the value, the forms allowed and, where one can be guessed, a
    suggestion. Its position and length are those of the value within `text`.
    """
    match = _RANGE.fullmatch(text)
    groups = match.groups() if match else ()
    if not any(groups):
        raise _refused(text, f"{text.strip()!r} is no year; write {FORMS}", _guess(text.strip()))
    single, open_first, open_last, first_text, last_text = groups
    first = _number(single or open_first or first_text)
    last = _number(single or open_last or last_text)
    for year in (first, last):
        if year is not None and not EARLIEST <= year <= LATEST:
            raise _refused(text, f"The year {year:04} is outside {EARLIEST} to {LATEST}; write {FORMS}", None)
    if first is not None and last is not None and first > last:
        backwards = format_years(last, first)
        raise _refused(text, f"The years {text.strip()} run backwards; write {backwards}", backwards)
    return first, last


def format_years(first: int | None, last: int | None) -> str:
    """The shortest form that `parse_years` reads back: `2018`, `2018..2024`, `2018..`, `..2016`."""
    if first == last and first is not None:
        return str(first)
    return f"{'' if first is None else first}..{'' if last is None else last}"


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _guess(text: str) -> str | None:
    for pattern, form in _FOREIGN:
        if match := pattern.fullmatch(text):
            return form.format(*match.groups())
    # The letters that a scan or a slip of the finger puts for digits.
    mended = text.translate(str.maketrans("oOlI", "0011"))
    return mended if mended != text and _RANGE.fullmatch(mended) else None


def _refused(text: str, message: str, suggestion: str | None) -> QueryError:
    value = text.strip()
    position = len(text) - len(text.lstrip())
    return QueryError(message, position=position, length=len(value), suggestion=suggestion)
