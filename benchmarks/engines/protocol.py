"""What the benchmark asks of an engine, and of one that is open for searching."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import orjson

from benchmarks.queries import Asked

TOP = 10
MEMORY = 512 * 1024 * 1024
"""Bytes a writer may hold before it must write, for engines that can be told."""


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: id and title of the first `TOP` hits, the total where the engine gives it in the same search."""

    hits: list[tuple[str, str]]
    total: int | None
    facets: dict[str, int] = field(default_factory=dict)


class Searcher(Protocol):
    """An engine with its index open."""

    def search(self, asked: Asked) -> Found:
        """Answer one search, query text in, ids and titles out: this is what is timed."""

    def count(self, asked: Asked) -> int | None:
        """The exact number of matching papers, if it can be had; never timed."""


class Engine(Protocol):
    """One engine in one setting. Engines with the same `index` search one and the same index."""

    name: str
    index: str
    """Which index it searches: the name of the engine that builds it."""
    matching: str
    """What its words are, for the table."""
    ranking: str
    total: str
    """Whether the total is exact in the timed search: "exact", "none", "estimate"."""
    answers: frozenset[str]
    """The kinds of search (`queries.KINDS`) it can do."""
    builds: bool
    searches: bool
    adds: bool
    environment: Mapping[str, str] = MappingProxyType({})
    """Variables of the process in which it searches."""

    def version(self) -> str:
        """Name and version of the library."""

    def build(self, papers: Path, folder: Path) -> None:
        """Index a canonical JSON Lines file into an empty folder, ready to be opened by others on return."""

    def open(self, folder: Path) -> Searcher:
        """Open an index that `build` has made."""

    def add(self, papers: Path, folder: Path) -> None:
        """Add the papers of a file to an index, ready to be opened by others on return."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The fields of a record as every engine but Quiver indexes them; keywords stand at the end of the abstract."""

    id: str
    title: str
    abstract: str
    authors: list[str]
    venue: str
    year: int
    type: str
    record: bytes


def records(papers: Path) -> Iterator[Texts]:
    """The records of a JSON Lines file; every engine parses the same bytes with the same parser."""
    with papers.open("rb") as lines:
        for line in lines:
            record: dict[str, Any] = orjson.loads(line)
            authors = [author if isinstance(author, str) else author["name"] for author in record.get("authors", ())]
            yield Texts(
                record["id"],
                record["title"],
                "\n".join((record.get("abstract", ""), *record.get("keywords", ()))),
                authors,
                record.get("venue", ""),
                record.get("year") or 0,
                record.get("type", ""),
                line.rstrip(),
            )


def author_key(name: str) -> str:
    """What an author filter compares: the name whole, case folded."""
    return name.casefold()
