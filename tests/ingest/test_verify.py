"""`verify` finds what is wrong: damaged bytes, and sound tables that say other than the papers do."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from indexer import open_writer
from indexer.index.errors import BadIndexError
from indexer.index.segment.array_rows import DTYPES
from indexer.index.store.generation import latest
from indexer.index.store.manifest import toc_name
from indexer.ingest.collect import index_papers
from indexer.ingest.verify import verify
from tests.generate import papers
from tests.segment.forge import Forgery, reseal

# None is derived from papers: `claim.place` and `seen.time` are told by nothing else, and of a table of frequencies
# (`combo`), of bits of word forms that stand alone, some entries mean nothing.
UNKNOWN = {"claim.place", "seen.time", "text.combo", "names.combo", "text.form_bit"}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of sixty papers; tests put back what they change."""
    folder = tmp_path_factory.mktemp("sound")
    index_papers(papers(60), folder)
    return folder


def test_a_sound_index_has_nothing_wrong(sound: Path) -> None:
    """No line for it."""
    assert verify(sound) == []


def test_damaged_bytes_are_found(sound: Path) -> None:
    """One changed byte anywhere in any file, by the name of the file."""
    random = Random(1)
    for name in latest(sound).segments[0].files:
        path = sound / name
        whole = path.read_bytes()
        for at in (random.randrange(len(whole)) for _ in range(40)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << random.randrange(8)]) + whole[at + 1 :])
            wrong = verify(sound)
            assert wrong, (name, at)
            assert name in wrong[0]
        path.write_bytes(whole)
    assert verify(sound) == []


def test_a_value_that_papers_do_not_give_is_found(sound: Path) -> None:
    """One value changed in any array, checksums and seals right: lengths, frequencies, orders, clusters, claims."""
    manifest = latest(sound)
    toc = sound / toc_name(manifest.generation)
    missed = []
    for name in manifest.segments[0].files:
        path = sound / name
        whole, said = path.read_bytes(), toc.read_bytes()
        for array in Forgery.of(path).arrays:
            forged = Forgery.of(path)
            low, high = forged.span(array)
            if low == high or array in UNKNOWN:
                continue
            size = DTYPES[forged.arrays[array][0]].itemsize
            forged.body[low + (high - low) // size // 2 * size] ^= 1
            reseal(sound, manifest, name, forged.write(path))
            try:
                missed += [] if verify(sound) else [array]
            except BadIndexError:
                continue
            finally:
                path.write_bytes(whole)
                toc.write_bytes(said)
    assert not missed, " ".join(missed)
    assert verify(sound) == []


def test_several_processes_find_the_same(tmp_path: Path) -> None:
    """Of every segment, in the order of the segments."""
    made = list(papers(90))
    index_papers(made[:30], tmp_path)
    for low in (30, 60):
        with open_writer(tmp_path) as writer:
            writer.add(made[low : low + 30])
    manifest = latest(tmp_path)
    assert len(manifest.segments) > 2
    for entry in manifest.segments[:2]:
        name = next(name for name in entry.files if name.endswith(".seg"))
        forged = Forgery.of(tmp_path / name)
        low, _ = forged.span("doc.title_rank")
        forged.body[low] ^= 1
        reseal(tmp_path, latest(tmp_path), name, forged.write(tmp_path / name))
    one = verify(tmp_path, procs=1)
    assert len(one) >= 2
    assert verify(tmp_path, procs=2) == one
    assert verify(tmp_path, procs=8) == one
