"""Works: groups of records that are one paper, shown once by the best of those that match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.index.segment.opened import Segment
from indexer.index.segment.work_order import members
from query.engines.masks import Mask, distinct

Ints = npt.NDArray[np.int64]


class DocAddress(NamedTuple):
    """Segment and document number of a paper."""

    segment: int
    doc: int


class Works:
    """The works of a generation; none where `--group-duplicates` was not asked for.

    Members of a work stand in the order in which they are preferred.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._works, self._segments, self._docs = members(segments)
        self._numbers: dict[tuple[int, int], int] | None = None

    def __bool__(self) -> bool:
        return bool(len(self._works))

    def work(self, segment: int, doc: int) -> int | None:
        """The number of a paper's work; None where it is alone."""
        number = self._number(segment, doc)
        return None if number is None else int(self._works[number])

    def preference(self, segment: int, doc: int) -> int:
        """The smaller the better among the members of one work."""
        return self._number(segment, doc) or 0

    def members(self, segment: int, doc: int) -> list[DocAddress]:
        """The papers of a paper's work, the preferred first; itself alone where it is alone."""
        number = self.work(segment, doc)
        if number is None:
            return [DocAddress(segment, doc)]
        low, high = np.searchsorted(self._works, [number, number + 1]).tolist()
        pairs = zip(self._segments[low:high].tolist(), self._docs[low:high].tolist(), strict=True)
        return [DocAddress(*pair) for pair in pairs]

    def stand_ins(self) -> list[DocAddress]:
        """Every paper that is not the preferred one of its work."""
        behind = np.flatnonzero(self._works[1:] == self._works[:-1]) + 1
        pairs = zip(self._segments[behind].tolist(), self._docs[behind].tolist(), strict=True)
        return [DocAddress(*pair) for pair in pairs]

    def _number(self, segment: int, doc: int) -> int | None:
        if self._numbers is None:
            pairs = zip(self._segments.tolist(), self._docs.tolist(), strict=True)
            self._numbers = {pair: number for number, pair in enumerate(pairs)}
        return self._numbers.get((segment, doc))

    def one_each(self, masks: Sequence[Mask], taken: npt.NDArray[np.bool_] | None = None) -> list[Mask]:
        """The masks (one a segment) less the papers whose work a preferred one of the masks stands for.

        Papers of works that are `taken` (see `held`) are left out too.
        """
        inside = np.flatnonzero(self._present(masks))
        if not inside.size:
            return list(masks)
        works = self._works[inside]
        dropped = np.zeros(len(works), dtype=bool)
        dropped[1:] = works[1:] == works[:-1]
        if taken is not None:
            dropped |= taken[works]
        kept = [mask.copy() for mask in masks]
        gone = inside[dropped]
        for at in distinct(self._segments[gone]).tolist():
            kept[at][self._docs[gone[self._segments[gone] == at]]] = False
        return kept

    def held(self, masks: Sequence[Mask]) -> npt.NDArray[np.bool_]:
        """Which works have a paper in some masks, a bool each."""
        found = np.zeros(int(self._works[-1]) + 1 if self else 0, dtype=bool)
        found[self._works[self._present(masks)]] = True
        return found

    def _present(self, masks: Sequence[Mask]) -> npt.NDArray[np.bool_]:
        present = np.zeros(len(self._works), dtype=bool)
        for at, mask in enumerate(masks):
            mine = self._segments == at
            present[mine] = mask[self._docs[mine]]
        return present

    def best_of(self, papers: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
        """Of some papers those that stand for their works; one by one, as the plain engine counts."""
        best: dict[int, tuple[int, int]] = {}
        alone = set()
        for paper in papers:
            number = self.work(*paper)
            if number is None:
                alone.add(paper)
            elif number not in best or self.preference(*paper) < self.preference(*best[number]):
                best[number] = paper
        return alone.union(best.values())
