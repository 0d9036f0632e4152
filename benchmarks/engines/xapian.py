"""Xapian: one text of terms, the title three times and the authors twice, boolean terms for the filters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import xapian

from benchmarks.engines.protocol import TOP, Engine, Found, Searcher, Texts, author_key, records
from benchmarks.queries import KINDS, Asked

_YEAR, _VENUE, _TYPE = 0, 1, 2
# One value a slot: no counts of authors.
_FACETS = {"venue": _VENUE, "year": _YEAR, "type": _TYPE}
_WEIGHTS = (("title", 3), ("abstract", 1), ("authors", 2), ("venue", 1))
_ID, _AUTHOR, _VENUE_TERM = "Q", "XA", "XV"
_MAX_TERM = 200


def _term(prefix: str, text: str) -> bytes:
    return (prefix + ":" + text).encode()[:_MAX_TERM]


class Xapian(Engine):
    """Xapian with its default (glass) tables."""

    name = index = "Xapian"
    matching = "one field of all texts"
    ranking = "BM25 of weighted tf (3 1 2 1), k1 1.5, b 0.75"
    total = "estimate"
    answers = frozenset(KINDS) - {"fuzzy", "any + snippets"}
    builds = searches = adds = True

    def version(self) -> str:
        return f"Xapian {xapian.version_string()}"

    def build(self, papers: Path, folder: Path) -> None:
        base = xapian.WritableDatabase(str(folder), xapian.DB_CREATE_OR_OPEN)
        self._write(base, papers)

    def add(self, papers: Path, folder: Path) -> None:
        self._write(xapian.WritableDatabase(str(folder), xapian.DB_OPEN), papers)

    def _write(self, base: Any, papers: Path) -> None:
        terms = xapian.TermGenerator()
        terms.set_stemmer(xapian.Stem("english"))
        # Stems alone, with positions, as in the other engines: the default keeps the words as well.
        terms.set_stemming_strategy(xapian.TermGenerator.STEM_ALL)
        for paper in records(papers):
            document = xapian.Document()
            terms.set_document(document)
            terms.set_termpos(0)
            texts = {"title": paper.title, "abstract": paper.abstract, "authors": ", ".join(paper.authors)}
            for name, weight in _WEIGHTS:
                terms.index_text(texts.get(name, paper.venue), weight)
                terms.increase_termpos()
            self._describe(document, paper)
            base.add_document(document)
        base.commit()
        base.close()

    def _describe(self, document: Any, paper: Texts) -> None:
        document.add_boolean_term(_term(_ID, paper.id))
        document.add_boolean_term(_term(_VENUE_TERM, paper.venue))
        for name in paper.authors:
            document.add_boolean_term(_term(_AUTHOR, author_key(name)))
        document.add_value(_YEAR, xapian.sortable_serialise(paper.year))
        document.add_value(_VENUE, paper.venue)
        document.add_value(_TYPE, paper.type)
        document.set_data(paper.record)

    def open(self, folder: Path) -> Searcher:
        return _Open(xapian.Database(str(folder)))


class _Open(Searcher):
    def __init__(self, base: Any) -> None:
        self._base = base
        self._enquire = xapian.Enquire(base)
        self._enquire.set_weighting_scheme(xapian.BM25Weight(1.5, 0, 1, 0.75, 0.5))
        self._parsers = {"all": self._parser(xapian.Query.OP_AND), "any": self._parser(xapian.Query.OP_OR)}

    def _parser(self, operator: int) -> Any:
        parser = xapian.QueryParser()
        parser.set_database(self._base)
        parser.set_stemmer(xapian.Stem("english"))
        parser.set_stemming_strategy(xapian.QueryParser.STEM_ALL)
        parser.set_default_op(operator)
        return parser

    def search(self, asked: Asked) -> Found:
        self._enquire.set_query(self._query(asked))
        spies = [xapian.ValueCountMatchSpy(slot) for slot in _FACETS.values()] if asked.facets else []
        for spy in spies:
            self._enquire.add_matchspy(spy)
        hits = []
        for match in self._enquire.get_mset(0, TOP, self._base.get_doccount() if spies else 0):
            record = orjson.loads(match.document.get_data())
            hits.append((record["id"], record["title"]))
        self._enquire.clear_matchspies()
        facets = {
            name: sum(row.termfreq for row in spy.values())
            for (name, _), spy in zip(_FACETS.items(), spies, strict=False)
        }
        return Found(hits, None, facets)

    def count(self, asked: Asked) -> int | None:
        self._enquire.set_query(self._query(asked))
        return int(self._enquire.get_mset(0, 0, self._base.get_doccount()).get_matches_estimated())

    def _query(self, asked: Asked) -> Any:
        text = " ".join(asked.words)
        flags = xapian.QueryParser.FLAG_PHRASE | xapian.QueryParser.FLAG_WILDCARD
        if asked.match == "phrase":
            text = f'"{text}"'
        elif asked.match == "prefix":
            text += "*"
        query = self._parsers["all" if asked.match == "all" else "any"].parse_query(text, flags)
        kept = []
        if asked.venue:
            kept.append(xapian.Query(_term(_VENUE_TERM, asked.venue)))
        if asked.author:
            kept.append(xapian.Query(_term(_AUTHOR, author_key(asked.author))))
        if asked.years:
            low, high = map(xapian.sortable_serialise, asked.years)
            kept.append(xapian.Query(xapian.Query.OP_VALUE_RANGE, _YEAR, low, high))
        for one in kept:
            query = xapian.Query(xapian.Query.OP_FILTER, query, one)
        return query
