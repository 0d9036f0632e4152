"""docs/http.md: the API as its own OpenAPI document describes it, with examples that are asked of a server here.

python -m tests.http_document        # write it anew
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from starlette.testclient import TestClient

from indexer.ingest.build import build
from query.faces.web.api.routes import OPERATIONS
from query.faces.web.application import make_application
from query.faces.web.serving.errors import STATUSES
from query.faces.web.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
DOCUMENT = PROJECT / "docs" / "http.md"

EXAMPLES: dict[str, tuple[str, dict[str, Any] | None]] = {
    "GET /api/search": ("/api/search?q=%22curse+of+memory%22&facets=venue&limit=1", None),
    "POST /api/search": ("/api/search", {"q": "learning", "venue": ["ICML"], "year": "2018..", "limit": 0}),
    "GET /api/facets": ("/api/facets?q=learning&facets=type", None),
    "POST /api/papers": ("/api/papers", {"ids": ["arXiv:2009.07799", "none"]}),
    "GET /api/papers/{id}": ("/api/papers/10.1109%2F5.771073?format=bibtex", None),
    "GET /api/authors/{name}": ("/api/authors/e%20weinan", None),
    "GET /api/suggest": ("/api/suggest?prefix=wein&limit=2", None),
    "GET /healthz": ("/healthz", None),
}
"""Requests that are shown with their answers."""
REFUSED = "/api/search?q=deep+year:2020..2010"

_OPENING = """# HTTP

<!-- Written by `python -m tests.http_document`; a test holds it to the server. -->

`quiver serve` answers over HTTP at 127.0.0.1:8765, to this machine alone unless `--host` says otherwise: pages for
people, JSON for programs. Parameters are the options of `quiver search`. `/openapi.json` describes the API to programs.

Answers carry an `ETag` by generation and request; who sends it back as `If-None-Match` is told 304 while nothing has
changed. What is large is compressed where the client takes gzip. Ids in paths are percent-encoded: `/` is `%2F`.

## API
"""
_CLOSING = """
## Files and feeds

| address | |
| --- | --- |
| `/search.bib` `.ris` `.csv` `.json` `.jsonl` | the whole result as a file: BibTeX, RIS, CSV, CSL JSON, records |
| `/search.atom` | the 50 papers that came last into the index, as a feed |
| `/basket.bib?id=...` | the papers of these ids, in the same formats |
| `/opensearch.xml` | the description with which a browser adds the search |

The first two take the parameters of `/api/search` that say which papers and in which order. Files leave out papers that
match only some of the words, unless `match=any` asks for them.

## Pages

`/` · `/search` · `/authors/{name}` (`?join=` another name) · `/papers/{id}` · `/venues` · `/venues/{venue}` ·
`/venues/{venue}/{year}` · `/years` · `/about` · `/basket?id=...`

## Behind another server

[serving.md](serving.md) says how to put it behind nginx, what its limits are, and what it writes down.
"""


def written() -> str:
    """The document, with examples asked of a server over the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "papers.idx"
        build([PROJECT / "corpus" / "papers.jsonl"], index)
        application = make_application(Settings(index, log="none", timeout=60))
        with TestClient(application, base_url="http://127.0.0.1:8765") as client:
            document = client.get("/openapi.json").json()
            parts = [_OPENING]
            for row in OPERATIONS:
                parts += _operation(f"{row.method} {row.path}", document["paths"][row.path][row.method.lower()], client)
            parts += _errors(client)
    return "".join([*parts, _CLOSING])


def _operation(name: str, described: dict[str, Any], client: TestClient) -> Iterator[str]:
    yield f"\n### `{name}`\n\n{described['summary']}\n"
    parameters = described["parameters"]
    if parameters:
        yield "\n| parameter | takes | |\n| --- | --- | --- |\n"
        for row in parameters:
            yield f"| `{row['name']}` | {_takes(row['schema'])} | {row['description']} |\n".replace("|12", "\\|12")
    if "requestBody" in described:
        schema = described["requestBody"]["content"]["application/json"]["schema"]
        yield f"\nThe body is a JSON object with {', '.join(f'`{key}`' for key in schema['properties'])}.\n"
    if name in EXAMPLES:
        yield from _example(*EXAMPLES[name], client)


def _takes(schema: dict[str, Any]) -> str:
    if schema["type"] == "array":
        return f"{_takes(schema['items'])}; several"
    if len(schema.get("enum", ())) > 10:
        first = ", ".join(f"`{name}`" for name in schema["enum"][:3])
        return f"one of {len(schema['enum'])} types of CSL, such as {first}"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema["type"] == "integer":
        return f"{schema['minimum']} to {schema['maximum']}" + _default(schema)
    if "examples" in schema:
        return ", ".join(f"`{value}`" for value in schema["examples"])
    if "maxLength" in schema:
        return f"text of up to {schema['maxLength']:,} characters"
    if schema["type"] == "number":
        return f"seconds above 0, at most {schema['maximum']}"
    return {"boolean": "`true` or `false`", "string": "text"}[schema["type"]] + _default(schema)


def _default(schema: dict[str, Any]) -> str:
    return f", else {orjson.dumps(schema['default']).decode()}" if "default" in schema else ""


def _example(address: str, body: dict[str, Any] | None, client: TestClient) -> Iterator[str]:
    said = "" if body is None else f" -d '{orjson.dumps(body).decode()}'"
    yield f"\n```console\n$ curl -s 'http://127.0.0.1:8765{address}'{said}\n"
    answer = client.get(address) if body is None else client.post(address, json=body)
    text = answer.text
    if answer.headers["content-type"] == "application/json":
        text = orjson.dumps(answer.json(), option=orjson.OPT_INDENT_2).decode() + "\n"
    # Times differ from run to run, and scores with every improvement of the ranking.
    for name, value in (("took_ms", "0.4"), ("score", "4.97")):
        text = re.sub(rf'"{name}": [\d.]+', f'"{name}": {value}', text)
    yield text + "```\n"


def _errors(client: TestClient) -> Iterator[str]:
    yield "\n## Errors\n\nEvery error is one object; `position` and `length` count characters of the query from 0.\n"
    yield from _example(REFUSED, None, client)
    yield "\n| kind | status |\n| --- | --- |\n"
    kinds = {kind: status for _, status, kind in STATUSES} | {"method": 405, "host": 421, "origin": 403}
    for kind, status in kinds.items():
        yield f"| `{kind}` | {status} |\n"
    yield "\n`busy` comes with `Retry-After`: a worker has as many requests at once as `--most-requests` allows.\n"


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")
