"""What Whoosh reads of a published generation: its half of the table of contents, of a manifest and state files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indexer.index.segment.claims import read_live
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import STATE_KIND
from indexer.index.store.manifest import Manifest, SegmentEntry
from indexer.index.whoosh.table_of_contents import contents


def whoosh_half(manifest: Manifest, folder: Path) -> bytes:
    """What Whoosh reads of a generation whose files are in `folder`; anything may follow it in the file."""
    return contents(
        manifest.generation, [(entry.name, entry.docs, _gone(entry, folder)) for entry in manifest.segments]
    )


def _gone(entry: SegmentEntry, folder: Path) -> bytes:
    """Papers of a segment that are shadowed, deleted or claimed by no source."""
    if entry.live == entry.docs:
        return b""
    state = ArrayFile(folder / entry.state, STATE_KIND)
    gone = np.packbits(~read_live(state, entry.docs)).tobytes()
    state.close()
    return gone
