"""Judged collections in the BEIR layout: documents as papers in an index aside, queries, judgments."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from indexer.index.errors import SourceError
from indexer.ingest.build import build
from indexer.readers.entries import COMPRESSED
from indexer.readers.sources import open_source
from query.search import PaperIndex

# A paper needs a title, and some collections (MED) have none. No word is in this one.
_NO_TITLE = "-"


def read_queries(folder: Path) -> dict[str, str]:
    """Texts of the queries by id."""
    return {row["_id"]: row["text"] for row in _objects(_file(folder, "queries.jsonl"), ("_id", "text"))}


def read_judgments(folder: Path) -> dict[str, dict[str, int]]:
    """Gains of documents by query, of `qrels.tsv`: query, document and gain parted by tabs, after a header."""
    path = _file(folder, "qrels.tsv", "qrels/test.tsv")
    judgments: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        parts = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
        if number == 1 or parts == [""]:
            continue
        try:
            query, document, gain = parts
            judgments.setdefault(query, {})[document] = int(gain)
        except ValueError as error:
            raise SourceError(f"{path}:{number}: not query, document and a whole number parted by tabs") from error
    if not judgments:
        raise SourceError(f"{path}: no judgment in it, only {path.stat().st_size} bytes")
    return judgments


@contextmanager
def judged_index(folder: Path, procs: int | None = None) -> Iterator[PaperIndex]:
    """An index of the documents, gone at the end."""
    corpus = _file(folder, "corpus.jsonl")
    with tempfile.TemporaryDirectory(prefix="quiver-eval-") as aside:
        records = Path(aside) / "corpus.jsonl"
        with records.open("wb") as file:
            for row in _objects(corpus, ("_id",)):
                file.write(orjson.dumps(document(row), option=orjson.OPT_APPEND_NEWLINE))
        index = Path(aside) / "index"
        build([records], index, format="jsonl", procs=procs)
        with PaperIndex.open(index) as opened:
            yield opened


def document(row: Mapping[str, Any]) -> dict[str, Any]:
    """A document as the record of a paper: text as the abstract, authors and year where they are known."""
    record = {"id": row["_id"], "title": row.get("title") or _NO_TITLE, "abstract": row.get("text") or ""}
    return record | {name: row[name] for name in ("authors", "year") if row.get(name)}


def _file(folder: Path, *names: str) -> Path:
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such folder; give one with corpus.jsonl, queries.jsonl and qrels.tsv")
    for name in names:
        for suffix in ("", *COMPRESSED):
            path = folder / f"{name}{suffix}"
            if path.is_file():
                return path
    raise SourceError(f"{folder}: no {names[0]} in it, compressed or not")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with open_source(str(path)) as stream:
        yield from enumerate(stream, 1)


def _objects(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise SourceError(f"{path}:{number}: broken JSON: {error}") from error
        if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in needed):
            raise SourceError(f"{path}:{number}: not an object with {' and '.join(needed)} as strings")
        yield row
