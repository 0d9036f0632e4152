"""Quiver itself, by its Python interface."""

from __future__ import annotations

from pathlib import Path

from benchmarks.engines.protocol import TOP, Engine, Found, Searcher
from benchmarks.queries import KINDS, Asked
from indexer.ingest.build import build
from indexer.ingest.update import update
from query.search import PaperIndex

_FACETS = ("venue", "year", "type", "author")


class Quiver(Engine):
    """Quiver with one of its rankings, built with some processes (None: all cores), with or without its C kernel."""

    matching = "title, abstract, authors, venue, keywords"
    total = "exact"
    answers = frozenset(KINDS)
    adds = True

    def __init__(
        self, name: str, *, ranking: str = "bm25f", procs: int | None = None,
        kernel: bool = True,
        builds: bool = False, searches: bool = True,
    ) -> None:  # fmt: skip
        self.name, self.index = name, "Quiver" if searches else name
        self.ranking = ranking
        self._procs = procs
        self.environment = {} if kernel else {"QUIVER_KERNEL": "python"}
        self.builds, self.searches = builds, searches

    def version(self) -> str:
        return "Quiver"

    def build(self, papers: Path, folder: Path) -> None:
        build([papers], folder, procs=self._procs)

    def add(self, papers: Path, folder: Path) -> None:
        update([papers], folder)

    def open(self, folder: Path) -> Searcher:
        return _Open(PaperIndex.open(folder), self.ranking)


class _Open(Searcher):
    def __init__(self, index: PaperIndex, ranking: str) -> None:
        self._index, self._ranking = index, ranking

    def search(self, asked: Asked) -> Found:
        page = self._index.search(
            _text(asked),
            authors=(asked.author,) if asked.author else (),
            venues=(asked.venue,) if asked.venue else (),
            years=asked.years,
            limit=TOP,
            match="all" if asked.match == "all" else "any",
            ranking=self._ranking,
            facets=_FACETS if asked.facets else (),
            snippets=asked.snippets,
        )
        facets = {name: sum(row.count for row in rows) for name, rows in page.facets.items()}
        return Found([(hit.id, hit.title) for hit in page.hits], page.total, facets)

    def count(self, asked: Asked) -> int | None:
        return self.search(asked).total


def _text(asked: Asked) -> str:
    text = " ".join(asked.words)
    return {"phrase": '"{}"', "prefix": "{}*", "fuzzy": "{}~"}.get(asked.match, "{}").format(text)
