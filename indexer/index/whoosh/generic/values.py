"""Python values as JSON and back, and pickles that may name no class.

Whoosh stores whatever `pickle` takes. A pickle decides what code runs when it is read, so stored values are
written as JSON: what JSON has is written as it is, other known types as `{"~": [type, value]}`. A value of
any other type is refused when it is written.

Values of Whoosh's formats with positions are small pickles of numbers that Whoosh itself unpickles; before
bytes of a file get there, `check_numbers` makes sure that they name no class.
"""

from __future__ import annotations

import base64
import math
import pickle
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any, NoReturn
from uuid import UUID

import orjson

from indexer.index.errors import BadIndexError, QuiverError
from indexer.index.text.encoded import decode, encode

_TAG = "~"
_INT64 = 1 << 63


class StoredValueError(QuiverError, TypeError):
    """A value of a type that cannot be stored."""


def _items(value: Any) -> list[Any]:
    return [_tagged(item) for item in value]


# type name: (types, to JSON, from JSON)
_TYPES: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "timedelta": (timedelta, lambda v: [v.days, v.seconds, v.microseconds], lambda v: timedelta(*v)),
    "bytes": (bytes, lambda v: base64.b64encode(v).decode(), base64.b64decode),
    "bytearray": (
        bytearray,
        lambda v: base64.b64encode(v).decode(),
        lambda v: bytearray(base64.b64decode(v)),
    ),
    "decimal": (Decimal, str, Decimal),
    "fraction": (Fraction, str, Fraction),
    "complex": (complex, lambda v: [_tagged(v.real), _tagged(v.imag)], lambda v: complex(*map(_plain, v))),
    "uuid": (UUID, str, UUID),
    "tuple": (tuple, _items, lambda v: tuple(map(_plain, v))),
    "set": (set, _items, lambda v: set(map(_plain, v))),
    "frozenset": (frozenset, _items, lambda v: frozenset(map(_plain, v))),
    "map": (dict, lambda v: [[_tagged(k), _tagged(x)] for k, x in v.items()], lambda v: _pairs(v)),
    "int": (int, str, int),
    "float": (float, repr, float),
    # Text with lone surrogates: orjson does not write them, and JSON's escapes would make one letter of two.
    "text": (
        str,
        lambda v: base64.b64encode(encode(v)).decode(),
        lambda v: decode(base64.b64decode(v)),
    ),
}


def _pairs(pairs: list[list[Any]]) -> dict[Any, Any]:
    return {_plain(key): _plain(value) for key, value in pairs}


def _tag(name: str, value: Any) -> dict[str, Any]:
    return {_TAG: [name, _TYPES[name][1](value)]}


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)


def _tagged(value: Any) -> Any:
    """A value in terms of JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value) if _is_text(value) else _tag("text", str(value))
    if isinstance(value, int):
        return int(value) if -_INT64 <= value < _INT64 else _tag("int", int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _tag("float", float(value))
    if isinstance(value, list):
        return _items(value)
    if isinstance(value, dict):
        simple = all(isinstance(key, str) and key != _TAG and _is_text(key) for key in value)
        return {str(key): _tagged(item) for key, item in value.items()} if simple else _tag("map", value)
    for name, (kind, _, _) in _TYPES.items():
        if isinstance(value, kind):
            return _tag(name, value)
    raise StoredValueError(
        f"a value of type {type(value).__name__} cannot be stored ({value!r:.80}); "
        "store text, numbers, bytes, dates, or lists and dictionaries of them"
    )


def _plain(value: Any) -> Any:
    """A value from its terms of JSON."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        if _TAG in value:
            name, content = value[_TAG]
            return _TYPES[name][2](content)
        return {key: _plain(item) for key, item in value.items()}
    return value


def encode_value(value: Any) -> bytes:
    """A value as JSON. Raises StoredValueError, a TypeError, for one of a type that is not known here."""
    return orjson.dumps(_tagged(value))


def encode_record(values: Mapping[str, bytes]) -> bytes:
    """Values that `encode_value` wrote as one JSON object."""
    return b"{" + b",".join(orjson.dumps(name) + b":" + value for name, value in values.items()) + b"}"


def _parsed(data: bytes | memoryview, read: Callable[[Any], Any]) -> Any:
    try:
        return read(orjson.loads(data))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise BadIndexError(f"a stored value is damaged ({error}); rebuild the index") from error


def decode_value(data: bytes | memoryview) -> Any:
    """The value, of the same types, that `encode_value` wrote. Raises BadIndexError for anything else."""
    return _parsed(data, _plain)


def decode_record(data: bytes | memoryview) -> dict[str, Any]:
    """The values that `encode_record` wrote."""
    found: dict[str, Any] = _parsed(data, lambda record: {name: _plain(value) for name, value in record.items()})
    return found


class _ForeignClass(pickle.UnpicklingError):
    """The pickle names a class or function."""


class _Numbers(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> NoReturn:
        raise _ForeignClass(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> NoReturn:
        raise _ForeignClass(f"persistent {pid!r}")


def load_numbers(data: bytes) -> Any:
    """What a pickle of plain data holds; BadIndexError if it names a class, ValueError if it is none."""
    try:
        return _Numbers(BytesIO(data)).load()
    except _ForeignClass as error:
        raise BadIndexError(f"a posting asks for {error} to be run; the index is not to be trusted") from error
    # A broken pickle may raise nearly anything; which of them it is says nothing.
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
    ) as error:
        raise ValueError(f"not a pickle: {error}") from error


def check_numbers(data: bytes) -> None:
    """Raise BadIndexError if unpickling these bytes would look up a class. Bytes that are no pickle pass."""
    try:
        load_numbers(data)
    except ValueError:
        return
