"""What a cluster cannot decide is read: it names the papers that may match, and Quiver looks at each of them.

Capitals of words as written (`=CLIP`) are in the published text alone; words of a near-group may stand in so many ways
that a query would write out as thousands of phrases. The answer is a list of ids, kept for the generation. So many
papers are read as an index in a folder reads (`remembered.MOST_READ`), however large the collection is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from indexer.index.schema import FIELD_NUMBERS, GROUPS, NAMES, TEXT
from query.engines.collection import Collection
from query.engines.deadline import check_time
from query.engines.opensearch import clauses
from query.engines.opensearch.candidates import ROW_FIELDS, Records, Rows
from query.engines.opensearch.clauses import NONE, Query
from query.engines.opensearch.facts import KEPT, Statistics
from query.engines.phrases import phrase
from query.engines.remembered import read
from query.engines.written import Reader
from query.language.parts import Part

Json = Mapping[str, Any]
_PAGE = 1_000


def spaced(
    collection: Collection,
    statistics: Statistics,
    stems: Sequence[str],
    words: Sequence[str],
    text: Sequence[int],
    names: Sequence[int],
    slop: int,
) -> Query:
    """Papers with words in order, each at most `slop` places after the one before: see `clauses.phrase`."""
    groups = ((TEXT, tuple(stems), slop, tuple(text)), (NAMES, tuple(words), min(slop, clauses.NAME_GAP), tuple(names)))

    def held(hits: Sequence[Json]) -> Iterator[str]:
        rows = Rows("read", hits, _nothing, _nowhere)
        docs = {
            int(doc)
            for name, parts, near, columns in groups
            if columns
            for doc in phrase(collection, rows, name, parts, near, columns).docs
        }
        return (rows.paper_id(doc) for doc in sorted(docs))

    may = clauses.within(stems, words, text, names, slop)
    return _read(statistics, ("spaced", groups), may, " ".join(words), ROW_FIELDS, held)


def written(statistics: Statistics, parts: Sequence[Part], columns: Sequence[int], slop: int) -> Query:
    """Papers that hold parts in order, in the capitals that they have: see `clauses.run`."""
    own = [(name, [number for number in _columns(name) if number in columns]) for name in (TEXT, NAMES)]
    reader = Reader(parts, slop)

    def held(hits: Sequence[Json]) -> Iterator[str]:
        records = Records("read", hits, _nothing)
        for doc in range(records.docs):
            check_time()
            if any(numbers and reader.holds(records, doc, numbers, name) for name, numbers in own):
                yield records.paper_id(doc)

    may = clauses.run_within([replace(part, spelling="") for part in parts], columns, slop)
    what = " ".join(part.spelling or part.surface for part in parts)
    return _read(
        statistics, ("written", tuple(parts), tuple(columns), slop), may, what, ("id", "venue", "stored"), held
    )


def _columns(group: str) -> list[int]:
    return [FIELD_NUMBERS[field.name] for field in GROUPS[group]]


def _read(
    statistics: Statistics,
    key: tuple[object, ...],
    may: Query,
    what: str,
    fields: Sequence[str],
    held: Callable[[Sequence[Json]], Iterator[str]],
) -> Query:
    """What matches those of the papers of a query that `held` gives the ids of. Raises QueryError for too many."""
    if key not in statistics.decided:
        if len(statistics.decided) > KEPT:
            statistics.decided.clear()
        read(statistics.counts([may])[0], what, among=0)
        found = [paper for hits in _pages(statistics, may, fields) for paper in held(hits)]
        statistics.decided[key] = {"terms": {"id": found}} if found else NONE
    return dict(statistics.decided[key])


def _pages(statistics: Statistics, query: Query, fields: Sequence[str]) -> Iterator[Sequence[Json]]:
    """The papers of a query by id, with some doc values; nothing changes an index that is published."""
    after: list[object] = []
    while True:
        check_time()
        body: dict[str, Any] = {
            "size": _PAGE,
            "query": {"bool": {"filter": [query]}},
            "sort": [{"id": "asc"}],
            "stored_fields": "_none_",
            "docvalue_fields": list(fields),
            "track_total_hits": False,
        }
        hits = statistics.search(body | ({"search_after": after} if after else {}))["hits"]["hits"]
        if hits:
            yield hits
        if len(hits) < _PAGE:
            return
        after = hits[-1]["sort"]


def _nothing(_: Sequence[str]) -> Mapping[str, bytes]:
    return {}


def _nowhere(_: str, __: Sequence[str]) -> frozenset[str]:
    return frozenset()
