"""The addresses of the pages."""

from __future__ import annotations

from indexer.index.errors import QuiverError
from query.faces.web.serving.call import Reply, json_reply
from query.faces.web.serving.errors import error_json
from query.faces.web.serving.routes import Route
from query.faces.web.settings import Settings

PAGES: tuple[Route, ...] = ()


def error_page(settings: Settings, error: QuiverError, status: int) -> Reply:
    """An error as a page."""
    return json_reply(error_json(error), status)
