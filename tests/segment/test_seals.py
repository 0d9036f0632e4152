"""The manifest seals the set of files: one that is damaged, another's or of another day is refused, by its name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from indexer.index.errors import BadIndexError
from indexer.index.store.generation import latest
from indexer.index.store.manifest import toc_name
from indexer.ingest.build import build
from indexer.ingest.update import delete, rollback, update
from indexer.ingest.verify import verify
from query import PaperIndex
from tests.segment.forge import Forgery, asked, make, reseal
from tests.segment.test_damage import damaged

PAPERS = 12


@pytest.fixture(scope="module", name="whole")
def fixture_whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two segments, small enough that every byte can be tried."""
    return make(tmp_path_factory.mktemp("whole"), PAPERS)


@pytest.fixture(name="copy")
def fixture_copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "papers.idx"))


@pytest.fixture(scope="module", name="words")
def fixture_words(whole: Path) -> tuple[str, str, str]:
    return words_of(whole)


def words_of(index: Path) -> tuple[str, str, str]:
    """Words of a title."""
    with PaperIndex.open(index) as opened:
        title = opened.search("", limit=1).hits[0].paper.title.split()
    return title[0], title[1], title[-1]


def files(index: Path) -> list[str]:
    """All files of the newest generation."""
    manifest = latest(index)
    return [toc_name(manifest.generation), *sorted(manifest.referenced())]


def right_or_refused(index: Path, words: tuple[str, str, str], expected: list[Any], name: str) -> bool:
    """Whether the answers are the right ones; else an error names the file, or this fails."""
    try:
        found = asked(index, words)
    except BadIndexError as error:
        if name not in str(error):
            raise
        return False
    assert found == expected
    return True


def every_byte(index: Path, words: tuple[str, str, str], expected: list[Any], sample: int | None) -> Iterator[str]:
    """Flip one byte after the other and put it back; gives the names of the files that were refused."""
    random = Random(7)
    for name in files(index):
        path = index / name
        size = path.stat().st_size
        for at in range(size) if sample is None else random.sample(range(size), sample):
            damaged(path, at)
            try:
                if not right_or_refused(index, words, expected, name):
                    yield name
            finally:
                damaged(path, at)


def test_a_flipped_byte_is_refused_or_changes_nothing(whole: Path, copy: Path, words: tuple[str, str, str]) -> None:
    """Bytes of every file; those of the table of contents are refused always."""
    refused = list(every_byte(copy, words, asked(whole, words), 12))
    assert refused.count(files(copy)[0]) == 12
    assert set(refused) == set(files(copy))


@pytest.mark.slow
def test_every_flipped_byte_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    """Every byte of every file, of three papers: 60,000 bytes are tried, 3 ms each."""
    whole = make(tmp_path / "whole", 3)
    copy = Path(shutil.copytree(whole, tmp_path / "papers.idx"))
    asked_for = words_of(whole)
    # Listed from the index that is whole: while one is tried, its table of contents may be what is damaged.
    names, refused = files(whole), 0
    for name in every_byte(copy, asked_for, asked(whole, asked_for), None):
        assert name in names
        refused += 1
    assert refused > 50_000


def test_no_file_passes_for_another(whole: Path, copy: Path, words: tuple[str, str, str], tmp_path: Path) -> None:
    """Any file in the place of any other, of this index or of one of the same papers, is refused by name."""
    expected = asked(whole, words)
    twin = make(tmp_path / "twin", PAPERS)
    others = [*(whole / name for name in files(whole)), *(twin / name for name in files(twin))]
    for name in files(copy):
        content = (copy / name).read_bytes()
        for other in others:
            # What is the same to the last byte is the same file; the twin's table of contents names the twin's.
            if other.read_bytes() == content or (other.suffix == ".toc" and name.endswith(".toc")):
                continue
            shutil.copy(other, copy / name)
            assert not right_or_refused(copy, words, expected, name), (name, other.name)
            assert any(name in line for line in said_wrong(copy))
        (copy / name).write_bytes(content)
    assert verify(copy) == []


def said_wrong(index: Path) -> list[str]:
    """What verify says, or the error in which it ends."""
    try:
        return verify(index)
    except BadIndexError as error:
        return [str(error)]


@pytest.mark.parametrize("length", [0, 1, 63, 64, 0.3, 0.7, -1])
def test_a_cut_or_deleted_file_is_refused(copy: Path, length: float) -> None:
    """At any length, every file."""
    for name in files(copy):
        content = (copy / name).read_bytes()
        (copy / name).write_bytes(content[: int(length * len(content)) if 0 < length < 1 else int(length)])
        with pytest.raises(BadIndexError, match=name):
            PaperIndex.open(copy)
        (copy / name).unlink()
        with pytest.raises(BadIndexError, match=name):
            PaperIndex.open(copy)
        (copy / name).write_bytes(content)


def test_an_older_self_is_refused(copy: Path, tmp_path: Path) -> None:
    """The state before under today's name would bring a deleted paper back."""
    before = latest(copy)
    old = {name: (copy / name).read_bytes() for name in files(copy)}
    with PaperIndex.open(copy) as opened:
        gone = opened.search("", limit=1).hits[0].id
    delete([gone], copy)
    now = latest(copy)
    pairs = [
        (one, other)
        for was, entry in zip(before.segments, now.segments, strict=True)
        for one, other in zip(was.files, entry.files, strict=True)
        if one != other
    ]
    assert pairs
    for was, name in pairs:
        content = (copy / name).read_bytes()
        (copy / name).write_bytes(old[was])
        with pytest.raises(BadIndexError, match=f"{name} is not the file that the manifest names"):
            PaperIndex.open(copy)
        (copy / name).write_bytes(content)
    toc = copy / toc_name(now.generation)
    content = toc.read_bytes()
    toc.write_bytes(old[toc_name(before.generation)])
    with pytest.raises(BadIndexError, match=f"{toc.name} is no manifest of generation {now.generation}"):
        PaperIndex.open(copy)
    toc.unlink()
    with pytest.raises(BadIndexError, match=f"has lost {toc.name}.*quiver rollback"):
        PaperIndex.open(copy)
    rollback(copy)
    with PaperIndex.open(copy) as opened:
        assert gone in opened
    toc.write_bytes(content)


def test_a_folder_built_anew_is_noticed(tmp_path: Path) -> None:
    """Deleted and built again up to the same number, by who has the old one open."""
    path, index = tmp_path / "a.jsonl", tmp_path / "papers.idx"
    for turn in ("One", "Two"):
        path.write_bytes(orjson.dumps({"id": "x", "title": turn}))
        shutil.rmtree(index, ignore_errors=True)
        build([path], index)
        if turn == "One":
            opened = PaperIndex.open(index)
    assert opened.reopen()
    assert not opened.reopen()
    assert opened.paper("x").title == "Two"
    assert opened.generation == 1
    update([path], index)
    opened.close()


def forged(folder: Path, count: int, seed: int, kernel: str) -> dict[str, int]:
    """What becomes of forged files, in a process of their own."""
    command = [sys.executable, "-m", "tests.segment.forge", str(folder), str(count), str(seed)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"QUIVER_KERNEL": kernel}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counts: dict[str, int] = orjson.loads(done.stdout)
    return counts


@pytest.mark.parametrize(("seed", "kernel"), [(1, ""), (2, "python")])
def test_forged_files_are_refused_or_change_nothing(tmp_path: Path, seed: int, kernel: str) -> None:
    """Arrays that lie with right checksums: dtypes, shapes, places, names, sizes; values may change answers."""
    counts = forged(tmp_path, 42, seed, kernel)
    assert sum(counts.values()) == 42
    assert counts["refused"] > 20


@pytest.mark.slow
def test_many_forged_files_are_refused_or_change_nothing(tmp_path: Path) -> None:
    """The same, more than a thousand."""
    assert forged(tmp_path, 1_500, 3, "")["refused"] > 800


def test_a_text_that_is_none_names_its_file(copy: Path) -> None:
    """Bytes of a name that are no text are found by who reads it, who says where they stand."""
    with PaperIndex.open(copy) as index:
        files = {segment.name for segment in index.files}
    for name in files:
        forged = Forgery.of(copy / name)
        low, high = forged.span("venue.blob")
        forged.body[low:high] = b"\xff" * (high - low)
        reseal(copy, latest(copy), name, forged.write(copy / name))
    with PaperIndex.open(copy) as index:
        for ask in (lambda: index.venues(), lambda: index.search("the", facets="venue"), lambda: index.suggest("n")):
            with pytest.raises(BadIndexError) as refused:
                ask()
            assert any(name in str(refused.value) for name in files)
