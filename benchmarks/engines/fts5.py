"""SQLite's FTS5: an index over a table of papers, joined with tables for the filters."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from benchmarks.engines.protocol import TOP, Engine, Found, Searcher, author_key, records
from benchmarks.queries import KINDS, Asked

_FILE = "papers.db"
_SCHEMA = """
CREATE TABLE papers (number INTEGER PRIMARY KEY, id TEXT UNIQUE, title TEXT, abstract TEXT, authors TEXT, venue TEXT,
                     year INTEGER, type TEXT, record BLOB);
CREATE TABLE authors (key TEXT, paper INTEGER, PRIMARY KEY (key, paper)) WITHOUT ROWID;
CREATE INDEX by_paper ON authors (paper);
CREATE INDEX venues ON papers (venue, year);
CREATE INDEX years ON papers (year);
CREATE VIRTUAL TABLE texts USING fts5 (title, abstract, authors, venue, content='papers', content_rowid='number',
                                       tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO texts (texts, rank) VALUES ('rank', 'bm25(3.0, 1.0, 2.0, 1.0)');
"""

_FACETS = {
    "venue": "SELECT venue, count(*) FROM found CROSS JOIN papers USING (number) GROUP BY 1 ORDER BY 2 DESC",
    "year": "SELECT year, count(*) FROM found CROSS JOIN papers USING (number) GROUP BY 1 ORDER BY 1 DESC",
    "type": "SELECT type, count(*) FROM found CROSS JOIN papers USING (number) GROUP BY 1 ORDER BY 2 DESC",
    "author": "SELECT key, count(*) FROM found CROSS JOIN authors ON paper = number GROUP BY 1 ORDER BY 2 DESC "
    "LIMIT 10",
}


class Fts5(Engine):
    """FTS5 with one connection."""

    name = index = "FTS5"
    matching = "title, abstract and keywords, authors, venue"
    ranking = "bm25(), weights 3 1 2 1"
    total = "none"
    answers = frozenset(KINDS) - {"fuzzy", "any + snippets"}
    builds = searches = adds = True

    def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def build(self, papers: Path, folder: Path) -> None:
        with sqlite3.connect(folder / _FILE) as base:
            base.executescript(_SCHEMA)
            self._insert(base, papers, 0)
        base.close()

    def add(self, papers: Path, folder: Path) -> None:
        with sqlite3.connect(folder / _FILE) as base:
            self._insert(base, papers, base.execute("SELECT max(number) FROM papers").fetchone()[0] + 1)
        base.close()

    def _insert(self, base: sqlite3.Connection, papers: Path, first: int) -> None:
        def rows() -> Iterable[tuple[object, ...]]:
            for number, paper in enumerate(records(papers), first):
                authors.extend((author_key(name), number) for name in dict.fromkeys(paper.authors))
                yield (
                    number, paper.id, paper.title, paper.abstract, ", ".join(paper.authors), paper.venue,
                    paper.year, paper.type, paper.record,
                )  # fmt: skip

        authors: list[tuple[str, int]] = []
        base.executemany("INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows())
        base.executemany("INSERT OR IGNORE INTO authors VALUES (?, ?)", sorted(authors))
        base.execute(
            "INSERT INTO texts (rowid, title, abstract, authors, venue) "
            "SELECT number, title, abstract, authors, venue FROM papers WHERE number >= ?",
            (first,),
        )

    def open(self, folder: Path) -> Searcher:
        base = sqlite3.connect(f"file:{folder / _FILE}?mode=ro", uri=True)
        base.execute("PRAGMA temp_store = memory")
        return _Open(base)


class _Open(Searcher):
    def __init__(self, base: sqlite3.Connection) -> None:
        self._base = base

    def search(self, asked: Asked) -> Found:
        where, values = _conditions(asked)
        sql = (
            "SELECT papers.id, papers.title FROM (SELECT rowid AS number, rank AS score FROM texts "
            f"WHERE texts MATCH ? {where} ORDER BY rank LIMIT {TOP}) JOIN papers USING (number) ORDER BY score"
        )
        hits = self._base.execute(sql, values).fetchall()
        return Found(hits, None, self._facets(where, values) if asked.facets else {})

    def _facets(self, where: str, values: list[object]) -> dict[str, int]:
        """The matches kept aside in memory, then a query a facet."""
        self._base.execute("DROP TABLE IF EXISTS temp.found")
        self._base.execute(
            f"CREATE TEMP TABLE found AS SELECT rowid AS number FROM texts WHERE texts MATCH ? {where}", values
        )
        return {name: sum(row[1] for row in self._base.execute(sql)) for name, sql in _FACETS.items()}

    def count(self, asked: Asked) -> int | None:
        where, values = _conditions(asked)
        total: int = self._base.execute(f"SELECT count(*) FROM texts WHERE texts MATCH ? {where}", values).fetchone()[0]
        return total


def _conditions(asked: Asked) -> tuple[str, list[object]]:
    where, values = "", [_match(asked)]
    if asked.author:
        where += " AND rowid IN (SELECT paper FROM authors WHERE key = ?)"
        values.append(author_key(asked.author))
    inside = []
    if asked.venue:
        inside.append("venue = ?")
        values.append(asked.venue)
    if asked.years:
        inside.append("year BETWEEN ? AND ?")
        values.extend(asked.years)
    if inside:
        # The sign keeps SQLite from walking this list, which is long, and asking the index for each row of it; the
        # few papers of an author are better walked.
        where += f" AND +rowid IN (SELECT number FROM papers WHERE {' AND '.join(inside)})"
    return where, values


def _match(asked: Asked) -> object:
    if asked.match == "phrase":
        return f'"{" ".join(asked.words)}"'
    if asked.match == "prefix":
        return f'"{asked.words[0]}"*'
    return (" OR " if asked.match == "any" else " AND ").join(f'"{word}"' for word in asked.words)
