"""Searching an index: `PaperIndex` is what programs use; the rest is how it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from query.search import PaperIndex as PaperIndex

__all__ = ["PaperIndex"]


def __getattr__(name: str) -> object:
    # Not imported with the package: `quiver --help` and the parser alone need no arrays.
    if name == "PaperIndex":
        from query.search import PaperIndex

        return PaperIndex
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
