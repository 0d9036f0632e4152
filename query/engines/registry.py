"""The engines by name. Each is imported when it is first asked for: Whoosh costs 0.16 s that no other search pays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.index.checked import path_of, shown
from indexer.index.errors import UsageError
from indexer.index.opensearch.address import is_address

if TYPE_CHECKING:
    from query.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine: `module:class` of itself and of the snapshot that opens an index for it; `remote`: in a cluster."""

    engine: str
    snapshot: str = "query.snapshot:Snapshot"
    remote: bool = False

    def load(self) -> tuple[type[Any], type[Snapshot]]:
        """The two classes."""
        return _named(self.engine), _named(self.snapshot)


ENGINES: dict[str, Engine] = {
    "arrays": Engine("query.engines.array_engine:ArrayEngine"),
    "whoosh": Engine("query.engines.whoosh.engine:WhooshEngine"),
    "opensearch": Engine(
        "query.engines.opensearch.engine:ClusterEngine", "query.engines.opensearch.snapshot:ClusterSnapshot", True
    ),
}
OF_FOLDERS = tuple(name for name, row in ENGINES.items() if not row.remote)
"""Those that answer from an index in a folder."""
OF_CLUSTERS = tuple(name for name, row in ENGINES.items() if row.remote)
DEFAULT = os.environ.get("QUIVER_ENGINE") or OF_FOLDERS[0]
"""Used for a folder where none is asked for; QUIVER_ENGINE=whoosh runs everything through Whoosh's matchers."""


def open_snapshot(index: str | Path, engine: str | None = None) -> Snapshot:
    """The newest generation of an index, a folder or an address, opened with the engine that is asked for.

    Raises UsageError for an engine that is not of the table or not for such an index, BadIndexError.
    """
    path_of("index", index)
    remote = is_address(index)
    name = (OF_CLUSTERS[0] if remote else DEFAULT) if engine is None else engine
    if not isinstance(name, str) or name not in ENGINES:
        raise UsageError(f"engine {shown(name)} is not one of {', '.join(ENGINES)}")
    fitting = OF_CLUSTERS if remote else OF_FOLDERS
    if name not in fitting:
        raise UsageError(f"engine {name!r} does not answer from {index}; for such an index take {' or '.join(fitting)}")
    row, snapshot = ENGINES[name].load()
    return snapshot.open(index, row)


def sign(index: str | Path) -> tuple[int, int | str]:
    """What changes wherever a newer generation of an index may be there; cheap."""
    _, snapshot = ENGINES[(OF_CLUSTERS if is_address(index) else OF_FOLDERS)[0]].load()
    return snapshot.sign(index)


def _named(place: str) -> type[Any]:
    module, _, name = place.partition(":")
    found: type[Any] = getattr(import_module(module), name)
    return found
