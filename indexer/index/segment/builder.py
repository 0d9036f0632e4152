"""Papers to one segment file: the bulk path, used by build and update alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.schema import GROUPS, NAMES, TEXT
from indexer.index.segment.array_writer import ArrayFileWriter, ArraySink
from indexer.index.segment.author_builder import NameBuilder
from indexer.index.segment.authors import hash_bytes
from indexer.index.segment.columns import ColumnBuilder, work_hash
from indexer.index.segment.compounds import TieBuilder, write_compounds
from indexer.index.segment.inversion import Occurrences
from indexer.index.segment.layout import BLOCK_DOCS, SEGMENT_KIND, SEGMENT_WORDS
from indexer.index.segment.papers import PaperBuilder, stored_lines
from indexer.index.segment.postings import ragged
from indexer.index.segment.postings_writer import GroupBuilder, write_group
from indexer.index.segment.vocabulary import COMPILED, new_words, read, spoken
from indexer.index.text.analysis import stems
from indexer.index.text.encoded import encode


def venue_text(published: str, canonical: str) -> str:
    """What is searched as the venue: the canonical name, then the published one where it says something else."""
    return canonical if published.casefold() == canonical.casefold() else f"{canonical} {published}"


def content_hash(stored: bytes, canonical_venue: str) -> int:
    """Equal hashes: the same record read with the same venue name, so nothing need be analysed again."""
    return hash_bytes(stored + b"\n" + encode(canonical_venue))


class SegmentBuilder:
    """Collects papers and writes them as one segment file; `language` is that of papers that do not say theirs."""

    def __init__(self, venues: VenueTable, compiled: bool = COMPILED, language: str = "") -> None:
        self._venues = venues
        self._language = language
        self._compiled = compiled
        self._text = GroupBuilder(new_words(compiled), [field.name != "venue" for field in GROUPS[TEXT]])
        self._ties = TieBuilder()
        self._names = NameBuilder()
        self._columns = ColumnBuilder()
        self._papers = PaperBuilder()
        self._keywords: dict[str, str] = {}
        self._words = 0
        self.docs = 0

    @property
    def full(self) -> bool:
        """Whether the next paper belongs into the next segment."""
        return self.docs >= BLOCK_DOCS or self._words >= SEGMENT_WORDS

    def add(self, paper: Paper) -> int:
        """Analyse and keep one paper; gives its document number."""
        self.add_all([paper], [stored_lines(paper)])
        return self.docs - 1

    def add_all(self, papers: Sequence[Paper], stored: Sequence[bytes]) -> int:
        """Analyse and keep papers until the segment is full; gives how many. `stored` are their encoded records.

        One step after the other for all of them: what a step runs and looks up is at hand then.
        """
        titles = [read(paper.title) for paper in papers]
        abstracts = [read(paper.abstract) for paper in papers]
        venues = [self._venues.canonical(paper.venue) for paper in papers]
        keywords = [[self._keyword(keyword) for keyword in paper.keywords] for paper in papers]
        taken = self._add_texts(papers, zip(titles, venues, abstracts, keywords, strict=True))
        rows = list(zip(papers, titles, abstracts, venues, stored, keywords, strict=True))[:taken]
        languages = [
            spoken(abstract or title, paper.extra.get("language"), self._language)
            for paper, title, abstract, _, _, _ in rows
        ]
        first = self.docs - taken
        for doc, ((_, title, abstract, _, _, words), language) in enumerate(zip(rows, languages, strict=True), first):
            self._ties.add((title, abstract, *words), language, doc)
        for paper, *_ in rows:
            self._names.add(paper.authors)
        contents = [content_hash(record, venue) for _, _, _, venue, record, _ in rows]
        for (paper, title, _, venue, _, _), content, language in zip(rows, contents, languages, strict=True):
            self._columns.add(paper, title, venue, content, language)
        for record in stored[:taken]:
            self._papers.add(record)
        return taken

    def _add_texts(self, papers: Sequence[Paper], texts: Iterable[tuple[str, str, str, list[str]]]) -> int:
        """Analyse title, venue, abstract and keywords of papers until the segment is full; gives of how many."""
        before = self.docs
        for paper, (title, venue, abstract, keywords) in zip(papers, texts, strict=True):
            searched = venue_text(paper.venue, venue) if venue else ""
            self._words += self._text.add((title, searched, abstract, ""), keywords)
            self.docs += 1
            if self.full:
                break
        return self.docs - before

    def _keyword(self, keyword: str) -> str:
        known = self._keywords.get(keyword)
        if known is None:
            known = self._keywords[keyword] = read(keyword)
        return known

    def write(self, path: Path) -> None:
        """Write the segment, synced to disk."""
        vocabulary = self._text.words.vocabulary()
        occurrences = self._text.occurrences()
        with ArrayFileWriter(path, SEGMENT_KIND) as writer:
            writer.meta["docs"] = self.docs
            write_group(writer, TEXT, vocabulary, occurrences, stems, self._compiled)
            words = new_words(self._compiled)
            names = self._names.occurrences(words)
            write_group(writer, NAMES, words.vocabulary(), names, None, self._compiled)
            write_compounds(writer, vocabulary, self._text.words.forms(), *self._text.form_docs(), self._ties.keyed())
            write_lengths(writer, np.concatenate([occurrences.lengths, names.lengths], axis=1))
            self._names.write(writer, self._columns.years)
            self._columns.write(writer, self._works(vocabulary, occurrences))
            self._papers.write(writer)

    def _works(self, vocabulary: list[str], occurrences: Occurrences) -> npt.NDArray[np.uint64]:
        """The hash of each paper's work; the words of its title are its first."""
        starts = np.cumsum(occurrences.extents, dtype=np.int64) - occurrences.extents
        where, _ = ragged(starts, occurrences.lengths[:, 0].astype(np.int64))
        titles = iter([vocabulary[number - 1] for number in occurrences.stream[where].tolist()])
        hashes = (
            work_hash(islice(titles, length), first)
            for length, first in zip(occurrences.lengths[:, 0].tolist(), self._names.first_keys(), strict=True)
        )
        return np.fromiter(hashes, dtype=np.uint64, count=self.docs)


def write_lengths(writer: ArraySink, lengths: npt.NDArray[np.uint32]) -> None:
    """Add exact field lengths, fields x papers, so that one field's lengths lie together."""
    transposed = np.ascontiguousarray(lengths.T)
    top = int(transposed.max()) if transposed.size else 0
    writer.add("doc.length", transposed.astype(np.uint16 if top < 1 << 16 else np.uint32))
