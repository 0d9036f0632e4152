"""Merging by arrays against Whoosh's merging, posting by posting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.index.whoosh.codec import ArrayCodec, ArraySegment
from indexer.index.whoosh.generic.merging import ArrayWriter, merge_segments, small_ones
from indexer.index.whoosh.library import analysis, fields, filestore, formats, index, reading, writing

WORDS = st.sampled_from(["alfa", "bravo", "charlie", "delta", "echo", "über"])
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)
DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "text": TEXTS,
        "freq": TEXTS,
        "chars": TEXTS,
        "boosts": st.lists(st.tuples(WORDS, st.sampled_from(["", "^2.5", "^0.1"])).map("".join), max_size=4).map(
            " ".join
        ),
        "spelt": TEXTS,
        "gone": TEXTS,
        "year": st.integers(-5, 3000),
        "data": st.recursive(st.integers() | st.text(), lambda inner: st.tuples(inner, inner), max_leaves=3),
    },
)


def schema() -> Any:
    """Every form of values, vectors, columns, and a field that is taken out before the merge."""
    boosted = analysis.RegexTokenizer(r"\S+") | analysis.DelimitedAttributeFilter()
    return fields.Schema(
        text=fields.TEXT(stored=True, vector=True, sortable=True),
        freq=fields.TEXT(phrase=False, vector=formats.Frequency()),
        chars=fields.TEXT(chars=True),
        boosts=fields.FieldType(formats.PositionBoosts(), boosted, scorable=True),
        spelt=fields.TEXT(analyzer=analysis.StemmingAnalyzer(), spelling=True),
        gone=fields.TEXT(stored=True, sortable=True, vector=True),
        year=fields.NUMERIC(stored=True, sortable=True),
        data=fields.STORED,
    )


def everything(reader: Any) -> Any:
    """All that a reader of one segment says, in terms that can be compared."""
    postings = {}
    for name, term in reader.all_terms():
        matcher, rows = reader.postings(name, term), []
        while matcher.is_active():
            rows.append((matcher.id(), matcher.weight(), matcher.value()))
            matcher.next()
        info = reader.term_info(name, term)
        statistics = (info.weight(), info.doc_frequency(), info.max_weight(), info.min_length(), info.max_length())
        # Words of a spelling field stand at no document; Whoosh puts them at one of each segment.
        postings[name, term] = (sorted(rows), statistics) if name.startswith("spell_") else (rows, statistics)
    docs = range(reader.doc_count_all())
    names = [name for name, field in reader.schema.items() if field.indexed]
    return {
        "postings": postings,
        "stored": [reader.stored_fields(doc) for doc in docs],
        "lengths": {name: [reader.doc_field_length(doc, name) for doc in docs] for name in names},
        "bounds": {name: (reader.min_field_length(name), reader.max_field_length(name)) for name in names},
        "totals": {name: reader.field_length(name) for name in names},
        "columns": {name: list(reader.column_reader(name)) for name in ("text", "year") if docs},
        "vectors": {
            (doc, name): [(row.id(), row.weight(), row.value()) for row in _walk(reader.vector(doc, name))]
            for doc in docs
            for name in ("text", "freq")
            if reader.has_vector(doc, name)
        },
    }


def _walk(matcher: Any) -> Any:
    while matcher.is_active():
        yield matcher
        matcher.next()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(DOCUMENT, min_size=1, max_size=6), min_size=1, max_size=4),
    st.sets(st.integers(0, 20)),
    st.booleans(),
)
def test_arrays_are_merged_to_what_whoosh_would_write(
    batches: list[list[dict[str, Any]]], deleted: set[int], without: bool
) -> None:
    """The merged segment says the same, bit for bit, as the one that Whoosh's merge writes with this codec."""
    ix = filestore.RamStorage().create_index(schema())
    for batch in batches:
        with ix.writer(codec=ArrayCodec()) as adding:
            adding.merge = False
            for document in batch:
                adding.add_document(**document)
    with ArrayWriter(ix) as removing:
        removing.merge = False
        if without:
            removing.remove_field("gone")
        for doc in deleted:
            if doc < ix.doc_count_all():
                removing.delete_document(doc)
    segments, known = ix._segments(), ix.schema
    ours = merge_segments(ix.storage, "MAIN", segments, known)
    writer = ix.writer(codec=ArrayCodec())
    writing.OPTIMIZE(writer, segments)
    theirs = writer._finalize_segment()
    assert ours.doc_count_all() == theirs.doc_count_all() == sum(segment.doc_count() for segment in segments)
    left, right = (everything(reading.SegmentReader(ix.storage, known, segment)) for segment in (ours, theirs))
    assert left == right
    writer.cancel()


def test_lengths_stay_exact_through_merges(tmp_path: Path) -> None:
    """Merging again and again leaves every length as it was counted; Whoosh's own codec makes them drift."""
    ix = index.create_in(tmp_path, fields.Schema(text=fields.TEXT))
    lengths = [15, 1234, 77_777]
    for length in lengths:
        with ArrayWriter(ix) as adding:
            adding.merge = False
            adding.add_document(text="word " * length)
    for _ in range(3):
        ArrayWriter(ix).commit(optimize=True)
    with ix.reader() as reader:
        assert [reader.doc_field_length(doc, "text") for doc in range(3)] == lengths
        assert reader.field_length("text") == sum(lengths)
        assert reader.min_field_length("text") == 15


def test_merged_segments_are_removed_and_one_is_left(tmp_path: Path) -> None:
    """Optimizing leaves one segment, its file, the table of contents and the lock."""
    ix = index.create_in(tmp_path, fields.Schema(text=fields.TEXT))
    for _ in range(4):
        with ArrayWriter(ix) as adding:
            adding.merge = False
            adding.add_document(text="word")
    with ArrayWriter(ix) as adding:
        adding.optimize = True
        adding.add_document(text="word")
    (segment,) = ix._segments()
    assert isinstance(segment, ArraySegment)
    assert segment.doc_count_all() == 5
    names = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert names == {segment.filename, "_MAIN_5.toc", "MAIN_WRITELOCK"}


def test_deleting_all_leaves_no_segment(tmp_path: Path) -> None:
    """When every document is deleted, optimizing leaves an empty index."""
    ix = index.create_in(tmp_path, fields.Schema(text=fields.TEXT))
    with ArrayWriter(ix) as adding:
        adding.add_document(text="word")
    with ArrayWriter(ix) as removing:
        removing.delete_by_term("text", "word")
        removing.optimize = True
    assert ix.is_empty()


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [([], []), ([5], []), ([5, 5], [0, 1]), ([100, 5, 4], [1, 2]), ([1000, 1, 1, 2], [1, 2, 3]), ([0, 0, 9], [0, 1])],
)
def test_small_segments_are_merged_before_great_ones(counts: list[int], chosen: list[int]) -> None:
    """A segment is spared while it is more than twice as great as all smaller ones together."""
    assert small_ones(counts) == chosen


@given(st.integers(1, 400))
def test_single_documents_pile_up_no_more_than_a_logarithm(commits: int) -> None:
    """Adding documents one by one keeps the number of segments, and of copies made, small."""
    counts: list[int] = []
    for _ in range(commits):
        counts.append(1)
        chosen = small_ones(counts)
        if chosen:
            counts = [count for place, count in enumerate(counts) if place not in chosen] + [
                sum(counts[at] for at in chosen)
            ]
    assert sum(counts) == commits
    assert len(counts) <= 1 + commits.bit_length()
