"""The addresses of the API, a row each: what handles it, what it takes, what it gives."""

from __future__ import annotations

from query.faces.parameters import SEARCH
from query.faces.web.api import handlers
from query.faces.web.api.openapi import Operation, document
from query.faces.web.api.schemas import body_schema, record, ref, rows
from query.faces.web.serving.call import Call, Reply, json_reply
from query.faces.web.serving.routes import Route

_LARGEST_QUERY = 1 << 17
_LARGEST_LIST = 1 << 19

_IDS = record({"ids": {"type": "array", "items": {"type": "string"}, "maxItems": handlers.MOST_IDS}})
_IDS["additionalProperties"] = False

OPERATIONS: tuple[Operation, ...] = (
    Operation("/api/search", "GET", handlers.search, ref("Page"), SEARCH),
    Operation("/api/search", "POST", handlers.search, ref("Page"), body=body_schema(SEARCH), largest=_LARGEST_QUERY),
    Operation("/api/facets", "GET", handlers.facets, ref("Facets"), handlers.FACETS_ASKED),
    Operation("/api/papers", "POST", handlers.papers, ref("Papers"), body=_IDS, largest=_LARGEST_LIST),
    Operation("/api/papers/{id}", "GET", handlers.paper, ref("Paper"), handlers.PAPER, other_formats=True),
    Operation("/api/papers/{id}/related", "GET", handlers.related, ref("Page"), handlers.RELATED),
    Operation("/api/authors/{name}", "GET", handlers.author, ref("Author")),
    Operation("/api/venues", "GET", handlers.venues, rows(ref("Venue"))),
    Operation("/api/suggest", "GET", handlers.suggest, ref("Suggestions"), handlers.SUGGEST),
    Operation("/api/info", "GET", handlers.info, ref("Info")),
    Operation("/healthz", "GET", handlers.health, ref("Health")),
)


def described(call: Call) -> Reply:
    """The OpenAPI document of this server."""
    return json_reply(document(OPERATIONS, call.address("")))


ROUTES: tuple[Route, ...] = (
    *(
        Route(row.path, row.handler, methods=(row.method,), largest=row.largest, cached=row.path != "/healthz")
        for row in OPERATIONS
    ),
    Route("/openapi.json", described),
)
