"""Names of files that are no UTF-8: how a manifest keeps them, and how they are shown.

A name is bytes; Python holds those that are no UTF-8 as halves of surrogate pairs (PEP 383), which no JSON can hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from indexer.index.text.encoded import decode, encode

_HALVES = re.compile("[\ud800-\udfff]")
_MARK = "\0"
"""Opens a text of which the rest are bytes, a character each. No name of a file holds it."""
_WRITTEN_MARK = b"\\u0000"


def shown_name(name: str) -> str:
    r"""The name, or a message that holds it, as JSON and terminals can show it: `caf\xe9.jsonl`."""
    return name if name.isascii() else _HALVES.sub(_escape, name)


def _escape(half: re.Match[str]) -> str:
    number = ord(half[0])
    return f"\\x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else "\ufffd"


def names_to_json(value: Any) -> bytes:
    """A value as JSON, from which `names_from_json` gives the same back, whatever its texts hold."""
    try:
        body = orjson.dumps(value)
    except TypeError:
        return orjson.dumps(_each_text(value, _marked))
    return orjson.dumps(_each_text(value, _marked)) if _WRITTEN_MARK in body else body


def names_from_json(body: bytes) -> Any:
    """The value that was written; raises ValueError where it is none."""
    value = orjson.loads(body)
    return _each_text(value, _unmarked) if _WRITTEN_MARK in body else value


def _marked(text: str) -> str:
    if text.startswith(_MARK) or _HALVES.search(text):
        return _MARK + encode(text).decode("latin-1")
    return text


def _unmarked(text: str) -> str:
    return decode(text[1:].encode("latin-1")) if text.startswith(_MARK) else text


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The value with each of its texts changed, those of keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): _each_text(held, change) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(held, change) for held in value]
    return value
