"""The loops in C and their plain twins: one output."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.record.names import cluster_key, neighbour_blocks
from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from indexer.index.segment import builder
from indexer.index.segment.builder import SegmentBuilder
from indexer.index.segment.container import ArrayFile
from indexer.index.segment.inversion import Occurrences, invert
from indexer.index.segment.papers import stored_lines
from indexer.index.segment.vocabulary import COMPILED, PlainWords, new_words, read, show, spoken, ties_of
from indexer.index.text.languages import OF_ENGLISH, OF_OTHERS, language_of
from indexer.index.text.reading import as_read, as_shown
from indexer.index.text.ties import ties

if COMPILED:
    from indexer.index.native import _bulk

pytestmark = pytest.mark.skipif(not COMPILED, reason="the loops in C were not built here")

SIGNS = "abcfsS njt&*dpEh C#+'’`-–.,0123 \x01\x02\néßﬁıİ機٣²\u0301"
TEXTS = st.lists(st.one_of(st.text(SIGNS, max_size=40), st.text(max_size=20)), max_size=8)


@given(TEXTS)
def test_texts_give_the_same_words_and_forms(texts: list[str]) -> None:
    """Numbers, vocabulary and hyphenated forms are the same, gaps and names too."""
    plain, compiled = PlainWords(), new_words(True)
    for words in (plain, compiled):
        assert [words.add_tied(text) for text in texts] == _counts(texts)
        words.gap()
        for text in texts:
            words.add(text)
            words.add_name(text)
    assert plain.vocabulary() == compiled.vocabulary()
    assert plain.forms() == compiled.forms()
    assert bytes(plain.stream) == bytes(compiled.stream)
    assert bytes(plain.form_stream) == bytes(compiled.form_stream)


@given(st.text("ab .,;-–'()Abstreidgk019[&<$_^~`\\\n©é\xad\u0301’α≠", max_size=30) | st.text(max_size=20))
def test_texts_read_the_same_by_either_way(text: str) -> None:
    """What is called plain is the same as read, and as shown."""
    assert read(text) == as_read(text)
    assert show(text) == as_shown(text)


_RUNS = tuple("e.g.,|(i.i.d.)|10,000|Ph.D.|A*|AT&T|node.js|.NET|a.b\n|é.g.|l'a.m|\x01|U.S.".split("|"))


@given(st.lists(st.one_of(st.sampled_from(_RUNS), st.text(SIGNS, max_size=9)), max_size=8).map(" ".join))
def test_runs_with_signs_are_kept_and_give_the_same_words_again(text: str) -> None:
    """Signs are marked run by run in C; what is known of a run holds wherever it stands."""
    plain, compiled = PlainWords(), new_words(True)
    for words in (plain, compiled):
        words.add_tied(text)
        words.add_tied(f"see {text} and {text.upper()}")
    assert plain.vocabulary() == compiled.vocabulary()
    assert plain.forms() == compiled.forms()
    assert bytes(plain.stream) == bytes(compiled.stream)


def test_what_marks_signs_must_keep_the_length_of_a_run() -> None:
    words = _bulk.Words({}, lambda run: run + "x")
    with pytest.raises(ValueError, match="as long as"):
        words.add("see e.g. here")
    with pytest.raises(KeyError):
        words.add("é")


def test_characters_that_stay_are_composed_and_printable() -> None:
    """Everything up to the mathematical signs, alone, behind a letter and before an accent."""
    for character in map(chr, range(0x80, 0x2400)):
        for text in (character, f"a{character}", f"{character}\u0301", f"a {character}b"):
            assert read(text) == as_read(text)


@given(
    st.text("lLdquQsUSITaeéhöÖx'’ .,-", max_size=20)
    | st.text("NFTakbgα-1 ", max_size=12)
    | st.lists(st.sampled_from(("NF", "T", "-", "1", "alpha", "kappa", "B", "k", " ", "β", "x")), max_size=8).map(
        "".join
    )
    | st.text(max_size=20)
)
def test_texts_without_ties_are_told_from_those_with_some(text: str) -> None:
    assert list(ties_of(text)) == list(ties(text))


@given(
    st.lists(st.sampled_from((*sorted(OF_OTHERS), *sorted(OF_ENGLISH), "graph", "überall", "networks,")), max_size=40),
    st.sampled_from((" ", "\n", "\x1f ", "\u2003")),
    st.sampled_from((None, "", "de", "klingon", 3)),
)
def test_languages_are_told_the_same_by_either_way(words: list[str], space: str, said: object) -> None:
    text = space.join(words)
    assert spoken(text, said) == language_of(text, said)
    assert spoken(text.upper(), said, "fr") == language_of(text.upper(), said, "fr")


def _counts(texts: list[str]) -> list[int]:
    words = PlainWords()
    return [words.add(text) for text in texts]


@given(
    st.lists(
        st.lists(
            st.lists(st.sampled_from([1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9]), max_size=60), min_size=2, max_size=2
        ),
        max_size=6,
    ),
    st.lists(st.integers(0, 7), min_size=9, max_size=9),
)
def test_streams_give_the_same_postings(papers: list[list[list[int]]], forms: list[int]) -> None:
    """Every array of the postings is the same, with gaps in the last field."""
    stream = [number if number < 9 else 0 for paper in papers for field in paper for number in field]
    occurrences = Occurrences(
        stream=np.array(stream, dtype=np.uint32),
        extents=np.array([sum(map(len, paper)) for paper in papers], dtype=np.uint32),
        lengths=np.array([list(map(len, paper)) for paper in papers], dtype=np.uint32).reshape(-1, 2),
        positions=np.empty(0, np.uint32),
    )
    term_of = np.array([0, 0, 1, 2, 2, 1, 3, 0, 2], dtype=np.uint32)
    bits = np.array(forms, dtype=np.uint8)
    terms = [b"a", b"b", b"c", b"d"]
    (one, told), (other, other_told) = (invert(occurrences, term_of, bits, terms, how) for how in (True, False))
    for name in ("term_starts", "docs", "occurrence_starts", "positions"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("packed", "wide", "exact"):
        np.testing.assert_array_equal(getattr(one.counts, name), getattr(other.counts, name))
    for left, right in zip(told, other_told, strict=True):
        np.testing.assert_array_equal(left, right)


def test_segments_are_the_same_byte_for_byte(sample: list[Paper], tmp_path: Path) -> None:
    """A segment of generated papers is one file, built either way."""
    for compiled in (True, False):
        made = SegmentBuilder(VenueTable.default(), compiled)
        for paper in sample:
            made.add(paper)
        made.write(tmp_path / str(compiled))
    assert (tmp_path / "True").read_bytes() == (tmp_path / "False").read_bytes()
    file = ArrayFile(tmp_path / "True")
    assert file.meta["docs"] == len(sample)
    before = {name: file[name].tobytes() for name in file}
    file.forget()
    assert {name: file[name].tobytes() for name in file} == before, "what was given back is read again"
    file.close()
    file.forget()


def test_papers_are_taken_until_a_segment_is_full(sample: list[Paper], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken together lies as what came one by one; the rest is left for the next segment."""
    monkeypatch.setattr(builder, "BLOCK_DOCS", 5)
    made = SegmentBuilder(VenueTable.default())
    stored = [stored_lines(paper) for paper in sample[:9]]
    assert made.add_all(sample[:3], stored[:3]) == 3
    assert made.add_all(sample[3:9], stored[3:9]) == 2
    assert made.full
    assert made.docs == 5


@given(st.text("abcijrsvxyz AZ019.,'-", max_size=30) | st.text(max_size=10))
def test_names_fall_into_the_same_blocks(name: str) -> None:
    """What C leaves to Python is None, all else equal."""
    key = cluster_key(name)
    assert _bulk.neighbour_blocks(key) in (None, neighbour_blocks(key))


def test_numbers_out_of_range_are_refused() -> None:
    """A stream that does not fit its tables is an error, never a wild read."""
    occurrences = Occurrences(
        stream=np.array([5], dtype=np.uint32),
        extents=np.array([1], dtype=np.uint32),
        lengths=np.array([[1]], dtype=np.uint32),
        positions=np.empty(0, np.uint32),
    )
    with pytest.raises(ValueError, match="out of range"):
        invert(occurrences, np.zeros(2, np.uint32), np.zeros(2, np.uint8), [b"a"], True)
