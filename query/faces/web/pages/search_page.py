"""The search page: the box, what was found, and what else can be asked, each as a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from indexer.index.errors import QueryError
from indexer.index.record.names import cluster_key, spelling
from query.faces.parameters import FACETS, SEARCH, SORTS
from query.faces.printed.explanation import explanation_lines
from query.faces.printed.search_result import totals
from query.faces.printed.terminal import Screen
from query.faces.printed.wording import PARTIAL, hit_place
from query.faces.request import Asked, reasons
from query.faces.web.api.handlers import timed
from query.faces.web.pages.charts import Chart, year_chart
from query.faces.web.pages.links import State
from query.faces.web.pages.pieces import Value
from query.faces.web.pages.rendering import FILES, page
from query.faces.web.serving.call import Call, Reply
from query.faces.web.serving.reading import values_of
from query.language.years import format_years
from query.results import FacetCount, Hit, Page

_VALUES = 60
"""Values of a facet on the page; the page of venues lists all."""
_KNOWN = [row.http for row in SEARCH if row.http not in ("facets", "snippets")]
_SEARCHES = 5
"""Searches of one page: that asked for, that of a correction, and counts without the filters of venue, type, year."""
_NOTHING = Page("", 0, 0, 0, False, 0, 10, (), {}, 0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """A hit as it stands on the page."""

    hit: Hit
    title: str
    place: Sequence[str]
    people: Sequence[tuple[str, bool]]
    more_people: int
    why: Sequence[str]


def search(call: Call) -> Reply:
    """Papers, with what can be asked next."""
    years = _years_of_fields(call.pairs)
    pairs = [pair for pair in call.pairs if pair[0] not in ("from", "to")] + [("year", value) for value in years]
    given = values_of(pairs, SEARCH, strict=False)
    state = State.of(call.settings.prefix, pairs, _KNOWN)
    if years:
        return Reply(b"", "text/plain", 303, {"location": state.to()})
    asked = timed(call, Asked(**{**given, "facets": FACETS}), _SEARCHES)
    verbatim = ("verbatim", "1") in call.pairs
    try:
        found = asked.search(call.index) if verbatim else asked.corrected(call.index)
    except QueryError as error:
        context = _context(call, asked, state, _NOTHING)
        return page(call.settings, "search.html", 400, **context, problem=_problem(error))
    corrected = found.corrected or ""
    if corrected:
        asked = replace(asked, query=corrected)
    context = _context(call, asked, state, found)
    said = {note.message for note in found.diagnostics if note.length}
    why_nothing = [reason for reason in reasons(found) if reason not in said] if not found.total else []
    made = page(
        call.settings,
        "search.html",
        **{**context, "corrected": corrected, "why_nothing": why_nothing},
        problem=None,
    )
    return replace(made, kept=not found.partial)


def _years_of_fields(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The range of the two fields, as the one parameter that it becomes."""
    ends = {name: value.strip() for name, value in pairs if name in ("from", "to") and value.strip()}
    if not ends:
        return []
    first, last = ends.get("from", ""), ends.get("to", "")
    return [first if first == last else f"{first}..{last}"]


def _problem(error: QueryError) -> dict[str, Any]:
    return {
        "message": str(error),
        "position": error.position,
        "length": max(error.length, 1),
        "suggestion": error.suggestion,
    }


def _context(call: Call, asked: Asked, state: State, found: Page) -> dict[str, Any]:
    limit = asked.limit or 10
    last = found.offset + len(found.hits)
    keys = {cluster_key(name) for name in asked.authors}
    facets = _facets(call, asked, state, found) if found is not _NOTHING else {}
    return {
        "query": dict(call.pairs).get("q", ""),
        "asked": asked,
        "state": state,
        "found": found,
        "summary": totals(found),
        "filters": _filters(call, asked, state),
        "hits": [shown_hit(hit, keys) for hit in found.hits],
        "facets": facets,
        "chart": _chart(call, asked, state, found) if found is not _NOTHING else None,
        "years": _span(asked),
        "sorts": [
            (name, state.only("sort", name).to() if name != SORTS[0] else state.without("sort").to()) for name in SORTS
        ],
        "previous": state.at(max(0, found.offset - limit)).to() if found.offset else "",
        "following": state.at(last).to() if last < found.total else "",
        "first": found.offset + 1,
        "last": last,
        "exports": [(row, _export(state, row.suffix)) for row in FILES],
        "feed": _export(state, ".atom"),
        "explain": state.only("explain", "true").to(),
        "diagnostics": found.diagnostics,
        "corrected": "",
        "partial": PARTIAL if found.partial else "",
        "why_nothing": [],
    }


def _export(state: State, suffix: str) -> str:
    kept = state
    for name in ("limit", "offset", "explain", "sort" if suffix == ".atom" else ""):
        kept = kept.without(name)
    return kept.to(f"/search{suffix}")


def _filters(call: Call, asked: Asked, state: State) -> list[tuple[str, str]]:
    """Filters that are set, in words, each with the address without it."""
    names = {"authors": "author", "venues": "venue", "years": "year", "types": "type"}
    rows = []
    for argument, words in asked.filters(call.index).items():
        rows.append((words, state.without(names.get(argument, argument.removesuffix("s"))).to()))
    return rows


def shown_hit(hit: Hit, keys: set[str]) -> Found:
    """A hit with its people as links; names whose key is in `keys` are marked, and kept where they are many."""
    record = hit.as_json()
    names = [spelling(name) for name in hit.authors]
    people = [(name, cluster_key(name) in keys) for name in names]
    kept = people if len(people) <= 8 else [person for number, person in enumerate(people) if number < 6 or person[1]]
    why = list(explanation_lines(hit.explanation, Screen(96, False))) if hit.explanation else []
    place = hit_place(record["venue"], record["year"], record["type"])
    return Found(hit, record["title"], place, kept, len(people) - len(kept), why)


def _facets(call: Call, asked: Asked, state: State, found: Page) -> dict[str, list[Value]]:
    """Values of each facet. Where one is filtered its values are counted as without that filter: there are others."""
    return {
        "venue": _values(_counts(call, asked, found, "venue"), state, "venue", "exclude_venue"),
        "type": _values(_counts(call, asked, found, "type"), state, "type", "exclude_type"),
        "author": _values(found.facets.get("author", ()), state, "author", ""),
    }


def _counts(call: Call, asked: Asked, found: Page, name: str) -> Sequence[FacetCount]:
    own: dict[str, Any] = {f"{name}s": ()} | ({f"exclude_{name}s": ()} if name != "year" else {})
    if not any(getattr(asked, argument) for argument in own):
        return found.facets.get(name, ())
    free = replace(asked, **own, facets=(name,), limit=0, offset=0)
    return free.search(call.index).facets.get(name, ())


def _values(counts: Sequence[FacetCount], state: State, name: str, excluding: str) -> list[Value]:
    chosen, out = state.values(name), state.values(excluding)
    known = {str(row.value) for row in counts}
    # What is chosen is shown, also where no paper has it.
    rows = [*counts, *(FacetCount(value, 0) for value in (*chosen, *out) if value not in known and name != "author")]
    found = []
    for row in rows:
        value = str(row.value)
        on, off = value in chosen, value in out
        switch = state.without(name, value) if on else state.put(name, value)
        exclude = state.without(excluding, value) if off else state.without(name, value).put(excluding, value)
        if off:
            switch = state.without(excluding, value)
        found.append(Value(row.value, row.count, on, off, switch.to(), exclude.to() if excluding else ""))
    found.sort(key=lambda value: not (value.on or value.off))
    return found[:_VALUES]


def _chart(call: Call, asked: Asked, state: State, found: Page) -> Chart | None:
    counts = _counts(call, asked, found, "year")

    def chosen(year: int) -> bool:
        return not asked.years or any((first or 0) <= year <= (last or 9999) for first, last in asked.years)

    def address(year: int) -> str:
        alone = format_years(year, year)
        return state.without("year").to() if state.values("year") == [alone] else state.only("year", alone).to()

    return year_chart([(int(row.value), row.count) for row in counts], address, chosen)


def _span(asked: Asked) -> tuple[str, str]:
    """What stands in the two fields."""
    if len(asked.years) != 1:
        return "", ""
    first, last = asked.years[0]
    return str(first or ""), str(last or "")
