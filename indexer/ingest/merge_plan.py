"""Which segments become one: numbers of segments to be written anew together, from their sizes alone."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.index.segment.layout import SEGMENT_DOCS

MERGE_FACTOR = 8
"""So many segments of one size class become one; each paper is then rewritten once per class, at most six times."""

Sizes = Sequence[tuple[int, int]]
"""Of each segment how many of its documents are claimed, and how many it stores."""


def all_together(sizes: Sizes) -> list[list[int]]:
    """The segments that a build wrote, one a block, as few as can be: every further segment costs every search."""
    return _pack(list(range(len(sizes))), [claimed for claimed, _ in sizes])


def to_merge(sizes: Sizes) -> list[list[int]]:
    """Those mostly gone, each by itself, and those of a size class that has become full; groups do not overlap."""
    classes: dict[int, list[int]] = {}
    groups = []
    for number, (claimed, stored) in enumerate(sizes):
        if claimed * 2 < stored:
            groups.append([number])
            continue
        size_class = 0
        while claimed >= MERGE_FACTOR ** (size_class + 1):
            size_class += 1
        classes.setdefault(size_class, []).append(number)
    for members in classes.values():
        if len(members) >= MERGE_FACTOR:
            groups += _pack(members, [claimed for claimed, _ in sizes])
    return groups


def _pack(members: list[int], claimed: list[int]) -> list[list[int]]:
    """Cut a list of segments into runs that fit into one segment each; runs of one are left alone."""
    runs: list[list[int]] = [[]]
    total = 0
    for number in sorted(members, key=lambda member: claimed[member]):
        if total + claimed[number] > SEGMENT_DOCS:
            runs.append([])
            total = 0
        runs[-1].append(number)
        total += claimed[number]
    return [run for run in runs if len(run) > 1]
