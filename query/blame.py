"""Why an answer is empty: which word, clause or filter is to blame, and the query that works.

Asked only where nothing was found, and of filters whose values no paper has: both cost a few searches for counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from indexer.index.errors import NotFoundError
from indexer.index.record.names import cluster_key
from query.engines.answer import Answer, Request
from query.filters import Filters, YearRange
from query.language.combine import leaves, with_leaves
from query.language.nearest import nearest
from query.language.printer import start, to_text
from query.language.tree import Diagnostic, Exact, Node, Not, Query, Word
from query.results import EMPTY, FILTER
from query.snapshot import Snapshot

_CLAUSES, _FEW, _LEAVES = 12, 40, 100
"""So many clauses of a query are looked at one by one; of how many the query without one of them is tried."""


def blamed(snapshot: Snapshot, request: Request, answer: Answer) -> Iterator[Diagnostic]:
    """What an answer's reader must know: filters whose values no paper has, and if nothing was found the reason.

    The place is that of the clause in the query; without a length where it is a filter. `suggestion` is a query that
    finds papers under the same filters.
    """
    if answer.total and request.filters.empty:
        return
    if not snapshot.papers:
        yield Diagnostic(EMPTY, "The index holds no papers.", 0, 0)
        return
    blame = _Blame(snapshot, request)
    filters = list(blame.filters(answer))
    yield from filters
    if answer.total:
        return
    clauses = list(blame.clauses())
    without = list(blame.without_filters())
    yield from clauses
    yield from without
    if not (filters or clauses or without):
        yield Diagnostic(EMPTY, "No paper matches all of this together; write fewer words.", 0, len(request.query.text))
    if request.match == "all" and (found := blame.total(replace(request, match="any"))):
        yield Diagnostic(EMPTY, f"With --match any: {_papers(found)}.", 0, 0)


class _Blame:
    def __init__(self, snapshot: Snapshot, request: Request) -> None:
        self._engine, self._venues, self._request = snapshot.engine, snapshot.venue_table, request
        self._snapshot = snapshot

    def total(self, request: Request) -> int:
        """Papers that a request finds."""
        return self._totals([request])[0]

    def _totals(self, requests: Sequence[Request]) -> list[int]:
        """Papers that each of some requests finds: asked together, which an engine elsewhere answers at once."""
        return self._engine.totals([replace(request, top=0, facets=()) for request in requests])

    def filters(self, answer: Answer) -> Iterator[Diagnostic]:
        """Values of filters that no paper has, with the nearest that some have."""
        filters = self._request.filters
        # All authors are on a paper that was found, and so is a venue that is asked for alone.
        authors = () if answer.total else filters.authors
        venues = () if answer.total and len(filters.venues) == 1 else filters.venues
        asked = [
            *(Filters(authors=(name,)) for name in authors),
            *(Filters(venues=(name,)) for name in (*venues, *filters.exclude_venues)),
            *(Filters(years=(years,)) for years in (() if answer.total else filters.years)),
            *(Filters(types=(name,)) for name in (() if answer.total else filters.types)),
        ]
        found = self._totals([Request(Query(""), one) for one in asked]) if asked else []
        for one in (one for one, papers in zip(asked, found, strict=True) if not papers):
            for name in one.authors:
                try:
                    self._snapshot.author(name)
                except NotFoundError as error:
                    yield Diagnostic(FILTER, _sentence(str(error)), 0, 0)
            for name in one.venues:
                yield Diagnostic(FILTER, *self._no_venue(name))
            for years in one.years:
                yield Diagnostic(FILTER, f"No paper is dated {_span(years)}; the index holds {self._years()}.", 0, 0)
            for name in one.types:
                yield Diagnostic(FILTER, f"No paper has the type {name!r}.", 0, 0)

    def _no_venue(self, name: str) -> tuple[str, int, int, str | None]:
        near = {
            spelling.casefold(): row.name
            for row in self._snapshot.venues()
            for spelling in (row.name, *row.spellings, *self._venues.aliases(row.name))
        }
        like = nearest(name.casefold(), near)
        hint = f"did you mean {near[like]}?" if like else "`quiver venues` lists them."
        return f"No paper has the venue {name!r}; {hint}", 0, 0, near[like] if like else None

    def _years(self) -> str:
        held = self._snapshot.years()
        return _span(held) if held else "no years"

    def clauses(self) -> Iterator[Diagnostic]:
        """Words and clauses that no paper matches; else the one without which some would be found."""
        query = self._request.query
        if sum(1 for node in (*query.optional, *query.required) for _ in leaves(node)) > _LEAVES:
            # Each clause without the others, and the others without it, are as many searches.
            return
        clauses = list(_different(sorted((*query.optional, *query.required), key=start)))
        first = clauses[:_CLAUSES]
        found = self._totals([replace(self._request, query=_query(query, [node]), filters=Filters()) for node in first])
        unknown = [node for node, papers in zip(first, found, strict=True) if not papers]
        if unknown:
            kept = [node for node in clauses if node not in unknown]
            rest = _query(query, kept)
            works = to_text(rest) if 0 < len(kept) <= _FEW and self.total(replace(self._request, query=rest)) else None
            for node in unknown:
                yield Diagnostic(EMPTY, _nothing(node, query.text), *_place(node), works)
            return
        if not 1 < len(clauses) <= _FEW:
            return
        rests = [_query(query, [other for other in clauses if other is not node]) for node in first]
        found = self._totals([replace(self._request, query=rest) for rest in rests])
        for node, rest, papers in zip(first, rests, found, strict=True):
            if papers:
                typed = _typed(node, query.text)
                yield Diagnostic(EMPTY, f"Without {typed}: {_papers(papers)}.", *_place(node), to_text(rest))

    def without_filters(self) -> Iterator[Diagnostic]:
        """What is left without each filter, and without any."""
        filters = self._request.filters
        words = self._words(filters)
        asked = [
            replace(filters, since=None) if name == "since" else replace(filters, **{name: ()})  # type: ignore[arg-type]
            for name in words
        ]
        if len(words) > 1:
            asked.append(Filters())
        found = self._totals([replace(self._request, filters=without) for without in asked]) if asked else []
        texts = [*(f"the filter {text}" for text in words.values()), "any filter"]
        for text, papers in zip(texts, found, strict=False):
            if papers:
                yield Diagnostic(EMPTY, f"Without {text}: {_papers(papers)}.", 0, 0)

    def _words(self, filters: Filters) -> dict[str, str]:
        """The filters that are set, in words."""
        authors = [self._heading(name) for name in filters.authors]
        words = {
            "authors": f"author cluster{'s' if len(authors) > 1 else ''} {' and '.join(authors)}",
            "venues": _either(filters.venues),
            "years": _either(map(_span, filters.years)),
            "types": _either(filters.types),
            "exclude_venues": f"not in {_either(filters.exclude_venues)}",
            "exclude_types": f"no {_either(filters.exclude_types)}",
            "since": "" if filters.since is None else f"new since {filters.since.text}",
        }
        return {name: text for name, text in words.items() if getattr(filters, name)}

    def _heading(self, name: str) -> str:
        key = cluster_key(name)
        found = self._snapshot.heading(key)
        return name if found == key else found


def _different(clauses: Iterable[Node]) -> Iterator[Node]:
    """The clauses, of those that differ in place alone the first."""
    seen: set[Node] = set()
    for node in clauses:
        same = with_leaves(node, lambda leaf: replace(leaf, start=0, length=0))
        if same not in seen:
            seen.add(same)
            yield node


def _query(query: Query, clauses: Sequence[Node]) -> Query:
    """A query of some of its clauses."""
    typed = set(map(id, query.optional))
    optional = tuple(node for node in clauses if id(node) in typed and isinstance(node, Word))
    return Query("", optional, tuple(node for node in clauses if id(node) not in typed))


def _place(node: Node) -> tuple[int, int]:
    held = list(leaves(node))
    first, last = held[0], held[-1]
    return first.start, last.start + last.length - first.start


def _typed(node: Node, text: str) -> str:
    if isinstance(node, Word) and node.field is None and not node.written:
        return repr(node.text)
    return f"`{to_text(Query(text, (), (node,)))}`"


def _nothing(node: Node, text: str) -> str:
    """That no paper matches a clause."""
    if isinstance(node, Word) and node.field is None and not node.written:
        return f"No paper has the word {node.text!r}."
    if isinstance(node, Exact) and node.field in ("doi", "arxiv", "url", "id"):
        return f"No paper has the {_IDENTIFIERS[node.field]} {node.text!r}."
    if isinstance(node, Not):
        return f"Every paper is excluded by {_typed(node, text)}."
    return f"No paper matches {_typed(node, text)}."


_IDENTIFIERS = {"doi": "DOI", "arxiv": "arXiv id", "url": "address", "id": "id"}


def _papers(count: int) -> str:
    return f"{count:,} paper{'' if count == 1 else 's'}"


def _either(names: Iterable[str]) -> str:
    return " or ".join(names)


def _span(years: YearRange) -> str:
    first, last = years
    if first is None or last is None:
        return f"until {last}" if first is None else f"since {first}"
    return str(first) if first == last else f"{first}-{last}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
