"""The basket: papers that were put aside, kept in the address, or by a browser that has the script."""

from __future__ import annotations

from indexer.index.errors import NotFoundError
from indexer.index.record.names import spelling
from indexer.index.record.paper import Paper
from query.export import Exporter
from query.faces.printed.wording import hit_place
from query.faces.web.api.handlers import MOST_IDS
from query.faces.web.exports import file_reply
from query.faces.web.pages.links import State
from query.faces.web.pages.rendering import FILES, page
from query.faces.web.serving.call import Call, Handler, Reply
from query.faces.web.serving.errors import TooLargeError
from query.faces.web.serving.routes import Route


def _papers(call: Call) -> tuple[list[Paper], list[str]]:
    ids = list(dict.fromkeys(value for name, value in call.pairs if name == "id" and value.strip()))
    if len(ids) > MOST_IDS:
        raise TooLargeError(f"{len(ids)} papers; a basket holds {MOST_IDS}")
    found: dict[str, Paper] = {}
    missing = []
    for one in ids:
        try:
            paper = call.index.paper(one.strip())
        except NotFoundError:
            missing.append(one)
        else:
            found.setdefault(paper.id, paper)
    return list(found.values()), missing


def basket(call: Call) -> Reply:
    """The papers that the address names."""
    papers, missing = _papers(call)
    canonical = call.index.venue_table.canonical
    state = State(call.settings.prefix, tuple(("id", paper.id) for paper in papers))
    rows = [
        (
            paper,
            hit_place(canonical(paper.venue) if paper.venue else "", paper.year, paper.type),
            [spelling(author.name) for author in paper.authors],
            state.without("id", paper.id).to("/basket"),
        )
        for paper in papers
    ]
    exports = [(row, state.to(f"/basket{row.suffix}")) for row in FILES]
    return page(call.settings, "basket.html", rows=rows, missing=missing, exports=exports, state=state, query="")


def _export(exporter: Exporter) -> Handler:
    def export(call: Call) -> Reply:
        papers = _papers(call)[0]
        return file_reply(call.index, exporter, papers, len(papers))

    return export


ROUTES: tuple[Route, ...] = (
    Route("/basket", basket, face="page"),
    *(Route(f"/basket{row.suffix}", _export(row), face="page") for row in FILES),
)
