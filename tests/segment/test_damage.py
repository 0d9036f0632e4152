"""Damaged files: a flipped byte is found by verify and never changes an answer; a cut file crashes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
import pytest

from indexer.index.errors import BadIndexError
from indexer.index.record.paper import Paper
from indexer.index.segment.array_header import PAGE
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.container import ArrayFile
from indexer.index.store.generation import latest
from indexer.ingest.build import build
from indexer.ingest.update import update
from indexer.ingest.verify import verify
from query import PaperIndex
from query.results import Page
from tests.generate import papers

COUNT = 90


@pytest.fixture(scope="module", name="made")
def fixture_made() -> list[Paper]:
    return list(papers(COUNT, seed=11))


@pytest.fixture(scope="module", name="whole")
def fixture_whole(made: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of two segments with shadowed papers."""
    folder = tmp_path_factory.mktemp("whole")
    for number, part in enumerate((made[:60], made[50:])):
        path = folder / f"{number}.jsonl"
        path.write_bytes(b"".join(orjson.dumps(paper.as_record() | {"track": number}) + b"\n" for paper in part))
        (update if number else build)([path], folder / "whole.idx")
    return folder / "whole.idx"


@pytest.fixture(name="copy")
def fixture_copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy.idx"))


def asked(made: list[Paper]) -> Iterator[dict[str, object]]:
    """Searches that together read most of what an index holds."""
    title, name = made[52].title.split(), made[55].authors[0].name
    yield {"query": " ".join(title[:3]), "facets": ("venue", "year", "type", "author"), "explain": True}
    yield {"query": f'"{title[0]} {title[1]}" {title[2][:3]}* {title[-1]}~', "match": "any", "sort": "title"}
    yield {"query": f'author:"{name}" OR {name.split()[-1]}', "authors": [name]}
    yield {"sort": "oldest", "years": (2000, 2030), "exclude_types": ["article"], "limit": None}
    yield {"query": f"id:{made[3].id}", "venues": [made[3].venue or "NeurIPS"]}
    yield {"query": "the of", "types": ["article", "paper-conference"]}


def answers(folder: Path, made: list[Paper]) -> list[object]:
    """What an index answers to them, with whole records, an author page and suggestions."""
    with PaperIndex.open(folder) as index:
        found: list[object] = []
        for arguments in asked(made):
            page: Page = index.search(**arguments)  # type: ignore[arg-type]
            row = page.as_json()
            del row["took_ms"]
            found += [row, [hit.paper for hit in page.hits]]
        cluster = index.author(made[55].authors[0].name)
        found += [cluster.name, list(cluster.papers), cluster.coauthors, cluster.neighbours]
        found += [index.suggest(made[5].title[:3]), index.venues(), index.duplicates_of(made[3])]
        found.append([hit.id for hit in index.related(made[55].id).hits])
        return found


def tried(do: Callable[[], Any]) -> tuple[Any, str | None]:
    """What a call gives, or the text of the error of a damaged index."""
    try:
        return do(), None
    except BadIndexError as error:
        return None, str(error)


def damaged(path: Path, at: int) -> None:
    """Flip bits of a byte."""
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x41]))


def places(path: Path) -> list[tuple[str, int]]:
    """Bytes of a file to damage: some of its header, of each array, of the gaps, the checksums and the directory."""
    random = Random(path.name)
    size = path.stat().st_size
    found = [("header", at) for at in (*range(0, 64, 5), 17, 44, 47, 63)]
    file = ArrayFile(path)
    end = 64
    for name in sorted(file, key=lambda name: file._directory[name][2]):
        offset, nbytes = file._directory[name][2], file[name].nbytes
        found += [("padding", at) for at in range(end, offset)][:1]
        if nbytes:
            found += [(name, at) for at in {offset, offset + nbytes - 1, offset + random.randrange(nbytes)}]
        end = offset + nbytes
    found += [("the end", at) for at in random.sample(range(end, size), 8)]
    file.close()
    return found


def test_a_flipped_byte_is_found_or_changes_nothing(whole: Path, copy: Path, made: list[Paper]) -> None:
    """Whichever array it lies in: verify finds it, and every search answers as before or names the damaged file."""
    expected = answers(whole, made)
    refused: set[str] = set()
    for name in sorted(latest(copy).referenced()):
        path = copy / name
        for what, at in places(path):
            damaged(path, at)
            assert verify(copy), (name, what, at)
            found, error = tried(lambda: answers(copy, made))
            assert found == expected if error is None else name in error, (name, what, at, error)
            if error:
                refused.add(what)
            damaged(path, at)
    assert verify(copy) == []
    assert answers(copy, made) == expected
    assert {"header", "the end", "text.doc", "text.code", "text.pos", "text.impact", "paper.blob", "live"} <= refused


def test_a_cut_file_is_refused_by_name(copy: Path, made: list[Paper]) -> None:
    """At any length, when the index is opened; verify says so too."""
    random = Random(5)
    for name in sorted(latest(copy).referenced()):
        path = copy / name
        content = path.read_bytes()
        lengths = {0, 1, 47, 63, 64, 65, len(content) - 1, *random.sample(range(len(content)), 12)}
        lengths |= {length for page in (PAGE, PAGE + 64, 2 * PAGE) if (length := page) < len(content)}
        for length in sorted(lengths):
            path.write_bytes(content[:length])
            with pytest.raises(BadIndexError, match=name):
                PaperIndex.open(copy)
            assert any(name in line for line in verify(copy))
        path.write_bytes(content + b"more")
        with pytest.raises(BadIndexError, match=name):
            PaperIndex.open(copy)
        path.write_bytes(content)
        path.rename(copy / "aside")
        with pytest.raises(BadIndexError, match=f"{name} is missing"):
            PaperIndex.open(copy)
        (copy / "aside").rename(path)
    PaperIndex.open(copy).close()


PROGRAM = """
import sys
from pathlib import Path
from random import Random
from indexer.index.errors import QuiverError
from indexer.index.store.generation import latest
from query import PaperIndex
folder, words, random = Path(sys.argv[1]), sys.argv[2], Random(int(sys.argv[3]))
names = sorted(latest(folder).referenced())
refused = 0
for _ in range(150):
    path = folder / random.choice(names)
    content = path.read_bytes()
    start = random.randrange(len(content))
    kind = random.randrange(3)
    if kind == 0:
        path.write_bytes(content[:start])
    else:
        junk = random.randbytes(random.choice((1, 8, 4096, 70_000))) if kind == 1 else bytes(4096)
        path.write_bytes((content[:start] + junk + content[start + len(junk):])[: len(content)])
    try:
        for engine in ("arrays", "whoosh"):
            with PaperIndex.open(folder, engine=engine) as index:
                for text in (words, f'"{words}"', words[:3] + "*", words[:6] + "~", ""):
                    index.search(text, facets=("venue", "year", "type", "author"), sort="title", match="any")
    except QuiverError:
        refused += 1
    path.write_bytes(content)
print("alive", refused)
"""


@pytest.mark.parametrize(("seed", "kernel"), [(0, ""), (1, "python")])
def test_no_damage_crashes_the_interpreter(seed: int, kernel: str, copy: Path, made: list[Paper]) -> None:
    """Cut, overwritten and emptied files end in an answer or in an error of ours, never in a crash."""
    words = " ".join(made[52].title.split()[:2])
    command = [sys.executable, "-c", PROGRAM, str(copy), words, str(seed)]
    environment = os.environ | {"QUIVER_KERNEL": kernel}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr
    said, refused = done.stdout.split()
    assert said == "alive"
    assert int(refused) > 50


def test_an_update_of_a_damaged_index_stops(copy: Path, made: list[Paper], tmp_path: Path) -> None:
    """It names the damaged file, and the generation that was there stays."""
    name = min(latest(copy).segments, key=lambda entry: entry.docs).name
    number = latest(copy).generation
    file = ArrayFile(copy / name)
    at = file._directory["doc.key"][2]
    file.close()
    damaged(copy / name, at)
    path = tmp_path / "more.jsonl"
    path.write_bytes(orjson.dumps(made[1].as_record() | {"track": "changed"}) + b"\n")
    with pytest.raises(BadIndexError, match=name):
        update([path], copy)
    assert latest(copy).generation == number


@pytest.fixture(name="file")
def fixture_file(tmp_path: Path) -> Path:
    """Two arrays over several pages and an empty one."""
    path = tmp_path / "arrays"
    with ArrayFileWriter(path, "test") as writer:
        writer.add("many", np.arange(3 * PAGE, dtype=np.uint16))
        writer.add("none", np.empty((0, 3), dtype=np.int32))
        writer.add("table", np.arange(12, dtype=np.int64).reshape(3, 4))
    return path


def test_only_what_is_read_is_checked(file: Path) -> None:
    """A damaged page stops who reads it, not who reads another."""
    opened = ArrayFile(file)
    offset = opened._directory["many"][2]
    opened.close()
    damaged(file, offset + 2 * PAGE)
    opened = ArrayFile(file)
    assert opened["table"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert opened["none"].shape == (0, 3)
    many = opened.lazy("many")
    opened.check("many", 0, PAGE // 2)
    assert many[: PAGE // 2].tolist() == list(range(PAGE // 2))
    with pytest.raises(BadIndexError, match=r"arrays: bytes \d+\.\.\d+ are damaged \(many\)"):
        opened.check("many", PAGE, PAGE + 1)
    with pytest.raises(BadIndexError, match="many"):
        opened["many"]
    assert len(opened.verify()) == 1


def test_every_byte_of_an_array_file_is_guarded(tmp_path: Path) -> None:
    """A flip of any single byte of a small file is found by verify or refused when it is opened."""
    path = tmp_path / "small"
    with ArrayFileWriter(path, "test") as writer:
        writer.meta["docs"] = 3
        writer.add("one", np.arange(3, dtype=np.uint8))
        writer.add("two", np.arange(40, dtype=np.uint32))
    for at in range(path.stat().st_size):
        damaged(path, at)
        file, error = tried(lambda: ArrayFile(path, "test"))
        assert "small" in error if error else file.verify(), at
        damaged(path, at)
    assert ArrayFile(path, "test").verify() == []
