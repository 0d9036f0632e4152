"""A request made of the arguments of a search, and of its answer a page, or its hits one by one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from query.answering import answered, corrected_first, hits_of, totals_of, widened
from query.arguments import Names, SinceValue, Years, check, filters_of, query_of
from query.engines.answer import MATCHES, SORTS, Answer, Request, Row
from query.engines.deadline import LateError, late
from query.language.tree import Diagnostic, Query
from query.late import late as loaded_late
from query.ranking.best import Ranked
from query.results import Hit, Page
from query.snapshot import Snapshot

if TYPE_CHECKING:
    from query.blame import blamed
else:
    # Of an answer that holds papers there is nothing to be said.
    blamed = loaded_late("query.blame:blamed")

RANKINGS = ("best", "bm25f")


def _correction(snapshot: Snapshot, request: Request, parsed: Query, answer: Answer, ranked: Ranked) -> str | None:
    """The query respelt, where that finds much more."""
    if ranked.named:
        return None
    return snapshot.better_query(parsed, answer, lambda text: totals_of(snapshot, text, request))


def request_of(
    snapshot: Snapshot,
    query: str | Query,
    filters: tuple[Names, Names, Years, Names, Names, Names, SinceValue],
    sort: str,
    match: str,
    ranking: str,
    top: int | None,
    facets: tuple[str, ...] = (),
) -> Request:
    """A request from the arguments of a search. Raises UsageError for those that cannot be."""
    check("sort", sort, SORTS)
    check("match", match, MATCHES)
    check("ranking", ranking, RANKINGS)
    return Request(query_of(query), filters_of(snapshot.venue_table, *filters), match, sort, top, facets)


def page_of(
    snapshot: Snapshot,
    request: Request,
    ranking: str,
    part: tuple[int, int | None],
    snippets: bool,
    explain: bool,
    expand: bool,
    started: float,
) -> Page:
    """The page of a request: of its answer the hits after `part[0]`, `part[1]` of them (None: all)."""
    parsed, (passed, wanted) = request.query, part
    if expand:
        request = _widened(snapshot, request)
    answer, ranked = answered(snapshot, request, ranking)
    suggestion = None
    if not answer.partial:
        try:
            suggestion = _correction(snapshot, request, parsed, answer, ranked)
            answer, ranked = corrected_first(snapshot, request, ranking, answer, ranked, suggestion)
        except LateError:
            pass
    counted = {} if late() else snapshot.facets(request.facets, answer)
    rows = rows_of(answer, passed, request.top)
    if isinstance(rows, Sequence):
        snapshot.expect(rows)
    why = ranked if explain else None
    hits = list(hits_of(snapshot, rows, request, first=passed, snippets=snippets, ranked=why))
    return Page(
        query=parsed.text,
        generation=snapshot.number,
        total=answer.total,
        all_words=answer.all_words,
        relaxed=answer.relaxed,
        offset=passed,
        limit=wanted,
        hits=hits,
        facets=counted,
        took_ms=(time.perf_counter() - started) * 1000,
        suggestion=suggestion,
        diagnostics=(
            *parsed.diagnostics,
            *_notes(snapshot, request if request.query is parsed else replace(request, query=parsed), answer),
        ),
        partial=answer.partial or late(),
        exact_to=answer.exact_to,
    )


def _widened(snapshot: Snapshot, request: Request) -> Request:
    try:
        return widened(snapshot, request)
    except LateError:
        return request


def _notes(snapshot: Snapshot, request: Request, answer: Answer) -> list[Diagnostic]:
    """What a reader should know of an answer; nothing of one that is not whole."""
    if answer.partial:
        return []
    try:
        notes = list(snapshot.names_read(request.query))
        return notes if answer.total and request.filters.empty else [*notes, *blamed(snapshot, request, answer)]
    except LateError:
        return []


def rows_of(answer: Answer, first: int, top: int | None) -> Iterable[Row]:
    """The rows of an answer from the `first` on, `top` counted from its beginning (None: all)."""
    if answer.more is None or (top is not None and top <= len(answer.rows)):
        return answer.rows[first:]
    rest = answer.more() if answer.exact_to is None else _falling(answer.rows[-1].score, answer.more())
    return islice(chain(answer.rows, rest), first, top)


def _falling(highest: float, rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with scores that exceed neither the highest nor that of the row before."""
    for row in rows:
        highest = min(highest, row.score)
        yield row._replace(score=highest)


def scan_of(snapshot: Snapshot, request: Request, ranking: str, snippets: bool) -> Iterator[Hit]:
    """The hits of a request, found at the call and read one by one. Raises ClosedIndexError where it is closed."""
    answer, ranked = answered(snapshot, request, ranking)
    correction = _correction(snapshot, request, request.query, answer, ranked)
    answer, _ = corrected_first(snapshot, request, ranking, answer, ranked, correction)
    return _read(snapshot, request, rows_of(answer, 0, None), snippets)


def _read(snapshot: Snapshot, request: Request, rows: Iterable[Row], snippets: bool) -> Iterator[Hit]:
    for hit in hits_of(snapshot, rows, request, snippets=snippets):
        snapshot.check()
        yield hit
