"""Works: groups of records that are one paper, and the order in which their members are preferred.

Published form, preprint, manuscript; then the newer year, then the id.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index.record.venues import VenueTable
from indexer.index.segment.columns import TYPE_CODES
from indexer.index.segment.opened import Segment

Ints = npt.NDArray[np.int64]
_PUBLISHED, _PREPRINT, _MANUSCRIPT = 0, 1, 2


def members(segments: Sequence[Segment]) -> tuple[Ints, Ints, Ints]:
    """Work (from 0), segment and document of every live paper that belongs to one, of each the preferred first."""
    parts = [_members(segment, at) for at, segment in enumerate(segments) if len(segment.works)]
    hashes, owners, docs, forms, ages = (
        np.concatenate([part[column] for part in parts]) if parts else np.empty(0, np.int64) for column in range(5)
    )
    ids = [segments[at].ids[doc] for at, doc in zip(owners.tolist(), docs.tolist(), strict=True)]
    by_id = np.empty(len(ids), dtype=np.int64)
    by_id[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    order = np.lexsort((by_id, ages, forms, hashes))
    hashes = hashes[order]
    new = np.ones(len(hashes), dtype=bool)
    new[1:] = hashes[1:] != hashes[:-1]
    works: Ints = np.cumsum(new) - 1
    return works, owners[order].astype(np.int64), docs[order].astype(np.int64)


def _members(segment: Segment, at: int) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """Hash, segment, document, form and age of the papers of a segment that belong to works."""
    hashes = segment.works
    docs = np.flatnonzero((hashes != 0) & segment.live)
    years = segment.years[docs].astype(np.int64)
    ages = np.where(years > 0, -years, 1)
    return hashes[docs], np.full(len(docs), at), docs, _forms(segment, docs), ages


def _forms(segment: Segment, docs: Ints) -> Ints:
    """Published, preprint or manuscript: by type; without one by whether there is a venue that prints papers."""
    table = VenueTable.default()
    # What appears in arXiv and the like is a preprint, which `default_type` says; they have no type of venue.
    prints = np.array(
        [bool(name) and table.default_type(name) != "article" for name in segment.venue_names], dtype=bool
    )
    types, printed = segment.types[docs], prints[segment.venues[docs]]
    forms = np.where(printed | (types != 0), _PUBLISHED, _PREPRINT)
    forms[(types == TYPE_CODES["article"]) & ~printed] = _PREPRINT
    forms[types == TYPE_CODES["manuscript"]] = _MANUSCRIPT
    return forms
