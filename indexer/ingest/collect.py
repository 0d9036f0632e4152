"""Papers that a program already has to an index, without files: for tests, for judged collections, for embedding."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.claims import READING_SHIFT
from indexer.index.store.manifest import Manifest, SourceFile
from indexer.index.store.transaction import writing
from indexer.index.text.analysis import fingerprint
from indexer.ingest.bulk import Counts, Indexer
from indexer.ingest.draft import Draft

PROGRAM = "program"
"""What stands as the source of papers that no file holds; such an index cannot be rebuilt."""


def index_papers(papers: Iterable[Paper], index: str | Path) -> Manifest:
    """Index papers in one process and publish them, replacing what the index held. The last of an id wins."""
    folder = Path(index)
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder, "index_papers") as door:
        indexer = Indexer(folder, VenueTable.default())
        counts = Counts()
        for place, paper in enumerate(papers):
            indexer.add(paper, 0, 1 << READING_SHIFT | place, counts)
        indexer.flush()
        draft = Draft(door, None)
        draft.add(indexer.segments)
        manifest = Manifest(0, (PROGRAM,), files=(SourceFile(PROGRAM),), readings=1, analysis=fingerprint())
        return door.publish(draft.finish(manifest))
