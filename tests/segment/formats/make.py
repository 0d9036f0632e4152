"""Makes the index that is kept of the present format version.

    python -m tests.segment.formats.make

Run it when the format changes before it is released. After a release the folder of its version stays as it is for ever:
a change of format has a new version in `indexer/index/store/manifest.py` and in `array_header.py` of the segment,
and this makes a folder beside the others, with what a search of it gives as `expected.json`.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from indexer.index.store.generation import latest
from indexer.index.store.manifest import FORMAT, toc_name
from indexer.index.store.origin import Origin
from indexer.index.store.published import whoosh_half
from indexer.ingest.build import build
from indexer.ingest.update import delete, update
from query import PaperIndex

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[2] / "corpus" / "papers.jsonl"
NAME = "index"
QUERIES = ("implicit regularization", '"neural networks" learn*', "author:Wang OR weinan", "memory recurrent", "")


def answers(folder: Path) -> dict[str, Any]:
    """What an index gives: ids, tiers and scores of a few searches, a whole record, an author page."""
    with PaperIndex.open(folder) as index:
        pages = {text: index.search(text, limit=None, facets=("year", "type"), ranking="bm25f") for text in QUERIES}
        first = pages[""].hits[0].id
        return {
            "papers": index.info().papers,
            "hits": {
                text: [[hit.id, hit.tier, round(hit.score, 9)] for hit in page.hits] for text, page in pages.items()
            },
            "facets": {
                text: {name: [[row.value, row.count] for row in rows] for name, rows in page.facets.items()}
                for text, page in pages.items()
            },
            "paper": index.paper(first).as_record(),
            "author": [paper.id for paper in index.author("Weinan E").papers],
        }


def make(folder: Path) -> None:
    """Write the index of eight papers of the corpus, two segments, one paper replaced and one deleted, and answers."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    records = [orjson.loads(line) for line in CORPUS.read_bytes().splitlines()[:8]]
    with tempfile.TemporaryDirectory() as aside:
        for name, part in (("first", records), ("second", [records[2] | {"year": 2020}])):
            path = Path(aside) / f"{name}.jsonl"
            path.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in part))
            (update if name == "second" else build)([path], folder / NAME)
    delete([records[5]["id"]], folder / NAME)
    _tidy(folder / NAME)
    (folder / "expected.json").write_bytes(orjson.dumps(answers(folder / NAME), option=orjson.OPT_INDENT_2))


def _tidy(folder: Path) -> None:
    """Keep the newest generation alone, and of its sources the names: where they lay is nobody's business."""
    manifest = latest(folder)
    kept = manifest.referenced() | {toc_name(manifest.generation)}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()
    files = tuple(replace(file, path=Path(file.path).name, source=Path(file.source).name) for file in manifest.files)
    manifest = replace(
        manifest,
        files=files,
        sources=tuple(Path(name).name for name in manifest.sources),
        origin=Origin("a machine", "a user", "a folder"),
    )
    (folder / toc_name(manifest.generation)).write_bytes(manifest.dump(whoosh_half(manifest, folder)))


if __name__ == "__main__":
    make(HERE / str(FORMAT))
