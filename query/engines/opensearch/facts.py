"""What scoring needs of a whole index in a cluster: N, average lengths, n_t, compounds, names. Asked once and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import ne
from typing import Any

import orjson

from indexer.index.errors import QueryError
from indexer.index.opensearch.analysed import server_word
from indexer.index.opensearch.connection import SEARCH_SECONDS, Connection
from indexer.index.opensearch.failures import ClusterError, Failure, translated
from indexer.index.opensearch.published import ClusterGeneration
from indexer.index.schema import GROUPS, TEXT
from indexer.index.text.languages import LANGUAGES
from query.engines.author_names import FoundNames
from query.engines.collection import TermKey
from query.engines.deadline import check_time, left
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.lexicon import Lexicon, Weighed
from query.engines.variants import Parts

Json = Mapping[str, Any]
KEPT = 1 << 15
"""Facts of a kind that are kept; then all are forgotten and asked anew."""
MOST_BUCKETS = 60_000
"""Different values that are asked for at most: the server gives 65,535."""
_PREFERENCE = "quiver"


class Statistics:
    """One generation in a cluster, and what was learnt of it; immutable but for what is kept. Safe in threads."""

    def __init__(self, connection: Connection, generation: ClusterGeneration) -> None:
        self.connection = connection
        self.generation = generation
        self.lexicon = Lexicon(connection, generation.meta, generation.manifest.papers)
        self.holding: dict[TermKey, int] = {}
        self.stem_papers: dict[str, int] = {}
        self.word_papers: dict[str, int] = {}
        """Papers of words that a search has counted: all that hold the stem in a text field, or the word as a name."""
        self.variants: dict[str, tuple[Parts, ...]] = {}
        self.names: dict[str, FoundNames | None] = {}
        self.decided: dict[tuple[object, ...], Query] = {}
        """Papers that were read to decide about them (`reading`)."""

    def search(self, body: Mapping[str, object], *, shown: bool = False) -> Json:
        """The answer to a search in the papers. Raises QueryError for a query that is too much for the server.

        Where the call under way has a time limit, LateError once it is over; but what has to be `shown` of what was
        found is waited for.
        """
        return self.searches([body], shown=shown)[0]

    def counts(self, queries: Sequence[Query]) -> list[int]:
        """How many papers match each of some queries, in one request."""
        return totals(self.searches(list(map(counting, queries)))) if queries else []

    def searches(self, bodies: Sequence[Mapping[str, object]], *, shown: bool = False) -> list[Json]:
        """The answers to several searches, in one request."""
        seconds = SEARCH_SECONDS if shown else left(SEARCH_SECONDS)
        try:
            if len(bodies) == 1:
                return [self.connection.search(self.generation.papers, bodies[0], seconds=seconds)]
            return self._together(bodies, seconds)
        except ClusterError as error:
            if not shown:
                check_time()
            raise _too_much(error) from error

    def _together(self, bodies: Sequence[Mapping[str, object]], seconds: float) -> list[Json]:
        lines = [orjson.dumps(part) for body in bodies for part in ({"preference": _PREFERENCE}, body)]
        answer = self.connection.call(
            "POST", f"/{self.generation.papers}/_msearch", b"\n".join(lines) + b"\n", seconds=seconds
        )
        found = []
        for part in answer["responses"]:
            if "error" in part:
                failure = Failure.of_answer(part.get("status", 0), part["error"])
                raise translated(failure, self.connection.address, seconds)
            found.append(self.connection.whole(part))
        return found

    @property
    def rarity(self) -> Weighed | None:
        """How rare terms are, by the tables and by what was counted; None without tables."""
        stems = self.lexicon.stems
        return None if stems is None else Weighed(stems, self.generation.manifest.papers, self.holding)

    def unknown(self, keys: Iterable[TermKey]) -> list[TermKey]:
        """Those of some terms whose papers are not known."""
        if len(self.holding) > KEPT:
            self.holding.clear()
            self.word_papers.clear()
        return [key for key in dict.fromkeys(keys) if key not in self.holding]

    def learn(self, keys: Sequence[TermKey], counts: Sequence[int]) -> None:
        """Keep how many papers hold each of some terms."""
        found = dict(zip(keys, counts, strict=True))
        self.holding.update(found)
        whole = (len(GROUPS[TEXT]), 1)
        self.word_papers.update(
            (key.words[0], count)
            for key, count in found.items()
            if (len(key.text), len(key.stems)) == whole and len(key.words) == 1 and key.names and not key.variants
        )

    def papers_of(self, stems: Iterable[str]) -> dict[str, int]:
        """For each of some stems the papers that hold it in a text field."""
        wanted = list(dict.fromkeys(stems))
        if len(self.stem_papers) > KEPT:
            self.stem_papers.clear()
        known = self.stem_papers
        new = [stem for stem in wanted if stem not in known]
        fields = [f"stems.{field.name}" for field in GROUPS[TEXT]]
        held = [clauses.either([clauses.term(field, server_word(stem)) for field in fields]) for stem in new]
        known.update(zip(new, self.counts(held), strict=True))
        return {stem: known[stem] for stem in wanted}

    def values(self, field: str, query: Query | None, include: str | None = None) -> list[tuple[str, int]]:
        """All values of a keyword field in the papers of a query, with their papers, commonest first.

        `include` is a regular expression of Lucene that they match. Raises QueryError where they are too many.
        """
        size = 1_000
        while True:
            terms: dict[str, object] = {"field": field, "size": size, "shard_size": max(10 * size, 10_000)}
            if include is not None:
                terms["include"] = include
            body: dict[str, object] = {"size": 0, "track_total_hits": False, "aggs": {"values": {"terms": terms}}}
            if query is not None:
                body["query"] = {"bool": {"filter": [query]}}
            found = self.search(body)["aggregations"]["values"]
            if not found["sum_other_doc_count"] and not found["doc_count_error_upper_bound"]:
                return [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]
            if size == MOST_BUCKETS:
                raise QueryError(f"more than {MOST_BUCKETS:,} names would have to be looked at; write more of it")
            size = min(MOST_BUCKETS, size * 10)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages beside English that the index holds papers in."""
        if (ties := self.lexicon.ties) is not None:
            return tuple(code for code in LANGUAGES if ne(*ties.keys.prefix_range(f"{code}:".encode())))
        held = self.counts([{"prefix": {"joins": {"value": f"{code}:"}}} for code in LANGUAGES])
        return tuple(code for code, count in zip(LANGUAGES, held, strict=True) if count)


def counting(query: Query) -> Json:
    """The search that counts the papers of a query.

    A search of its own for each: as one aggregation the server looks at every paper for each of them, 70 ms for a dozen
    where the searches take 15.
    """
    return {"size": 0, "track_total_hits": True, "query": {"bool": {"filter": [query]}}}


def totals(answers: Sequence[Json]) -> list[int]:
    """What searches counted."""
    return [int(answer["hits"]["total"]["value"]) for answer in answers]


def _too_much(error: ClusterError) -> ClusterError | QueryError:
    if "too_many_clauses" in error.kind or "maxClauseCount" in str(error) or "too_many_nested" in error.kind:
        return QueryError("a word of the query means too many words for the cluster; write more of its letters")
    return error


def escaped(text: str) -> str:
    """A text as a regular expression of Lucene that means it."""
    return "".join(sign if sign.isalnum() or sign in " \t" else f"\\{sign}" for sign in text)
