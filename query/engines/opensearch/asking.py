"""What is asked of a cluster for one tier of a request: the search, and what its hits bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.index.opensearch.analysed import server_word
from indexer.index.text.spellings import spelled_alike
from indexer.index.text.ties import HERE
from query.engines.opensearch import clauses
from query.engines.opensearch.candidates import ROW_FIELDS, SHOWN_FIELDS, form_name
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.compile import ClusterCompiled
from query.engines.terms import TEXT_COLUMNS
from query.language.analysed import ADDED

_BY_YEAR = {"year": {"order": "desc", "missing": "_last"}}
SORTS: dict[str, list[Any]] = {
    "relevance": [{"_score": "desc"}, _BY_YEAR, {"id": "asc"}],
    "newest": [_BY_YEAR, {"title_key": "asc"}, {"id": "asc"}],
    "oldest": [{"year": {"order": "asc", "missing": "_last"}}, {"title_key": "asc"}, {"id": "asc"}],
    "title": [{"title_key": "asc"}, _BY_YEAR, {"id": "asc"}],
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One tier of a request: what matches, what of it is not to be given, how it is sorted."""

    matched: Query
    ordering: list[Query]
    sort: str
    tier: int = 0
    without: Query | None = None
    forms: Mapping[str, Query] = field(default_factory=dict)
    """Surface words of which hits tell whether they hold them, each as a query."""

    def body(self, size: int, *, compounds: bool) -> dict[str, Any]:
        """The search for its first papers, in order."""
        found: dict[str, Any] = {
            "size": size,
            "track_total_hits": True,
            "query": {"bool": {"filter": [self.matched]}},
            "_source": False,
        }
        if self.sort == "relevance" and self.ordering:
            told = [{"bool": {"filter": [query], "_name": form_name(word)}} for word, query in self.forms.items()]
            found["query"]["bool"]["should"] = [*self.ordering, *told]
        if self.without is not None:
            found["post_filter"] = {"bool": {"must_not": [self.without]}}
        if size:
            found["sort"] = SORTS[self.sort]
            # Stored fields would be unpacked for each paper: 103 ms for 500 where doc values take 16.
            found["stored_fields"] = "_none_"
            # The records too, 2 ms: fetched for those that are shown, they took 7.
            found["docvalue_fields"] = [*ROW_FIELDS, *SHOWN_FIELDS, *(["joins"] if compounds else [])]
            found.pop("_source")
        return found


def holding_form(word: str) -> Query:
    """Papers whose text holds a surface word."""
    return clauses.either([clauses.term(clauses.words_of(column), server_word(word)) for column in TEXT_COLUMNS])


def either_of(every: Sequence[Query]) -> list[Query]:
    """What has any of some words; nothing is asked where there are none."""
    return [clauses.either(every)] if every else []


def forms_of(compiled: ClusterCompiled) -> dict[str, Query]:
    """The spellings of a word that is asked for alone, by each its papers: what `best` looks at beside its stem."""
    typed = [word for word in compiled.query.words if word.start != ADDED]
    if len(typed) != 1 or len(typed[0].parts) != 1:
        return {}
    return {word: holding_form(word) for word in spelled_alike(typed[0].parts[0])}


def tied_here(compiled: ClusterCompiled) -> bool:
    """Whether some term counts another word as itself only in papers that tie the two."""
    return any(parts[0] == HERE for term in compiled.terms() for parts in term.key.variants)
