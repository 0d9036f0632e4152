"""The engines, a row each; the library of each is imported only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from benchmarks.engines.protocol import Engine


def _lazy(module: str, name: str, /, *given: Any, **settings: Any) -> Callable[[], Engine]:
    return partial(_load, module, name, given, settings)


def _load(module: str, name: str, given: Sequence[Any], settings: Mapping[str, Any]) -> Engine:
    engine: Engine = getattr(import_module(f"benchmarks.engines.{module}"), name)(*given, **settings)
    return engine


_ROWS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("Quiver", "quiver", "Quiver", {"builds": True}),
    ("Quiver, numpy", "quiver", "Quiver", {"kernel": False}),
    ("Quiver, best", "quiver", "Quiver", {"ranking": "best"}),
    ("Quiver, 1 process", "quiver", "Quiver", {"procs": 1, "builds": True, "searches": False}),
    ("tantivy", "tantivy", "Tantivy", {"index": "tantivy", "builds": True}),
    ("tantivy, no total", "tantivy", "Tantivy", {"index": "tantivy", "count": False}),
    ("tantivy, all threads", "tantivy", "Tantivy",
     {"index": "tantivy, all threads", "threads": 0, "builds": True, "searches": False}),
    ("tantivy, one field", "tantivy", "Tantivy", {"index": "tantivy, one field", "one_field": True, "builds": True}),
    ("tantivy, one field, no total", "tantivy", "Tantivy",
     {"index": "tantivy, one field", "one_field": True, "count": False}),
    ("FTS5", "fts5", "Fts5", {}),
    ("bm25s", "bm25s", "Bm25s", {"numba": False}),
    ("bm25s, numba", "bm25s", "Bm25s", {"numba": True}),
    ("Xapian", "xapian", "Xapian", {}),
    ("Whoosh", "whoosh", "Whoosh", {}),
)  # fmt: skip

ENGINES: dict[str, Callable[[], Engine]] = {}
for _name, _module, _class, _settings in _ROWS:
    _given = (_name,) if _class in ("Quiver", "Tantivy", "Bm25s") else ()
    ENGINES[_name] = _lazy(_module, _class, *_given, **_settings)


def installed(names: Sequence[str]) -> tuple[dict[str, Engine], dict[str, str]]:
    """The engines of these names whose library is here; and why each other is left out."""
    found: dict[str, Engine] = {}
    missing: dict[str, str] = {}
    for name in names:
        try:
            found[name] = ENGINES[name]()
        except ImportError as error:
            missing[name] = str(error)
    return found, missing
