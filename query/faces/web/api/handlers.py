"""The API: parameters to one call, its answer as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from indexer.index.errors import NotFoundError, UsageError
from query.export import EXPORTERS
from query.faces.as_json import cluster_json, suggestions_json, venues_json
from query.faces.parameters import FACET, LIMIT, SEARCH, TIMEOUT, WHAT, Parameter
from query.faces.request import Asked
from query.faces.web.serving.call import Call, Reply, json_reply
from query.faces.web.serving.errors import TooLargeError
from query.faces.web.serving.reading import object_of, pairs_of_object, values_of
from query.results import FORMAT, Page

MOST_IDS = 500
"""Papers of one look-up."""
FACETS_ASKED = (*WHAT, FACET, TIMEOUT)
RELATED = (replace(LIMIT, most=100),)
PREFIX = Parameter("prefix", "prefix", "", "text", "What somebody has typed so far.", longest=200)
SUGGEST = (PREFIX, replace(LIMIT, most=100, help="How many of each sort."))
FORMATS = tuple(EXPORTERS)
PAPER = (Parameter("format", "format", "", "choice", "json, or a format of the exports.", choices=("json", *FORMATS)),)


SHARE = 0.8
"""Share of the time of a request in which its search has to end, so that it is answered before it is given up."""


def timed(call: Call, asked: Asked, searches: int = 1) -> Asked:
    """The same, to end within the time that a request has, also where it makes several searches."""
    most = SHARE * call.settings.timeout / searches
    return replace(asked, timeout=min(most, asked.timeout or most))


def page_of(call: Call, asked: Asked) -> Page:
    """A page of a search, from the generation that the request began with."""
    return timed(call, asked).search(call.index)


def search(call: Call) -> Reply:
    """Ranked papers, from parameters in the URL or from the JSON object of a body."""
    pairs = pairs_of_object(object_of(call.body)) if call.method == "POST" else call.pairs
    found = page_of(call, Asked(**values_of(pairs, SEARCH)))
    return json_reply(found.as_json(), kept=not found.partial)


def facets(call: Call) -> Reply:
    """Counts alone: of venues, years, types and authors, if none is named of all."""
    asked = Asked(**{"facets": FACET.choices, **values_of(call.pairs, FACETS_ASKED)})
    found = page_of(call, replace(asked, limit=0)).as_json()
    kept = ("generation", "query", "total", "all_words", "relaxed", "partial", "took_ms", "facets", "diagnostics")
    return json_reply({"format": FORMAT} | {name: found[name] for name in kept}, kept=not found["partial"])


def paper(call: Call) -> Reply:
    """One record, or one entry of an export."""
    form = values_of(call.pairs, PAPER).get("format", "json")
    found = call.index.paper(call.gaps[0])
    if form == "json":
        return json_reply(found.as_record())
    exporter = EXPORTERS[form]
    return Reply("".join(exporter.write([found])).encode(), f"{exporter.media_type}; charset=utf-8")


def papers(call: Call) -> Reply:
    """Records of up to 500 ids, in their order, and the ids that no paper has."""
    asked = object_of(call.body)
    ids = asked.get("ids")
    if set(asked) != {"ids"} or not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise UsageError('the body must be {"ids": [...]}, a list of texts')
    if len(ids) > MOST_IDS:
        raise TooLargeError(f"{len(ids)} ids; at most {MOST_IDS} are looked up at once")
    found, missing = looked_up(call, ids)
    return json_reply({"generation": call.index.generation, "papers": found, "missing": missing})


def looked_up(call: Call, ids: Sequence[str]) -> tuple[list[dict[str, Any]], list[str]]:
    """Records of some ids, and the ids that no paper has; each once."""
    found: dict[str, dict[str, Any]] = {}
    missing = []
    for one in dict.fromkeys(ids):
        try:
            paper = call.index.paper(one)
        except NotFoundError:
            missing.append(one)
        else:
            found.setdefault(paper.id, paper.as_record())
    return list(found.values()), missing


def related(call: Call) -> Reply:
    """Papers like one."""
    limit = values_of(call.pairs, RELATED).get("limit", 10)
    return json_reply(call.index.related(call.gaps[0], limit).as_json())


def author(call: Call) -> Reply:
    """An author cluster with the records of its papers."""
    values_of(call.pairs, ())
    return json_reply(cluster_json(call.index.author(call.gaps[0])))


def venues(call: Call) -> Reply:
    """Every venue, the largest first."""
    values_of(call.pairs, ())
    return json_reply(venues_json(call.snapshot.venues))


def suggest(call: Call) -> Reply:
    """Completions of authors, venues and title words."""
    given = values_of(call.pairs, SUGGEST)
    if "prefix" not in given:
        raise UsageError("prefix is missing: what is to be completed")
    limit = given.get("limit", 10)
    return json_reply(suggestions_json(call.index.suggest(given["prefix"], limit)))


def info(call: Call) -> Reply:
    """What the index holds. Sources by their last name: where they lie is the host's own affair."""
    values_of(call.pairs, ())
    held = call.snapshot.info.as_json()
    return json_reply({**held, "sources": [source.rstrip("/").rpartition("/")[2] for source in held["sources"]]})


def health(call: Call) -> Reply:
    """Whether this worker answers, and from which generation."""
    return json_reply({"status": "ok", "generation": call.index.generation})
