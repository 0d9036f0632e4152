"""Whether the arrays of a file are those of its table, in number, dtype and shape, and its description with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from indexer.index.schema import FIELDS, NAMES, TEXT
from indexer.index.segment.array_rows import Size, Sizes, shape_text
from indexer.index.segment.catalogue import MOST_BLOCKS, table_of
from indexer.index.segment.layout import IMPACTS_KIND, SEGMENT_KIND, stored_name


def known_sizes(meta: Mapping[str, Any]) -> Sizes:
    """The sizes that a file says in its description. Raises ValueError where they contradict each other."""
    sizes: Sizes = {}
    docs, blocks = meta.get("docs"), meta.get("blocks")
    if docs is not None:
        if type(docs) is not int or not 0 <= docs < 1 << 31:
            raise ValueError(f"says that it holds {docs!r} papers")
        sizes["docs"] = docs
    if blocks is not None:
        if (
            type(blocks) is not list
            or not 2 <= len(blocks) <= MOST_BLOCKS
            or not all(type(n) is int and 0 < n < 1 << 16 for n in blocks)
        ):
            raise ValueError(f"says that it has blocks of {blocks!r:.60} papers")
        if sum(blocks) != docs:
            raise ValueError(f"says that it holds {docs!r} papers, its blocks {sum(blocks)}")
        sizes |= {f"{number}/docs": papers for number, papers in enumerate(blocks)}
    return sizes


def misfit(kind: str, arrays: dict[str, tuple[str, list[int], int]], sizes: Sizes, blocks: int = 1) -> str:
    """What of a file's directory is not as its table says, as the end of a sentence; empty where all is.

    Takes a microsecond an array. `sizes` are those that are known, and gets those that the file fixes.
    """
    table = table_of(kind, blocks)
    if arrays.keys() != table.keys():
        name = min(arrays.keys() ^ table.keys())
        return f"lacks {name}" if name in table else f"has an array {name} that no {kind} has"
    for name, entry in table.items():
        dtype, shape, _ = arrays[name]
        if dtype not in entry.dtypes:
            return f"has {name} of dtype {dtype}, not {' or '.join(entry.dtypes)}"
        fits = len(shape) == len(entry.shape) and all(map(partial(_fits, sizes), entry.shape, shape))
        if not fits and not (entry.or_empty and shape == [0]):
            return f"has {name} of shape {shape}, not {shape_text(entry)} ({shape_text(entry, sizes)})"
    return _highs(kind, arrays, blocks)


def misfit_meta(kind: str, meta: dict[str, Any]) -> str:
    """What beside the arrays is not as it must be, number of papers or average lengths, as the end of a sentence."""
    if kind != IMPACTS_KIND:
        return "" if type(meta.get("docs")) is int else "does not say how many papers it holds"
    averages = meta.get("averages")
    if type(averages) is not list or len(averages) != len(FIELDS):
        return f"has averages that are not {len(FIELDS)} numbers"
    if not all(type(average) is float and average >= 0 for average in averages):
        return "has averages that are no numbers"
    return ""


def _fits(sizes: Sizes, wanted: int | Size, held: int) -> bool:
    if isinstance(wanted, int):
        return held == wanted
    count = wanted.of(sizes)
    if count is None:
        sizes[wanted.name] = count = wanted.back(held)
        return count >= 0
    return held == count


def _highs(kind: str, arrays: dict[str, tuple[str, list[int], int]], blocks: int) -> str:
    """Ninth bits are there for positions of a byte, and only for those."""
    groups = (stored_name(name, number) for number in range(blocks) for name in (TEXT, NAMES))
    for name in groups if kind == SEGMENT_KIND else ():
        dtype, (positions,), _ = arrays[f"{name}.pos"]
        if arrays[f"{name}.high"][1] != [(positions + 7) // 8 if dtype == "|u1" else 0]:
            return f"has {name}.high of another length than {name}.pos asks for"
    return ""
