"""The clause of `author:`: papers with a name that is meant, scored by the words that were typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from indexer.index.segment.opened import Segment
from query.engines.author_names import FoundNames
from query.engines.masks import Mask
from query.engines.nodes import Node, Scope, Scorer
from query.engines.terms import Term


class NamesNode(Node):
    """A name as somebody typed it. Matches inside one author; each word that was typed scores where it stands."""

    def __init__(self, found: FoundNames, terms: Sequence[Term]) -> None:
        self._found, self._terms = found, terms
        self._masks: dict[int, Mask] = {}

    def mask(self, segment: Segment, at: int) -> Mask:
        mask = self._masks.get(at)
        if mask is None:
            mask = self._masks[at] = np.zeros(segment.docs, dtype=bool)
            mask[self._found.docs(segment, at)] = True
        return mask

    def scorers(self, segment: Segment, at: int, scope: Scope) -> Iterator[Scorer]:
        inner = scope.of(self, segment, at)
        for term in self._terms:
            yield Scorer(term, active=inner.active)
