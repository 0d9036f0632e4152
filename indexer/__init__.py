"""Builds and keeps indexes of papers. What programs use stands here; each name is loaded when it is first asked for.

from indexer import build, open_writer
build("papers.jsonl", "papers.idx")
with open_writer("papers.idx") as writer:
    writer.add([{"title": "On Lines", "authors": ["Ann Li"], "year": 2024}])
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.index.errors import BadIndexError as BadIndexError
    from indexer.index.errors import LockedError as LockedError
    from indexer.index.errors import NotFoundError as NotFoundError
    from indexer.index.errors import QuiverError as QuiverError
    from indexer.index.errors import RecordError as RecordError
    from indexer.index.errors import SourceError as SourceError
    from indexer.index.errors import UsageError as UsageError
    from indexer.index.record.paper import Author as Author
    from indexer.index.record.paper import Paper as Paper
    from indexer.ingest.build import build as build
    from indexer.ingest.build import rebuild as rebuild
    from indexer.ingest.history import GenerationKept as GenerationKept
    from indexer.ingest.history import history as history
    from indexer.ingest.report import BuildReport as BuildReport
    from indexer.ingest.update import delete as delete
    from indexer.ingest.update import rollback as rollback
    from indexer.ingest.update import undelete as undelete
    from indexer.ingest.update import update as update
    from indexer.ingest.verify import verify as verify
    from indexer.ingest.writer import PaperWriter as PaperWriter
    from indexer.ingest.writer import open_writer as open_writer

# Not imported with the package: a search imports `indexer.index` and should pay for no reader and no builder.
_HOMES = {
    "Author": "indexer.index.record.paper",
    "BadIndexError": "indexer.index.errors",
    "BuildReport": "indexer.ingest.report",
    "GenerationKept": "indexer.ingest.history",
    "LockedError": "indexer.index.errors",
    "NotFoundError": "indexer.index.errors",
    "Paper": "indexer.index.record.paper",
    "PaperWriter": "indexer.ingest.writer",
    "QuiverError": "indexer.index.errors",
    "RecordError": "indexer.index.errors",
    "SourceError": "indexer.index.errors",
    "UsageError": "indexer.index.errors",
    "build": "indexer.ingest.build",
    "delete": "indexer.ingest.update",
    "history": "indexer.ingest.history",
    "open_writer": "indexer.ingest.writer",
    "rebuild": "indexer.ingest.build",
    "rollback": "indexer.ingest.update",
    "undelete": "indexer.ingest.update",
    "update": "indexer.ingest.update",
    "verify": "indexer.ingest.verify",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
