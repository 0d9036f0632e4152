"""The names by which author clusters are shown: of a table of the generation, or asked of the papers that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from indexer.index.opensearch.analysed import server_key
from indexer.index.opensearch.mapping import usual_spelling
from indexer.index.record.names import shown_spelling
from query.engines.opensearch import clauses
from query.engines.opensearch.facts import Statistics, escaped

Json = Mapping[str, Any]
_SPELT = 2_000
"""Papers that are looked at for the spellings of some names."""


class Headings:
    """Headings of one generation, each asked for once."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics
        self._headings: dict[str, str] = {}

    def heading(self, key: str) -> str:
        """The name a cluster is shown by: the commonest spelling, then the newest, then the first by code point."""
        if (names := self._statistics.lexicon.names) is not None:
            return names.heading(key)
        if key not in self._headings:
            self.learn([key])
        return self._headings[key]

    def learn(self, keys: Sequence[str]) -> None:
        """Ask for the headings of some clusters in one request."""
        if self._statistics.lexicon.names is not None:
            return
        new = [key for key in dict.fromkeys(keys) if key not in self._headings]
        for low in range(0, len(new), 100):
            part = new[low : low + 100]
            odd = self._odd(part)
            self._headings.update((key, usual_spelling(key)) for key in part if key not in odd)
            if odd:
                self._read(sorted(odd))

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

    def _read(self, keys: Sequence[str]) -> None:
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
                    self._read(part)
                return
            found = self._statistics.search(_spellings(keys[0]), shown=True)["aggregations"]["rows"]["buckets"]
            rows = [(row["key"], row["doc_count"], row["newest"]["value"] or 0) for row in found]
        spelt: dict[str, list[tuple[str, int, float]]] = {key: [] for key in keys}
        for row, count, year in rows:
            key, _, name = row.partition("\t")
            if key in spelt:
                spelt[key].append((name.partition("\t")[0], count, year))
        self._headings.update((key, shown_spelling(found) or key) for key, found in spelt.items())


def _spellings(key: str) -> dict[str, Any]:
    """The search for the spellings of a cluster's name."""
    terms = {"field": "author_rows", "include": f"{escaped(key)}\t.*", "size": 10_000}
    rows = {"terms": terms, "aggs": {"newest": {"max": {"field": "year"}}}}
    query = {"bool": {"filter": [clauses.term("clusters", server_key(key))]}}
    return {"size": 0, "track_total_hits": False, "query": query, "aggs": {"rows": rows}}
