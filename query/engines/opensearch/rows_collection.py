"""A generation in a cluster as the collection that scoring asks: statistics of the whole, rows that were fetched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from indexer.index.bm25f import average_length
from indexer.index.schema import FIELDS, K1
from indexer.index.segment.opened import Segment
from query.engines.collection import Collection, TermKey
from query.engines.opensearch import clauses
from query.engines.opensearch.candidates import Records
from query.engines.opensearch.cluster_names import ClusterNames
from query.engines.opensearch.facts import Statistics
from query.engines.works import Works


class ClusterCollection(Collection):
    """The collection of one call: statistics of the cluster, segments of what the call has fetched."""

    def __init__(self, statistics: Statistics) -> None:
        manifest = statistics.generation.manifest
        self.statistics = statistics
        self.segments: list[Segment] = []
        self.author_names = ClusterNames(statistics)
        self.papers = manifest.papers
        self.averages = tuple(average_length(total, manifest.papers) for total in manifest.lengths)
        self.parameters = np.array(
            [*(row.weight for row in FIELDS), *(row.b for row in FIELDS), *self.averages, K1], dtype=np.float64
        )

    def holding(self, term: TermKey) -> int | None:
        """Papers that hold a term: counted with the search in which it stands, else asked for."""
        statistics = self.statistics
        if term not in statistics.holding:
            statistics.learn([term], statistics.counts([clauses.holding(term)]))
        return statistics.holding[term]

    def stem_papers(self, stems: Iterable[str]) -> dict[str, int]:
        """For each of some stems the papers that hold it in a text field."""
        return self.statistics.papers_of(stems)

    @property
    def readers(self) -> tuple[Any, ...] | None:
        """What finds terms in each segment in the kernel; None without one."""
        found = tuple(segment.reader for segment in self.segments)
        return None if any(reader is None for reader in found) else found

    @property
    def works(self) -> Works:
        """No works among the segments: which records are shown the cluster is asked."""
        return Works([])

    def other_records(self, segment: int, doc: int) -> list[str]:
        """Ids of the other records of a paper's work, the preferred first; none where works are not grouped."""
        rows = self.segments[segment]
        assert isinstance(rows, Records)  # nothing else was fetched
        return rows.other_records(doc)

    def slack(self, segment: Segment) -> float:
        """Rows have no impacts that could have been made for other lengths."""
        return 1.0
