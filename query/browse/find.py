"""Here is what somebody calls a paper: its id, another identifier or its whole title. Which papers are these?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from indexer.index.errors import NotFoundError, QueryError
from indexer.index.record.paper import Paper
from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read

if TYPE_CHECKING:
    from query.search import PaperIndex

_FIRST = 20
"""Of the hits for a title, those among which papers of just this title are looked for."""


def find_papers(index: PaperIndex, text: str) -> list[Paper]:
    """The paper of an id or identifier, else the papers that have this whole title, case and signs aside.

    Raises NotFoundError where there is none.
    """
    try:
        return [index.paper(text)]
    except NotFoundError:
        found = _titled(index, text)
        if not found:
            raise
        return found


def _titled(index: PaperIndex, text: str) -> list[Paper]:
    title = words(as_read(text))
    if not title:
        return []
    try:
        hits = index.search(text, limit=_FIRST, match="all", snippets=False).hits
    except QueryError:
        return []
    return [paper for hit in hits if words(as_read((paper := hit.paper).title)) == title]
