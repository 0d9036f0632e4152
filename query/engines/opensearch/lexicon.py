"""The tables of a generation (`index.opensearch.tables`), each fetched when it is first needed and kept.

With them nothing has to be asked before a search: what hyphens tie, how many papers hold a word, how names are spelt,
who has a name. Where the collection is too large for a table it is None, and who needs it asks the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from indexer.index.bm25f import idf
from indexer.index.once import made_once
from indexer.index.opensearch import packing
from indexer.index.opensearch.connection import ADMIN_SECONDS, Connection
from indexer.index.opensearch.mapping import usual_spelling
from indexer.index.opensearch.tables import COLUMNS, Table, table_id, unpacked
from indexer.index.segment.authors import Beginnings, beginnings
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.text.encoded import decode, encode
from query.engines.collection import TermKey
from query.engines.opensearch.memory import Arrays
from query.engines.variants import TIES

Ints = npt.NDArray[np.int64]
_NONE = np.empty(0, dtype=np.int64)
_FAR = 0.15
"""By so much of an idf another one is far from it."""
_APART = 1.5
"""Papers that have the parts of a compound side by side, for each that has them with a hyphen."""


class Lexicon:
    """The tables of one generation. Safe in threads."""

    def __init__(self, connection: Connection, meta: str, papers: int) -> None:
        self._connection, self._meta, self._papers = connection, meta, papers

    @made_once
    def ties(self) -> Counted | None:
        """Keys of the table of compounds with their papers."""
        found = self._fetched("ties")
        return None if found is None else Counted(found)

    @made_once
    def words(self) -> Words | None:
        """Surface words with their papers."""
        found = self._fetched("words")
        return None if found is None else Words(found)

    @made_once
    def stems(self) -> Stems | None:
        """Stems with their papers."""
        found, ties = self._fetched("stems"), self.ties
        return None if found is None or ties is None else Stems(found, ties, self._papers)

    @made_once
    def names(self) -> Names | None:
        """The author clusters."""
        found = self._fetched("names")
        return None if found is None else Names(found)

    def _fetched(self, name: str) -> Table | None:
        path = f"/{self._meta}/_doc/{table_id(name)}"
        answer = self._connection.call("GET", path, seconds=ADMIN_SECONDS, expected=(404,))
        if not answer.get("found"):
            return None
        found = unpacked(packing.given(answer["_source"]["data"]))
        return found if (len(found.numbers), len(found.texts)) == COLUMNS[name] else None


class Counted:
    """Sorted keys with columns of numbers."""

    def __init__(self, table: Table) -> None:
        self.keys = _strings(table.keys)
        self._numbers = table.numbers

    def papers(self, key: str, column: int = 0) -> int:
        """The number of a key in a column; 0 where it is not there."""
        number = self.keys.find(encode(key))
        return int(self._numbers[column][number]) if number >= 0 else 0


class Stems(Counted):
    """Stems with their papers, from which follows how rare a term and a phrase are."""

    def __init__(self, table: Table, ties: Counted, papers: int) -> None:
        super().__init__(table)
        self._ties, self._papers = ties, papers

    def of_term(self, key: TermKey) -> float:
        """About the idf of a term. Its parts stand side by side in a few more papers than hyphens tie them in."""
        found = [self.papers(stem) for stem in key.stems]
        for parts in key.variants:
            if parts[0] not in TIES:
                tied = self._ties.papers(f"{key.stems[0]}\t{' '.join(parts)}")
                by_chance = self._papers * prod(self.papers(part) / max(self._papers, 1) for part in parts)
                found.append(int(max(_APART * tied, by_chance)))
        return idf(self._papers, min(self._papers, max(found)))

    def of_phrase(self, parts: Sequence[str], column: int) -> float:
        """The sum of the idf of its words in a field, which is what the server takes."""
        return sum(idf(self._papers, self.papers(part, 1 + column)) for part in parts)


class Weighed:
    """How rare terms are: as thought, or as counted where that was far from it. See `clauses.Rarity`."""

    def __init__(self, stems: Stems, papers: int, holding: Mapping[TermKey, int]) -> None:
        self._stems, self._papers, self._holding = stems, papers, holding

    def of_term(self, key: TermKey) -> float:
        """The idf that a term is ordered by: the same before and after its papers were counted, or that of these."""
        thought, counted = self._stems.of_term(key), self._holding.get(key)
        if counted is None:
            return thought
        known = idf(self._papers, counted)
        return known if abs(known - thought) > _FAR * known else thought

    def of_phrase(self, parts: Sequence[str], column: int) -> float:
        """See `Stems`."""
        return self._stems.of_phrase(parts, column)


class Words(Counted):
    """Surface words: papers whose text holds each, and papers that have it in a name."""

    def text(self, word: str) -> int:
        """Papers whose text holds a word."""
        return self.papers(word, 0)

    def names(self, word: str) -> int:
        """Papers that have a word in an author's name."""
        return self.papers(word, 1)


class Names(Counted):
    """Author clusters: papers, headings, and which of them have a word in their name."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        self._headings = table.texts[0]

    def heading(self, key: str) -> str:
        """The name a cluster is shown by; its key where no paper carries it."""
        number = self.keys.find(encode(key))
        if number < 0:
            return key
        return decode(self._headings[number]) or usual_spelling(key)

    def with_word(self, word: str) -> Ints:
        """Numbers (rising) of the clusters with a word in their name."""
        number = self._words.find(encode(word))
        if number < 0:
            return _NONE
        low, high = int(self._beginnings.start[number]), int(self._beginnings.start[number + 1])
        found: Ints = self._beginnings.clusters[low:high].astype(np.int64)
        return found

    def with_any(self, words: Iterable[str]) -> Ints:
        """The same of any of some words."""
        found = [held for word in dict.fromkeys(words) if len(held := self.with_word(word))]
        if len(found) < 2:
            return found[0] if found else _NONE
        return np.unique(np.concatenate(found))

    def together(self, words: Iterable[str], other: str) -> list[int]:
        """For each of some words the papers that have it in a name with another word, a paper once a name."""
        beside = self.with_word(other)
        sizes = self._numbers[0]
        return [int(sizes[np.intersect1d(beside, self.with_word(word), assume_unique=True)].sum()) for word in words]

    @made_once
    def _beginnings(self) -> Beginnings:
        return beginnings(map(decode, self.keys))

    @made_once
    def _words(self) -> StringTable:
        return _strings(self._beginnings.words)


def _strings(keys: Sequence[bytes]) -> StringTable:
    arrays = Arrays()
    write_strings(arrays, "key", keys, ordered=True)
    return StringTable(arrays, "key")
