"""Papers to an index that holds just these: for tests, for judged collections."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer.index.record.paper import Paper
from indexer.index.store.generation import latest
from indexer.index.store.manifest import Manifest
from indexer.index.store.transaction import writing
from indexer.ingest.writer import PaperWriter


def index_papers(papers: Iterable[Paper], index: str | Path) -> Manifest:
    """Index papers in one process and publish them, replacing what the index held. The last of an id wins."""
    folder = Path(index)
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder, "index_papers") as transaction:
        writer = PaperWriter(transaction, None)
        writer.add(papers)
        return writer.commit() or latest(folder)
