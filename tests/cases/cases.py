"""Cases: small collections, queries, and what must come, as tables that anyone can add a row to.

`NAME.jsonl` is a collection, `NAME.tsv` its rows: query, expectation, note. `\\n` in a query is a line feed. An
expectation is clauses with `;` between:

| clause | holds where |
| --- | --- |
| `first=a|b` | one of these ids stands first |
| `has=a,b` | all of these are found, in either tier |
| `only=a,b` | exactly these are found |
| `not=a,b` | none of these is in the first tier |
| `total=3` | so many are found |
| `diag` | there is a diagnostic, or an error with a place |
| `clause|diag` | the clause, or such a diagnostic |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.index.errors import QueryError
from query import PaperIndex


@dataclass(frozen=True, slots=True)
class Case:
    """A row: the collection, the query, what is expected of it."""

    collection: str
    query: str
    expect: str

    @property
    def name(self) -> str:
        """How the row is called among the tests."""
        return f"{self.collection}: {self.query}"


def read_cases(path: Path, collection: str = "") -> Iterator[Case]:
    """The rows of a table under its header; without `collection` its first column says which."""
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        columns = line.split("\t")
        if line.strip():
            name, query, expect = (collection, *columns[:2]) if collection else columns[:3]
            yield Case(name, query.replace("\\n", "\n"), expect)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search gave: ids in order, those of the first tier, the total, and whether it was told of anything."""

    ids: Sequence[str]
    first_tier: Sequence[str]
    total: int
    diagnosed: bool


def outcome(index: PaperIndex, query: str) -> Outcome:
    """What an index answers; an error with a place is an empty answer that says why."""
    try:
        page = index.search(query, limit=100)
    except QueryError as error:
        return Outcome((), (), 0, error.length is not None)
    ids = [hit.id for hit in page.hits]
    first = [hit.id for hit in page.hits if hit.tier == 0]
    return Outcome(ids, first, page.total, bool(page.diagnostics))


def _listed(value: str) -> set[str]:
    return set(value.split(","))


_CLAUSES: Mapping[str, Callable[[Outcome, str], bool]] = {
    "first": lambda found, value: bool(found.ids) and found.ids[0] in value.split("|"),
    "has": lambda found, value: _listed(value) <= set(found.ids),
    "only": lambda found, value: _listed(value) == set(found.ids),
    "not": lambda found, value: not _listed(value) & set(found.first_tier),
    "total": lambda found, value: found.total == int(value),
    "diag": lambda found, value: found.diagnosed,
}


def holds(found: Outcome, expect: str) -> bool:
    """Whether an outcome is what a row expects."""
    return all(_clause(found, clause) for clause in expect.split(";"))


def _clause(found: Outcome, clause: str) -> bool:
    if clause.endswith("|diag"):
        return found.diagnosed or _clause(found, clause.removesuffix("|diag"))
    name, _, value = clause.partition("=")
    return _CLAUSES[name](found, value)
