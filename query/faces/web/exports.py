"""Whole results as files for other programs, written while they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from indexer.index.record.paper import Paper
from query.browse.versions import as_cited
from query.export import EXPORTERS, Exporter
from query.export.collisions import twins_in
from query.export.style import KEY_FORMAT, PLAIN, Style
from query.faces.parameters import WHICH
from query.faces.request import Asked
from query.faces.web.serving.call import Call, Handler, Reply
from query.faces.web.serving.reading import values_of
from query.faces.web.serving.routes import Route
from query.search import PaperIndex


def every_paper(index: PaperIndex, asked: Asked) -> tuple[Iterator[Paper], int]:
    """All papers of a search, in its order, and how many: its first tier, unless any word was to do."""
    # Papers that match some of the words are there to look at, not to be cited.
    whole = replace(asked, match="any" if asked.match == "any" else "all", limit=None, offset=0, snippets=False)
    counted = replace(whole, limit=0) if whole.streamed else whole
    page = counted.search(index)
    return as_cited(index, whole.papers(index, page)), page.total


def file_reply(index: PaperIndex, exporter: Exporter, papers: Iterable[Paper], count: int) -> Reply:
    """Papers, `count` of them, as a file to keep, with the citation keys that they have in every export."""
    style = Style(twins=twins_in(index, KEY_FORMAT, count)) if exporter.name == "bibtex" else PLAIN
    headers = {"content-disposition": f'attachment; filename="papers{exporter.suffix}"'}
    pieces = (piece.encode("utf-8", "replace") for piece in exporter.write(papers, style))
    return Reply(pieces, f"{exporter.media_type}; charset=utf-8", headers=headers)


def _handler(exporter: Exporter) -> Handler:
    def export(call: Call) -> Reply:
        papers, count = every_paper(call.index, Asked(**values_of(call.pairs, WHICH)))
        return file_reply(call.index, exporter, papers, count)

    return export


ROUTES: tuple[Route, ...] = tuple(
    Route(f"/search{exporter.suffix}", _handler(exporter)) for exporter in EXPORTERS.values() if exporter.name != "ids"
)
