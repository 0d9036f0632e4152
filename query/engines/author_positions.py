"""Who stands first or last among the authors of a paper, and how many they are: `first:`, `last:`, `authors:<=3`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from indexer.index.record.names import cluster_key
from indexer.index.segment.opened import Segment
from query.engines.author_names import AuthorNames
from query.engines.masks import Mask
from query.engines.remembered import once
from query.language.tree import AuthorCount, AuthorPosition

Ints = npt.NDArray[np.int64]
_NOBODY = -1


def numbers_of_authors(segment: Segment) -> Ints:
    """How many authors each paper of a segment has."""
    return np.diff(np.asarray(segment.clusters.row_at)).astype(np.int64)


def count_mask(segment: Segment, asked: AuthorCount) -> Mask:
    """Papers of a segment with a number of authors from the least to the most, ends included (None: open)."""
    numbers = numbers_of_authors(segment)
    mask: Mask = numbers >= asked.least
    return mask if asked.most is None else mask & (numbers <= asked.most)


def position_mask(names: AuthorNames, segment: Segment, at: int, asked: AuthorPosition) -> Mask:
    """Papers of a segment (its number is `at`) whose first or last author has a name that is meant."""
    if asked.whole:
        meant = np.array([segment.clusters.find(cluster_key(asked.text))], dtype=np.int64)
    else:
        found = names.find(asked.text, every=True)
        meant = found.clusters[at] if found is not None else np.empty(0, dtype=np.int64)
    last = asked.field == "last"
    return np.isin(once((segment, "place", last), lambda: _clusters(segment, last)), meant[meant >= 0])


def _clusters(segment: Segment, last: bool) -> Ints:
    """The author cluster of the first or last author of each paper, -1 where it has no authors."""
    tables = segment.clusters
    starts = np.asarray(tables.row_at).astype(np.int64)
    held = np.flatnonzero(starts[1:] > starts[:-1])
    ends = starts[held + 1] - 1 if last else starts[held]
    found = np.full(len(starts) - 1, _NOBODY, dtype=np.int64)
    found[held] = tables.row_cluster[tables.rows[ends]]
    return found
