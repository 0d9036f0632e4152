"""What scoring needs of a whole generation: papers, average lengths, and each segment's norms for given papers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import average_length, norms
from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.schema import FIELDS, K1
from indexer.index.segment.opened import Segment
from indexer.index.store.generation import Generation
from indexer.index.text.encoded import encode
from query.engines.author_names import AuthorNames
from query.engines.works import Works

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class TermKey(NamedTuple):
    """By what a term is known: a paper holds it that has one of the stems, or the parts of a variant side by side, in
    one of the text fields, or the words in a row, or one that is `spelled` so, in one of the name fields (fields by
    number)."""

    stems: tuple[str, ...]
    variants: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]
    text: tuple[int, ...]
    names: tuple[int, ...]
    spelled: tuple[str, ...] = ()


class Collection:
    """Statistics of a generation. They count live papers only, whatever the segments."""

    def __init__(self, generation: Generation) -> None:
        manifest = generation.manifest
        self.generation = generation
        self.segments: list[Segment] = generation.segments
        self.author_names = AuthorNames(self.segments)
        self.papers = manifest.papers
        self.averages = tuple(average_length(total, manifest.papers) for total in manifest.lengths)
        self.parameters = np.array(
            [*(row.weight for row in FIELDS), *(row.b for row in FIELDS), *self.averages, K1], dtype=np.float64
        )
        """Weight, b and average length of each field, then k1: what the kernel scores with."""
        self._slack: dict[str, float] = {}

    def holding(self, term: TermKey) -> int | None:
        """Papers that hold a term, where that is not counted from the segments (None: it is)."""
        return None

    def stem_papers(self, stems: Iterable[str]) -> dict[str, int]:
        """For each of some stems the live papers that hold it in a text field."""
        return {stem: sum(_holders(segment, stem) for segment in self.segments) for stem in stems}

    @made_once
    def readers(self) -> tuple[Any, ...] | None:
        """What finds terms in each segment in the kernel; None without one."""
        return None if kernel.native is None else tuple(segment.reader for segment in self.segments)

    @made_once
    def works(self) -> Works:
        """Which papers are one work."""
        return Works(self.segments)

    def other_records(self, segment: int, doc: int) -> list[str]:
        """Ids of the other records of a paper's work, the preferred first; none where works are not grouped."""
        works = self.works
        if not works:
            return []
        others = (member for member in works.members(segment, doc) if member != (segment, doc))
        return [self.segments[member.segment].paper_id(member.doc) for member in others]

    def weights(self, segment: Segment, docs: Ints, counts: npt.NDArray[np.integer]) -> Floats:
        """W(t,d) for documents of a segment from term frequencies (documents x fields), in float64."""
        total = np.zeros(len(docs))
        for field in range(len(FIELDS)):
            held = np.flatnonzero(counts[:, field])
            if held.size:
                row = norms(field, segment.lengths[field][docs[held]], self.averages[field])
                total[held] += counts[held, field] * row
        return total

    def slack(self, segment: Segment) -> float:
        """By what factor (1 or a little more) a segment's impacts must grow to be upper bounds today.

        They were made with other average lengths. W grows at most by max_f avg_now / avg_then, and since
        W / (k1 + W) is concave it grows at most by the same factor.
        """
        factor = self._slack.get(segment.name)
        if factor is None:
            made: list[float] = segment.impacts.meta["averages"]
            growth = (now / then for now, then in zip(self.averages, made, strict=True))
            factor = self._slack[segment.name] = max(1.0, *growth)
        return factor


def _holders(segment: Segment, stem: str) -> int:
    number = segment.text.find(encode(stem))
    if number < 0:
        return 0
    low, high = segment.text.span(number)
    return high - low if segment.all_live else int(np.count_nonzero(segment.live[segment.text.docs[low:high]]))
