"""Shapes of the answers, in the words of JSON Schema, as `/openapi.json` gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from query.faces.parameters import Parameter
from query.faces.web.serving.errors import KINDS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
YEARS_PATTERN = r"^([12][0-9]{3}|[12][0-9]{3}(\.\.|-)[12][0-9]{3}|[12][0-9]{3}\.\.|\.\.[12][0-9]{3})$"
YEAR: Schema = {"type": ["integer", "null"], "minimum": 1000, "maximum": 2999}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}


def ref(name: str) -> Schema:
    """A schema of the table below."""
    return {"$ref": f"#/components/schemas/{name}"}


def rows(items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "items": items}


def record(properties: Mapping[str, Schema], optional: Sequence[str] = (), **more: Any) -> Schema:
    """An object all of whose properties are there, but for the optional; others may be added by later versions."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": dict(properties), "required": required, **more}


_COUNTED = rows(ref("Count"))
_DIAGNOSTIC = {"kind": TEXT, "message": TEXT, "position": WHOLE, "length": WHOLE, "suggestion": MAYBE_TEXT}
_HIT = {
    "rank": {"type": "integer", "minimum": 1},
    "score": NUMBER,
    "id": TEXT,
    "title": TEXT,
    "authors": rows(TEXT),
    "venue": TEXT,
    "year": YEAR,
    "type": TEXT,
    "url": TEXT,
    "tier": {"type": "integer", "enum": [0, 1]},
    "snippet": {**TEXT, "description": "HTML, escaped but for <mark>"},
    "explanation": {"type": "object", "description": "where explain=true: the score as a sum"},
}
_TOTALS = {
    "format": {"type": "integer", "const": 1},
    "generation": WHOLE,
    "query": TEXT,
    "total": WHOLE,
    "all_words": WHOLE,
    "relaxed": FLAG,
    "took_ms": NUMBER,
    "facets": {"type": "object", "additionalProperties": _COUNTED},
    "diagnostics": rows(ref("Diagnostic")),
}
_PAPER = {
    "id": TEXT,
    "title": TEXT,
    "abstract": TEXT,
    "authors": rows({"anyOf": [TEXT, record({"name": TEXT, "id": TEXT, "orcid": TEXT}, ("id", "orcid"))]}),
    "venue": TEXT,
    "year": YEAR,
    "type": TEXT,
    "url": TEXT,
    "pdf": TEXT,
    "doi": TEXT,
    "arxiv": TEXT,
    "keywords": rows(TEXT),
}
_NAMED = {"name": TEXT, "count": WHOLE}

SCHEMAS: dict[str, Schema] = {
    "Count": record({"value": {"type": ["string", "integer"]}, "count": WHOLE}),
    "Diagnostic": record(_DIAGNOSTIC),
    "Hit": record(_HIT, ("tier", "explanation")),
    "Page": record(
        {
            **_TOTALS,
            "partial": FLAG,
            "offset": WHOLE,
            "limit": {"type": ["integer", "null"]},
            "hits": rows(ref("Hit")),
            "suggestion": MAYBE_TEXT,
        }
    ),
    "Facets": record({**_TOTALS, "partial": FLAG}),
    "Paper": record(_PAPER, [name for name in _PAPER if name not in ("id", "title")]),
    "Papers": record({"generation": WHOLE, "papers": rows(ref("Paper")), "missing": rows(TEXT)}),
    "Author": record(
        {
            "name": TEXT,
            "papers": rows(ref("Paper")),
            "author_rows": WHOLE,
            "coauthors": rows(record(_NAMED)),
            "venues": _COUNTED,
            "years": _COUNTED,
            "neighbours": rows(record({**_NAMED, "reason": TEXT})),
        }
    ),
    "Venue": record(
        {
            **_NAMED,
            "type": TEXT,
            "years": {"type": ["array", "null"], "items": {"type": "integer"}},
            "spellings": _COUNTED,
        }
    ),
    "Suggestions": record({"authors": _COUNTED, "venues": _COUNTED, "words": _COUNTED}),
    "Info": record(
        {
            "papers": WHOLE,
            "author_rows": WHOLE,
            "author_clusters": WHOLE,
            "venues": WHOLE,
            "years": {"type": ["array", "null"], "items": {"type": "integer"}},
            "generation": WHOLE,
            "built": TEXT,
            "bytes": WHOLE,
            "sources": rows(TEXT),
            "format": WHOLE,
            "quiver": TEXT,
            "python": TEXT,
            "kernel": {"type": "string", "enum": ["c", "python"]},
        }
    ),
    "Health": record({"status": {"const": "ok"}, "generation": WHOLE}),
    "Error": record(
        {
            "error": record(
                {
                    "kind": {"type": "string", "enum": list(KINDS)},
                    "message": TEXT,
                    "position": {"type": ["integer", "null"]},
                    "length": {"type": ["integer", "null"]},
                    "suggestion": MAYBE_TEXT,
                }
            )
        }
    ),
}


def parameter_schema(row: Parameter) -> Schema:
    """What one value of a parameter may be."""
    kinds: dict[str, Schema] = {
        "text": {"type": "string", "maxLength": row.longest} if row.longest else TEXT,
        "choice": {"type": "string", "enum": list(row.choices)},
        "years": {"type": "string", "pattern": YEARS_PATTERN, "examples": ["2018", "2018..2024", "2018..", "..2016"]},
        "count": {"type": "integer", "minimum": row.least, "maximum": row.most},
        "seconds": {"type": "number", "exclusiveMinimum": 0, "maximum": row.most},
        "flag": FLAG,
    }
    one = kinds[row.kind]
    if row.many:
        return {"type": "array", "items": one}
    return one if row.default is None else {**one, "default": row.default}


def body_schema(table: Sequence[Parameter]) -> Schema:
    """A JSON object with the parameters of a table: lists, or one value alone, where several may be given."""
    properties = {
        row.http: {"anyOf": [parameter_schema(row), parameter_schema(row)["items"]]}
        if row.many
        else parameter_schema(row)
        for row in table
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}
