"""Values that are made when first asked for and then kept, once even where many threads ask at the same moment.

`functools.cached_property` has no lock from Python 3.12 on: two threads make two values there, of which one is lost
with all that was done to it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")
Self = TypeVar("Self", bound="made_once[Any]")

# One for all: a value may need another one, of the same object or of one that it holds, in any order.
_LOCK = threading.RLock()


def _anew() -> None:
    """In a forked child nobody is left to release it."""
    global _LOCK
    _LOCK = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)


class made_once(Generic[Value]):  # noqa: N801  # a decorator, as `property` is
    """A property whose value is made by the first who asks; the others wait for it. Costs nothing from then on."""

    def __init__(self, make: Callable[[Any], Value]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self: Self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Value: ...

    def __get__(self: Self, instance: object | None, owner: type) -> Self | Value:
        if instance is None:
            return self
        values = instance.__dict__
        with _LOCK:
            if self._name not in values:
                values[self._name] = self._make(instance)
            value: Value = values[self._name]
        return value
