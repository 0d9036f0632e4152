"""Papers that a text names, by id or by any identifier; and a word that names one before the word's own hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from indexer.index.record.identifiers import Identifier, guesses, identify
from indexer.index.record.identity import whole_id
from indexer.index.segment.columns import key_hash
from indexer.index.segment.opened import Segment
from query.engines.answer import Answer, Request, Row
from query.language.tree import Exact, Node, Not, Or, Query
from query.ranking.best import Ranked


def named(segments: Sequence[Segment], text: str) -> list[tuple[int, int]]:
    """Segment and document numbers of the papers that a text names: by id, else by the surest reading that any has.

    `10.1/X`, `https://doi.org/10.1/x` and `doi:10.1/x` name the same papers; `W24` and `2018` may name one.
    """
    text = text.strip()
    for kind, value in readings(text):
        key = key_hash(kind, value)
        found = [(at, doc) for at, segment in enumerate(segments) for doc in segment.find_key(key).tolist()]
        if found:
            return found
    return []


def readings(text: str) -> Iterator[Identifier]:
    """What a text may name, the surest first."""
    yield Identifier("id", text)
    if (whole := whole_id(text)) != text:
        yield Identifier("id", whole)
    if (sure := identify(text)) is not None:
        yield sure
        if sure.kind in ("doi", "arxiv"):
            # The id of a record that brought none.
            yield Identifier("id", sure.value if sure.kind == "doi" else f"arXiv:{sure.value}")
    yield from guesses(text)


def may_name(query: Query) -> bool:
    """Whether a query is one word that may be an identifier: anything but a word of small letters, as most are."""
    if len(query.optional) != 1 or query.required:
        return False
    word = query.optional[0].text
    return not word.isalpha() or not (word.islower() or word.istitle())


def named_first(
    request: Request,
    found: Sequence[tuple[str, int, int]],
    ranked: Callable[[Request], tuple[Answer, Ranked]],
) -> tuple[Answer, Ranked]:
    """The papers that the one word of a request names (id, segment, document), then the word's other hits.

    `ranked` answers a request. Under other sorts than relevance they stand where the sort puts them.
    """
    query = request.query
    papers = tuple(Exact(paper, "id") for paper, _, _ in found)
    these: Node = papers[0] if len(papers) == 1 else Or(papers)
    if request.sort != "relevance":
        return ranked(replace(request, query=Query(query.text, (), (Or((*query.optional, *papers)),))))
    answer, order = ranked(replace(request, query=Query(query.text, query.optional, (Not(these),))))
    first, _ = ranked(replace(request, query=Query(query.text, (), (these,))))
    highest = max((row.score for row in answer.rows), default=0.0)
    rows = [Row(row.segment, row.doc, 0, highest + 1.0) for row in first.rows]
    kept = [*rows, *answer.rows][: request.top]
    joined = replace(answer.beside(first), rows=kept)
    return joined, replace(order, rows=kept, named=frozenset((row.segment, row.doc) for row in rows))
