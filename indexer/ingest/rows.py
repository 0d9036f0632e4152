"""What a program has of papers, brought into records: papers, mappings, rows of data frames, data frames."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from indexer.index.errors import UsageError
from indexer.index.record.paper import Paper
from indexer.index.record.values import DEEPEST

_FORMS = "a Paper, a mapping with the keys of a record, a row of a data frame, or several of these"
_MISSING = frozenset(("NAType", "NaTType"))
"""Types by which pandas says that a value is missing, beside the number that is not equal to itself."""


def records_of(given: object) -> Iterator[Mapping[str, Any]]:
    """A record for each paper that is given. Raises UsageError for what is none."""
    for row in _rows(given):
        if isinstance(row, Paper):
            yield row.as_record()
        elif isinstance(row, Mapping):
            yield {key: _plain(value, key) for key, value in row.items()}
        elif hasattr(row, "_asdict"):
            yield {key: _plain(value, key) for key, value in row._asdict().items()}
        else:
            raise UsageError(f"{_shown(row)} is no paper; give {_FORMS}")


def _rows(given: Any) -> Iterable[Any]:
    if isinstance(given, (Paper, Mapping)) or hasattr(given, "_asdict"):
        return (given,)
    # Data frames: polars gives its rows by name, pandas its columns, from which rows are made as they are asked for.
    if hasattr(given, "iter_rows"):
        rows: Iterable[Any] = given.iter_rows(named=True)
        return rows
    if hasattr(given, "itertuples") and hasattr(given, "columns"):
        names = [str(name) for name in given.columns]
        return (dict(zip(names, row, strict=True)) for row in given.itertuples(index=False, name=None))
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise UsageError(f"{_shown(given)} is no paper; give {_FORMS}")
    return given


def _plain(value: Any, key: str = "", depth: int = 0) -> Any:
    """A value as JSON would hold it; what is missing in a data frame is None. What is nested deeper is as it came."""
    if isinstance(value, (str, int, bool)) or value is None:
        return value
    if isinstance(value, float):
        # A column of numbers of which some are missing holds floats: 2018.0, nan.
        return None if value != value else int(value) if key == "year" and value.is_integer() else value
    if type(value).__name__ in _MISSING:
        return None
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), key, depth)
    if depth < DEEPEST and isinstance(value, Mapping):
        return {name: _plain(inner, name, depth + 1) for name, inner in value.items()}
    if depth < DEEPEST and isinstance(value, (list, tuple)):
        return [_plain(inner, depth=depth + 1) for inner in value]
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:56]}..."
