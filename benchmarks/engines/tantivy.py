"""tantivy, by tantivy-py: four fields with Quiver's weights, or all texts in one field."""

from __future__ import annotations

from functools import reduce
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.engines.protocol import MEMORY, TOP, Engine, Found, Searcher, Texts, author_key, records
from benchmarks.queries import KINDS, Asked

_ANALYZER = "english"
_FIELDS = ("title", "abstract", "authors", "venue")
_BOOSTS = {"title": 3.0, "authors": 2.0}
_ALL = "text"
_FACETS = ("venue_key", "year", "type", "author_key")


def _schema(one_field: bool) -> Any:
    builder = tantivy.SchemaBuilder()
    for name in ("id", "venue_key", "type", "author_key"):
        builder.add_text_field(name, stored=name == "id", fast=name != "id", tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True, fast=True)
    if one_field:
        builder.add_text_field("title", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field(_ALL, tokenizer_name=_ANALYZER)
    else:
        for name in _FIELDS:
            builder.add_text_field(name, stored=name == "title", tokenizer_name=_ANALYZER)
    builder.add_bytes_field("record", stored=True)
    return builder.build()


def _register(index: Any) -> Any:
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), tantivy.Filter.stemmer("english")):
        analyzer = analyzer.filter(step)
    index.register_tokenizer(_ANALYZER, analyzer.build())
    return index


class Tantivy(Engine):
    """tantivy in one of its settings."""

    adds = True

    def __init__(
        self, name: str, index: str, *, one_field: bool = False, threads: int = 1, count: bool = True,
        builds: bool = False, searches: bool = True,
    ) -> None:  # fmt: skip
        self.name, self.index = name, index
        self.builds, self.searches = builds, searches
        self._one_field, self._threads, self._count = one_field, threads, count
        self.matching = "one field of all texts" if one_field else "title, abstract and keywords, authors, venue"
        self.ranking = "BM25" if one_field else "sum of BM25, weights 3 1 2 1"
        self.total = "exact" if count else "none"
        self.answers = frozenset(KINDS) - {"any + snippets"}

    def version(self) -> str:
        return f"tantivy-py {version('tantivy')}"

    def build(self, papers: Path, folder: Path) -> None:
        index = _register(tantivy.Index(_schema(self._one_field), path=str(folder)))
        self._write(index, papers)

    def add(self, papers: Path, folder: Path) -> None:
        self._write(_register(tantivy.Index.open(str(folder))), papers)

    def _write(self, index: Any, papers: Path) -> None:
        writer = index.writer(heap_size=MEMORY, num_threads=self._threads)
        for paper in records(papers):
            writer.add_document(self._document(paper))
        writer.commit()
        writer.wait_merging_threads()

    def _document(self, paper: Texts) -> Any:
        document = tantivy.Document()
        add = document.add_text
        add("id", paper.id)
        add("title", paper.title)
        authors = ", ".join(paper.authors)
        if self._one_field:
            add(_ALL, "\n".join((paper.title, paper.abstract, authors, paper.venue)))
        else:
            add("abstract", paper.abstract)
            add("authors", authors)
            add("venue", paper.venue)
        add("venue_key", paper.venue)
        add("type", paper.type)
        for name in paper.authors:
            add("author_key", author_key(name))
        document.add_integer("year", paper.year)
        document.add_bytes("record", paper.record)
        return document

    def open(self, folder: Path) -> Searcher:
        return _Open(_register(tantivy.Index.open(str(folder))), self._one_field, self._count)


class _Open(Searcher):
    def __init__(self, index: Any, one_field: bool, count: bool) -> None:
        self._index, self._schema, self._count = index, index.schema, count
        self._searcher = index.searcher()
        self._fields = [_ALL] if one_field else list(_FIELDS)
        self._boosts = {} if one_field else _BOOSTS
        self._fuzzy = dict.fromkeys(self._fields, (False, 1, True))

    def search(self, asked: Asked) -> Found:
        query = self._query(asked)
        result = self._searcher.search(query, TOP, count=self._count)
        hits = []
        for _, address in result.hits:
            document = self._searcher.doc(address)
            hits.append((document.get_first("id"), document.get_first("title")))
        return Found(hits, result.count if self._count else None, self._facets(query) if asked.facets else {})

    def count(self, asked: Asked) -> int | None:
        total: int = self._searcher.search(self._query(asked), 1, count=True).count
        return total

    def _query(self, asked: Asked) -> Any:
        query = self._words(asked)
        if not asked.filtered:
            return query
        kept = []
        if asked.years:
            kept.append(tantivy.Query.range_query(self._schema, "year", tantivy.FieldType.Integer, *asked.years))
        if asked.venue:
            kept.append(tantivy.Query.term_query(self._schema, "venue_key", asked.venue, "basic"))
        if asked.author:
            kept.append(tantivy.Query.term_query(self._schema, "author_key", author_key(asked.author), "basic"))
        must = tantivy.Occur.Must
        return tantivy.Query.boolean_query(
            [(must, query), *((must, tantivy.Query.const_score_query(one, 0.0)) for one in kept)]
        )

    def _words(self, asked: Asked) -> Any:
        parse = self._index.parse_query
        text = " ".join(asked.words)
        if asked.match == "phrase":
            return parse(f'"{text}"', self._fields, self._boosts)
        if asked.match == "prefix":
            should = tantivy.Occur.Should
            return tantivy.Query.boolean_query(
                [(should, tantivy.Query.regex_query(self._schema, name, f"{text}.*")) for name in self._fields]
            )
        if asked.match == "fuzzy":
            return parse(text, self._fields, self._boosts, self._fuzzy)
        return parse(text, self._fields, self._boosts, conjunction_by_default=asked.match == "all")

    def _facets(self, query: Any) -> dict[str, int]:
        wanted = {name: {"terms": {"field": name, "size": 10 if name == "author_key" else 1000}} for name in _FACETS}
        counted = self._searcher.aggregate(query, wanted)
        return {name: reduce(lambda n, row: n + row["doc_count"], counted[name]["buckets"], 0) for name in _FACETS}
