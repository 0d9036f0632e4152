"""Every format version that was ever released still opens, in Quiver and in Whoosh, and answers as it did.

All but the first, which has no seals: a rebuild takes from it what it recorded.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from indexer.index.errors import BadIndexError
from indexer.index.store.manifest import FORMAT, UNSEALED
from indexer.index.store.transaction import LOCK_NAME
from indexer.index.whoosh.library import index, query
from indexer.ingest.update import delete, update
from indexer.ingest.verify import verify
from query import PaperIndex
from tests.segment.formats.make import HERE, NAME, answers, make

KEPT = sorted(path.name for path in HERE.iterdir() if path.name.isdigit() and path.name != str(UNSEALED))


@pytest.fixture(name="folder", params=KEPT)
def fixture_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a kept index: nothing may write to the one that is kept."""
    return Path(shutil.copytree(HERE / request.param, tmp_path / "kept"))


def test_one_of_the_present_version_is_kept() -> None:
    """Who changes the version keeps an index of it (`python -m tests.segment.formats.make`)."""
    assert str(FORMAT) in KEPT


def test_it_opens_and_answers_as_it_did(folder: Path) -> None:
    """Papers, scores, orders, facets, a record and an author page; every checksum holds."""
    expected = orjson.loads((folder / "expected.json").read_bytes())
    assert orjson.loads(orjson.dumps(answers(folder / NAME))) == expected
    # A version of the analysis that differs is worth a line, and no fault of the format.
    assert [line for line in verify(folder / NAME) if "analysis" not in line] == []


def test_whoosh_opens_it(folder: Path) -> None:
    """The same papers through `open_dir`."""
    expected = orjson.loads((folder / "expected.json").read_bytes())
    with index.open_dir(folder / NAME).searcher() as searcher:
        found = {hit["id"] for hit in searcher.search(query.Every(), limit=None)}
    assert found == {name for name, _, _ in expected["hits"][""]}


def test_it_can_be_changed(folder: Path) -> None:
    """A paper is deleted from it as from any other."""
    path = folder / NAME
    with PaperIndex.open(path) as opened:
        hits = opened.search(limit=None).hits
    delete([hits[0].id], path)
    with PaperIndex.open(path) as opened:
        assert opened.search(limit=None).total == len(hits) - 1


def test_the_present_version_is_what_is_written(tmp_path: Path) -> None:
    """An index made now has the arrays that the kept one of the same version has, and the same answers."""
    make(tmp_path / "anew")
    kept = HERE / str(FORMAT)
    assert (tmp_path / "anew" / "expected.json").read_bytes() == (kept / "expected.json").read_bytes()
    with PaperIndex.open(kept / NAME) as old, PaperIndex.open(tmp_path / "anew" / NAME) as new:
        for left, right in zip(old.segments, new.segments, strict=True):
            for one, other in (
                (left.arrays, right.arrays),
                (left.impacts, right.impacts),
                (left.files.state, right.files.state),
            ):
                assert {name: (one[name].dtype, one[name].ndim) for name in one} == {
                    name: (other[name].dtype, other[name].ndim) for name in other
                }


@pytest.fixture(name="unsealed")
def fixture_unsealed(tmp_path: Path) -> Path:
    """A copy of the index of the first version."""
    return Path(shutil.copytree(HERE / str(UNSEALED) / NAME, tmp_path / "old.idx"))


def test_an_unsealed_index_says_what_opens_it(unsealed: Path, tmp_path: Path) -> None:
    """Every command but a rebuild names it, and changes nothing."""
    before = {path.name: path.read_bytes() for path in unsealed.iterdir()}
    source = tmp_path / "a.jsonl"
    source.write_text('{"id": "x", "title": "One"}\n')
    for command in (PaperIndex.open, verify, lambda path: delete(["x"], path), lambda path: update([source], path)):
        with pytest.raises(BadIndexError, match="older format 1, without seals; run `quiver rebuild`"):
            command(unsealed)
    after = {path.name: path.read_bytes() for path in unsealed.iterdir() if path.name != LOCK_NAME}
    assert after == before
