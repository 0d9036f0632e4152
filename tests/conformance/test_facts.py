"""Single facts: what some queries find among a few papers that try them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from indexer.index.record.paper import Author, Paper
from query import PaperIndex
from tests.conformance.conftest import Make


def _paper(paper: str, title: str, authors: str = "", year: int | None = None, **more: Any) -> Paper:
    names = tuple(Author(name) for name in authors.split("; ") if name)
    return Paper(id=paper, title=title, authors=names, year=year, **more)


PAPERS = (
    _paper("memory", "On the Curse of Memory in Recurrent Neural Networks", "Zhong Li; Jiequn Han; Weinan E", 2021),
    _paper("machine", "Machine Learning and Mathematics", "Weinan E", 2020, doi="10.4208/cicp.OA-2020-0185"),
    _paper("pinyin", "The Curse in the Memory of Dimensions", "Weinan Chen; Ming E", 2018, arxiv="2009.07799"),
    _paper("multi-task", "Multi-Task Learning of Shared Layers", "Ada Blum", 2019, arxiv="math/0104090"),
    _paper("multitask", "Multitask Features", "Bo Dong", 2017),
    _paper("apart", "One Multi Task Net", "BO DONG", 2016, url="https://example.org/papers/7"),
    _paper("umlaut", "Solving the Schrödinger Equation", "Jan Hermann", 2020, pdf="https://example.org/u.pdf"),
    _paper("latex", r'Deep Networks and the Schr\"odinger Operator', "Ana Ruiz", None),
    _paper("plain", "A Schrodinger Bridge", "Li Wei", 2024),
    _paper("language", "Differentiable Programming in C++", "C. Parker", 2015),
    _paper("letter", "Programming in C and in F#", "D. Parker", 2014),
    _paper("greedy", "When Is ε-Greedy Enough?", "Eve E.", 2023),
    _paper("epsilon", "Epsilon Nets of Greedy Sets", "Will May", 2022),
    _paper("clip", "CLIP Reads Images, then Words", "Al McFee", 2022),
    _paper("art", "Clip Art Reads Words, a Clip at a Time", "Al Mcfee", 2022),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(make: Make) -> Iterator[PaperIndex]:
    """The papers above."""
    with PaperIndex.open(make("facts", PAPERS)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "papers"),
    [
        ('author:"Weinan E"', "machine memory"),
        ('author:="weinan e"', "machine memory"),
        ("author:weinan", "machine memory pinyin"),
        ('first:"Weinan E"', "machine"),
        ('first:="weinan e"', "machine"),
        ('last:"Weinan E"', "machine memory"),
        ("authors:>=3", "memory"),
        ("authors:2", "pinyin"),
        ("E", "greedy machine memory pinyin"),
        ("author:E", "greedy machine memory pinyin"),
        ("Weinan E", "machine memory pinyin"),
        ("author:Will", "epsilon"),
        ("may", "epsilon"),
        ("year:2018..2020", "machine multi-task pinyin umlaut"),
        ("year:2018-2020", "machine multi-task pinyin umlaut"),
        ("year:..2015", "language letter"),
        ("year:2023..", "greedy plain"),
        ("multitask", "apart multi-task multitask"),
        ("multi-task", "apart multi-task multitask"),
        ("multi task", "apart multi-task multitask"),
        ("Schrödinger", "latex plain umlaut"),
        ("Schrodinger", "latex plain umlaut"),
        ("SCHRÖDINGER", "latex plain umlaut"),
        ('Schr\\"odinger', "latex plain umlaut"),
        ('"curse of memory"', "memory"),
        ('"on the curse"', "memory"),
        ("C++", "language"),
        ("c++ programming", "language"),
        ("F#", "letter"),
        ("ε-greedy", "greedy"),
        ("10.4208/cicp.OA-2020-0185", "machine"),
        ("https://doi.org/10.4208/CICP.oa-2020-0185", "machine"),
        ("doi:10.4208/cicp.OA-2020-0185", "machine"),
        ("2009.07799", "pinyin"),
        ("arXiv:2009.07799v2", "pinyin"),
        ("math/0104090", "multi-task"),
        ("https://arxiv.org/abs/math/0104090", "multi-task"),
        ("arxiv:math/0104090", "multi-task"),
        ("https://example.org/papers/7", "apart"),
        ("https://example.org/u.pdf", "umlaut"),
        ("id:multi-task", "multi-task"),
        ("=CLIP", "clip"),
        ("=clip", "art clip"),
        ("=McFee", "clip"),
        ('="CLIP reads"', "clip"),
        ('="Clip art"', "art"),
        ('title:="CLIP words"~9', "clip"),
        ("-=CLIP reads", "art"),
        ("=CLIP OR =ART", "clip"),
        ('"clip reads images words"~40', "clip"),
        ('"words images reads clip"~40', ""),
        ('"art wor* clip time"~40', "art"),
        ('author:"al m* fee"~50', ""),
        ("clp~", "art clip"),
        ("qqqqqqqq Parker", ""),
        ("clop~2", "art clip"),
    ],
)
def test_a_query_finds_its_papers(index: PaperIndex, query: str, papers: str) -> None:
    """All of them and no other, whatever the ranking."""
    for ranking in ("best", "bm25f"):
        page = index.search(query, limit=None, match="all", ranking=ranking)
        assert sorted(hit.id for hit in page.hits) == papers.split()


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("When Is ε-Greedy Enough?", {"greedy"}),
        ("On the Curse of Memory in Recurrent Neural Networks", {"memory"}),
    ],
)
def test_a_query_finds_the_closest_first(index: PaperIndex, query: str, first: set[str]) -> None:
    """A title finds its paper first."""
    page = index.search(query)
    assert {hit.id for hit in page.hits[: len(first)]} == first


@pytest.mark.parametrize(
    ("filters", "papers"),
    [
        ({"authors": ["weinan e"]}, "machine memory"),
        ({"authors": ["Weinan E", "Jiequn Han"]}, "memory"),
        ({"authors": ["bo dong"]}, "apart multitask"),
        ({"authors": ["E"]}, ""),
        ({"authors": ["Weinan"]}, ""),
        ({"years": (2018, 2020)}, "machine multi-task pinyin umlaut"),
        ({"years": [(None, 2014), (2024, None)]}, "letter plain"),
    ],
)
def test_a_filter_leaves_its_papers(index: PaperIndex, filters: dict[str, Any], papers: str) -> None:
    """Clusters are names compared whole; papers without a year match no range."""
    page = index.search("", limit=None, **filters)
    assert sorted(hit.id for hit in page.hits) == papers.split()
