"""From a request to a page: what matches, in which order, with what is shown of it; all over one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from indexer.index.errors import QueryError
from indexer.index.segment.opened import Segment
from indexer.index.text.analysis import words
from indexer.index.text.reading import as_read
from query.engines.answer import Answer, Request, Row
from query.engines.compile import Compiled
from query.engines.deadline import LateError, bounded, late
from query.language.parser import parse
from query.language.tree import Exact, Node, Or
from query.late import late as loaded_late
from query.named import may_name, named_first
from query.present.marking import marks_of
from query.present.snippets import Snippets
from query.ranking.best import Ranked, rerank
from query.ranking.parameters import DEPTH
from query.ranking.titled import may_be_titles, with_titled
from query.results import Hit
from query.snapshot import Snapshot

if TYPE_CHECKING:
    from query.present.explain import explain_row
    from query.ranking.expand import expanded
else:
    explain_row = loaded_late("query.present.explain:explain_row")
    expanded = loaded_late("query.ranking.expand:expanded")

_FIRST = 5
"""Papers of one corrected title that are brought up at most."""
SHOWN_LATE = 10
"""Hits that are shown though the time is over."""


def answered(snapshot: Snapshot, request: Request, ranking: str) -> tuple[Answer, Ranked]:
    """The answer in its final order, and why hits have their scores. Raises QueryError where no word is left.

    Where the time is over before anything is found it is an empty answer, and partial.
    """
    try:
        return _answered(snapshot, request, ranking)
    except LateError:
        return Answer([], 0, 0, False, partial=True), Ranked([])


def _answered(snapshot: Snapshot, request: Request, ranking: str) -> tuple[Answer, Ranked]:
    compiled = snapshot.engine.compile(request)
    if compiled.empty and request.query.text.strip():
        raise QueryError(f"there is no word to search for in {request.query.text!r}", length=len(request.query.text))
    if may_name(request.query) and (found := snapshot.named(request.query.text)):
        papers = [(snapshot.segments[at].paper_id(doc), at, doc) for at, doc in found]
        return named_first(
            request,
            papers,
            lambda other: ranked_of(snapshot, other, snapshot.engine.compile(other), ranking),
        )
    return ranked_of(snapshot, request, compiled, ranking)


def ranked_of(snapshot: Snapshot, request: Request, compiled: Compiled, ranking: str) -> tuple[Answer, Ranked]:
    """The answer to a compiled request in its final order."""
    if ranking != "best" or request.sort != "relevance" or not compiled.optional or request.top == 0:
        answer = snapshot.engine.answer(request, compiled)
        return answer, Ranked(answer.rows)
    # One hit more than is re-scored tells how high the others reach.
    top = None if request.top is None else max(request.top, DEPTH + 1)
    answer = snapshot.engine.answer(replace(request, top=top), compiled)
    rows, depth = answer.rows, DEPTH
    try:
        if answer.all_words > DEPTH:
            # Among the first there may be room for two hundred of the thousand papers that say `Attention`.
            ids = may_be_titles(snapshot.engine.collection, compiled.query)
            rows, depth = with_titled(rows, _papers_of(snapshot, request, ids), DEPTH) if ids else (rows, depth)
        ranked = rerank(snapshot.engine.collection, compiled, rows, top=request.top, depth=depth)
    except LateError:
        rows = answer.rows[: request.top]
        return replace(answer, rows=rows, partial=True), Ranked(rows)
    return replace(answer, rows=ranked.rows), ranked


def _papers_of(snapshot: Snapshot, request: Request, ids: Sequence[str]) -> Sequence[Row]:
    """Those of some papers that a request finds with all words, with their scores."""
    query, papers = request.query, tuple(Exact(paper, "id") for paper in ids)
    these: Node = papers[0] if len(papers) == 1 else Or(papers)
    only = replace(request, query=replace(query, required=(*query.required, these)), top=len(ids))
    return [row for row in snapshot.engine.answer(only).rows if row.tier == 0]


def corrected_first(
    snapshot: Snapshot, request: Request, ranking: str, answer: Answer, ranked: Ranked, correction: str | None
) -> tuple[Answer, Ranked]:
    """The paper whose whole title is the correction of a query before the others of its tier, if it is among the hits.

    Who drops a letter of a title wants that paper; what else holds the other words follows.
    """
    # What is fetched later from an engine elsewhere stays as it comes.
    if (
        correction is None
        or answer.more is not None
        or ranking != "best"
        or request.sort != "relevance"
        or request.top == 0
    ):
        return answer, ranked
    try:
        query = parse(correction)
    except QueryError:
        return answer, ranked
    title = words(as_read(correction))
    meant = replace(request, query=query, top=_FIRST)
    _, found = ranked_of(snapshot, meant, snapshot.engine.compile(meant), ranking)
    ids = [
        segment.paper_id(row.doc)
        for row in found.rows
        if (segment := snapshot.segments[row.segment])
        and words(as_read(segment.papers.head(row.doc)["title"])) == title
    ]
    if not ids:
        return answer, ranked
    papers = tuple(Exact(paper, "id") for paper in ids)
    these: Node = papers[0] if len(papers) == 1 else Or(papers)
    asked = request.query
    only = replace(request, query=replace(asked, required=(*asked.required, these)), top=_FIRST)
    held = [row for row in snapshot.engine.answer(only).rows if row.tier == 0 or answer.relaxed]
    promoted = {(row.segment, row.doc) for row in held}
    if not promoted:
        return answer, ranked
    rows: list[Row] = []
    for tier in (0, 1):
        others = [row for row in ranked.rows if row.tier == tier and (row.segment, row.doc) not in promoted]
        highest = max((row.score for row in others), default=0.0)
        rows += [row._replace(score=highest + 1.0) for row in held if row.tier == tier]
        rows += others
    rows = rows[: request.top]
    return replace(answer, rows=rows), replace(ranked, rows=rows, corrected=frozenset(promoted))


def widened(snapshot: Snapshot, request: Request) -> Request:
    """The same with the words that its first papers share, any word matching."""
    anywhere = replace(request, match="any", sort="relevance", top=DEPTH + 1)
    compiled = snapshot.engine.compile(anywhere)
    answer = snapshot.engine.answer(anywhere, compiled)
    query = expanded(snapshot.engine.collection, compiled, answer.rows)
    return replace(request, query=query, match="any")


def totals_of(snapshot: Snapshot, text: str, request: Request) -> tuple[int, int]:
    """Papers with all words of another query, and in all, under the same filters."""
    answer = snapshot.engine.answer(replace(request, query=parse(text), top=0))
    return answer.all_words, answer.total


def hits_of(
    snapshot: Snapshot,
    rows: Iterable[Row],
    request: Request,
    *,
    first: int = 0,
    snippets: bool = True,
    ranked: Ranked | None = None,
) -> Iterator[Hit]:
    """Hits from rows, of which the first has the rank `first` + 1; with explanations where `ranked` is given."""
    marks = marks_of(snapshot.engine.analysed(request.query)) if snippets else None
    passages = Snippets(marks.stems, marks.match) if marks is not None else None
    timed = bounded()
    for rank, row in enumerate(rows, first + 1):
        if timed and late():
            # The first are shown all the same, as they stand in a list; that takes 20 us each.
            if rank > first + SHOWN_LATE:
                return
            passages = ranked = None
        segment = snapshot.segments[row.segment]
        rest, shown = None, ""
        if passages is not None:
            rest = segment.papers.rest(row.doc)
            shown = passages.of(rest.get("abstract", ""))
        try:
            why = explain_row(snapshot.engine, request, row, ranked) if ranked else None
        except LateError:
            why = ranked = None
        yield Hit(
            rank,
            row.score,
            row.tier,
            segment.venue_names[segment.venues[row.doc]],
            segment.papers.head(row.doc),
            rest,
            None if rest is not None else _reader(snapshot, segment, row.doc),
            shown,
            why,
            tuple(snapshot.engine.collection.other_records(row.segment, row.doc)),
        )


def _reader(snapshot: Snapshot, segment: Segment, doc: int) -> Callable[[], Mapping[str, Any]]:
    def read() -> Mapping[str, Any]:
        snapshot.check()
        return segment.papers.rest(doc)

    return read
