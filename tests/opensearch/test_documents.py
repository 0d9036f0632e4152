"""Papers as documents: the words, positions and lengths of the embedded index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.index.opensearch import packing
from indexer.index.opensearch.analysed import Analyser, Streams, pack, server_key, server_word, unpack
from indexer.index.opensearch.mapping import LENGTHS, PAPER_FIELDS, document, stored_lines, stored_record
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.schema import FIELDS
from indexer.index.store.generation import open_generation
from indexer.ingest.collect import index_papers

RECORDS: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "Multi-task learning of U.S. Schrödinger's cats",
        "abstract": "Learning i.i.d. in C++ and 3.5",
        "authors": ["Weinan E", {"name": 'Erwin Schr\\"odinger', "id": "7"}, "Weinan E"],
        "venue": "NIPS",
        "year": 2018,
        "keywords": ["state-of-the-art", "", "deep learning"],
        "doi": "10.1/X",
        "type": "article",
    },
    {
        "id": "b",
        "title": "Über die Häuser und das Lernen",
        "abstract": "Das Haus ist in der Stadt und nicht auf dem Berg",
    },
    {"id": "hyphens", "title": "A well-known multi-task model", "keywords": ["few-shot", "state-of-the-art"]},
    {"id": "c", "title": "機械学習", "venue": "Nowhere", "authors": ["王 伟"]},
    {"id": "d", "title": "x" * 2000},
    {"id": "e", "title": "."},
]


def test_words_lengths_and_joins_are_those_of_a_segment(tmp_path: Path) -> None:
    """The embedded index counts the same words at the same positions."""
    papers = [Paper.from_record(record) for record in RECORDS]
    index_papers(papers, tmp_path / "x")
    generation = open_generation(tmp_path / "x")
    (segment,) = generation.segments
    analysed = Analyser(VenueTable.default()).analyse(papers)
    tied: dict[str, set[int]] = {}
    for doc, row in enumerate(analysed):
        assert row.lengths == tuple(segment.lengths[:, doc].tolist())
        assert row.content == int(segment.arrays["doc.content"][doc])
        assert row.work == int(segment.arrays["doc.work"][doc])
        streams = unpack(row.packed())
        for stem in {stem for stem in streams.text if stem and "\x7f" not in stem}:
            term = segment.text.find(stem.encode())
            docs = segment.text.docs[slice(*segment.text.span(term))]
            positions, _ = segment.text.positions(term, np.flatnonzero(docs == doc))
            assert positions.tolist() == [at for at, other in enumerate(streams.text) if other == stem]
        for key in row.compounds:
            tied.setdefault(key, set()).add(doc)
    keys = segment.compounds.keys
    assert {keys[row].decode(): set(segment.compounds.docs(row).tolist()) for row in range(len(keys))} == tied
    generation.close()


def test_a_document_has_only_fields_of_the_mapping() -> None:
    """The mapping is strict."""
    for paper in map(Paper.from_record, RECORDS):
        (analysed,) = Analyser(VenueTable.default()).analyse([paper])
        found = document(paper, analysed)
        assert set(found) <= set(PAPER_FIELDS)
        assert [f"lengths.{name}" for name in found["lengths"]] == list(LENGTHS)
        assert len(found["lengths"]) == len(FIELDS)
        assert Paper.from_record(stored_record(stored_lines({"fields": {"stored": [found["stored"]]}}))) == paper
        assert unpack(packing.given(found["streams"].rstrip("="))) == unpack(analysed.packed())


def test_what_is_far_too_long_is_cut_and_stays_apart() -> None:
    """Two long words that begin alike are two; short ones are themselves."""
    one, other = "x" * 5000, "x" * 5001
    assert server_word("learning") == "learning"
    assert server_word(one) != server_word(other)
    assert len(server_word("語" * 5000).encode()) <= 1000
    assert len(server_key("語" * 50000).encode()) <= 8000


@settings(max_examples=50, deadline=None)
@example([], [])
@given(st.lists(st.text("ab語\U0001f600", min_size=1)), st.lists(st.lists(st.text("ab", min_size=1))))
def test_packed_streams_come_back(text: list[str], names: list[list[str]]) -> None:
    """Whatever the words are."""
    assert unpack(pack(" ".join(text), [" ".join(name) for name in names])) == Streams(text, names)
