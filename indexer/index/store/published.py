"""What Whoosh reads of a published generation: its half of the table of contents, of a manifest and state files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexer.index.segment.blocks import block_sizes
from indexer.index.segment.claims import read_live
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import STATE_KIND, block_name
from indexer.index.store.manifest import Manifest, SegmentEntry
from indexer.index.whoosh.table_of_contents import contents


def whoosh_half(manifest: Manifest, folder: Path) -> bytes:
    """What Whoosh reads of a generation whose files are in `folder`; anything may follow it in the file."""
    rows = [row for entry in manifest.segments for row in _blocks(entry, folder)]
    return contents(manifest.generation, rows)


def _blocks(entry: SegmentEntry, folder: Path) -> Iterator[tuple[str, int, bytes]]:
    """The blocks of a segment, each a segment to Whoosh: name, papers, and which are not to be found, as bits.

    Those are shadowed, deleted or claimed by no source.
    """
    file = ArrayFile(folder / entry.name)
    sizes = block_sizes(file.meta)
    file.close()
    live = np.ones(entry.docs, dtype=bool)
    if entry.live != entry.docs:
        state = ArrayFile(folder / entry.state, STATE_KIND)
        live = read_live(state, entry.docs)
        state.close()
    for number, alive in enumerate(np.split(live, np.cumsum(sizes)[:-1])):
        gone = b"" if alive.all() else np.packbits(~alive).tobytes()
        yield block_name(entry.name, number), len(alive), gone
