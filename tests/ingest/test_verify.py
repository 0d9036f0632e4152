"""`verify` finds what is wrong: damaged bytes, and sound tables that say other than the papers do."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from indexer.index.errors import BadIndexError
from indexer.index.segment.array_writer import ArrayFileWriter
from indexer.index.segment.container import ArrayFile
from indexer.index.store.generation import latest
from indexer.ingest.collect import index_papers
from indexer.ingest.verify import verify
from tests.generate import papers

# Neither is derived from papers: `claim.place` is known of no other record, and of a table of frequencies (`combo`),
# of bits of word forms that stand alone, some entries mean nothing.
UNKNOWN = {"claim.place", "text.combo", "names.combo", "text.form_bit"}


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
    """One value changed in any array, with right checksums: lengths, frequencies, orders, clusters, claims."""
    missed = []
    for name in latest(sound).segments[0].files:
        path = sound / name
        whole = path.read_bytes()
        file = ArrayFile(path)
        held = {key: np.array(file[key]) for key in file}
        for key, array in held.items():
            if not array.size or key in UNKNOWN:
                continue
            changed = array.copy().reshape(-1)
            changed[changed.size // 2] ^= 1
            path.unlink()
            with ArrayFileWriter(path, file.kind) as writer:
                writer.meta.update(file.meta)
                for other, values in held.items():
                    writer.add(other, changed.reshape(array.shape) if other == key else values)
            try:
                missed += [] if verify(sound) else [key]
            except BadIndexError:
                continue
        path.write_bytes(whole)
    assert missed == []
    assert verify(sound) == []
