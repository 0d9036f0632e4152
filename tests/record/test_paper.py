"""Records and papers: what is accepted, what is refused with which words, what comes back."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.errors import RecordError
from indexer.index.record.paper import TYPES, Author, Paper

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMED = TEXT.filter(lambda text: bool(text.strip()))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
AUTHOR = NAMED | st.fixed_dictionaries({"name": NAMED}, optional={"id": NAMED, "orcid": NAMED, "affiliation": JSON})
RECORD = st.fixed_dictionaries(
    {"title": NAMED},
    optional={
        "id": st.from_regex(r"[a-zé/:.0-9]{1,40}", fullmatch=True),
        "abstract": TEXT | st.none(),
        "authors": st.lists(AUTHOR, max_size=4) | st.none(),
        "venue": TEXT,
        "year": st.integers(1000, 2999) | st.integers(1000, 2999).map(str) | st.none(),
        "type": st.sampled_from(TYPES),
        "url": TEXT,
        "doi": TEXT | st.just("10.1145/3292500.3330701"),
        "arxiv": TEXT | st.just("1706.03762v5"),
        "keywords": st.lists(NAMED, max_size=3) | TEXT,
        "note": JSON,
        "gs_citation": JSON,
    },
)


@given(RECORD)
def test_a_paper_equals_the_paper_of_its_own_record(record: dict[str, Any]) -> None:
    """The canonical record of a paper says all that the paper says."""
    paper = Paper.from_record(record)
    assert Paper.from_record(paper.as_record()) == paper


@given(RECORD)
def test_a_record_is_read_the_same_way_every_time(record: dict[str, Any]) -> None:
    """The order of keys and the identity of objects do not matter, to the derived id neither."""
    turned = dict(reversed(copy.deepcopy(record).items()))
    assert Paper.from_record(turned) == Paper.from_record(record)


def test_a_record_comes_back_in_canonical_order_with_empty_values_left_out() -> None:
    """Known keys stand in the order of the documentation, others follow as they came."""
    record = {
        "tldr": "", "keywords": [], "year": "2018", "venue": "NIPS", "abstract": None, "title": "T", "id": "a",
        "authors": ["A", {"name": "B", "id": "b"}, {"name": "C", "id": None, "orcid": ""}],
    }  # fmt: skip
    assert list(Paper.from_record(record).as_record().items()) == [
        ("id", "a"),
        ("title", "T"),
        ("authors", ["A", {"name": "B", "id": "b"}, "C"]),
        ("venue", "NIPS"),
        ("year", 2018),
        ("tldr", ""),
    ]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "title is missing"),
        ({"title": None}, "title is missing"),
        ({"title": " \n"}, "title is blank"),
        ({"title": 5}, "title 5 is not a string"),
        ({"title": "T", "id": 5}, "id 5 is not a string"),
        ({"title": "T", "id": "a\x00b"}, "control character"),
        ({"title": "T", "id": "a\x9fb"}, "control character"),
        ({"title": "T", "id": "é" * 257}, "514 bytes"),
        ({"title": "T", "year": "20l8"}, "year '20l8' is not a year"),
        ({"title": "T", "year": "２０１８"}, "is not a year"),
        ({"title": "T", "year": 999}, "year 999"),
        ({"title": "T", "year": 3000}, "year 3000"),
        ({"title": "T", "year": True}, "year True"),
        ({"title": "T", "year": 2018.0}, "year 2018.0"),
        ({"title": "T", "year": [2018]}, "is not a year"),
        ({"title": "T", "abstract": ["a"]}, "abstract ['a'] is not a string"),
        ({"title": "T", "authors": "A; B"}, "authors 'A; B' is not a list"),
        ({"title": "T", "authors": {"name": "A"}}, "is not a list"),
        ({"title": "T", "authors": [None]}, "author 1 None"),
        ({"title": "T", "authors": ["A", 7]}, "author 2 7"),
        ({"title": "T", "authors": [{"id": "x"}]}, "has no name"),
        ({"title": "T", "authors": [{"name": "A", "id": 3}]}, "author 1 has the id 3"),
        ({"title": "T", "type": "inproceedings"}, "type 'inproceedings' is none of paper-conference"),
        ({"title": "T", "keywords": 5}, "keywords 5"),
        ({"title": "T", "keywords": ["a", 5]}, "keyword 5"),
        ({"title": "half a pair \ud800"}, "'title' holds"),
        ({"title": "T", "note": {"deep": ["\udc00"]}}, "'note' holds"),
        ({"title": "T", "note": 1 << 70}, "64-bit"),
        ({"title": "T", "note": {1: 2}}, "'note' holds"),
        ([], "an object with keys"),
        ("T", "an object with keys"),
        (None, "an object with keys"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_key_and_value(record: Any, reason: str) -> None:
    """Each refusal is one printable line that says which key holds what."""
    with pytest.raises(RecordError) as caught:
        Paper.from_record(record)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_nesting_deeper_than_can_be_stored_is_refused() -> None:
    """A record that JSON can be read from but not written to is refused when read."""
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    with pytest.raises(RecordError, match="'note' holds"):
        Paper.from_record({"title": "T", "note": deep})


def test_an_id_may_have_512_bytes() -> None:
    """The bound counts bytes of UTF-8 and is itself allowed."""
    assert Paper.from_record({"title": "T", "id": "é" * 256}).id == "é" * 256


def test_blank_authors_and_keywords_are_no_authors_and_keywords() -> None:
    """Real lists hold empty strings; they name nobody."""
    paper = Paper.from_record({"title": "T", "authors": ["", "A", " "], "keywords": ["", "k"]})
    assert paper.authors == (Author("A"),)
    assert paper.keywords == ("k",)


def test_keywords_in_one_string_are_parted() -> None:
    """Semicolons part them, commas where there is no semicolon."""
    assert Paper.from_record({"title": "T", "keywords": "a, b; c"}).keywords == ("a, b", "c")
    assert Paper.from_record({"title": "T", "keywords": "a, b"}).keywords == ("a", "b")


def test_an_author_keeps_what_else_is_known() -> None:
    """Keys of an author's object beyond name, id and ORCID come back."""
    authors = [{"name": "A", "orcid": "0000-0002-1825-0097", "affiliation": "X"}]
    assert Paper.from_record({"title": "T", "authors": authors}).as_record()["authors"] == authors


def test_papers_can_be_sent_copied_and_put_in_sets() -> None:
    """A frozen record is a value: pickled, copied and hashed like one."""
    paper = Paper.from_record({"id": "a", "title": "T", "authors": ["A"], "note": {"x": [1]}})
    assert pickle.loads(pickle.dumps(paper)) == copy.deepcopy(paper) == paper
    assert len({paper, copy.deepcopy(paper)}) == 1
