"""Stock Whoosh: whoosh3 with its own codec, writer, parser and scoring."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from whoosh import fields, index, qparser, query
from whoosh.analysis import RegexTokenizer, StemmingAnalyzer

from benchmarks.engines.protocol import TOP, Engine, Found, Searcher, author_key, records
from benchmarks.queries import KINDS, Asked

_FIELDS = ("title", "abstract", "authors", "venue")
_BOOSTS = {"title": 3.0, "authors": 2.0}
_SEPARATOR = "\x1f"


def _schema() -> Any:
    # No stop words and no shortest word: the other engines index every word.
    texts = {name: fields.TEXT(analyzer=StemmingAnalyzer(stoplist=None, minsize=1)) for name in _FIELDS}
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        year=fields.NUMERIC(int),
        type=fields.ID(),
        venue_key=fields.ID(),
        author_key=fields.TEXT(analyzer=RegexTokenizer(f"[^{_SEPARATOR}]+"), phrase=False),
        record=fields.STORED(),
        **texts,
    )


class Whoosh(Engine):
    """whoosh3 as it comes."""

    name = index = "Whoosh"
    matching = "title, abstract and keywords, authors, venue"
    ranking = "BM25F of Whoosh, weights 3 1 2 1"
    total = "none"
    answers = frozenset(KINDS) - {"any + facets", "any + snippets"}
    builds = searches = adds = True

    def version(self) -> str:
        return f"whoosh3 {version('whoosh3')}"

    def build(self, papers: Path, folder: Path) -> None:
        self._write(index.create_in(str(folder), _schema()), papers)

    def add(self, papers: Path, folder: Path) -> None:
        self._write(index.open_dir(str(folder)), papers)

    def _write(self, opened: Any, papers: Path) -> None:
        writer = opened.writer(limitmb=256)
        for paper in records(papers):
            writer.add_document(
                id=paper.id,
                title=paper.title,
                abstract=paper.abstract,
                authors=", ".join(paper.authors),
                venue=paper.venue,
                year=paper.year,
                type=paper.type,
                venue_key=paper.venue,
                author_key=_SEPARATOR.join(map(author_key, paper.authors)),
                record=paper.record,
            )
        writer.commit()

    def open(self, folder: Path) -> Searcher:
        return _Open(index.open_dir(str(folder)))


class _Open(Searcher):
    def __init__(self, opened: Any) -> None:
        self._searcher = opened.searcher()
        group = qparser.OrGroup
        self._parsers = {
            "any": qparser.MultifieldParser(_FIELDS, opened.schema, fieldboosts=_BOOSTS, group=group),
            "all": qparser.MultifieldParser(_FIELDS, opened.schema, fieldboosts=_BOOSTS, group=qparser.AndGroup),
        }
        self._parsers["any"].add_plugin(qparser.FuzzyTermPlugin())

    def search(self, asked: Asked) -> Found:
        found = self._searcher.search(self._query(asked), limit=TOP, filter=_filter(asked))
        hits = []
        for hit in found:
            record = orjson.loads(hit["record"])
            hits.append((record["id"], record["title"]))
        return Found(hits, None)

    def count(self, asked: Asked) -> int | None:
        return len(self._searcher.search(self._query(asked), limit=1, filter=_filter(asked)))

    def _query(self, asked: Asked) -> Any:
        text = " ".join(asked.words)
        if asked.match == "all":
            return self._parsers["all"].parse(text)
        ends = {"phrase": '"{}"', "prefix": "{}*", "fuzzy": "{}~"}
        return self._parsers["any"].parse(ends.get(asked.match, "{}").format(text))


def _filter(asked: Asked) -> Any:
    kept: Sequence[Any] = [
        *([query.Term("venue_key", asked.venue)] if asked.venue else []),
        *([query.Term("author_key", author_key(asked.author))] if asked.author else []),
        *([query.NumericRange("year", *asked.years)] if asked.years else []),
    ]
    return query.And(kept) if kept else None
