"""The table of compounds: which hyphenated forms stand in which papers, and which papers tie other spellings of a word.

A key is `joined<TAB>part part`, all stems: `multi-task` is `multitask<TAB>multi task`. Of a tie (`text.ties`) it is
`word<TAB>`, its mark and the other word: `schroeding<TAB>\\x01schroding`. Arrays: joins.* (their older name; keys,
sorted), joins.start, joins.doc (papers of each, rising).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from indexer.index.once import made_once
from indexer.index.segment.array_writer import ArrayFileWriter, ArraySink
from indexer.index.segment.blocks import strings_of
from indexer.index.segment.container import Array
from indexer.index.segment.postings import sorted_once
from indexer.index.segment.strings import StringTable, SubTable, write_strings
from indexer.index.segment.vocabulary import ties_of
from indexer.index.text.analysis import stems, words
from indexer.index.text.encoded import decode, encode
from indexer.index.text.languages import ENGLISH, tagged
from indexer.index.text.ties import HERE, Tie


class TieBuilder:
    """Collects the ties of papers that come in order."""

    def __init__(self) -> None:
        self._docs: dict[Tie, list[int]] = {}

    def add(self, texts: Sequence[str], language: str, doc: int) -> None:
        """The ties of the texts as read of a paper, and of its words to their stems in its language."""
        found: list[Tie] = []
        for text in texts:
            found += ties_of(text)
        if language != ENGLISH:
            found += tagged((word for text in texts for word in words(text)), language)
        for tie in found:
            docs = self._docs.setdefault(tie, [])
            if not docs or docs[-1] != doc:
                docs.append(doc)

    def keyed(self) -> dict[bytes, list[int]]:
        """Papers by key of the table; what stems alike needs no tie."""
        known = sorted({word for tie in self._docs for word in (tie.word, *tie.other.split(" "))})
        # A tagged stem is one already.
        stem = dict(zip(known, stems(known), strict=True)) | {word: word for word in known if ":" in word}
        found: dict[bytes, list[int]] = {}
        for tie, docs in self._docs.items():
            other = " ".join([stem[part] for part in tie.other.split(" ")])
            if stem[tie.word] != other:
                key = encode(f"{stem[tie.word]}\t{tie.where}{other}")
                found.setdefault(key, []).extend(docs)
        return found


def write_compounds(
    writer: ArrayFileWriter,
    vocabulary: Sequence[str],
    found: Sequence[tuple[int, ...]],
    forms: Array,
    docs: Array,
    tied: Mapping[bytes, Sequence[int]],
) -> None:
    """Add the table of the hyphenated forms in a text group.

    `found` are the forms as numbers (from 1) of words of the vocabulary; `forms` and `docs` say, for every time that
    one stood somewhere, which form it was (from 0) and in which paper. `tied` are the papers of further keys.
    """
    parts = [tuple(vocabulary[number - 1] for number in form) for form in found]
    surfaces = sorted({part for form in parts for part in form} | {"".join(form) for form in parts})
    stem = dict(zip(surfaces, stems(surfaces), strict=True))
    texts = [f"{stem[''.join(form)]}\t{' '.join([stem[part] for part in form])}" for form in parts]
    encoded = [encode(text) for text in texts]
    keys = sorted({*encoded, *tied})
    number = {key: at for at, key in enumerate(keys)}
    key_of = np.fromiter(map(number.__getitem__, encoded), dtype=np.int64, count=len(encoded))
    more = [number[key] << 16 | doc for key, papers in tied.items() for doc in papers]
    pairs = sorted_once(np.concatenate([key_of[forms] << 16 | docs, np.array(more, dtype=np.int64)]))
    write_strings(writer, "joins", keys, ordered=True)
    writer.add("joins.start", np.searchsorted(pairs >> 16, np.arange(len(keys) + 1)).astype(np.uint32))
    writer.add("joins.doc", (pairs & 0xFFFF).astype(np.uint16))


def write_compound_postings(writer: ArraySink, postings: Mapping[bytes, Iterable[int]]) -> None:
    """Add the papers of each key of a block; the keys, sorted, are for the caller to write."""
    rows = [np.fromiter(postings[key], dtype=np.uint16) for key in sorted(postings)]
    writer.add("joins.start", np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.uint32))
    writer.add("joins.doc", np.concatenate(rows) if rows else np.empty(0, np.uint16))


class CompoundTable:
    """The compounds of a segment, read."""

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self.keys = strings_of(arrays, "joins")
        self._arrays = arrays

    @made_once
    def _start(self) -> memoryview:
        return self._arrays["joins.start"].data

    @made_once
    def _docs(self) -> Array:
        # Asked for where papers are deleted, and of few ties: most searches never do.
        return self._arrays["joins.doc"]

    @property
    def whole(self) -> StringTable:
        """The keys of all blocks of the segment."""
        return self.keys.whole if isinstance(self.keys, SubTable) else self.keys

    def parts(self, joined: str) -> list[tuple[str, int]]:
        """Each way in which hyphens part a joined stem (parts with a space between), with its row."""
        low, high = self.keys.prefix_range(encode(joined) + b"\t")
        return [(decode(self.keys[row].partition(b"\t")[2]), row) for row in range(low, high)]

    def tied(self, word: str, other: str) -> Array:
        """Papers (uint16) that tie another word to a word HERE."""
        row = self.keys.find(encode(f"{word}\t{HERE}{other}"))
        return self.docs(row) if row >= 0 else self._docs[:0]

    def docs(self, row: int) -> Array:
        """Papers (uint16) in which a row's hyphenated form stands."""
        return self._docs[self._start[row] : self._start[row + 1]]


def begins(keys: StringTable, beginning: str) -> bool:
    """Whether any key begins so: with `de:` where there are German papers."""
    low, high = keys.prefix_range(encode(beginning))
    return low < high
