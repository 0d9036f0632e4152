"""Papers to words, for a cluster: what its fields hold, in the very words of the embedded index.

All analysis happens here, with the same chain (`text.analysis`) and the same numbers of words as in a segment. The
server's analysers only part at white space what comes out of it. Papers are analysed many at once, and each distinct
word is stemmed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zstandard

from indexer.index.hashing import blake2b
from indexer.index.opensearch import packing
from indexer.index.record.names import key_of_spelling, spelling
from indexer.index.record.paper import Author, Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment.builder import content_hash, venue_text
from indexer.index.segment.columns import work_hash
from indexer.index.segment.compounds import TieBuilder
from indexer.index.segment.papers import stored_lines
from indexer.index.segment.postings_writer import numbers
from indexer.index.segment.vocabulary import new_words, read
from indexer.index.text.analysis import name_words, stems
from indexer.index.text.encoded import decode, encode
from indexer.index.text.languages import language_of

LONGEST_WORD = 1000
"""Bytes of a word that the server is given; a longer one is cut and told from others by a hash."""
LONGEST_KEY = 8000
"""The same of a whole value: a name, a title, an address. Lucene takes 32,766 bytes."""

Texts = tuple[str, ...]
"""Words parted by a space: of a title, a venue, an abstract one text; of keywords and authors one each."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """What a paper's words are. `surfaces` and `stems` are of the text fields (title, venue, abstract, keywords).

    `names` are the words of each author; `lengths` the words of each field, in the order of `schema.FIELDS`.
    `compounds` are keys of `segment.compounds`, `titled` surface words whose stems stand in the title,
    `clusters` the keys of the authors, `ends` those of the first and the last, `rows` their distinct (key, spelling,
    id); `venue` is the canonical name.
    """

    stored: bytes
    content: int
    title: str
    venue: str
    surfaces: tuple[Texts, Texts, Texts, Texts]
    stems: tuple[Texts, Texts, Texts, Texts]
    names: Texts
    lengths: tuple[int, ...]
    compounds: Texts
    titled: Texts
    clusters: Texts
    ends: tuple[str, str]
    rows: tuple[tuple[str, str, str], ...]
    work: int

    def packed(self) -> bytes:
        """The words by which a paper is scored, as one value: see `Streams`."""
        title, venue, abstract, keywords = self.stems
        text = " ".join(filter(None, (*title, *venue, *abstract, *(f"{GAP} {words}" for words in keywords))))
        return pack(text, self.names)


GAP = "\x01"
"""Stands before each keyword as a word of its own, as in the embedded index."""
_AUTHORS = "\x02"
_KNOWN = 1 << 17
"""Words and names whose analysis is kept; then all are forgotten."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The stems of a paper's text in their order, and the words of each of its authors' names.

    A stem's position in `text` is the one in a segment: title, venue, abstract, keywords one after the other, an
    empty string (a gap, which counts in no length) before each keyword. So the borders of the fields are sums of the
    lengths, and what stands from the third on are keywords with their gaps.
    """

    text: list[str]
    names: list[list[str]]


def pack(text: str, names: Sequence[str]) -> bytes:
    """The streams as one packed value."""
    return packing.pack(encode(_AUTHORS.join((text, *names))))


def unpack(packed: bytes) -> Streams:
    """What `pack` made. Raises BadIndexError where it is something else."""
    text, *names = parts_of(packed)
    return Streams([stem if stem != GAP else "" for stem in text.split()], [name.split() for name in names])


def parts_of(packed: bytes, reader: zstandard.ZstdDecompressor | None = None) -> list[str]:
    """The text of a paper and the names of its authors, each as words parted by a space; gaps are words `GAP`.

    Who unpacks many gives a decompressor.
    """
    return decode(packing.unpack(packed, reader)).split(_AUTHORS)


def server_word(word: str) -> str:
    """A word as the server has it: itself but where it is far too long for one. Queries must say it so too."""
    return _bounded(word, LONGEST_WORD)


def server_key(value: str) -> str:
    """A whole value as the server has it: itself but where it is far too long. Filters must say it so too."""
    return _bounded(value, LONGEST_KEY)


def _bounded(text: str, most: int) -> str:
    # No character has more than four bytes.
    if len(text) * 4 <= most or len(encoded := encode(text)) <= most:
        return text
    return f"{text[: most // 8]}\x7f{blake2b(encoded, digest_size=16).hexdigest()}"


class Analyser:
    """Analyses papers, a batch at a time, with one table of venue names; what words and names give is kept.

    `language` is that of papers that do not say theirs; empty: it is detected.
    """

    def __init__(self, venues: VenueTable, language: str = "") -> None:
        self._venues, self._language = venues, language
        self._known = _Known()

    def analyse(self, papers: Sequence[Paper], stored: Sequence[bytes] | None = None) -> list[Analysed]:
        """What each paper's words are; `stored` are their encoded records where already made."""
        batch = _Batch(self._venues, self._known, self._language)
        for number, paper in enumerate(papers):
            batch.add(paper, stored[number] if stored is not None else stored_lines(paper))
        return batch.analysed()


class _Known:
    """The stems of words and the parts of names, each computed once for many batches."""

    def __init__(self) -> None:
        self._stems: dict[str, str] = {}
        self.names: dict[str, tuple[str, str, str]] = {}

    def forget(self) -> None:
        """Let go of what has become too much."""
        for kept in (self._stems, self.names):
            if len(kept) > _KNOWN:
                kept.clear()

    def stems(self, words: Sequence[str]) -> list[str]:
        """`analysis.stems`."""
        known = self._stems
        new = [word for word in words if word not in known]
        known.update(zip(new, stems(new), strict=True))
        return [known[word] for word in words]


@dataclass(slots=True)
class _Read:
    """A paper between reading and analysis: its texts as read, and how many words each gave to the stream.

    `forms` are where its hyphenated forms begin and end in their stream.
    """

    paper: Paper
    stored: bytes
    title: str
    venue: str
    counts: tuple[tuple[int, ...], ...]
    forms: tuple[int, int]


class _Batch:
    def __init__(self, venues: VenueTable, known: _Known, language: str) -> None:
        self._venues, self._known, self._language = venues, known, language
        self._words = new_words()
        self._ties = TieBuilder()
        self._papers: list[_Read] = []

    def add(self, paper: Paper, stored: bytes) -> None:
        """Take in a paper: its words into the stream, in the order of the fields."""
        title, abstract = read(paper.title), read(paper.abstract)
        venue = self._venues.canonical(paper.venue)
        keywords = [read(keyword) for keyword in paper.keywords]
        words = self._words
        first = self._forms()
        counts = (
            (words.add_tied(title),),
            (words.add(venue_text(paper.venue, venue) if venue else ""),),
            (words.add_tied(abstract),),
            tuple(words.add_tied(keyword) for keyword in keywords),
        )
        language = language_of(abstract or title, paper.extra.get("language"), self._language)
        self._ties.add((title, abstract, *keywords), language, len(self._papers))
        self._papers.append(_Read(paper, stored, title, venue, counts, (first, self._forms())))

    def _forms(self) -> int:
        """How many hyphenated forms have come."""
        stream = self._words.form_stream
        # Of a bytearray the length is in bytes.
        return len(stream) // 4 if isinstance(stream, bytearray) else len(stream)

    def analysed(self) -> list[Analysed]:
        """All papers taken in, analysed."""
        self._known.forget()
        vocabulary = self._words.vocabulary()
        surface_of, stem_of = (
            np.array(["", *map(server_word, words)], dtype=object)
            for words in (vocabulary, self._known.stems(vocabulary))
        )
        stream = numbers(self._words.stream)
        written, reduced = surface_of[stream].tolist(), stem_of[stream].tolist()
        tied = self._tied(vocabulary)
        found = []
        at = 0
        for number, row in enumerate(self._papers):
            low = at
            surface_texts, stem_texts, lengths = [], [], []
            for counts in row.counts:
                fields: tuple[list[str], list[str]] = ([], [])
                for count in counts:
                    fields[0].append(" ".join(written[at : at + count]))
                    fields[1].append(" ".join(reduced[at : at + count]))
                    at += count
                surface_texts.append(tuple(fields[0]))
                stem_texts.append(tuple(fields[1]))
                lengths.append(sum(counts))
            titles = set(reduced[low : low + lengths[0]])
            pairs = dict(zip(written[low:at], reduced[low:at], strict=True))
            titled = tuple(word for word, stem in pairs.items() if stem in titles)
            names, keys, rows, ends = self._authors(row.paper.authors)
            found.append(
                Analysed(
                    stored=row.stored,
                    content=content_hash(row.stored, row.venue),
                    title=row.title,
                    venue=row.venue,
                    surfaces=(surface_texts[0], surface_texts[1], surface_texts[2], surface_texts[3]),
                    stems=(stem_texts[0], stem_texts[1], stem_texts[2], stem_texts[3]),
                    names=names,
                    lengths=(*lengths, sum(name.count(" ") + 1 for name in names if name)),
                    compounds=tuple(tied[number]),
                    titled=titled,
                    clusters=keys,
                    ends=ends,
                    rows=rows,
                    work=work_hash(
                        (vocabulary[number - 1] for number in stream[low : low + lengths[0]].tolist()), ends[0]
                    ),
                )
            )
        return found

    def _tied(self, vocabulary: Sequence[str]) -> list[list[str]]:
        """The keys of the table of compounds that each paper has."""
        forms = [tuple(vocabulary[word - 1] for word in form) for form in self._words.forms()]
        wholes = self._known.stems(["".join(form) for form in forms])
        keys = [f"{whole}\t{' '.join(self._known.stems(form))}" for form, whole in zip(forms, wholes, strict=True)]
        stream = numbers(self._words.form_stream).tolist()
        found: list[dict[str, None]] = [
            dict.fromkeys(keys[form - 1] for form in stream[slice(*row.forms)]) for row in self._papers
        ]
        for key, docs in self._ties.keyed().items():
            for doc in docs:
                found[doc][decode(key)] = None
        return [list(keys) for keys in found]

    def _authors(
        self, authors: Sequence[Author]
    ) -> tuple[Texts, Texts, tuple[tuple[str, str, str], ...], tuple[str, str]]:
        """Words of each author's name, cluster keys, rows, and the keys of the first and the last author."""
        names: list[str] = []
        rows: dict[tuple[str, str, str], None] = {}
        keys: list[str] = []
        for author in authors:
            known = self._known.names.get(author.name)
            if known is None:
                read_name = spelling(author.name)
                words = " ".join(map(server_word, name_words(read_name)))
                known = self._known.names[author.name] = (key_of_spelling(read_name), read_name, words)
            keys.append(known[0])
            names.append(known[2])
            rows[(known[0], known[1], author.id or "")] = None
        return tuple(names), tuple(dict.fromkeys(keys)), tuple(rows), (keys[0], keys[-1]) if keys else ("", "")
