"""Which papers of an answer another one stands for, where records of one work are shown once.

The best of the records that match is shown, and which these are no query of the server can say. So those of the papers
that match which belong to works are asked for, with their places in these, and the others of each are left out of the
search by their ids: one request more where works are grouped. A whole collection needs none, since there the first
place decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from indexer.index.errors import QueryError
from query.engines.deadline import check_time
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Json, Statistics

MOST = 60_000
"""Records of works that are looked at: a query may name 65,536 ids."""
_PAGE = 10_000
_EVERY = "all-words"
BEHIND: Query = {"range": {"place": {"gte": 1}}}
"""Records that are not the preferred ones of their works."""


def left_out(
    statistics: Statistics, base: Sequence[Query], wide: Query | None, narrow: Sequence[Query]
) -> tuple[Query, Query | QueryError]:
    """What is not shown of the papers that match `base` and all of `narrow`; then also of those that match `wide`.

    `wide` None: there is no second tier. Where that is too much the error is given in its place: it may not be needed.
    """
    if not base and not narrow:
        return BEHIND, BEHIND
    try:
        return _left_out(statistics, base, wide, narrow)
    except QueryError as error:
        if wide is None:
            raise
        return _left_out(statistics, base, None, narrow)[0], error


def _left_out(
    statistics: Statistics, base: Sequence[Query], wide: Query | None, narrow: Sequence[Query]
) -> tuple[Query, Query]:
    matched = clauses.both([*base, *narrow] if wide is None else [*base, wide])
    # Place by work of those with all words, and of the others.
    best: list[dict[str, tuple[int, str]]] = [{}, {}]
    ids: list[set[str]] = [set(), set()]
    for hit in _members(statistics, matched, narrow if wide is not None else ()):
        tier = int(wide is not None and _EVERY not in hit.get("matched_queries", ()))
        fields = hit["fields"]
        paper, work, place = fields["id"][0], fields["work"][0], int(fields["place"][0])
        ids[tier].add(paper)
        best[tier][work] = min(best[tier].get(work, (place, paper)), (place, paper))
    first = {paper for _, paper in best[0].values()}
    # A work that a paper with all words stands for is not shown again for another that has some.
    second = {paper for work, (_, paper) in best[1].items() if work not in best[0]}
    gone = ids[0] - first
    return _named(gone), _named(gone | ids[1] - second)


def _members(statistics: Statistics, matched: Query, narrow: Sequence[Query]) -> Iterator[Json]:
    """The records of works that match; each tells whether it has all words. Raises QueryError for too many."""
    query: Query = {"bool": {"filter": [matched, {"exists": {"field": "work"}}]}}
    if narrow:
        query["bool"]["should"] = [{"bool": {"filter": list(narrow), "_name": _EVERY}}]
    body: dict[str, Any] = {
        "size": _PAGE,
        "query": query,
        "sort": [{"id": "asc"}],
        "stored_fields": "_none_",
        "docvalue_fields": ["id", "work", "place"],
        "track_total_hits": MOST + 1,
    }
    while True:
        check_time()
        found = statistics.search(body)["hits"]
        if body["track_total_hits"] and found["total"]["value"] > MOST:
            raise QueryError(
                f"more than {MOST:,} of the papers are records of works that are shown once; add a word or a filter"
            )
        yield from found["hits"]
        if len(found["hits"]) < _PAGE:
            return
        body |= {"search_after": found["hits"][-1]["sort"], "track_total_hits": False}


def _named(ids: Iterable[str]) -> Query:
    found = sorted(ids)
    return {"terms": {"id": found}} if found else clauses.NONE


def but(query: Query, gone: Query) -> Query:
    """What matches a query, less what is left out."""
    return query if gone == clauses.NONE else {"bool": {"filter": [query], "must_not": [gone]}}
