"""Every fact over every engine, and over indexes built at once and grown by updates, replacements and deletions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.index.segment import builder, merge
from indexer.ingest import draft
from indexer.ingest.build import build
from indexer.ingest.collect import index_papers
from indexer.ingest.update import delete, update
from query import PaperIndex, search, snapshot
from query.engines import registry, scoring
from tests.conformance.reference import Reference
from tests.generate import papers

HISTORIES = ("fresh", "grown")
SEEDS = 4
"""So many rounds of random queries go through Whoosh's matchers in `make test`, ten times as slow as the arrays."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """The rounds past those are for `make test-all`."""
    for item in items:
        drawn: dict[str, Any] = (
            item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        )
        if drawn.get("engine") == "whoosh" and int(drawn.get("seed", 0)) >= SEEDS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def reference(sample: list[Paper]) -> Reference:
    """What should be answered over the sample."""
    return Reference(sample)


@pytest.fixture(scope="session", autouse=True, params=sorted(registry.OF_FOLDERS))
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The engine that `PaperIndex.open` takes where none is asked for."""
    name: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "DEFAULT", name)
        yield name


@pytest.fixture(scope="session", params=HISTORIES)
def folder(request: pytest.FixtureRequest, sample: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index that holds the sample, whichever way it came to."""
    aside = tmp_path_factory.mktemp(request.param)
    if request.param == "fresh":
        index_papers(sample, aside / "p.idx")
    else:
        _grow(sample, aside)
    return aside / "p.idx"


@pytest.fixture(scope="session")
def index(folder: Path, engine: str, sample: list[Paper]) -> PaperIndex:
    """The index, opened with the engine."""
    opened = PaperIndex.open(folder, engine=engine)
    assert opened.info().papers == len(sample)
    return opened


@pytest.fixture
def pruning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets bounds choose candidates from nine papers on, where usually hundreds are scored at once."""
    monkeypatch.setattr(scoring, "_FEW", 8, raising=False)


@pytest.fixture
def answers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out looks for other spellings and for what emptied an answer, which are searches of their own.

    Whoosh's engine would take ten minutes for those of a thousand random queries; they have their own tests.
    """
    monkeypatch.setattr(snapshot, "better_query", lambda *_: None)
    monkeypatch.setattr(search, "blamed", lambda *_: ())


def _grow(sample: Sequence[Paper], folder: Path) -> None:
    """Other papers first, old versions of some and papers to be deleted among them, then the sample piece by piece."""
    index = folder / "p.idx"
    others = list(papers(200, seed=5))
    old = [replace(other, id=paper.id) for paper, other in zip(sample[::3], others, strict=False)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "BLOCK_DOCS", 50)
        patch.setattr(merge, "BLOCK_DOCS", 60)
        patch.setattr(draft, "SEGMENT_DOCS", 200)
        patch.setattr(draft, "MERGE_FACTOR", 4)
        build([_written(folder / "old.jsonl", [*others, *old])], index)
        step = len(sample) // 9
        for number in range(9):
            part = sample[number * step : None if number == 8 else (number + 1) * step]
            update([_written(folder / f"part{number}.jsonl", part)], index)
        delete([paper.id for paper in others], index)


def _written(path: Path, records: Iterable[Paper]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in records))
    return path
