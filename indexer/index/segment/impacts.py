"""Impacts: for each posting an upper bound of W / (k1 + W) in one byte, by which candidates are chosen.

They hold for the average lengths they were computed with and live in a file of their own beside the segment, so
that they can be made anew without touching it. Never part of a score that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import norms
from indexer.index.schema import FIELD_NUMBERS, GROUPS, K1
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.blocks import blocks_of
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.layout import IMPACTS_KIND, stored_name
from indexer.index.segment.postings import PostingGroup

SCALE = 255
_CHUNK = 1 << 18


def impacts(group: PostingGroup, field_norms: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """ceil(255 * W / (k1 + W)) of every posting, at least 1; `field_norms` is (fields of the group, papers)."""
    group.check_all()
    out = np.empty(len(group.docs), dtype=np.uint8)
    for low in range(0, len(out), _CHUNK):
        high = min(low + _CHUNK, len(out))
        docs = group.docs[low:high]
        counts = group.frequencies(low, high).astype(np.float32)
        weights = np.zeros(high - low, dtype=np.float32)
        for field in range(counts.shape[1]):
            held = np.flatnonzero(counts[:, field])
            if held.size:
                weights[held] += counts[held, field] * field_norms[field][docs[held]]
        # The small share on top keeps float32's rounding from pulling a bound under the score it bounds.
        out[low:high] = np.minimum(np.ceil(weights / (K1 + weights) * (SCALE * (1 + 1e-5))), SCALE)
    return out


def write_impacts(segment: Path, path: Path, averages: Sequence[float]) -> None:
    """Compute and write the impacts of a segment file for given average lengths, a field each."""
    arrays = ArrayFile(segment)
    with ArrayFileWriter(path, IMPACTS_KIND) as writer:
        writer.meta["averages"] = list(averages)
        if "blocks" in arrays.meta:
            writer.meta["docs"], writer.meta["blocks"] = arrays.meta["docs"], arrays.meta["blocks"]
        for block in blocks_of(arrays):
            lengths = block["doc.length"]
            for name, fields in GROUPS.items():
                rows = [FIELD_NUMBERS[field.name] for field in fields]
                field_norms = np.array([norms(row, lengths[row], averages[row]) for row in rows], dtype=np.float32)
                made = impacts(PostingGroup(block, name, len(fields)), field_norms)
                writer.add(stored_name(f"{name}.impact", block.number), made)
            arrays.forget()
    arrays.close()
