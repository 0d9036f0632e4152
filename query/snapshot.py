"""One generation, opened: everything that answers are made of. A call takes one snapshot and never another.

What an engine elsewhere must answer without files of its own is a method here: `query.engines.opensearch.snapshot` asks
a cluster instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer.index.checked import shown
from indexer.index.errors import ClosedIndexError, NotFoundError
from indexer.index.record.recorded_venues import recorded_table
from indexer.index.segment.opened import Segment, SegmentFiles
from indexer.index.store.generation import Generation, latest, open_generation
from indexer.index.store.manifest import Manifest
from indexer.index.text.analysis import fingerprint, stems, words
from indexer.index.text.encoded import encode
from query.browse.spelling import SegmentWords, better_query, better_venue
from query.engines.answer import Answer, Row
from query.engines.array_engine import ArrayEngine
from query.engines.masks import listed
from query.language.tree import Diagnostic, Query
from query.language.venue_words import known_venue
from query.late import late
from query.named import named
from query.present.facets import FACETS, Matched
from query.results import FacetCount

if TYPE_CHECKING:
    from query.browse.clusters import Cluster, author_cluster, heading, size
    from query.browse.name_notes import name_notes
    from query.browse.suggest import Suggestions, suggestions, titled_papers
    from query.browse.venue_list import VenueRow, venue_list
    from query.information import Information, information, years_held
else:
    # None of these is asked for by a search without facets, and a command would pay 5 % of its time for loading them.
    author_cluster, heading, size = (
        late(f"query.browse.clusters:{name}") for name in ("author_cluster", "heading", "size")
    )
    suggestions, titled_papers = (late(f"query.browse.suggest:{name}") for name in ("suggestions", "titled_papers"))
    name_notes = late("query.browse.name_notes:name_notes")
    venue_list = late("query.browse.venue_list:venue_list")
    information, years_held = (late(f"query.information:{name}") for name in ("information", "years_held"))

_HEADINGS = 4096
"""Names of author clusters, and counts of title words, that are kept."""
Total = Callable[[str], tuple[int, int]]


class Snapshot:
    """A generation with its engine and venues. Nothing of it is ever replaced, so that threads share it freely.

    Its files go when the last who uses it lets go: `close` only says that nothing more is to be read.
    """

    def __init__(self, path: Path, generation: Generation, engine: type[ArrayEngine]) -> None:
        self.path: Path | str = path
        # A program may go to another folder before it looks for a newer generation.
        self._place = path.absolute()
        self.generation = generation
        self.segments: Sequence[Segment] = generation.segments
        self.files: Sequence[SegmentFiles] = generation.files
        self.venue_table = recorded_table(generation.manifest.venues)
        self.engine = engine(generation, self.venue_table)
        # The commonest spelling of a cluster is counted from all its papers, 20 us, and the same few head most facets.
        self.heading: Callable[[str], str] = lru_cache(_HEADINGS)(partial(heading, generation.files))
        # Who types a word asks for its beginnings one after the other, and they are the beginnings of few words.
        self._titled: Callable[[bytes], int] = lru_cache(_HEADINGS)(partial(titled_papers, generation.files))
        self._closed = False

    @classmethod
    def open(cls, index: str | Path, engine: type[ArrayEngine]) -> Snapshot:
        """The newest generation of an index. Raises BadIndexError."""
        return cls(Path(index), open_generation(Path(index)), engine)

    def newer(self) -> Snapshot | None:
        """The newest generation; None where it is this one."""
        if latest(self._place).identity == self.generation.manifest.identity:
            return None
        return Snapshot(self._place, open_generation(self._place), type(self.engine))

    @classmethod
    def sign(cls, index: str | Path) -> tuple[int, int | str]:
        """What changes wherever a newer generation of an index may be there; cheap."""
        try:
            # Whatever is published is renamed into the folder, which changes its time.
            found = os.stat(index)
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns

    def session(self) -> Snapshot:
        """What one call asks of: here the snapshot itself; elsewhere one that gathers what the call fetches."""
        return self

    @property
    def manifest(self) -> Manifest:
        """The manifest of the generation."""
        return self.generation.manifest

    @property
    def number(self) -> int:
        """Number of the generation."""
        return self.manifest.generation

    @property
    def papers(self) -> int:
        """Live papers."""
        return self.manifest.papers

    @property
    def warnings(self) -> list[str]:
        """What its user should know: that it was made with another analysis, for one."""
        if self.manifest.analysis == fingerprint():
            return []
        return [
            f"{self.path} was made with another version of the analysis of texts, so that words may be missed; "
            "run `quiver rebuild`"
        ]

    def close(self) -> None:
        """Refuse to be read from here on."""
        self._closed = True

    def check(self) -> None:
        """Raise ClosedIndexError where it was closed."""
        if self._closed:
            raise ClosedIndexError(str(self.path))

    def named(self, text: str) -> list[tuple[int, int]]:
        """Segment and document numbers of the papers that a text names (`query.named`)."""
        return named(self.segments, text)

    def find(self, paper: str) -> tuple[Segment, int] | None:
        """Where the paper is stored that an id or another identifier names."""
        for at, doc in self.named(paper):
            return self.segments[at], doc
        return None

    def locate(self, paper: str) -> tuple[Segment, int]:
        """The same. Raises NotFoundError where there is none."""
        found = self.find(paper)
        if found is None:
            raise NotFoundError(f"no paper with id {shown(paper)}; `quiver search` shows ids with --format ids")
        return found

    # --- what is asked of the whole collection ---

    def ids(self) -> Iterator[str]:
        """Ids of all papers, in the order in which they are stored."""
        for segment in self.segments:
            for doc in segment.live.nonzero()[0].tolist():
                self.check()
                yield segment.paper_id(doc)

    def heads(self) -> Iterator[dict[str, Any]]:
        """What a hit shows of every paper, as it is stored."""
        for segment in self.segments:
            for doc in segment.live.nonzero()[0].tolist():
                self.check()
                yield segment.papers.head(doc)

    def moments(self) -> set[tuple[int, int]]:
        """Generations in which papers were first seen, with their times in seconds since 1970."""
        return {
            (int(generation), int(time))
            for segment in self.segments
            for generation, time in zip(segment.first_seen.generations, segment.first_seen.times, strict=True)
        }

    def author(self, name: str) -> Cluster:
        """The author cluster of a name. Raises NotFoundError with names that are alike."""
        return author_cluster(self.files, self.venue_table, name)

    def suggest(self, prefix: str, limit: int | None) -> Suggestions:
        """The commonest completions, of each sort at most `limit`."""
        return suggestions(self.files, self.heading, self._titled, prefix, limit)

    def venues(self) -> list[VenueRow]:
        """Venues by count, then name."""
        return venue_list(self.segments, self.venue_table)

    def years(self) -> tuple[int, int] | None:
        """The first and the last year of papers; None where none has a year."""
        return years_held(self.files)

    def info(self) -> Information:
        """What the index holds."""
        return information(self.generation)

    def same_title(self, paper: str) -> list[str]:
        """Ids of the other papers with the same title, first author and year, give or take one, sorted.

        Where works are grouped the other records of the work, the preferred first. Raises NotFoundError.
        """
        segment, doc = self.locate(paper)
        collection = self.engine.collection
        if collection.works:
            return collection.other_records(self.segments.index(segment), doc)
        work, dated = segment.arrays["doc.work"][doc], int(segment.years[doc])
        found = []
        for other in self.segments:
            docs = (other.arrays["doc.work"] == work) & other.live
            for number in docs.nonzero()[0].tolist():
                year = int(other.years[number])
                same = other is segment and number == doc
                if not same and (not dated or not year or abs(year - dated) <= 1):
                    found.append(other.paper_id(number))
        return sorted(found)

    def records_of(self, paper: str) -> list[str]:
        """Ids of all records of a paper's work, the preferred first. Raises NotFoundError."""
        segment, doc = self.locate(paper)
        at, works = self.segments.index(segment), self.engine.collection.works
        return [self.segments[member.segment].paper_id(member.doc) for member in works.members(at, doc)]

    def stand_ins(self) -> set[str]:
        """Ids of the records that are not the preferred ones of their works."""
        found = self.engine.collection.works.stand_ins()
        return {self.segments[member.segment].paper_id(member.doc) for member in found}

    # --- what is asked about an answer ---

    def expect(self, rows: Sequence[Row]) -> None:
        """These hits will be shown next: who fetches records may fetch theirs at once."""

    def facets(self, names: Sequence[str], answer: Answer) -> dict[str, list[FacetCount]]:
        """The facets that were asked for, over all papers of an answer."""
        if not names:
            return {}
        matched = Matched(self.segments, [listed(mask) for mask in answer.masks], self.heading)
        return {name: FACETS[name](matched) for name in names}

    def better_query(self, query: Query, answer: Answer, total: Total) -> str | None:
        """The query with words respelt, if that finds many times more; `total` counts another query's papers."""
        better = better_query(query, answer, SegmentWords(self.segments), total)
        if better is not None or answer.total or not query.required:
            return better
        respelt = better_venue(query, self._is_venue, self._venue_spellings())
        return respelt if respelt is not None and total(respelt)[1] else None

    def _is_venue(self, name: str) -> bool:
        """Whether a name is that of a venue in any spelling, or its words are of one that the index holds."""
        if known_venue(self.venue_table, name) is not None:
            return True
        stems_asked = [encode(stem) for stem in stems(words(name))]
        return any(all(segment.text.find(stem) >= 0 for stem in stems_asked) for segment in self.segments)

    def _venue_spellings(self) -> Iterator[str]:
        for row in self.venues():
            yield from (row.name, *self.venue_table.aliases(row.name))

    def names_read(self, query: Query) -> Iterator[Diagnostic]:
        """What a searcher should know of how the names of a query were read."""
        if query.required or len(query.optional) > 1:
            yield from name_notes(query, self.engine.collection.author_names, partial(size, self.files), self.heading)
