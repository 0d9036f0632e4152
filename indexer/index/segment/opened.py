"""A segment, opened: its three files, and each of its blocks as the papers that a search walks through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.index.errors import BadIndexError
from indexer.index.native import kernel
from indexer.index.once import made_once
from indexer.index.record.paper import Paper
from indexer.index.schema import FIELDS, GROUPS, NAMES, TEXT
from indexer.index.segment.array_header import Seal
from indexer.index.segment.authors import NameTables
from indexer.index.segment.blocks import Block, blocks_of, total_lengths
from indexer.index.segment.claims import Claims, FirstSeen, read_claims, read_live, read_seen
from indexer.index.segment.compounds import CompoundTable
from indexer.index.segment.container import Array, ArrayFile, column
from indexer.index.segment.layout import IMPACTS_KIND, SEGMENT_KIND, STATE_KIND, block_name
from indexer.index.segment.papers import StoredPapers
from indexer.index.segment.postings import PostingGroup
from indexer.index.segment.strings import StringTable
from indexer.index.text.analysis import fold
from indexer.index.text.encoded import decode, encode


class SegmentFiles:
    """The files of a segment in one generation, and its blocks; immutable but for what is derived from it and kept."""

    def __init__(self, folder: Path, names: Sequence[str], seals: Sequence[Seal | None] = (None, None, None)) -> None:
        """`names` are of the segment's file, of its impacts and of its state, `seals` theirs."""
        self.name = names[0]
        opened: list[ArrayFile] = []
        try:
            for name, kind, seal in zip(names, (SEGMENT_KIND, IMPACTS_KIND, STATE_KIND), seals, strict=True):
                opened.append(ArrayFile(folder / name, kind, seal=seal))
                _agree(opened[0], opened[-1])
        except BadIndexError:
            for file in opened:
                file.close()
            raise
        self.arrays, self.impacts, self.state = opened
        self.docs: int = self.arrays.sizes["docs"]
        self.live: npt.NDArray[np.bool_] = read_live(self.state, self.docs)
        self.alive = int(np.count_nonzero(self.live))
        self.years: npt.NDArray[np.int16] = self.arrays["doc.year"]
        self.venues: Array = self.arrays["doc.venue"]
        self.types: npt.NDArray[np.uint8] = self.arrays["doc.type"]
        self.blocks = [Segment(self, block) for block in blocks_of(self.arrays)]

    @property
    def all_live(self) -> bool:
        """Whether no paper of the segment is shadowed, deleted or gone."""
        return self.alive == self.docs

    @made_once
    def clusters(self) -> NameTables:
        """Author clusters and rows."""
        return NameTables(self.arrays)

    @made_once
    def venue_names(self) -> list[str]:
        """Canonical venue of each number in `venues`; number 0 is no venue."""
        return [decode(name) for name in StringTable(self.arrays, "venue")]

    @made_once
    def venue_numbers(self) -> dict[str, int]:
        """Number of each canonical venue; papers without a venue have none."""
        return {name: number for number, name in enumerate(self.venue_names) if number}

    @made_once
    def published_venues(self) -> list[str]:
        """Published venue of each number in `doc.spelling`; number 0 is no venue."""
        return [decode(name) for name in StringTable(self.arrays, "published")]

    @made_once
    def venue_papers(self) -> list[int]:
        """Live papers of each number in `venues`; 2 ms for 700,000 papers, asked of each generation once."""
        venues = self.venues if self.all_live else self.venues[self.live]
        counts: list[int] = np.bincount(venues, minlength=len(self.venue_names)).tolist()
        return counts

    @made_once
    def venue_beginnings(self) -> list[tuple[str, ...]]:
        """Of each venue its name and the words of it, folded, by which it is completed."""
        folded = [fold(name) for name in self.venue_names]
        return [(name, *name.split()) for name in folded]

    @made_once
    def forms(self) -> StringTable:
        """Surface forms of the words of all blocks, sorted."""
        forms = self.blocks[0].text.forms
        return forms if isinstance(forms, StringTable) else forms.whole

    @made_once
    def name_words(self) -> StringTable:
        """Words of the author names of all blocks, sorted."""
        terms = self.blocks[0].names.terms
        return terms if isinstance(terms, StringTable) else terms.whole

    @made_once
    def titled(self) -> npt.NDArray[np.uint32]:
        """For each of `forms` the papers, live or not, that hold it and have its stem in the title."""
        counts = np.zeros(len(self.forms), dtype=np.uint32)
        for block in self.blocks:
            forms = block.text.forms
            # No form stands twice in a block's table, so that nothing is lost by adding at many places at once.
            counts[slice(None) if isinstance(forms, StringTable) else forms.numbers] += block.arrays["text.titled"]
        return counts

    def find_key(self, key: int) -> Array:
        """Live documents with a key hash (see `columns.key_hash`)."""
        hashes = self.arrays["key.hash"]
        wanted = np.uint64(key)
        low = int(np.searchsorted(hashes, wanted))
        high = int(np.searchsorted(hashes, wanted, side="right"))
        docs = self.arrays["key.doc"][low:high]
        return docs[self.live[docs]]

    @made_once
    def first_seen(self) -> FirstSeen:
        """When the ids of the papers were first seen."""
        return read_seen(self.state)

    def claims(self) -> Claims:
        """Which files hold which documents."""
        return read_claims(self.state)

    def live_lengths(self) -> list[int]:
        """Total words of each field over live papers."""
        lengths: list[int] = total_lengths(self.arrays, self.live, len(FIELDS)).tolist()
        return lengths

    def segment_of(self, doc: int) -> tuple[Segment, int]:
        """The block of a paper, and its number there."""
        for block in self.blocks:
            if doc < block.base + block.docs:
                return block, doc - block.base
        raise IndexError(doc)

    def paper(self, doc: int) -> Paper:
        """The whole paper."""
        return Paper.from_record(self.record(doc))

    def record(self, doc: int) -> dict[str, Any]:
        """The whole record of a paper."""
        block, number = self.segment_of(doc)
        return block.papers.record(number)

    def close(self) -> None:
        """Let go of the files."""
        for file in (self.arrays, self.impacts, self.state):
            file.close()


class Segment:
    """The papers of one block of a segment: what a search walks through. Most segments have one block."""

    def __init__(self, files: SegmentFiles, block: Block) -> None:
        self.files = files
        self.block = block
        self.base = block.base
        number = block.number
        self.name = block_name(files.name, number)
        self.arrays: Block = block
        self.impacts = Block(files.impacts, number, block.base, block.meta["docs"], {})
        self.docs: int = block.meta["docs"]
        here = slice(block.base, block.base + self.docs)
        self.live: npt.NDArray[np.bool_] = files.live[here]
        self.alive = int(np.count_nonzero(self.live))
        self.years: npt.NDArray[np.int16] = files.years[here]
        self.types: npt.NDArray[np.uint8] = files.types[here]
        self.venues: Array = files.venues[here]
        self.lengths: Array = block["doc.length"]
        self.papers = StoredPapers(block, files.name)

    @property
    def all_live(self) -> bool:
        """Whether no paper of the block is shadowed, deleted or gone."""
        return self.alive == self.docs

    @made_once
    def text(self) -> PostingGroup:
        """Stems of title, venue, abstract and keywords."""
        return PostingGroup(self.arrays, TEXT, len(GROUPS[TEXT]))

    @made_once
    def names(self) -> PostingGroup:
        """Words of author names."""
        return PostingGroup(self.arrays, NAMES, len(GROUPS[NAMES]))

    def form_docs(self, word: str) -> npt.NDArray[np.uint16]:
        """Papers (rising) whose text holds a surface word."""
        form = self.text.forms.find(encode(word))
        return self.text.form_docs(form) if form >= 0 else np.empty(0, np.uint16)

    def group(self, name: str) -> PostingGroup:
        """The posting group of a name of the schema."""
        return self.text if name == TEXT else self.names

    def impact(self, group: str, low: int, high: int) -> npt.NDArray[np.uint8]:
        """Impacts of a group's postings low..high."""
        name = f"{group}.impact"
        self.impacts.check(name, low, high)
        return self.impacts.lazy(name)[low:high]

    @made_once
    def reader(self) -> Any:
        """What finds terms in the kernel; None without one. See `admit`."""
        if kernel.native is None:
            return None
        rows = []
        for name in (TEXT, NAMES):
            group = self.group(name)
            own = None if isinstance(group.terms, StringTable) else group.terms.native_numbers
            impact = self.impacts.lazy(f"{name}.impact")
            rows.append((group.terms.native, group.native, column(self.arrays, f"{name}.start"), impact, own))
        return kernel.native.Reader(*rows, None if self.all_live else self.live)

    def admit(self, group: int, term: int) -> None:
        """Check what is stored of a term of the text (group 0) or of names (1), so that the reader may give it."""
        name = (TEXT, NAMES)[group]
        self.impact(name, *self.group(name).span(term))
        self.reader.admit(group, term)

    @made_once
    def compounds(self) -> CompoundTable:
        """The table of compounds."""
        return CompoundTable(self.arrays)

    @made_once
    def clusters(self) -> NameTables:
        """Author clusters and rows of the segment, with the papers of this block."""
        return self.files.clusters.part(self.base, self.docs)

    @made_once
    def first_seen(self) -> FirstSeen:
        """When the ids of the papers were first seen."""
        seen = self.files.first_seen
        return FirstSeen(seen.rows[self.base : self.base + self.docs], seen.generations, seen.times)

    @property
    def venue_names(self) -> list[str]:
        """Canonical venue of each number in `venues`; number 0 is no venue."""
        return self.files.venue_names

    @property
    def venue_numbers(self) -> dict[str, int]:
        """Number of each canonical venue; papers without a venue have none."""
        return self.files.venue_numbers

    @property
    def published_venues(self) -> list[str]:
        """Published venue of each number in `doc.spelling`; number 0 is no venue."""
        return self.files.published_venues

    @made_once
    def title_groups(self) -> npt.NDArray[np.int64]:
        """For each document the rank of its title; equal titles (as read, case folded) have equal ranks."""
        order = np.argsort(self.arrays["doc.title_rank"])
        groups = np.zeros(self.docs, dtype=np.int64)
        groups[order[1:]] = np.cumsum(self.arrays["doc.title_new"][order][1:])
        return groups

    @made_once
    def works(self) -> Array:
        """The hash of each paper's work, 0 where it is alone; empty where works are not grouped."""
        hashes = self.files.state["group"]
        return hashes[self.base : self.base + self.docs] if len(hashes) else hashes

    @made_once
    def ids(self) -> StringTable:
        """Paper ids by document number."""
        return StringTable(self.arrays, "id")

    def paper_id(self, doc: int) -> str:
        """The id of a paper."""
        return decode(self.ids[doc])

    def find_key(self, key: int) -> Array:
        """Live documents with a key hash (see `columns.key_hash`), uint16."""
        docs = self.files.find_key(key).astype(np.int64) - self.base
        return docs[(docs >= 0) & (docs < self.docs)].astype(np.uint16)


def _agree(segment: ArrayFile, other: ArrayFile) -> None:
    """Make sure that a file is of this segment's papers and postings, by their numbers."""
    if "docs" not in segment.sizes:
        raise BadIndexError(f"{segment.path.name} does not say how many papers it holds; run `quiver repair`")
    for name in other.sizes.keys() & segment.sizes.keys():
        if other.sizes[name] != segment.sizes[name]:
            raise BadIndexError(
                f"{other.path.name} is of {other.sizes[name]:,} {name}, {segment.path.name} of "
                f"{segment.sizes[name]:,}; run `quiver verify`, then `quiver repair` or `quiver rebuild`"
            )
