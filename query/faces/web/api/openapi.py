"""The OpenAPI document: the table of the API's addresses in the words of OpenAPI 3.1."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from query.export import EXPORTERS
from query.faces.parameters import Parameter
from query.faces.web.api.schemas import SCHEMAS, Schema, parameter_schema, ref
from query.faces.web.serving.call import JSON, Handler

_SAID = {
    "400": "The query cannot be understood; the error says where.",
    "404": "There is no such paper or author.",
    "413": "More than is taken in one request.",
    "421": "A Host header that this server does not go by.",
    "422": "A parameter that cannot be; the error names it.",
    "503": "Too many requests at once, or the index cannot be read; Retry-After says when to come again.",
}
_GAPS = {
    "id": "The paper's id, percent-encoded: slashes are %2F.",
    "name": "The author's name, whatever its case, percent-encoded.",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. `answer` and `body` are schemas; `largest` bounds the body in bytes."""

    path: str
    method: str
    handler: Handler
    answer: Schema
    parameters: Sequence[Parameter] = ()
    body: Schema | None = None
    largest: int = 0
    other_formats: bool = False


def version() -> str:
    """The version of this program."""
    try:
        return metadata.version("quiver-papers")
    except metadata.PackageNotFoundError:
        return "0"


def document(operations: Sequence[Operation], server: str) -> dict[str, Any]:
    """The OpenAPI document of some operations under the address of a server."""
    paths: dict[str, dict[str, Any]] = {}
    for row in operations:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Quiver",
            "version": version(),
            "description": "Search of a collection of research papers. Read-only. Limits are those of the parameters; "
            "what is larger is read by exports: /search.jsonl, .bib, .ris, .csv and .json take the parameters of "
            "/api/search but for limit, offset and facets.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _operation(row: Operation) -> dict[str, Any]:
    said = " ".join((inspect.getdoc(row.handler) or "").split())
    gaps = re.findall(r"{(\w+)}", row.path)
    statuses = {"413", "421", "422", "503"}
    if gaps:
        statuses.add("404")
    if any(given.http == "q" for given in row.parameters) or row.path == "/api/search":
        statuses.add("400")
    found: dict[str, Any] = {
        "operationId": f"{row.method.lower()}_{row.handler.__name__}",
        "summary": said,
        "parameters": [
            {
                "name": gap,
                "in": "path",
                "required": True,
                "description": _GAPS[gap],
                "schema": {"type": "string", "minLength": 1},
            }
            for gap in gaps
        ]
        + [_parameter(given) for given in row.parameters],
        "responses": {"200": _answer(row)} | {status: _error(status) for status in sorted(statuses)},
    }
    if row.body is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": row.body}}}
    return found


def _parameter(row: Parameter) -> dict[str, Any]:
    found = {"name": row.http, "in": "query", "description": row.help, "schema": parameter_schema(row)}
    return found | ({"required": True} if row.http == "prefix" else {})


def _answer(row: Operation) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": row.answer}}
    if row.other_formats:
        content |= {exporter.media_type: {"schema": {"type": "string"}} for exporter in EXPORTERS.values()}
    return {"description": "The answer.", "content": content}


def _error(status: str) -> dict[str, Any]:
    return {"description": _SAID[status], "content": {JSON: {"schema": ref("Error")}}}
