"""Author clusters of a generation in a cluster, and papers of one work."""

from __future__ import annotations

from collections.abc import Iterator

from indexer.index.opensearch.analysed import server_key, server_word
from indexer.index.opensearch.mapping import stored_lines, stored_record
from indexer.index.record.names import cluster_key, neighbour_reason
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.text.analysis import name_words, words
from indexer.index.text.encoded import decode
from indexer.index.text.reading import as_read
from query.browse.clusters import Cluster, Neighbour, cluster_of, no_author
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Json, Statistics
from query.engines.opensearch.headings import Headings
from query.engines.opensearch.scrolling import every


class Authors:
    """Author clusters of one generation."""

    def __init__(self, statistics: Statistics, venues: VenueTable, headings: Headings) -> None:
        self._statistics, self._venues, self._headings = statistics, venues, headings

    def size(self, key: str) -> int:
        """Papers of a cluster."""
        if (names := self._statistics.lexicon.names) is not None:
            return names.papers(key)
        return self._statistics.connection.count(self._statistics.generation.papers, _cluster(key))

    def author(self, name: str) -> Cluster:
        """The author cluster of a name. Raises NotFoundError with names that are alike."""
        key = cluster_key(name)
        papers = [_paper(hit) for hit in every(self._statistics, ["stored"], _cluster(key))]
        near = self._neighbours(key)
        if not papers:
            raise no_author(name, near)
        self._headings.learn([cluster_key(author.name) for paper in papers for author in paper.authors])
        return cluster_of(key, papers, near, self._venues, self._headings.heading)

    def _neighbours(self, key: str) -> list[Neighbour]:
        """Other clusters that may be the same person, by count, then name; they share a word of the name."""
        parts = name_words(key)
        spelt = {*parts, "".join(parts), *("".join(parts[at : at + 2]) for at in range(len(parts)))}
        if not spelt:
            return []
        found = []
        for other in self._with_any(spelt):
            reason = neighbour_reason(key, other)
            if reason:
                found.append((other, reason))
        self._headings.learn([other for other, _ in found])
        near = [Neighbour(self._headings.heading(other), reason, self.size(other)) for other, reason in found]
        return sorted(near, key=lambda row: (-row.count, row.name))

    def _with_any(self, spelt: set[str]) -> Iterator[str]:
        """Keys of the clusters of papers that have any of some words in a name."""
        if (names := self._statistics.lexicon.names) is not None:
            return (decode(names.keys[number]) for number in names.with_any(spelt).tolist())
        query: Query = {"terms": {"names": sorted(map(server_word, spelt))}}
        return (key for key, _ in self._statistics.values("clusters", query))

    def same_title(self, paper: Paper) -> list[str]:
        """Ids of the other papers with the same title, first author and year, give or take one, sorted."""
        title = " ".join(map(server_word, words(as_read(paper.title))))
        query = clauses.term("title_whole", server_key(title))
        first = cluster_key(paper.authors[0].name) if paper.authors else ""
        found = []
        for hit in every(self._statistics, ["stored"], query):
            other = _paper(hit)
            same = (cluster_key(other.authors[0].name) if other.authors else "") == first
            near = not paper.year or not other.year or abs(paper.year - other.year) <= 1
            if other.id != paper.id and same and near:
                found.append(other.id)
        return sorted(found)


def _cluster(key: str) -> Query:
    return clauses.term("clusters", server_key(key))


def _paper(hit: Json) -> Paper:
    return Paper.from_record(stored_record(stored_lines(hit)))
