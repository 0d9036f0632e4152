"""What a program has of papers, brought into records: papers, mappings, rows of data frames, data frames."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date, time
from typing import Any

from indexer.index.checked import shown
from indexer.index.errors import UsageError
from indexer.index.record.paper import Author, Paper
from indexer.index.record.values import DEEPEST

_FORMS = "a Paper, a mapping with the keys of a record, a row of a data frame, or several of these"
_MISSING = frozenset(("NAType", "NaTType"))
"""Types by which pandas says that a value is missing, beside the number that is not equal to itself."""


def records_of(given: object) -> Iterator[Mapping[str, Any]]:
    """A record for each paper that is given. Raises UsageError for what is none."""
    for row in _rows(given):
        if isinstance(row, Paper):
            yield _record_of(row)
        elif isinstance(row, Mapping):
            yield {key: _plain(value, key) for key, value in row.items()}
        elif hasattr(row, "_asdict"):
            # Those that pandas makes begin with the label of the row, which is no part of it.
            fields = row._asdict()
            yield _row({key: fields[key] for key in fields if key != "Index" or type(row).__name__ != "Pandas"})
        elif _is_series(row):
            yield _row(row.to_dict())
        else:
            raise UsageError(f"{shown(row)} is no paper; give {_FORMS}")


def _record_of(paper: Paper) -> Mapping[str, Any]:
    """The record of a paper; of one whose authors or keywords are not of their types, with these as they were given."""
    people, keywords = paper.authors, paper.keywords
    if type(people) is tuple and type(keywords) is tuple and all(type(author) is Author for author in people):
        return paper.as_record()
    others = replace(paper, authors=(), keywords=()).as_record()
    return {**others, "authors": _plain(people), "keywords": _plain(keywords)}


def _rows(given: Any) -> Iterable[Any]:
    if isinstance(given, (Paper, Mapping)) or hasattr(given, "_asdict") or _is_series(given):
        return (given,)
    # Data frames: polars gives its rows by name, pandas its columns, from which rows are made as they are asked for.
    if hasattr(given, "iter_rows"):
        return map(_row, given.iter_rows(named=True))
    if hasattr(given, "itertuples") and hasattr(given, "columns"):
        names = [str(name) for name in given.columns]
        return (_row(dict(zip(names, row, strict=True))) for row in given.itertuples(index=False, name=None))
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise UsageError(f"{shown(given)} is no paper; give {_FORMS}")
    return given


def _is_series(given: Any) -> bool:
    """Whether this is a row of pandas by itself (`frame.iloc[0]`, `frame.iterrows()`): values under names."""
    return hasattr(given, "to_dict") and hasattr(given, "index") and not hasattr(given, "columns")


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row of a frame, in which every row has every column: what is missing in it is no value."""
    found = ((str(key), _plain(value, str(key))) for key, value in row.items())
    return {key: value for key, value in found if value is not None}


def _plain(value: Any, key: str = "", depth: int = 0) -> Any:
    """A value as JSON would hold it; what is missing in a data frame is None. What is nested deeper is as it came."""
    if isinstance(value, (str, int, bool)) or value is None:
        return value
    if isinstance(value, float):
        # A column of numbers of which some are missing holds floats: 2018.0, nan. Those of numpy are floats of its own.
        return None if value != value else int(value) if key == "year" and value.is_integer() else float(value)
    if type(value).__name__ in _MISSING:
        return None
    if isinstance(value, (date, time)):
        return value.year if key == "year" and isinstance(value, date) else value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, Author):
        return value.as_record()
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), key, depth)
    if depth < DEEPEST and isinstance(value, Mapping):
        return {name: _plain(inner, name, depth + 1) for name, inner in value.items()}
    if depth < DEEPEST and isinstance(value, (list, tuple)):
        return [_plain(inner, depth=depth + 1) for inner in value]
    if isinstance(value, Set):
        # In one order, so that the same set is the same record on every run.
        return sorted((_plain(inner, depth=depth + 1) for inner in value), key=str)
    return value
