"""The matcher against a plain list of postings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.whoosh.codec import ArrayCodec
from indexer.index.whoosh.library import fields, filestore, formats, matching, scoring
from indexer.index.whoosh.matcher import ArrayMatcher

Posting = tuple[int, float, list[int], int]

POSTINGS = st.dictionaries(
    st.integers(0, 100_000),
    st.tuples(
        st.sampled_from([1.0, 2.0, 3.0, 0.1, 7.25]),
        st.lists(st.integers(0, 70_000), max_size=4, unique=True).map(sorted),
        st.integers(0, 400),
    ),
    min_size=1,
    max_size=60,
).map(lambda found: [(doc, *rest) for doc, rest in sorted(found.items())])


def matcher_of(postings: list[Posting], block: int, scorer: Any = None) -> ArrayMatcher:
    """Write one term and read it back."""
    storage, codec, field = filestore.RamStorage(), ArrayCodec(blocklimit=block), fields.TEXT()
    segment = codec.new_segment(storage, "MAIN")
    writer = codec.field_writer(storage, segment)
    writer.start_field("text", field)
    writer.start_term(b"term")
    for doc, weight, positions, length in postings:
        writer.add(doc, weight, field.format.encode(positions), length)
    writer.finish_term()
    writer.finish_field()
    writer.close()
    matcher: ArrayMatcher = codec.terms_reader(storage, segment).matcher("text", b"term", field.format, scorer)
    return matcher


@given(POSTINGS, st.integers(1, 9))
def test_postings_come_back_as_they_were_added(postings: list[Posting], block: int) -> None:
    """Ids, weights and positions are read in order, exactly, as Python numbers."""
    matcher = matcher_of(postings, block)
    found = []
    while matcher.is_active():
        assert type(matcher.id()) is int
        found.append((matcher.id(), matcher.weight(), matcher.value_as("positions")))
        assert formats.Positions().decode_positions(matcher.value()) == found[-1][2]
        matcher.next()
    assert found == [(doc, weight, positions) for doc, weight, positions, _ in postings]


@given(POSTINGS, st.integers(1, 9), st.lists(st.one_of(st.none(), st.integers(0, 100_001)), max_size=20))
def test_skipping_equals_stepping(postings: list[Posting], block: int, moves: list[int | None]) -> None:
    """Any sequence of steps and skips ends where a walk over the list ends; a copy stands on the same place."""
    matcher, ids, at = matcher_of(postings, block), [row[0] for row in postings], 0
    for move in moves:
        if at == len(ids):
            break
        if move is None:
            matcher.next()
            at += 1
        else:
            matcher.skip_to(move)
            while at < len(ids) and ids[at] < move:
                at += 1
        assert matcher.is_active() == (at < len(ids))
        twin = matcher.copy()
        if at < len(ids):
            assert matcher.id() == twin.id() == ids[at]
            assert matcher.weight() == postings[at][1]
    assert list(matcher.all_ids()) == ids[at:]
    assert not matcher.is_active()
    matcher.reset()
    assert list(matcher.all_ids()) == ids


@given(POSTINGS, st.integers(1, 9))
def test_bounds_of_a_block_are_those_of_its_postings(postings: list[Posting], block: int) -> None:
    """Greatest weight, shortest and longest length of each block; `next` says when it enters another."""
    matcher = matcher_of(postings, block)
    for start in range(0, len(postings), block):
        rows = postings[start : start + block]
        known = [row[3] for row in rows if row[3]]
        assert matcher.block_max_weight() == max(row[1] for row in rows)
        assert matcher.block_min_length() == min(known, default=0)
        assert matcher.block_max_length() == max(row[3] for row in rows)
        assert (matcher.block_min_id(), matcher.block_max_id()) == (rows[0][0], rows[-1][0])
        assert [matcher.next() for _ in rows] == [False] * (len(rows) - 1) + [True]
    assert not matcher.is_active()


class _ByWeight(scoring.WeightScorer):  # type: ignore[misc]
    def block_quality(self, matcher: Any) -> float:
        quality: float = matcher.block_max_weight()
        return quality


@given(POSTINGS, st.integers(1, 5), st.sampled_from([0.0, 0.1, 1.0, 2.0, 7.25]))
def test_no_posting_of_quality_is_skipped(postings: list[Posting], block: int, least: float) -> None:
    """Skipping by quality loses no posting better than the least, and counts the blocks it leaves out."""
    matcher = matcher_of(postings, block, _ByWeight(10.0))
    found, skipped = [], matcher.skip_to_quality(least)
    while matcher.is_active():
        if matcher.weight() > least:
            found.append(matcher.id())
        if matcher.next() and matcher.is_active():
            skipped += matcher.skip_to_quality(least)
    assert found == [row[0] for row in postings if row[1] > least]
    blocks = [postings[start : start + block] for start in range(0, len(postings), block)]
    assert skipped == sum(max(row[1] for row in rows) <= least for rows in blocks)


def test_moving_on_from_the_end_is_an_error() -> None:
    """A matcher at its end refuses to go on, as Whoosh's matchers do."""
    matcher = matcher_of([(3, 1.0, [1], 5)], 4)
    matcher.next()
    with pytest.raises(matching.ReadTooFar):
        matcher.next()
    with pytest.raises(matching.ReadTooFar):
        matcher.skip_to(9)


@given(
    st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.0]), st.binary(max_size=6)), min_size=1, max_size=9),
    st.sampled_from([formats.Positions(), formats.Frequency(), formats.Existence()]),
)
def test_values_of_any_bytes_stay_with_their_posting(rows: list[tuple[float, bytes]], format_: Any) -> None:
    """A value comes back with the posting it was added with, also after empty ones."""
    storage, codec = filestore.RamStorage(), ArrayCodec(blocklimit=4)
    segment = codec.new_segment(storage, "MAIN")
    writer = codec.field_writer(storage, segment)
    field = fields.TEXT()
    field.format = format_
    writer.start_field("text", field)
    writer.start_term(b"term")
    for doc, (weight, value) in enumerate(rows):
        writer.add(doc, weight, value, 1)
    writer.finish_field()
    writer.close()
    matcher = codec.terms_reader(storage, segment).matcher("text", b"term", format_)
    assert [value for _, value in matcher.all_items()] == [value for _, value in rows]


@pytest.mark.parametrize("texts", [False, True])
def test_lists_of_postings_outside_a_segment(texts: bool) -> None:
    """The codec writes single lists into any file of Whoosh's, by document number or by text, and reads them back."""
    storage, codec, format_ = filestore.RamStorage(), ArrayCodec(blocklimit=2), formats.Positions()
    lists = [[("a", 1.0, [1, 5], 3), ("b", 2.5, [2], 9), ("c", 1.0, [], 0)], [("z", 4.0, [7], 2)]]
    with storage.create_file("lists") as file:
        writer = codec.postings_writer(file, byteids=texts)
        assert not writer.written()
        found = []
        for rows in lists:
            writer.start_postings(format_, None)
            for name, weight, positions, length in rows:
                writer.add_posting(name if texts else ord(name), weight, format_.encode(positions), length)
            found.append(writer.finish_postings())
        assert writer.written()
    assert (found[0].doc_frequency(), found[0].weight(), found[0].max_weight()) == (3, 4.5, 2.5)
    with storage.open_file("lists") as file:
        for rows, info in zip(lists, found, strict=True):
            matcher = codec.postings_reader(file, info, format_)
            assert matcher.block_max_weight() == max(row[1] for row in rows[:2])
            assert list(matcher.items_as("positions")) == [
                (name if texts else ord(name), positions) for name, _, positions, _ in rows
            ]
