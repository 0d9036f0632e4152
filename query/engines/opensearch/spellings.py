"""Did-you-mean over a cluster: the words of a generation by its tables, or counted in its papers."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.index.opensearch.analysed import server_word
from indexer.index.text.analysis import stem, words
from indexer.index.text.encoded import decode, encode
from query.browse.edits import all_within
from query.browse.spelling import SPOTS, SUSPECT, Lookup, better_query
from query.engines.answer import Answer
from query.engines.opensearch import clauses
from query.engines.opensearch.facts import Statistics
from query.engines.opensearch.lexicon import Lexicon, Names, Stems, Words
from query.language.tree import Query
from query.snapshot import Total

_NEAR = 1_024
"""Words that are looked at as corrections of one: the server takes the nearest."""
_AT_ONCE = 100
"""Words whose papers are counted in a request."""
_TEXT = ("title", "venue", "abstract", "keywords")


def respelt(statistics: Statistics, query: Query, answer: Answer, total: Total) -> str | None:
    """The query with words respelt, if that finds many times more."""
    if (tabled := _tabled(statistics.lexicon)) is not None and min(answer.all_words, answer.total) <= SUSPECT:
        return better_query(query, answer, tabled, total)
    spellings = _Asked(statistics)
    if min(answer.all_words, answer.total) <= SUSPECT:
        common = statistics.word_papers
        spellings.learn([word for word in words(query.text)[:SPOTS] if common.get(word, 0) <= SUSPECT])
    return better_query(query, answer, spellings, total)


def _tabled(lexicon: Lexicon) -> _Tabled | None:
    found = (lexicon.words, lexicon.stems, lexicon.names)
    return None if None in found else _Tabled(*found)  # type: ignore[arg-type]  # none is None


class _Tabled(Lookup):
    """The words of a generation by its tables."""

    def __init__(self, words: Words, stems: Stems, names: Names) -> None:
        self._words, self._stems, self._names = words, stems, names

    def near(self, word: str, reach: int, *, name: bool) -> list[str]:
        """See Lookup."""
        keys = self._words.keys
        firsts = (encode(word[0]), encode(word[1]))
        alike = (keys[number] for number in keys.alike(encode(word), reach).tolist())
        forms = [decode(form) for form in alike if form.startswith(firsts)]
        near = all_within(word, forms, reach)
        found = [form for form, is_near in zip(forms, near.tolist(), strict=True) if is_near]
        return [form for form in found if self._words.names(form)] if name else found

    def papers(self, word: str, *, name: bool, enough: int | None = None) -> int:
        """See Lookup."""
        return self._words.names(word) + (0 if name else self._stems.papers(stem(word)))

    def written(self, word: str, *, name: bool) -> int:
        """See Lookup."""
        return (0 if name else self._words.text(word)) or self._words.names(word)

    def beside(self, words: Sequence[str], other: str) -> list[int]:
        """See Lookup."""
        return self._names.together(words, other)


class _Asked(Lookup):
    """The same asked of a cluster."""

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


def _held(word: str) -> dict[str, clauses.Query]:
    """What holds a word: as a name, by its stem, in this very form."""
    return {
        "names": clauses.term("names", server_word(word)),
        "stems": clauses.either([clauses.term(f"stems.{field}", server_word(stem(word))) for field in _TEXT]),
        "words": clauses.either([clauses.term(f"words.{field}", server_word(word)) for field in _TEXT]),
    }
