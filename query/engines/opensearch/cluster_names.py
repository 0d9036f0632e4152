"""Which author clusters of a generation in a cluster a typed name means: by its table, or asked of the papers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce

import numpy as np

from indexer.index.opensearch.analysed import server_key, server_word
from indexer.index.record.name_forms import NameForm, initial_of, meant, stored_form
from indexer.index.segment.opened import Segment
from indexer.index.text.encoded import decode, encode
from query.engines.author_names import TWO_NAMES, AuthorNames, FoundNames, search_words
from query.engines.masks import Mask
from query.engines.opensearch import clauses
from query.engines.opensearch.clauses import Query
from query.engines.opensearch.facts import Statistics
from query.engines.opensearch.lexicon import Names


class ClusterNames(AuthorNames):
    """The names of a generation in a cluster: looked up among the clusters of the papers that hold their words."""

    def __init__(self, statistics: Statistics) -> None:
        super().__init__([])
        self._statistics = statistics
        self._found = statistics.names

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
        if (names := self._statistics.lexicon.names) is not None:
            return bool(len(names.with_word(word)))
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
        if (names := self._statistics.lexicon.names) is not None:
            yield from _listed(names, words, also)
            return
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


def _listed(names: Names, words: Sequence[Sequence[str]], also: str) -> Iterator[str]:
    """Keys of the clusters that have a word of each of some lists in their name, and another word."""
    asked = [[also]] if also else []
    for spellings in words:
        if len(names.with_any(spellings)):
            asked.append(list(spellings))
        elif len(encode(spellings[0])) < TWO_NAMES:
            return
    if asked and (asked != [[also]] or not also):
        found = reduce(partial(np.intersect1d, assume_unique=True), map(names.with_any, asked))
        yield from (decode(names.keys[number]) for number in found.tolist())


def _name(word: str) -> Query:
    return clauses.term("names", server_word(word))
