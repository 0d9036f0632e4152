"""Which generations of an index are kept, to which a rollback can return."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.index.errors import BadIndexError
from indexer.index.store.generation import latest
from indexer.index.store.manifest import generations, read_manifest
from indexer.ingest.cluster.target import reads


@dataclass(frozen=True, slots=True)
class GenerationKept:
    """A generation that is kept: its number, when it was made (UTC), its papers, sources and deleted ids."""

    generation: int
    built: str
    papers: int
    sources: tuple[str, ...]
    deleted: int
    newest: bool


@reads
def history(index: str | Path) -> list[GenerationKept]:
    """The generations that are kept, the newest first; those that cannot be read are left out.

    Raises BadIndexError where there is no index.
    """
    folder = Path(index)
    newest = latest(folder).generation
    found = []
    for number in reversed(generations(folder)):
        try:
            row = read_manifest(folder, number)
        except (BadIndexError, OSError):
            continue
        found.append(GenerationKept(number, row.built, row.papers, row.sources, len(row.deleted), number == newest))
    return found
