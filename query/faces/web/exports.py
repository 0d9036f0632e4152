"""Whole results as files for other programs, written while they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from indexer.index.record.paper import Paper
from query.browse.versions import as_cited
from query.export import EXPORTERS, Exporter
from query.faces.parameters import WHICH
from query.faces.request import Asked
from query.faces.web.serving.call import Call, Handler, Reply
from query.faces.web.serving.reading import values_of
from query.faces.web.serving.routes import Route
from query.search import PaperIndex


def every_paper(index: PaperIndex, asked: Asked) -> Iterator[Paper]:
    """All papers of a search, in its order: its first tier, unless any word was to do."""
    # Papers that match some of the words are there to look at, not to be cited.
    whole = replace(asked, match="any" if asked.match == "any" else "all", limit=None, offset=0, snippets=False)
    counted = replace(whole, limit=0) if whole.streamed else whole
    return as_cited(index, whole.papers(index, counted.search(index)))


def file_reply(exporter: Exporter, papers: Iterator[Paper]) -> Reply:
    """Papers as a file to keep."""
    headers = {"content-disposition": f'attachment; filename="papers{exporter.suffix}"'}
    pieces = (piece.encode("utf-8", "replace") for piece in exporter.write(papers))
    return Reply(pieces, f"{exporter.media_type}; charset=utf-8", headers=headers)


def _handler(exporter: Exporter) -> Handler:
    def export(call: Call) -> Reply:
        return file_reply(exporter, every_paper(call.index, Asked(**values_of(call.pairs, WHICH))))

    return export


ROUTES: tuple[Route, ...] = tuple(
    Route(f"/search{exporter.suffix}", _handler(exporter)) for exporter in EXPORTERS.values() if exporter.name != "ids"
)
