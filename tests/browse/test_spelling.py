"""Did you mean: what is offered, and what is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.index.record.paper import Author, Paper
from indexer.ingest.collect import index_papers
from query import PaperIndex
from query.browse.spelling import _spots
from query.language.parser import parse

TITLES = [
    *[f"Gaussian process learning {number}" for number in range(40)],
    *[f"Reinforcement learning by convex search {number}" for number in range(40)],
    *[f"Graphs of context {number}" for number in range(40)],
    "Gausian methods",
    "The proces of art",
    "Graphene sheets",
    "A bare hands study",
    "Deep nets",
    *[f"Yolov3 at work {number}" for number in range(20)],
    "Yolo in v3 of a study",
    "All you need is art",
    *[f"Of new and net {number}" for number in range(12)],
    *[f"All you, new sheets {number}" for number in range(3)],
    *[f"In need {number}" for number in range(20)],
]
NAMES = ["Muhammad al-Khwarizmi", "Mohamed El Sayed", "Yann LeCun", "Jürgen Schmidhuber", "Yan Duan", "Yan Liu"]


@pytest.fixture(scope="module", name="index")
def fixture_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """Common words, words that authors have misspelt, and rare words that look like common ones."""
    folder = tmp_path_factory.mktemp("spelling") / "papers.idx"
    authors = (Author("Yoshua Bengio"),)
    papers = [Paper(id=str(at), title=title, authors=authors) for at, title in enumerate(TITLES)]
    named = [Paper(id=name, title=f"Of {name[:1]}", authors=(Author(name),)) for name in NAMES]
    index_papers([*papers, *named], folder)
    with PaperIndex.open(folder) as index:
        yield index


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gausian proces", "gaussian process"),
        ("gausian", "gaussian"),
        ("lerning", "learning"),
        ("reinforcement lerning", "reinforcement learning"),
        ("convexx", "convex"),
        ("gaussianprocess", "gaussian process"),
        ('title:"reinforcement lerning"', 'title:"reinforcement learning"'),
        ('author:"Yoshau Bengio"', 'author:"yoshua Bengio"'),
        ("author:Bengoi", "author:bengio"),
        ("Yan LeCun", "yann LeCun"),
        ("yolo v3", "yolov3"),
        ("all you ned is art", "all you need is art"),
        ("convex lerning by hands", "convex learning by hands"),
        ("LeCun Yan", "LeCun yann"),
        ("alkhwarizmi", "al khwarizmi"),
        ("author:YoshuaBengio", "author:yoshua bengio"),
        ("jurgenschmidhuber", "jurgen schmidhuber"),
        ("author:alkhwarizmi", "author:al khwarizmi"),
        ('author:"M. ElSayed"', 'author:"M. el sayed"'),
        ('author:"Yan LeCun"', 'author:"yann LeCun"'),
        ("Jurgin Schmidhuber", "jurgen Schmidhuber"),
    ],
)
def test_a_slip_is_mended(index: PaperIndex, typed: str, meant: str) -> None:
    """All words together, in text and in names, though some papers have the same slip."""
    assert index.search(typed).suggestion == meant


@pytest.mark.parametrize(
    "typed", ["gaussian process", "graphene", "bare hands", "context", "2018", "the", "zzzz", "", "Yan Duan", "Yan Liu"]
)
def test_nothing_is_offered(index: PaperIndex, typed: str) -> None:
    """For words that are there and like no much commoner one, and for words like none."""
    assert index.search(typed).suggestion is None


def test_no_slip_is_looked_for_in_a_word_without_end() -> None:
    """Each way to part ten thousand letters would be looked up."""
    assert not list(_spots(parse("α" * 9_999)))
    assert [spot.word for spot in _spots(parse("gausian"))] == ["gausian"]
