"""bm25s: one field of all texts, any word matching, scores computed when indexed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bm25s
import Stemmer

from benchmarks.engines.protocol import TOP, Engine, Found, Searcher, records
from benchmarks.queries import Asked

# What the library's own pattern is, but for words of one letter, which the others index too.
_WORD = r"(?u)\b\w+\b"


def _tokenize(texts: list[str], stemmer: Any) -> Any:
    return bm25s.tokenize(texts, token_pattern=_WORD, stopwords=[], stemmer=stemmer, show_progress=False)


class Bm25s(Engine):
    """bm25s on numpy, or with numba."""

    index = "bm25s"
    matching = "one field of all texts"
    ranking = "BM25 (Lucene's), k1 1.5, b 0.75"
    total = "none"
    answers = frozenset({"any"})
    searches = True
    adds = False

    def __init__(self, name: str, *, numba: bool) -> None:
        self.name, self._numba = name, numba
        self.builds = not numba

    def version(self) -> str:
        return f"bm25s {bm25s.__version__}"

    def build(self, papers: Path, folder: Path) -> None:
        texts, corpus = [], []
        for paper in records(papers):
            texts.append("\n".join((paper.title, paper.abstract, ", ".join(paper.authors), paper.venue)))
            corpus.append({"id": paper.id, "title": paper.title, "record": paper.record.decode()})
        engine = bm25s.BM25(k1=1.5, b=0.75)
        engine.index(_tokenize(texts, Stemmer.Stemmer("english")), show_progress=False)
        engine.save(folder, corpus=corpus)

    def add(self, papers: Path, folder: Path) -> None:
        raise NotImplementedError("bm25s cannot add to an index")

    def open(self, folder: Path) -> Searcher:
        titles = [(row["id"], row["title"]) for row in map(json.loads, (folder / "corpus.jsonl").open())]
        engine = bm25s.BM25.load(folder, show_progress=False)
        if self._numba:
            engine.backend = "numba"
            engine.activate_numba_scorer()
        return _Open(engine, titles)


class _Open(Searcher):
    def __init__(self, engine: Any, titles: list[tuple[str, str]]) -> None:
        self._engine, self._titles = engine, titles
        self._stemmer = Stemmer.Stemmer("english")

    def search(self, asked: Asked) -> Found:
        # The words go in as tokens: its own tokenizer, made for many texts at once, takes longer than the search.
        tokens = [self._stemmer.stemWords([word.lower() for word in asked.words])]
        numbers, scores = self._engine.retrieve(tokens, k=TOP, show_progress=False, return_as="tuple", n_threads=0)
        return Found([self._titles[n] for n, s in zip(numbers[0].tolist(), scores[0].tolist(), strict=True) if s], None)

    def count(self, asked: Asked) -> int | None:
        tokens = self._stemmer.stemWords([word.lower() for word in asked.words])
        return int((self._engine.get_scores(tokens) > 0).sum())
