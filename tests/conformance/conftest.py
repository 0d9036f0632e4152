"""Every fact over every engine, and over indexes built at once and grown by updates, replacements and deletions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.index.segment import builder, merge
from indexer.ingest import merge_plan
from indexer.ingest.build import build
from indexer.ingest.collect import index_papers
from indexer.ingest.update import delete, update
from query import PaperIndex, paging, snapshot
from query.engines import registry, scoring
from tests.conformance.reference import Reference
from tests.generate import papers

HISTORIES = ("fresh", "grown")
ENGINES = sorted(registry.OF_FOLDERS) + [name for name in registry.OF_CLUSTERS if os.environ.get("QUIVER_OPENSEARCH")]
"""Those of folders, and those of clusters where a cluster is asked for (`make test-opensearch`)."""
SEEDS = 4
"""So many rounds of random queries go through Whoosh's matchers in `make test`, ten times as slow as the arrays."""
REMOTE_SEEDS = 1
"""The same of clusters: a round of 50 takes 5 to 20 s there."""
ANYWHERE = ("test_facts", "test_scores", "test_best", "test_errors", "test_browsing", "test_works")
"""Modules whose indexes lie wherever the engine's do; the others are about folders."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The rounds past those are for `make test-all`, and of clusters for nobody."""
    left: list[pytest.Item] = []
    for item in items:
        drawn: dict[str, Any] = (
            item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        )
        seed = int(drawn.get("seed", 0))
        if drawn.get("engine") == "whoosh" and seed >= SEEDS:
            item.add_marker(pytest.mark.slow)
        if drawn.get("engine") in registry.OF_CLUSTERS and (seed >= REMOTE_SEEDS or item.path.stem not in ANYWHERE):
            left.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def reference(sample: list[Paper]) -> Reference:
    """What should be answered over the sample."""
    return Reference(sample)


@pytest.fixture(scope="session", autouse=True, params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The engine that `PaperIndex.open` takes where none is asked for."""
    name: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        if name in registry.OF_FOLDERS:
            patch.setattr(registry, "DEFAULT", name)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield name


@pytest.fixture(scope="session")
def place(
    engine: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str | Path]:
    """Where an index of a name lies that is made for the engine: a new folder, or an address."""
    if engine in registry.OF_FOLDERS:
        return lambda name: tmp_path_factory.mktemp(name) / "p.idx"
    cluster = request.getfixturevalue("cluster")
    return lambda name: str(cluster.index(f"conformance-{name}"))


Make = Callable[[str, Sequence[Paper]], "str | Path"]


@pytest.fixture(scope="session")
def make(place: Callable[[str], str | Path], engine: str, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes an index of a name and some papers at once, where the engine's indexes lie; gives the place."""

    def made(name: str, some: Sequence[Paper]) -> str | Path:
        there = place(name)
        if engine in registry.OF_FOLDERS:
            index_papers(some, Path(there))
        else:
            build([_written(tmp_path_factory.mktemp(name) / "some.jsonl", some)], there, force=True)
        return there

    return made


@pytest.fixture(scope="session", params=HISTORIES)
def folder(
    request: pytest.FixtureRequest,
    sample: list[Paper],
    make: Make,
    place: Callable[[str], str | Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> str | Path:
    """An index that holds the sample, whichever way it came to."""
    if request.param == "fresh":
        return make("fresh", sample)
    there = place("grown")
    _grow(sample, there, tmp_path_factory.mktemp("parts"), parts=9 if isinstance(there, Path) else 3)
    return there


@pytest.fixture(scope="session")
def index(folder: str | Path, engine: str, sample: list[Paper]) -> PaperIndex:
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
    monkeypatch.setattr(paging, "blamed", lambda *_: ())


@pytest.fixture
def turns(engine: str) -> Callable[[int], int]:
    """How many of so many random queries are asked: of a cluster each costs several requests, 0.1 s."""
    return (lambda usual: usual) if engine in registry.OF_FOLDERS else (lambda usual: usual // 4)


def _grow(sample: Sequence[Paper], index: str | Path, folder: Path, parts: int) -> None:
    """Other papers first, old versions of some and papers to be deleted among them, then the sample in parts."""
    others = list(papers(200, seed=5))
    old = [replace(other, id=paper.id) for paper, other in zip(sample[::3], others, strict=False)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "BLOCK_DOCS", 50)
        patch.setattr(merge, "BLOCK_DOCS", 60)
        patch.setattr(merge_plan, "SEGMENT_DOCS", 200)
        patch.setattr(merge_plan, "MERGE_FACTOR", 4)
        build([_written(folder / "old.jsonl", [*others, *old])], index, force=True)
        step = len(sample) // parts
        for number in range(parts):
            part = sample[number * step : None if number == parts - 1 else (number + 1) * step]
            update([_written(folder / f"part{number}.jsonl", part)], index)
        delete([paper.id for paper in others], index)


def _written(path: Path, records: Iterable[Paper]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in records))
    return path
