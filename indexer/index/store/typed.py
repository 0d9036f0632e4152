"""JSON to frozen records, strictly: every key and every value is of the type that the record says, or it is refused."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Taker = Callable[[Any], Any]


def record_of(kind: type[Record], value: object) -> Record:
    """A record of a parsed JSON object; keys that are missing have the record's defaults.

    Takes dataclasses of str, int, bool, float, tuples of one type, dictionaries with text as keys, other dataclasses,
    and any of them or None. Raises ValueError, which says what is not as it should be.
    """
    made: Record = _taker(kind)(value)  # type: ignore[arg-type]  # a class can be hashed
    return made


@cache
def _taker(kind: Any) -> Taker:
    """What takes a value of a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _record(kind)
    if origin is tuple:
        return _several(_taker(arguments[0]))
    if origin is dict:
        return _mapping(_taker(arguments[1]))
    if origin in (Union, types.UnionType):
        (one,) = (argument for argument in arguments if argument is not type(None))
        take = _taker(one)
        return lambda value: None if value is None else take(value)
    if kind is Any:
        return lambda value: value
    return _plain(kind)


def _plain(kind: type) -> Taker:
    def take(value: object) -> object:
        # `is`, since True is an int too.
        if type(value) is not kind:
            raise ValueError(f"{value!r:.60} is no {kind.__name__}")
        return value

    return take


def _several(take: Taker) -> Taker:
    def take_all(value: object) -> tuple[Any, ...]:
        if type(value) is not list:
            raise ValueError(f"{value!r:.60} is no list")
        return tuple(map(take, value))

    return take_all


def _mapping(take: Taker) -> Taker:
    def take_all(value: object) -> dict[str, Any]:
        if type(value) is not dict:
            raise ValueError(f"{value!r:.60} is no object")
        return {key: take(held) for key, held in value.items()}

    return take_all


def _record(kind: Any) -> Taker:
    hints = get_type_hints(kind)
    takers = {field.name: _taker(hints[field.name]) for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}

    def take(value: object) -> object:
        if type(value) is not dict:
            raise ValueError(f"{value!r:.60} is no object")
        if not (needed <= value.keys() <= takers.keys()):
            wrong = min((needed - value.keys()) | (value.keys() - takers.keys()))
            raise ValueError(f"{kind.__name__} {'lacks' if wrong in needed else 'has no'} {wrong!r:.60}")
        return kind(**{key: takers[key](held) for key, held in value.items()})

    return take
