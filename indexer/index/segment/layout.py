"""Constants of the segment format that both its writers and its readers know."""

from __future__ import annotations

from functools import lru_cache

SEGMENT_KIND = "segment"
IMPACTS_KIND = "impacts"
STATE_KIND = "state"
BLOCK_DOCS = 65_535
"""Papers a block may hold: a document number inside of one is 16 bits wide."""
SEGMENT_DOCS = 4_000_000
"""Papers a segment of many blocks may hold, so that merging one takes no more than some minutes."""
SEGMENT_WORDS = 24_000_000
"""Words after which a block is full whatever its papers: 0.6 GB of memory while it is sorted."""
NAME_BITS = 6
"""A position in the authors field is author number << NAME_BITS | word of the name, so that no phrase crosses two
authors; 64 words a name, and 1,023 authors before positions become exceptions."""

_OF_BLOCKS = ("text.", "names.", "joins.", "paper.")
_OF_SEGMENT = ("text.term.", "text.form.", "names.term.", "joins.blob", "joins.at", "joins.head")
_LOCAL = frozenset(("doc.length", "doc.id_rank", "doc.title_rank", "doc.title_new"))
WORD = ".word"
"""`<table>.word`: which strings of a table of the segment a block has."""
BETWEEN = "~"
"""Stands between the name of a segment and the number of a block in the name by which that block is known."""


@lru_cache(1024)
def of_block(name: str) -> bool:
    """Whether each block has its own array of a name."""
    return name in _LOCAL or name.endswith(WORD) or (name.startswith(_OF_BLOCKS) and not name.startswith(_OF_SEGMENT))


def stored_name(name: str, block: int) -> str:
    """What an array of a block is called in the file."""
    return f"{block}/{name}" if block else name


def block_name(name: str, number: int) -> str:
    """What a block is called: the first as its segment's file, the others by names that no file has."""
    stem, dot, extension = name.rpartition(".")
    return f"{stem}{BETWEEN}{number}{dot}{extension}" if number else name


def parted(name: str) -> tuple[str, int]:
    """The name of a segment, with or without an extension, and the number of the block that a name means."""
    stem, dot, extension = name.partition(".")
    segment, _, number = stem.partition(BETWEEN)
    return segment + dot + extension, int(number or 0)
