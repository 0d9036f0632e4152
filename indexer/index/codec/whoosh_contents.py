"""Whoosh's table of contents of an index of papers, as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from indexer.index.codec.whoosh_codec import ArraySegment
from indexer.index.codec.whoosh_files import EXTENSION
from indexer.index.codec.whoosh_schema import paper_schema
from indexer.index.whoosh_library import filestore, index

INDEX_NAME = "MAIN"


def table_of_contents(generation: int, segments: Iterable[tuple[str, int, Sequence[int]]]) -> bytes:
    """What `whoosh.index.open_dir` reads of a generation; anything may follow it in the file.

    `segments`: for each the name of its file, the number of its papers, and the numbers of those not to be found.
    """
    rows = []
    for name, papers, gone in segments:
        segment_id = name.removesuffix(EXTENSION).removeprefix(f"{INDEX_NAME}_")
        rows.append(ArraySegment(INDEX_NAME, papers, segment_id, gone))
    storage = filestore.RamStorage()
    contents = index.TOC(paper_schema(), rows, generation)
    contents.write(storage, INDEX_NAME)
    with storage.open_file(f"_{INDEX_NAME}_{generation}.toc") as file:
        data: bytes = file.read()
    return data
