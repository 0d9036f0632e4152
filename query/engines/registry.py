"""The engines by name. Each is imported when it is first asked for: Whoosh costs 0.16 s that no other search pays."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from indexer.index.errors import UsageError

if TYPE_CHECKING:
    from query.engines.array_engine import ArrayEngine

ENGINES: dict[str, tuple[str, str]] = {
    "arrays": ("query.engines.array_engine", "ArrayEngine"),
    "whoosh": ("query.engines.whoosh.engine", "WhooshEngine"),
}
DEFAULT = os.environ.get("QUIVER_ENGINE") or "arrays"
"""Used where none is asked for; QUIVER_ENGINE=whoosh runs everything through Whoosh's matchers."""


def engine_class(name: str) -> type[ArrayEngine]:
    """The class of an engine. Raises UsageError for a name that is not of the table."""
    if name not in ENGINES:
        raise UsageError(f"engine {name!r} is not one of {', '.join(ENGINES)}")
    module, attribute = ENGINES[name]
    found: type[ArrayEngine] = getattr(import_module(module), attribute)
    return found
