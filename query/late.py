"""Functions that are imported when they are first called: what a search from the command line should not pay for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


def late(home: str) -> Callable[..., Any]:
    """The function `module:name`. Its module is loaded by the first call."""

    @cache
    def found() -> Callable[..., Any]:
        module, _, name = home.partition(":")
        function: Callable[..., Any] = getattr(import_module(module), name)
        return function

    return lambda *given, **named: found()(*given, **named)
