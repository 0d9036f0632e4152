"""The canonical records, JSON Lines, as `quiver build` reads them; and the ids alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from indexer.index.record.paper import Paper
from query.export.lines import encodable
from query.export.style import PLAIN, Style

_ALWAYS = frozenset(("id", "title"))


def write(papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
    """One JSON object a line, as published, with every field that the record came with."""
    for paper in papers:
        record = paper.as_record()
        if style is not PLAIN:
            record = {key: value for key, value in record.items() if key in _ALWAYS or style.wants(key)}
        yield orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE).decode()


def write_ids(papers: Iterable[Paper], style: Style = PLAIN) -> Iterator[str]:
    """One id a line."""
    for paper in papers:
        yield encodable(paper.id) + "\n"
