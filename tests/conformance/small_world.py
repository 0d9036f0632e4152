"""A small world of sources on disk, and what an index over them should hold, kept in plain dictionaries.

The model follows the words of the design: the record read last of an id wins, a file holds what it held when it was
read, deleted ids stay away until a source brings them again. It knows nothing of segments, claims or ranks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import orjson

from indexer.index.record.paper import Author, Paper

STDIN = "-"
FILES = ("a.jsonl", "b.jsonl", "lists/c.jsonl", "lists/d.jsonl")
SOURCES = ("a.jsonl", "b.jsonl", "lists", "lists/*.jsonl", "lists/c.jsonl", STDIN)
IDS = tuple(f"p{number}" for number in range(10))
VERSIONS = 4

_WORDS = "alpha beta gamma delta epsilon multi-task multitask curse memory the of learning graphs".split()
_RARE = "zeta eta theta iota kappa lambda omicron sigma upsilon omega".split()
_NAMES = ("Weinan E", "WEINAN E", "Jiequn Han", "Wei Wang", "W. E", "Chloé Müller", "Chloe Muller")
_VENUES = (("NeurIPS", "paper-conference"), ("NIPS", "paper-conference"), ("JMLR", "article-journal"), ("", ""))


def version_of(paper: str, version: int) -> Paper:
    """A version of a paper: other words, authors, venue and year in each, and a word that no other paper has."""
    random = Random(f"{paper}/{version}")
    title = " ".join([*random.choices(_WORDS, k=random.randint(1, 5)), _RARE[IDS.index(paper)] * (version % 2)])
    venue, kind = random.choice(_VENUES)
    names = random.sample(_NAMES, random.randint(0, 3))
    return Paper(
        id=paper,
        title=title.strip(),
        abstract=" ".join(random.choices(_WORDS, k=random.randint(0, 20))),
        authors=tuple(Author(name, f"~{name[0]}" if random.random() < 0.5 else None) for name in names),
        venue=venue,
        type=kind,
        year=random.choice((None, 2018, 2019, 2020)),
        keywords=tuple(random.sample(_WORDS, random.choice((0, 0, 2)))),
    )


Record = tuple[str, int]
"""An id and the version of it."""


@dataclass
class Held:
    """What an index should hold: for each file its records and when each was read, the last reading highest."""

    sources: tuple[str, ...] = ()
    files: dict[str, dict[Record, tuple[int, int]]] = field(default_factory=dict)
    came_by: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    readings: int = 0

    def live(self) -> dict[str, Paper]:
        """The papers that a search should find."""
        best: dict[str, tuple[tuple[int, int], Record]] = {}
        for records in self.files.values():
            for record, when in records.items():
                best[record[0]] = max(best.get(record[0], (when, record)), (when, record))
        return {paper: version_of(*record) for paper, (_, record) in best.items() if paper not in self.deleted}

    def stored(self) -> set[Record]:
        """Records that need not be analysed again."""
        return {record for records in self.files.values() for record in records}


class GoneError(Exception):
    """A source is not there."""


class World:
    """Files on disk and the two newest generations of the model."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "lists").mkdir()
        self.now: dict[str, list[Record]] = {}
        self.held = Held()
        self.before: Held | None = None
        self.published = 0

    def path(self, name: str) -> str:
        """The absolute name of a file or source."""
        return name if name == STDIN else str(self.folder / name)

    def write(self, name: str, records: Sequence[Record]) -> bytes:
        """Write a file (or give the text of standard input)."""
        text = b"".join(orjson.dumps(version_of(*record).as_record()) + b"\n" for record in records)
        self.now[name] = list(records)
        if name != STDIN:
            (self.folder / name).write_bytes(text)
        return text

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self.folder / name).unlink()
        del self.now[name]

    def files_of(self, source: str) -> list[str]:
        """Files that a source now has; raises GoneError where it has none."""
        found = [name for name in FILES if name in self.now and _brings(source, name)] if source != STDIN else [STDIN]
        if not found:
            raise GoneError(source)
        return found

    # --- what each command should do ---

    def build(self, sources: Sequence[str], *, force: bool) -> None:
        """The records of the sources and nothing else, less what was deleted unless forced."""
        files = self._plan([(source, self.files_of(source)) for source in sources])
        held = Held(tuple(sources), deleted=set() if force else set(self.held.deleted))
        self._publish(self._read(held, {file: (source, self.now[file]) for file, source in files.items()}))

    def update(self, sources: Sequence[str], *, prune: bool) -> list[Record]:
        """Adds and replaces by id; gives the records that must be analysed."""
        files = self._plan([(source, self.files_of(source)) for source in sources])
        held = deepcopy(self.held)
        known = held.stored()
        if prune:
            for file in list(held.files):
                gone = file not in files and any(
                    held.came_by[file] == source or _brings(source, file, by_glob=False) for source in sources
                )
                if gone or file in files:
                    held.files[file] = {}
        held.sources = (*(source for source in held.sources if source not in sources), *sources)
        held = self._read(held, {file: (source, self.now[file]) for file, source in files.items()})
        # What changes no paper and names no new source publishes nothing.
        if held.live() != self.held.live() or not set(sources) <= set(self.held.sources):
            self._publish(held)
        return [record for file in files for record in self.now[file] if record not in known]

    def rebuild(self, missing: str) -> None:
        """The build of the recorded sources; standard input, and with "keep" what is gone, as the index has it."""
        old = self.held
        named: list[tuple[str, list[str]]] = []
        for source in old.sources:
            try:
                files = [] if source == STDIN else self.files_of(source)
            except GoneError:
                if missing == "stop":
                    raise
                if missing == "drop":
                    continue
                files = []
            if missing == "keep" or source == STDIN:
                kept = [
                    file
                    for file in old.files
                    if (file == STDIN or file not in self.now)
                    and (old.came_by[file] == source or _brings(source, file, by_glob=False))
                ]
                files = sorted({*files, *kept})
            named.append((source, files))
        if not named:
            raise GoneError("all")
        texts = {}
        for file, source in self._plan(named).items():
            stored = sorted(old.files.get(file, {}).items(), key=lambda row: row[1])
            fresh = file != STDIN and file in self.now
            texts[file] = (source, self.now[file] if fresh else [record for record, _ in stored])
        self._publish(self._read(Held(tuple(source for source, _ in named), deleted=set(old.deleted)), texts))

    def delete(self, papers: Iterable[str]) -> None:
        """These ids stay away."""
        held = deepcopy(self.held)
        held.deleted |= set(papers)
        self._publish(held)

    def rollback(self) -> None:
        """The generation before is the newest again."""
        if self.before is None:
            raise GoneError("a generation before")
        self._publish(deepcopy(self.before))

    @staticmethod
    def _plan(named: Sequence[tuple[str, list[str]]]) -> dict[str, str]:
        """Files in order, each at the last place where it is named, and the source that names it there."""
        files: dict[str, str] = {}
        for source, group in named:
            for file in group:
                files.pop(file, None)
                files[file] = source
        return files

    @staticmethod
    def _read(held: Held, texts: dict[str, tuple[str, list[Record]]]) -> Held:
        for file, (source, records) in texts.items():
            held.readings += 1
            anew = {paper for paper, _ in records}
            left = {row: when for row, when in held.files.get(file, {}).items() if row[0] not in anew}
            held.files[file] = left | {record: (held.readings, place) for place, record in enumerate(records)}
            held.came_by[file] = source
        return held

    def _publish(self, held: Held) -> None:
        self.published += 1
        self.before, self.held = (self.held if self.held.sources else None), held

    def fresh(self) -> list[Paper]:
        """The papers for a fresh index."""
        return [replace(paper) for paper in self.held.live().values()]


def _brings(source: str, file: str, *, by_glob: bool = True) -> bool:
    inside = source in ("lists", "lists/*.jsonl") if by_glob else source == "lists"
    return source == file or (inside and file.startswith("lists/"))
