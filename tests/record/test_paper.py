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
from indexer.index.record.values import Misfit

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
        ([], "an object with keys"),
        ("T", "an object with keys"),
        (None, "an object with keys"),
    ],
)
def test_what_cannot_be_used_is_refused_with_key_and_value(record: Any, reason: str) -> None:
    """Only a missing title or what is no object costs the record; each refusal is one printable line."""
    with pytest.raises(RecordError) as caught:
        Paper.from_record(record)
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"title": "T", "id": "a\x00b"}, "control character"),
        ({"title": "T", "id": ["5"]}, "id ['5'] is not a string"),
        ({"title": "T", "id": "a\x9fb"}, "control character"),
        ({"title": "T", "id": "é" * 257}, "514 bytes"),
        ({"title": "T", "year": "20l8"}, "year '20l8' is not a year"),
        ({"title": "T", "year": "２０１８"}, "is not a year"),
        ({"title": "T", "year": 999}, "year 999"),
        ({"title": "T", "year": 3000}, "year 3000"),
        ({"title": "T", "year": True}, "year True"),
        ({"title": "T", "year": 2018.5}, "year 2018.5"),
        ({"title": "T", "year": "c. 2020"}, "year 'c. 2020'"),
        ({"title": "T", "year": [2018]}, "is not a year"),
        ({"title": "T", "abstract": ["a"]}, "abstract ['a'] is not a string"),
        ({"title": "T", "authors": "A; B"}, "authors 'A; B' is not a list"),
        ({"title": "T", "authors": {"name": "A"}}, "is not a list"),
        ({"title": "T", "authors": [None]}, "author 1 None"),
        ({"title": "T", "authors": ["A", 7]}, "author 2 7"),
        ({"title": "T", "authors": [{"id": "x"}]}, "has no name"),
        ({"title": "T", "authors": [{"name": "A", "id": [3]}]}, "author 1 has the id [3]"),
        ({"title": "T", "type": "hologram"}, "type 'hologram' is unknown, taken for document"),
        ({"title": "T", "ids": ["1"]}, "ids ['1'] is not an object"),
        ({"title": "T", "ids": {"dblp": ["1"]}}, "'dblp' of ids holds ['1']"),
        ({"title": "T", "keywords": 5}, "keywords 5"),
        ({"title": "T", "keywords": ["a", 5]}, "keyword 5"),
        ({"title": "half a pair \ud800"}, "'title' holds"),
        ({"title": "T", "note": {"deep": ["\udc00"]}}, "'note' holds"),
        ({"title": "T", "note": 1 << 70}, "64-bit"),
        ({"title": "T", "note": {1: 2}}, "'note' holds"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_costs_its_field_alone(record: dict[str, Any], reason: str) -> None:
    """Each is told in one printable line that says which key holds what, under the name of the key."""
    misfits: list[Misfit] = []
    paper = Paper.from_record(record, misfits=misfits)
    (misfit,) = misfits
    assert reason in misfit.reason
    assert misfit.reason.isprintable()
    assert misfit.kind in {*record, "value"}
    assert paper.title[:4] in ("T", "half")
    assert Paper.from_record(paper.as_record()) == paper


def test_what_fits_beside_a_misfit_is_kept() -> None:
    """Of a list the members that fit, of a record the other fields, of a text what is no half of a pair."""
    authors = ["A", 7, {"name": "B", "id": ["x"]}]
    paper = Paper.from_record({"title": "half \ud800", "authors": authors, "year": "n. d.", "note": [1 << 70]})
    assert (paper.title, paper.authors, paper.year) == ("half \ufffd", (Author("A"), Author("B")), None)
    assert paper.extra == {"note": [str(1 << 70)]}


@pytest.mark.parametrize(
    ("value", "field", "read"),
    [
        (5, "id", "5"),
        (2018.0, "year", 2018),
        ("2018.0", "year", 2018),
        (" 2018 ", "year", 2018),
        ("inproceedings", "type", "paper-conference"),
        ("Journal Article", "type", "article-journal"),
        ("posted-content", "type", "article"),
        ("proceedings-article", "type", "paper-conference"),
        ("monograph", "type", "book"),
        ("webpage", "type", "webpage"),
        ("MISC", "type", "document"),
        ("JOUR", "type", "article-journal"),
        ({"dblp": "conf/x/Y", "pubmed": 17, "acl": None}, "ids", {"dblp": "conf/x/Y", "pubmed": "17"}),
    ],
)
def test_what_is_meant_is_read_without_a_warning(value: Any, field: str, read: Any) -> None:
    """Other ways to write the same, and the names of types in other formats, are no misfits."""
    misfits: list[Misfit] = []
    assert getattr(Paper.from_record({"title": "T", field: value}, misfits=misfits), field) == read
    assert misfits == []


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ({"given": "Ludwig", "family": "Beethoven", "non-dropping-particle": "van"}, "Ludwig van Beethoven"),
        ({"first": "Ada", "middle": ["M.", "K."], "last": "Lovelace", "suffix": "Jr."}, "Ada M. K. Lovelace Jr."),
        ({"literal": "The  Team"}, "The Team"),
        ({"family": "Plato"}, "Plato"),
        ({"firstName": "A", "lastName": "B"}, "A B"),
    ],
)
def test_an_author_in_parts_is_a_name(author: dict[str, Any], name: str) -> None:
    """The keys of the formats that part names; what else is there is kept."""
    paper = Paper.from_record({"title": "T", "authors": [author | {"id": "x", "note": 1}]})
    assert paper.authors == (Author(name, "x", None, {"note": 1}),)


def test_nesting_deeper_than_can_be_stored_costs_its_field() -> None:
    """A value that JSON can be read from but not written to is left out when read."""
    deep: Any = []
    for _ in range(400):
        deep = [deep]
    misfits: list[Misfit] = []
    assert Paper.from_record({"title": "T", "note": deep}, misfits=misfits).extra == {}
    assert [misfit.kind for misfit in misfits] == ["value"]


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
