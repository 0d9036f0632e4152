"""Authors by position and by number: `first:NAME`, `last:NAME`, `authors:<=3`."""

from __future__ import annotations

from indexer.index.errors import QueryError
from indexer.index.late_pattern import late
from query.language.tokens import Token
from query.language.tree import AuthorCount, AuthorPosition

POSITIONS = ("first", "last")
_FORMS = "3, <=3, >10 or 2..5"
# Whatever follows `authors:` and begins with a number or a comparison counts; a name is looked for.
COUNT_VALUE = late(r"(?:[<>]=?|=)?[0-9]{1,6}(?:\.\.[0-9]{0,6}|-[0-9]{1,6})?(?=[\s)]|$)|\.\.[0-9]{1,6}(?=[\s)]|$)")
_COMPARED = late(r"([<>]=?|=)?([0-9]+)")
_BETWEEN = late(r"([0-9]*)(?:\.\.|-)([0-9]*)")


def position_leaf(token: Token, field: str, *, whole: bool) -> AuthorPosition:
    """The leaf of `first:` or `last:`. Raises QueryError for a pattern."""
    text = token.text.lstrip("^")
    if any(sign in text for sign in "*?~"):
        raise QueryError(
            f"{field}: takes a name, no pattern; write {field}:NAME, or author:{text}",
            position=token.start,
            length=token.end - token.start,
            suggestion=text.strip("*?~"),
        )
    return AuthorPosition(text, field, 1.0, token.start, token.end - token.start, whole)


def count_leaf(token: Token) -> AuthorCount:
    """The leaf of `authors:` and a number. Papers without authors have no number but where 0 is asked for.

    Raises QueryError for what is no number, and for one that no paper can have.
    """
    read = _read(token.text)
    if read is None or (read[1] is not None and read[1] < read[0]):
        raise QueryError(
            f"{token.text!r} is no number of authors; write authors:{_FORMS.replace(', ', ', authors:', 1)}",
            position=token.start,
            length=token.end - token.start,
        )
    least, most = read
    return AuthorCount(_written(least, most), "count", 1.0, token.start, token.end - token.start, least, most)


def _read(text: str) -> tuple[int, int | None] | None:
    if found := _COMPARED.fullmatch(text):
        number = int(found[2])
        return {
            ">": (number + 1, None),
            ">=": (max(1, number), None),
            "<": (1, number - 1),
            "<=": (1, number),
        }.get(found[1] or "", (number, number))
    if (found := _BETWEEN.fullmatch(text)) and (found[1] or found[2]):
        return max(1, int(found[1] or 1)), int(found[2]) if found[2] else None
    return None


def _written(least: int, most: int | None) -> str:
    """One way to write each range, which reads as the same again."""
    if most is None:
        return f">={least}"
    if least == most:
        return str(least)
    return f"<={most}" if least == 1 else f"{least}..{most}"
