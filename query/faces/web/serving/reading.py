"""Parameters as they come in a URL or a JSON body, read by the table: names to values of Python, or what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson

from indexer.index.errors import QueryError, UsageError
from query.faces.parameters import MOST_HITS, MOST_VALUES, OFFSET, Parameter
from query.faces.web.serving.errors import TooLargeError
from query.language.nearest import nearest
from query.language.years import parse_years

MOST_PAIRS = 1000
"""Parameters of one request: a basket of 500 ids, and filters."""
EXPORT_HINT = "for all of a result take an export: /search.jsonl, .bib, .ris, .csv or .json with the same parameters"
_NUMBER = re.compile("[0-9]{1,9}")
_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,40})?(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def pairs_of(query_string: bytes) -> list[tuple[str, str]]:
    """Names and values of a URL, in order. Raises TooLargeError."""
    try:
        return parse_qsl(query_string.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_PAIRS)
    except ValueError as error:
        raise TooLargeError(f"more than {MOST_PAIRS} parameters in one request") from error


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises UsageError."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise UsageError('the body must be a JSON object, such as {"q": "graph"}')
    return value


def pairs_of_object(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same from a JSON object: text, numbers and flags, and lists of them. Raises UsageError."""
    pairs = []
    for name, given in value.items():
        for one in given if isinstance(given, list) else [given]:
            if isinstance(one, bool):
                pairs.append((name, "true" if one else "false"))
            elif isinstance(one, str | int | float):
                pairs.append((name, str(one)))
            elif one is not None:
                raise UsageError(f"{name} must be text, a number, true or false, or a list of them")
    return pairs


def values_of(
    pairs: Sequence[tuple[str, str]], table: Sequence[Parameter], *, strict: bool = True, also: Iterable[str] = ()
) -> dict[str, Any]:
    """Arguments of Python by name; what was not given is not there.

    Empty values are those of fields that a form leaves empty, and count as not given. `strict` refuses names that the
    table lacks, but for those of `also`; else they are passed over, since links carry marks of their own.
    Raises UsageError, TooLargeError, and QueryError for years.
    """
    rows = {row.http: row for row in table}
    known = dict.fromkeys((*rows, *also))
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in rows:
            if value or name == "q":
                given.setdefault(name, []).append(value)
        elif strict and name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"it takes {', '.join(known) or 'none'}"
            raise UsageError(f"there is no parameter {name[:80]!r} here; {hint}")
    return {rows[name].argument: _value(rows[name], texts) for name, texts in given.items()}


def _value(row: Parameter, texts: Sequence[str]) -> Any:
    if len(row.choices) > 0 and row.many:
        texts = [part for text in texts for part in text.split(",") if part]
    if len(texts) > MOST_VALUES:
        raise TooLargeError(f"{row.http} has {len(texts)} values; at most {MOST_VALUES} are taken")
    read = _READERS[row.kind]
    if row.many:
        return tuple(dict.fromkeys(read(row, text) for text in texts))
    if len(texts) > 1:
        raise UsageError(f"{row.http} is given {len(texts)} times; it takes one value")
    return read(row, texts[0])


def _text(row: Parameter, text: str) -> str:
    if row.longest and len(text) > row.longest:
        raise TooLargeError(f"{row.http} has {len(text):,} characters; at most {row.longest:,} are taken")
    return text


def _choice(row: Parameter, text: str) -> str:
    if text not in row.choices:
        raise UsageError(f"{row.http} {text[:80]!r} is not one of {', '.join(row.choices)}")
    return text


def _years(row: Parameter, text: str) -> tuple[int | None, int | None]:
    try:
        return parse_years(_text(row, text[:100]))
    except QueryError as error:
        guess = error.suggestion
        hint = f" (did you mean {guess}?)" if guess and guess not in str(error) else ""
        raise UsageError(f"{row.http}: {error}{hint}") from error


def _count(row: Parameter, text: str) -> int:
    if not _NUMBER.fullmatch(text) or not row.least <= int(text) <= row.most:
        hint = f"; {EXPORT_HINT}" if row is OFFSET or row.most == MOST_HITS else ""
        raise UsageError(f"{row.http} {text[:80]!r} is no number from {row.least} to {row.most}{hint}")
    return int(text)


def _seconds(row: Parameter, text: str) -> float:
    if not _DECIMAL.fullmatch(text) or not 0 < float(text) <= row.most:
        raise UsageError(f"{row.http} {text[:80]!r} is no number of seconds above 0, and at most {row.most}")
    return float(text)


def _flag(row: Parameter, text: str) -> bool:
    if text not in _FLAGS:
        raise UsageError(f"{row.http} {text[:80]!r} is neither true nor false")
    return _FLAGS[text]


_READERS: Mapping[str, Callable[[Parameter, str], Any]] = {
    "text": _text,
    "choice": _choice,
    "years": _years,
    "count": _count,
    "seconds": _seconds,
    "flag": _flag,
}
