"""The nearest of a few known words, for did-you-mean over names that the language itself fixes."""

from __future__ import annotations

from collections.abc import Iterable


def edits(left: str, right: str) -> int:
    """Letters to insert, delete, replace or swap with their neighbour. Quadratic: for names, not for text."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left):
        above, row = row, [i + 1]
        for j, b in enumerate(right):
            cost = min(above[j + 1] + 1, row[j] + 1, above[j] + (a != b))
            if i and j and a == right[j - 1] and b == left[i - 1]:
                cost = min(cost, before[j - 1] + 1)
            row.append(cost)
        before = above
    return row[-1]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word fewest edits away, at most a third of the length of `word`; None if all are farther."""
    if len(word) > 40:
        return None
    distance, best = min(((edits(word, name), name) for name in known), default=(len(word), ""))
    return best if distance <= len(word) // 3 else None
