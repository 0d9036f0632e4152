"""Regular expressions that are compiled when they are first used.

A search uses a few of the two hundred that its modules hold: compiling all took 8 % of the time of a command.
"""

from __future__ import annotations

import re
from typing import Any, cast, overload

_METHODS = ("fullmatch", "match", "search", "finditer", "findall", "split", "sub", "subn", "pattern", "flags", "groups")


class _Late:
    """Stands for a pattern: its first use compiles it, and its methods are this object's own from then on."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(f"a pattern has no attribute {name!r}")
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


@overload
def late(text: str, flags: int = 0) -> re.Pattern[str]: ...


@overload
def late(text: bytes, flags: int = 0) -> re.Pattern[bytes]: ...


def late(text: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    """A pattern for its methods alone: `late(...).sub`, but not `re.sub(late(...))`."""
    return cast("re.Pattern[Any]", _Late(text, flags))
