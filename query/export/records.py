"""The canonical records, JSON Lines, as `quiver build` reads them; and the ids alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from indexer.index.record.paper import Paper
from query.export.lines import encodable


def write(papers: Iterable[Paper]) -> Iterator[str]:
    """One JSON object a line, as published, with every field that the record came with."""
    for paper in papers:
        yield orjson.dumps(paper.as_record(), option=orjson.OPT_APPEND_NEWLINE).decode()


def write_ids(papers: Iterable[Paper]) -> Iterator[str]:
    """One id a line."""
    for paper in papers:
        yield encodable(paper.id) + "\n"
