"""Readers in several processes: they share files, stay on their generation, and find the newest when they reopen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.index.store.generation import latest
from indexer.ingest.build import build
from indexer.ingest.update import delete
from query import PaperIndex
from query.engines import registry
from tests.generate import papers

COUNT = 40

READER = """
import sys
from query import PaperIndex
with PaperIndex.open(sys.argv[1], engine=sys.argv[2]) as index:
    for line in sys.stdin:
        page = index.search(line.strip(), limit=None, facets=("author",))
        records = [hit.paper for hit in page.hits]
        print(index.generation, page.total, len(records), flush=True)
    print(index.reopen(), index.generation, index.search(limit=None).total, flush=True)
"""


@pytest.fixture(name="made")
def fixture_made() -> list[Paper]:
    return list(papers(COUNT, seed=3))


@pytest.fixture(name="folder")
def fixture_folder(made: list[Paper], tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in made))
    build([path], tmp_path / "papers.idx")
    return tmp_path / "papers.idx"


def start(folder: Path, engine: str) -> subprocess.Popen[str]:
    """A process that has an index open and searches what it is told to."""
    command = [sys.executable, "-c", READER, str(folder), engine]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(reader: subprocess.Popen[str], text: str) -> list[int]:
    """Generation, total and records read of a search in another process."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(f"{text}\n")
    reader.stdin.flush()
    return [int(number) for number in reader.stdout.readline().split()]


@pytest.mark.parametrize("engine", registry.OF_FOLDERS)
def test_readers_stay_on_their_generation(folder: Path, made: list[Paper], engine: str) -> None:
    """Two processes go on answering as before while others are published and their files swept; then they move on."""
    readers = [start(folder, engine) for _ in range(2)]
    try:
        before = [ask(reader, "") for reader in readers]
        assert before == [[1, COUNT, COUNT]] * 2
        old = latest(folder).referenced()
        for paper in made[:4]:
            delete([paper.id], folder)
        assert not all((folder / name).exists() for name in old)
        word = made[0].title.split()[0]
        assert [ask(reader, "") for reader in readers] == before
        assert ask(readers[0], word) == ask(readers[1], word)
        assert ask(readers[0], word)[1] > 0
        for reader in readers:
            said, _ = reader.communicate(timeout=120)
            assert said.split() == ["True", "5", str(COUNT - 4)]
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()


@pytest.mark.parametrize("engine", registry.OF_FOLDERS)
def test_the_engine_over_swept_files_reads_on(folder: Path, made: list[Paper], engine: str) -> None:
    """An index that was opened and not yet searched answers from its own generation when its files have no name."""
    with PaperIndex.open(folder, engine=engine) as index:
        for paper in made[:3]:
            delete([paper.id], folder)
        page = index.search(made[0].title, facets=("venue", "author"))
        assert page.hits[0].paper == made[0]
        assert index.search(limit=None).total == COUNT
        assert index.author(made[5].authors[0].name).papers
