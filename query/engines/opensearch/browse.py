"""What browsing asks of a cluster: author clusters, completions, venues, spellings, what the index holds."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexer.index.native import kernel
from indexer.index.opensearch.analysed import server_key, server_word
from indexer.index.opensearch.mapping import stored_lines, stored_record, usual_spelling
from indexer.index.record.names import cluster_key, neighbour_reason
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.text.analysis import fold, name_words, stem, words
from indexer.index.text.reading import as_read
from query.browse.clusters import Cluster, Neighbour, cluster_of, no_author
from query.browse.spelling import SPOTS, SUSPECT, Lookup, better_query
from query.browse.suggest import Suggestions
from query.browse.venue_list import VenueRow
from query.engines.answer import Answer
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Statistics, escaped
from query.information import Information, version
from query.language.tree import Query as Parsed
from query.results import FacetCount
from query.snapshot import Total

Json = Mapping[str, Any]
_PAGE = 1_000
_SPELT = 2_000
"""Papers that are looked at for the spellings of some names."""
_KEEP = "5m"
_NEAR = 1_024
"""Words that are looked at as corrections of one: the server takes the nearest."""
_AT_ONCE = 100
"""Words whose papers are counted in a request."""
_TEXT = ("title", "venue", "abstract", "keywords")


class Browser:
    """Asks one generation in a cluster."""

    def __init__(self, statistics: Statistics, venues: VenueTable) -> None:
        self._statistics, self._venues = statistics, venues
        self._headings: dict[str, str] = {}
        self._rows: list[VenueRow] | None = None

    def every(self, values: Sequence[str], query: Query | None = None) -> Iterator[Json]:
        """All papers (of a query) by id, page by page, of one point in time, with some doc values."""
        connection, papers = self._statistics.connection, self._statistics.generation.papers
        point = connection.call("POST", f"/{papers}/_search/point_in_time", keep_alive=_KEEP)["pit_id"]
        try:
            after: list[Any] | None = None
            while True:
                body: dict[str, Any] = {
                    "size": _PAGE,
                    "query": query or clauses.EVERY,
                    "sort": [{"id": "asc"}],
                    "pit": {"id": point, "keep_alive": _KEEP},
                    "stored_fields": "_none_",
                    "docvalue_fields": list(values),
                    "track_total_hits": False,
                }
                if after is not None:
                    body["search_after"] = after
                hits = connection.whole(connection.call("POST", "/_search", body))["hits"]["hits"]
                if not hits:
                    return
                yield from hits
                after = hits[-1]["sort"]
        finally:
            connection.call("DELETE", "/_search/point_in_time", {"pit_id": [point]}, expected=(404,))

    # --- authors ---

    def size(self, key: str) -> int:
        """Papers of a cluster."""
        return self._statistics.connection.count(self._statistics.generation.papers, _cluster(key))

    def heading(self, key: str) -> str:
        """The name a cluster is shown by: the commonest spelling, then the newest, then the first by code point."""
        if key not in self._headings:
            self.learn_headings([key])
        return self._headings[key]

    def learn_headings(self, keys: Sequence[str]) -> None:
        """Ask for the headings of some clusters in one request."""
        new = [key for key in dict.fromkeys(keys) if key not in self._headings]
        for low in range(0, len(new), 100):
            part = new[low : low + 100]
            odd = self._odd(part)
            self._headings.update((key, usual_spelling(key)) for key in part if key not in odd)
            if odd:
                self._learn(sorted(odd))

    def _odd(self, keys: Sequence[str]) -> set[str]:
        """Those of some clusters whose name is spelt somewhere in an unusual way, and those that cannot be told."""
        asked = {server_key(key): key for key in keys}
        terms: dict[str, Any] = {
            "field": "odd",
            "include": list(asked),
            "size": len(asked),
            "shard_size": 10 * len(asked),
        }
        # Few papers match: by default all values of the field would be numbered for them.
        terms["execution_hint"] = "map"
        body = {
            "size": 0,
            "track_total_hits": False,
            "query": {"bool": {"filter": [{"terms": {"odd": list(asked)}}]}},
            "aggs": {"odd": {"terms": terms}},
        }
        buckets = self._statistics.search(body, shown=True)["aggregations"]["odd"]["buckets"]
        # What the server has in a cut form is nobody's name.
        return {asked[bucket["key"]] for bucket in buckets} | {key for mine, key in asked.items() if mine != key}

    def _learn(self, keys: Sequence[str]) -> None:
        # Their papers tell how the names are spelt; to have the server count spellings takes it ten times as long.
        body = {
            "size": _SPELT,
            "track_total_hits": True,
            "query": {"bool": {"filter": [{"terms": {"clusters": list(map(server_key, keys))}}]}},
            "stored_fields": "_none_",
            "docvalue_fields": ["author_rows", "year"],
        }
        hits = self._statistics.search(body, shown=True)["hits"]
        rows = [
            (row, 1, hit["fields"].get("year", (0,))[0])
            for hit in hits["hits"]
            for row in hit.get("fields", {}).get("author_rows", ())
        ]
        if hits["total"]["value"] > len(hits["hits"]):
            if len(keys) > 1:
                for part in (keys[: len(keys) // 2], keys[len(keys) // 2 :]):
                    self._learn(part)
                return
            found = self._statistics.search(_spellings(keys[0]), shown=True)["aggregations"]["rows"]["buckets"]
            rows = [(row["key"], row["doc_count"], row["newest"]["value"] or 0) for row in found]
        spelt: dict[str, list[tuple[str, int, float]]] = {key: [] for key in keys}
        for row, count, year in rows:
            key, _, name = row.partition("\t")
            if key in spelt:
                spelt[key].append((name.partition("\t")[0], count, year))
        self._headings.update((key, _heading(key, found)) for key, found in spelt.items())

    def author(self, name: str) -> Cluster:
        """The author cluster of a name. Raises NotFoundError with names that are alike."""
        key = cluster_key(name)
        papers = [_paper(hit) for hit in self.every(["stored"], _cluster(key))]
        near = self._neighbours(key)
        if not papers:
            raise no_author(name, near)
        self.learn_headings([cluster_key(author.name) for paper in papers for author in paper.authors])
        return cluster_of(key, papers, near, self._venues, self.heading)

    def _neighbours(self, key: str) -> list[Neighbour]:
        """Other clusters that may be the same person, by count, then name; they share a word of the name."""
        parts = name_words(key)
        spelt = {*parts, "".join(parts), *("".join(parts[at : at + 2]) for at in range(len(parts)))}
        if not spelt:
            return []
        query: Query = {"terms": {"names": sorted(map(server_word, spelt))}}
        found = []
        for other, count in self._statistics.values("clusters", query):
            reason = neighbour_reason(key, other)
            if reason:
                found.append((other, reason, count))
        self.learn_headings([other for other, _, _ in found])
        near = [Neighbour(self.heading(other), reason, self.size(other)) for other, reason, _ in found]
        return sorted(near, key=lambda row: (-row.count, row.name))

    # --- completions ---

    def suggest(self, prefix: str, limit: int | None) -> Suggestions:
        """The `limit` commonest completions (None: all) of each sort; every word of a name may be what is typed."""
        text = prefix.strip()
        if not text or limit == 0:
            return Suggestions([], [], [])
        folded = fold(text)
        typed = self._top("titled", None, f"{escaped(folded)}.*", limit)
        return Suggestions(
            self._authors(text, limit), self._venue_names(folded, limit), [FacetCount(*row) for row in typed]
        )

    def _authors(self, text: str, limit: int | None) -> list[FacetCount]:
        key, parts = cluster_key(text), name_words(text)
        begins = {"prefix": {"clusters": {"value": key}}}
        held = [{"prefix": {"names": {"value": part}}} for part in parts]
        query = clauses.either([begins, clauses.both(held)]) if held else begins

        def meant(name: str) -> bool:
            own = name_words(name)
            return name.startswith(key) or (
                bool(parts) and all(any(word.startswith(part) for word in own) for part in parts)
            )

        rows = self._top("clusters", query, None, limit, meant)
        self.learn_headings([name for name, _ in rows])
        return [FacetCount(self.heading(name), count) for name, count in rows]

    def _top(
        self, field: str, query: Query | None, include: str | None, limit: int | None, meant: Any = None
    ) -> list[tuple[str, int]]:
        """The commonest values of a field that are meant, equal counts by the value itself."""
        size = 1_000
        while True:
            terms: dict[str, Any] = {"field": field, "size": size, "shard_size": max(100_000, size)}
            if include is not None:
                terms["include"] = include
            body: dict[str, Any] = {"size": 0, "track_total_hits": False, "aggs": {"values": {"terms": terms}}}
            if query is not None:
                body["query"] = {"bool": {"filter": [query]}}
            found = self._statistics.search(body)["aggregations"]["values"]
            rows = [(bucket["key"], bucket["doc_count"]) for bucket in found["buckets"]]
            kept = [row for row in rows if meant is None or meant(row[0])]
            kept.sort(key=lambda row: (-row[1], row[0]))
            whole = not found["sum_other_doc_count"]
            decided = limit is not None and len(kept) > limit and kept[limit - 1][1] > rows[-1][1]
            if whole or decided or size >= 60_000:
                return kept[:limit]
            size = min(60_000, size * 10)

    def _venue_names(self, typed: str, limit: int | None) -> list[FacetCount]:
        found = [
            FacetCount(row.name, row.count)
            for row in self.venues()
            if any(part.startswith(typed) for part in (fold(row.name), *fold(row.name).split()))
        ]
        return found[:limit]

    # --- venues and the whole ---

    def venues(self) -> list[VenueRow]:
        """Venues by count, then name."""
        if self._rows is None:
            rows: dict[str, VenueRow] = {}
            for bucket in self._composite(["venue", "venue_published"], ["year"]):
                name, published = bucket["key"]["venue"], bucket["key"]["venue_published"]
                row = rows.setdefault(name, VenueRow(name, self._venues.type_of(name)))
                row.count += bucket["doc_count"]
                row.spellings[published] += bucket["doc_count"]
                first, last = bucket["first-year"]["value"], bucket["last-year"]["value"]
                if first is not None:
                    known = row.years or (9999, 0)
                    row.years = (min(known[0], int(first)), max(known[1], int(last)))
            self._rows = sorted(rows.values(), key=lambda row: (-row.count, row.name))
        return self._rows

    def years(self) -> tuple[int, int] | None:
        """The first and the last year of papers; None where none has a year."""
        aggs = {"first": {"min": {"field": "year"}}, "last": {"max": {"field": "year"}}}
        found = self._statistics.search({"size": 0, "track_total_hits": False, "aggs": aggs})["aggregations"]
        first, last = found["first"]["value"], found["last"]["value"]
        return None if first is None else (int(first), int(last))

    def moments(self) -> set[tuple[int, int]]:
        """Generations in which papers were first seen, with their times in seconds since 1970."""
        buckets = self._composite(["seen_generation", "seen_time"], [])
        return {(int(row["key"]["seen_generation"]), int(row["key"]["seen_time"])) for row in buckets}

    def info(self) -> Information:
        """What the index holds. Author rows are counted one by one, since the server's own count is an estimate."""
        rows = clusters = 0
        before = None
        for bucket in self._composite(["author_rows"], []):
            key = bucket["key"]["author_rows"].partition("\t")[0]
            rows += 1
            clusters += key != before
            before = key
        generation = self._statistics.generation
        manifest = generation.manifest
        return Information(
            papers=manifest.papers,
            author_rows=rows,
            author_clusters=clusters,
            venues=len(self.venues()),
            years=self.years(),
            generation=manifest.generation,
            built=manifest.built,
            bytes=self._bytes(),
            sources=manifest.sources,
            format=manifest.format,
            quiver=version(),
            python=platform.python_version(),
            kernel="python" if kernel.native is None else "c",
        )

    def _bytes(self) -> int:
        generation = self._statistics.generation
        answer = self._statistics.connection.call("GET", f"/{generation.papers},{generation.meta}/_stats/store")
        size: int = answer["_all"]["primaries"]["store"]["size_in_bytes"]
        return size

    def _composite(self, fields: Sequence[str], extent: Sequence[str]) -> Iterator[Json]:
        """All combinations of values of some fields with their papers, and the extent of numbers in each."""
        sources = [{field: {"terms": {"field": field}}} for field in fields]
        inner = {f"first-{field}": {"min": {"field": field}} for field in extent}
        inner |= {f"last-{field}": {"max": {"field": field}} for field in extent}
        after: Json | None = None
        while True:
            composite: dict[str, Any] = {"size": 10_000, "sources": sources}
            if after is not None:
                composite["after"] = after
            values: dict[str, Any] = {"composite": composite}
            if inner:
                values["aggs"] = inner
            body = {"size": 0, "track_total_hits": False, "aggs": {"values": values}}
            found = self._statistics.search(body)["aggregations"]["values"]
            yield from found["buckets"]
            after = found.get("after_key")
            if after is None or not found["buckets"]:
                return

    def same_title(self, paper: Paper) -> list[str]:
        """Ids of the other papers with the same title, first author and year, give or take one, sorted."""
        title = " ".join(map(server_word, words(as_read(paper.title))))
        query = clauses.term("title_whole", server_key(title))
        first = cluster_key(paper.authors[0].name) if paper.authors else ""
        found = []
        for hit in self.every(["stored"], query):
            other = _paper(hit)
            same = (cluster_key(other.authors[0].name) if other.authors else "") == first
            near = not paper.year or not other.year or abs(paper.year - other.year) <= 1
            if other.id != paper.id and same and near:
                found.append(other.id)
        return sorted(found)

    # --- spellings ---

    def better_query(self, query: Parsed, answer: Answer, total: Total) -> str | None:
        """The query with words respelt, if that finds many times more."""
        spellings = _Spellings(self._statistics)
        if min(answer.all_words, answer.total) <= SUSPECT:
            common = self._statistics.word_papers
            spellings.learn([word for word in words(query.text)[:SPOTS] if common.get(word, 0) <= SUSPECT])
        return better_query(query, answer, spellings, total)


class _Spellings(Lookup):
    """The words of a cluster's papers, as did-you-mean asks for them."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._known: dict[tuple[str, str], int] = {}

    def learn(self, asked: Sequence[str]) -> None:
        """Count the papers of some words in one request."""
        new = [word for word in dict.fromkeys(asked) if ("names", word) not in self._known]
        for low in range(0, len(new), _AT_ONCE):
            part = new[low : low + _AT_ONCE]
            held = {(what, word): query for word in part for what, query in _held(word).items()}
            self._known.update(zip(held, self._statistics.counts(list(held.values())), strict=True))

    def near(self, word: str, reach: int, *, name: bool) -> list[str]:
        """Words at most so many edits from a word that begin with one of its first two letters."""
        generation = self._statistics.generation
        found = {"fuzzy": {"word": {"value": word, "fuzziness": reach, "max_expansions": _NEAR}}}
        where = ["names"] if name else ["text", "names"]
        query = clauses.both([{"term": {"kind": "word"}}, {"terms": {"where": where}}, found])
        body = {"size": 0, "query": query, "aggs": {"words": {"terms": {"field": "word", "size": 1_000}}}}
        answer = self._statistics.connection.search(generation.meta, body)
        forms = sorted(bucket["key"] for bucket in answer["aggregations"]["words"]["buckets"])
        near = [form for form in forms if form[:1] in (word[0], word[1])]
        self.learn(near)
        return near

    def papers(self, word: str, *, name: bool, enough: int | None = None) -> int:
        """Papers that hold a word in text or names."""
        known = 0 if name or enough is None else self._statistics.word_papers.get(word, 0)
        if enough is not None and known > enough:
            return known
        return self._count("names", word) + (0 if name else self._count("stems", word))

    def written(self, word: str, *, name: bool) -> int:
        """Papers in which a word stands in this very form."""
        return (0 if name else self._count("words", word)) or self._count("names", word)

    def beside(self, words: Sequence[str], other: str) -> list[int]:
        """For each of some words the papers that have it in one author's name with another word."""
        return self._statistics.counts([clauses.in_one_name([word, other]) for word in words])

    def _count(self, what: str, word: str) -> int:
        self.learn([word])
        return self._known[what, word]


def _held(word: str) -> dict[str, Query]:
    """What holds a word: as a name, by its stem, in this very form."""
    return {
        "names": clauses.term("names", server_word(word)),
        "stems": clauses.either([clauses.term(f"stems.{field}", server_word(stem(word))) for field in _TEXT]),
        "words": clauses.either([clauses.term(f"words.{field}", server_word(word)) for field in _TEXT]),
    }


def _cluster(key: str) -> Query:
    return clauses.term("clusters", server_key(key))


def _spellings(key: str) -> dict[str, Any]:
    """The search for the spellings of a cluster's name."""
    terms = {"field": "author_rows", "include": f"{escaped(key)}\t.*", "size": 10_000}
    rows = {"terms": terms, "aggs": {"newest": {"max": {"field": "year"}}}}
    query = {"bool": {"filter": [_cluster(key)]}}
    return {"size": 0, "track_total_hits": False, "query": query, "aggs": {"rows": rows}}


def _heading(key: str, spelt: Sequence[tuple[str, int, float]]) -> str:
    """The commonest of some spellings, each with papers and year, then the newest, then the first by code point."""
    counts: Counter[str] = Counter()
    newest: dict[str, float] = {}
    for name, count, year in spelt:
        counts[name] += count
        newest[name] = max(newest.get(name, 0.0), year)
    return min(counts, key=lambda name: (-counts[name], -newest[name], name), default=key)


def _paper(hit: Json) -> Paper:
    return Paper.from_record(stored_record(stored_lines(hit)))
