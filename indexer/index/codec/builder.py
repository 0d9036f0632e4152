"""Papers to one segment file: the bulk path, used by build and update alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.index.analysis import joins, name_words, stems, words
from indexer.index.codec.arrayfile import ArrayFileWriter
from indexer.index.codec.columns import ColumnBuilder
from indexer.index.codec.group_builder import GroupBuilder
from indexer.index.codec.join_table import JoinBuilder
from indexer.index.codec.layout import NAME_BITS, SEGMENT_DOCS, SEGMENT_KIND, SEGMENT_WORDS
from indexer.index.codec.name_tables import NameBuilder, hash64
from indexer.index.codec.papers import PaperBuilder, encode
from indexer.index.names import spelling
from indexer.index.paper import Paper
from indexer.index.schema import GROUPS, NAMES, TEXT
from indexer.index.text import as_read
from indexer.index.venues import VenueTable

_NAME_WORDS = (1 << NAME_BITS) - 1


def author_words(names: Sequence[str]) -> tuple[list[str], list[int]]:
    """Words of all author names and their positions (author number << NAME_BITS | word number)."""
    found: list[str] = []
    places: list[int] = []
    for number, name in enumerate(names):
        for at, word in enumerate(name_words(name)):
            found.append(word)
            places.append(number << NAME_BITS | min(at, _NAME_WORDS))
    return found, places


def venue_text(published: str, canonical: str) -> str:
    """What is searched as the venue: the canonical name, then the published one where it says something else."""
    return canonical if published.casefold() == canonical.casefold() else f"{canonical} {published}"


def content_hash(stored: bytes, canonical_venue: str) -> int:
    """Equal hashes: the same record read with the same venue name, so nothing need be analysed again."""
    return hash64(stored.decode("utf-8", "surrogatepass") + "\n" + canonical_venue)


class SegmentBuilder:
    """Collects papers and writes them as one segment file."""

    def __init__(self, venues: VenueTable) -> None:
        self._venues = venues
        self._text = GroupBuilder(TEXT, len(GROUPS[TEXT]), stems)
        self._names = GroupBuilder(NAMES, len(GROUPS[NAMES]), None)
        self._joins = JoinBuilder()
        self._clusters = NameBuilder()
        self._columns = ColumnBuilder()
        self._papers = PaperBuilder()
        self.docs = 0

    @property
    def full(self) -> bool:
        """Whether the next paper belongs into the next segment."""
        return self.docs >= SEGMENT_DOCS or self._text.words >= SEGMENT_WORDS

    def add(self, paper: Paper, record: Mapping[str, object] | None = None) -> int:
        """Analyse and keep one paper; gives its document number. `record` is its record where already made."""
        stored = encode(record if record is not None else paper.as_record())
        title, abstract = as_read(paper.title), as_read(paper.abstract)
        venue = self._venues.canonical(paper.venue)
        keywords = [as_read(keyword) for keyword in paper.keywords]
        venue_words = words(venue_text(paper.venue, venue)) if venue else []
        self._text.add((words(title), venue_words, words(abstract), ()))
        if keywords:
            self._text.add_phrases([words(keyword) for keyword in keywords])
        found, places = author_words([spelling(author.name) for author in paper.authors])
        self._names.add_placed(found, places)
        for text in (title, abstract, *keywords):
            if "-" in text or not text.isascii():
                self._joins.add(self.docs, joins(text))
        self._clusters.add(paper.authors)
        self._columns.add(paper, title, venue, content_hash(stored, venue))
        self._papers.add(stored)
        self.docs += 1
        return self.docs - 1

    def lengths(self) -> npt.NDArray[np.uint32]:
        """Words in each field of each paper so far: (papers, fields), columns as in the schema."""
        return np.concatenate([self._text.lengths(), self._names.lengths()], axis=1)

    def write(self, path: Path) -> None:
        """Write the segment, synced to disk."""
        with ArrayFileWriter(path, SEGMENT_KIND) as writer:
            writer.meta["docs"] = self.docs
            self._text.write(writer)
            self._names.write(writer)
            self._joins.write(writer)
            write_lengths(writer, self.lengths())
            self._clusters.write(writer)
            self._columns.write(writer)
            self._papers.write(writer)


def write_lengths(writer: ArrayFileWriter, lengths: npt.NDArray[np.uint32]) -> None:
    """Add exact field lengths, fields x papers, so that one field's lengths lie together."""
    transposed = np.ascontiguousarray(lengths.T)
    top = int(transposed.max()) if transposed.size else 0
    writer.add("doc.length", transposed.astype(np.uint16 if top < 1 << 16 else np.uint32))
