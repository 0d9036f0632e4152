"""Papers of many words: what the kernel marks is what its twin in numpy marks, and what the stored papers say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.native import kernel
from indexer.index.schema import FIELD_NUMBERS, GROUPS, NAMES, TEXT
from indexer.index.segment import builder, merge
from indexer.index.segment.opened import Segment
from indexer.index.segment.postings import LAST_FORM, PostingGroup
from indexer.index.segment.strings import SubTable
from indexer.index.segment.word_papers import Numbers, mark_words
from indexer.index.store.generation import Generation, open_generation
from indexer.ingest.collect import index_papers
from tests.generate import papers

PAPERS, BLOCK = 220, 60


@pytest.fixture(scope="module", name="generation")
def fixture_generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    """One segment of several blocks, whose words have many forms."""
    path = tmp_path_factory.mktemp("words") / "papers.idx"
    with pytest.MonkeyPatch.context() as patch:
        for module in (builder, merge):
            patch.setattr(module, "BLOCK_DOCS", BLOCK)
        index_papers(papers(PAPERS, seed=12), path)
    opened = open_generation(path)
    yield opened
    opened.close()


def marked(segment: Segment, group: PostingGroup, words: Numbers, columns: list[int]) -> list[int]:
    mask = np.zeros(segment.docs, dtype=bool)
    mark_words(mask, group, words, columns)
    return np.flatnonzero(mask).tolist()


def fields(name: str) -> list[int]:
    """Numbers of the fields of a group."""
    return [FIELD_NUMBERS[field.name] for field in GROUPS[name]]


def spread(data: st.DataObject, table: int) -> Numbers:
    """Some words of a table, side by side or not."""
    low, high = sorted(data.draw(st.tuples(st.integers(0, table), st.integers(0, table))))
    if data.draw(st.booleans()):
        return range(low, high)
    chosen = data.draw(st.lists(st.integers(0, table - 1), max_size=9, unique=True))
    return np.array(sorted(chosen), dtype=np.int64)


@pytest.mark.skipif(kernel.native is None, reason="no kernel here")
@given(st.data())
def test_the_kernel_marks_what_its_twin_marks(generation: Generation, data: st.DataObject) -> None:
    """Any words, in any fields, in every block of a segment."""
    segment = data.draw(st.sampled_from(generation.segments))
    name = data.draw(st.sampled_from((TEXT, NAMES)))
    group = segment.group(name)
    table = group.forms if group.has_forms else group.terms
    words = spread(data, len(table.whole if isinstance(table, SubTable) else table))
    columns = data.draw(st.lists(st.sampled_from(fields(name)), min_size=1, unique=True))
    found = marked(segment, group, words, columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "native", None)
        assert marked(segment, group, words, columns) == found


def test_there_is_something_of_each_kind(generation: Generation) -> None:
    """Several blocks in a segment; forms that share the last bit, terms of one form and of more."""
    assert max(len(files.blocks) for files in generation.files) > 2
    group = generation.segments[0].text
    bits = np.bincount(np.asarray(group.form_bit), minlength=LAST_FORM + 1)
    assert bits[LAST_FORM] > bits[0] / 1000
    assert bits[0] > bits[1] > 0
