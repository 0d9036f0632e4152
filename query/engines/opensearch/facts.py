"""What scoring needs of a whole index in a cluster: N, average lengths, n_t, compounds, names. Asked once and kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import orjson

from indexer.index.bm25f import average_length
from indexer.index.errors import QueryError
from indexer.index.opensearch.analysed import server_key, server_word
from indexer.index.opensearch.connection import SEARCH_SECONDS, Connection
from indexer.index.opensearch.failures import ClusterError, Failure, translated
from indexer.index.opensearch.published import ClusterGeneration
from indexer.index.record.name_forms import NameForm, initial_of, meant, stored_form
from indexer.index.schema import FIELDS, GROUPS, K1, TEXT
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import encode
from indexer.index.text.languages import LANGUAGES
from indexer.index.text.ties import EVERYWHERE, HERE
from query.engines.author_names import TWO_NAMES, AuthorNames, FoundNames, search_words
from query.engines.collection import Collection, TermKey
from query.engines.deadline import check_time, left
from query.engines.masks import Mask
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.variants import Parts, Variants
from query.engines.works import Works

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


class ClusterVariants(Variants):
    """The variants of words of a generation in a cluster."""

    def __init__(self, collection: Collection, statistics: Statistics) -> None:
        super().__init__(collection)
        self._statistics = statistics

    def prepare(self, joined: Iterable[str]) -> None:
        """Ask for the variants of some stems in one request."""
        known = self._statistics.variants
        if len(known) > KEPT:
            known.clear()
        new = [stem for stem in dict.fromkeys(joined) if stem not in known]
        if not new:
            return
        query = clauses.either([{"prefix": {"joins": {"value": f"{stem}\t"}}} for stem in new])
        found: dict[str, list[str]] = {stem: [] for stem in new}
        include = "|".join(f"{escaped(stem)}\t.*" for stem in new)
        for key, _ in self._statistics.values("joins", query, include):
            stem, _, parts = key.partition("\t")
            if stem in found:
                found[stem].append(parts)
        for stem, held in found.items():
            # In the order of the embedded table, whose keys are sorted as bytes.
            held.sort(key=encode)
            known[stem] = tuple(
                (text[0], stem, text[1:]) if text[0] in (HERE, EVERYWHERE) else tuple(text.split(" ")) for text in held
            )

    def variants(self, joined: str) -> tuple[Parts, ...]:
        """Stems side by side that count as a joined stem."""
        found = self._statistics.variants.get(joined)
        if found is None:
            self.prepare([joined])
            found = self._statistics.variants[joined]
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages beside English that the index holds papers in."""
        return self._statistics.languages


class ClusterNames(AuthorNames):
    """The names of a generation in a cluster: looked up among the clusters of the papers that hold their words."""

    def __init__(self, statistics: Statistics) -> None:
        super().__init__([])
        self._statistics = statistics
        self._found = statistics.names

    def keys_of(self, found: FoundNames) -> tuple[str, ...]:
        """Keys of the author clusters that a typed name means."""
        return found.keys

    def mark(self, mask: Mask, found: FoundNames, segment: Segment, at: int) -> None:
        """Set a mask over fetched rows true where one of the names stands: which these are the cluster tells."""
        ids = [segment.paper_id(row) for row in range(segment.docs)]
        if not ids or not found.keys:
            return
        held = {"terms": {"clusters": list(map(server_key, found.keys))}}
        body = {
            "size": len(ids),
            "query": {"bool": {"filter": [{"terms": {"id": ids}}, held]}},
            "track_total_hits": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["id"],
        }
        named = {hit["fields"]["id"][0] for hit in self._statistics.search(body)["hits"]["hits"]}
        mask |= np.array([paper in named for paper in ids], dtype=bool)

    def _held(self, word: str) -> bool:
        return bool(self._statistics.connection.count(self._statistics.generation.papers, _name(word)))

    def _clusters(self, form: NameForm, typed: NameForm) -> FoundNames | None:
        widened, keys = set(), []
        for key in self._candidates(form):
            meaning = meant(form, stored_form(key))
            if meaning is not None:
                keys.append(key)
                if meaning.widened:
                    widened.add(key)
        if not keys:
            return None
        return FoundNames((), tuple(sorted(widened)), self._shorter(typed), form is not typed, tuple(sorted(keys)))

    def _shorter(self, typed: NameForm) -> tuple[str, ...]:
        if len(typed.units) < 2 or all(unit.abbreviated or len(unit.text) == 1 for unit in typed.units[:-1]):
            return ()
        keys = self._candidates(NameForm((typed.units[-1],)), typed.units[0].text[0])
        return tuple(sorted(key for key in keys if initial_of(typed, stored_form(key))))

    def _candidates(self, form: NameForm, also: str = "") -> Iterator[str]:
        """Keys of clusters that may carry a name: those of the papers that hold its words."""
        words = [list(dict.fromkeys(words)) for words in search_words(form)]
        each = [clauses.either([_name(word) for word in spellings]) for spellings in words]
        asked = []
        for query, spellings, count in zip(each, words, self._statistics.counts(each), strict=True):
            if count:
                asked.append(query)
            elif len(encode(spellings[0])) < TWO_NAMES:
                return
        if asked:
            query = clauses.both([*asked, _name(also)] if also else asked)
            yield from (key for key, _ in self._statistics.values("clusters", query))


def _name(word: str) -> Query:
    return clauses.term("names", server_word(word))


class ClusterCollection(Collection):
    """The collection of one call: statistics of the cluster, segments of what the call has fetched."""

    def __init__(self, statistics: Statistics) -> None:
        manifest = statistics.generation.manifest
        self.statistics = statistics
        self.segments: list[Segment] = []
        self.author_names = ClusterNames(statistics)
        self.papers = manifest.papers
        self.averages = tuple(average_length(total, manifest.papers) for total in manifest.lengths)
        self.parameters = np.array(
            [*(row.weight for row in FIELDS), *(row.b for row in FIELDS), *self.averages, K1], dtype=np.float64
        )

    def holding(self, term: TermKey) -> int | None:
        """Papers that hold a term: counted with the search in which it stands, else asked for."""
        statistics = self.statistics
        if term not in statistics.holding:
            statistics.learn([term], statistics.counts([clauses.holding(term)]))
        return statistics.holding[term]

    def stem_papers(self, stems: Iterable[str]) -> dict[str, int]:
        """For each of some stems the papers that hold it in a text field."""
        return self.statistics.papers_of(stems)

    @property
    def readers(self) -> tuple[Any, ...] | None:
        """What finds terms in each segment in the kernel; None without one."""
        found = tuple(segment.reader for segment in self.segments)
        return None if any(reader is None for reader in found) else found

    @property
    def works(self) -> Works:
        """No works: a cluster's index groups none."""
        return Works([])

    def slack(self, segment: Segment) -> float:
        """Rows have no impacts that could have been made for other lengths."""
        return 1.0
