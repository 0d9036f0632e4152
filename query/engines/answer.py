"""What every engine is asked and what it gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from query.filters import Filters
from query.language.tree import Query

SORTS = ("relevance", "newest", "oldest", "title")
MATCHES = ("auto", "all", "any")
RELAX_BELOW = 10
"""`auto` shows papers with some of the words when fewer than this many have all. A constant: totals, facets and order
must not depend on how many hits are asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """A search: parsed query, filters, `match` and `sort` of the tables above, the first `top` hits (None: all).

    `masks`: whether the answer is to say which papers matched.
    """

    query: Query
    filters: Filters = field(default_factory=Filters)
    match: str = "auto"
    sort: str = "relevance"
    top: int | None = 10
    masks: bool = False


class Row(NamedTuple):
    """A hit: segment number, document number, tier (0: all words, 1: some), score in float64."""

    segment: int
    doc: int
    tier: int
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The first hits in order, exact totals, and if asked for which papers matched: a mask over each segment."""

    rows: list[Row]
    total: int
    all_words: int
    relaxed: bool
    masks: list[npt.NDArray[np.bool_]] = field(default_factory=list)
