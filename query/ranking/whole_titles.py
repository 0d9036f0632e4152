"""Titles that stand whole in a query: the query is the title, or a pasted reference holds it beside its authors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read
from query.ranking.candidates import TITLE, Candidates
from query.ranking.query_words import AskedWord

MOST = 50
"""So many titles are read at most."""
_SHORTEST = 2
"""Words that a title inside a reference has at least: one word stands in many a sentence."""
_AROUND = frozenset("abstract arxiv doi download full paper pdf review summary text the".split())
"""What people type beside a whole title, and numbers."""


@dataclass(frozen=True, slots=True)
class WholeTitles:
    """Hits (by number) whose title is the query; those whose title and author stand in it, with the words' weight."""

    exact: list[int]
    cited: dict[int, float]


def whole_titles(candidates: Candidates, asked: Sequence[AskedWord], titled: npt.NDArray[np.bool_]) -> WholeTitles:
    """Which hits have a title that stands whole in the query; `titled` (words x hits) says which words each title has.

    A title of a reference needs the name of one of its authors among the other words.
    """
    lengths = candidates.lengths[TITLE]
    covered = np.flatnonzero((titled.sum(axis=0) >= lengths) & (lengths > 0) & (lengths <= len(asked)))
    found = WholeTitles([], {})
    if not covered.size:
        return found
    typed = [word.text for word in asked]
    first = covered[np.argsort(candidates.ranks.argsort()[covered], kind="stable")][:MOST]
    names: dict[str, npt.NDArray[np.bool_]] = {}
    for hit in first.tolist():
        segment = candidates.collection.segments[int(candidates.segments[hit])]
        title = words(as_read(segment.papers.head(int(candidates.docs[hit]))["title"]))
        at = place(title, typed)
        if at is None:
            continue
        others = typed[:at] + typed[at + len(title) :]
        if not others:
            found.exact.append(hit)
        elif len(title) >= _SHORTEST and (
            _is_around(others, title) or any(_named(candidates, names, word)[hit] for word in others if len(word) > 1)
        ):
            found.cited[hit] = sum(word.weight for word in asked[at : at + len(title)])
    return found


def _is_around(others: Sequence[str], title: Sequence[str]) -> bool:
    """Whether nothing but numbers and what is said of files stands beside a title that is no chance run of words."""
    return len(title) > _SHORTEST and all(word in _AROUND or word[0].isdigit() for word in others)


def _named(candidates: Candidates, names: dict[str, npt.NDArray[np.bool_]], word: str) -> npt.NDArray[np.bool_]:
    if word not in names:
        names[word] = candidates.named(word)
    return names[word]


def place(title: Sequence[str], typed: Sequence[str]) -> int | None:
    """Where the words of a title stand in a row in the query."""
    size = len(title)
    return next((at for at in range(len(typed) - size + 1) if list(typed[at : at + size]) == list(title)), None)
