"""Queries of ten thousand characters: each is answered or refused for a bounded number of calls.

Calls are counted and not time, so that a busy machine tells the same. A million are some 200 ms.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from types import FrameType
from typing import Any

import pytest

from indexer.index.errors import QueryError
from indexer.index.record.paper import Paper
from indexer.index.text.analysis import words
from indexer.ingest.collect import index_papers
from query import PaperIndex

LONGEST, MOST_CALLS = 10_000, 1_000_000

# What is repeated until the query is full; {a}, {b} and {c} are words, {name} and {initial} of authors.
REPEATED = (
    "{a}",
    '"{a} {b}"',
    '"{a} {b}"~9',
    "={a}",
    "title:={a}",
    '="{a} {b}"',
    "{c}*",
    "{c}*e",
    "{a}~",
    "{a}~2",
    '"{a} {c}*"',
    "{a}-{c}*",
    'author:"{name}"',
    'author:"{initial}"',
    "{initial}",
    "{name}",
    'first:"{initial}"',
    "author:{a}",
    "({a} OR {b})",
    "{a} OR",
    "{a} AND",
    "{a} ANDNOT",
    "-{a}",
    '-"{a} {b}"',
    "title:{a}",
    'title:"{a} {b}"',
    "year:2012",
    "2012",
    "venue:{a}",
    'venue:"{a} {b}"',
    "{a}-{b}",
    "{a}-{b}-{c}",
    "i.i.d.",
    "a.",
    "A. Wang",
    "C++",
    "$\\alpha_{a}$",
    "e\u0301e\u0301",
    "schrödinger",
    "β-{a}",
    "10.1234/{a}",
    "10.1234/{a} OR",
    "https://example.org/{a}",
    "2101.{c}",
    "{a}^2",
    "title: {a}",
    "{a}:{b}",
    "{a} NEAR/3 {b}",
    "{a} ||",
    "{name} et al.",
    "{a}[ti]",
    "TI={a}",
    "authors:3",
    "e cient",
    "l'école",
    "{a}{b}",
    "({a} (",
    "{a})",
    "(({a}",
    "id:{a}",
)
WHOLE = (
    '"' * 9_990,
    "(" * 90 + "a" + ")" * 90,
    "a" + ")" * 9_990,
    "ab" + "*" * 9_990,
    "ab" + "?a" * 4_990,
    "ab" + "*a" * 4_990,
    "a" * 9_990,
    "a-" * 4_990 + "a",
    "a." * 4_990,
    "\\" * 9_990,
    "{" * 4_990 + "}" * 4_990,
    "\\frac{" * 1_400 + "}" * 1_400,
    "$" * 9_990,
    "<i>" * 3_330,
    "&amp;" * 1_990,
    "a" + "\u0301" * 9_990,
    "图像" * 4_990,
    "배포" * 4_990,
    "ก" * 9_990,
    "😀" * 9_990,
    "title:" * 1_600 + "a",
    "1" + ",000" * 2_490,
    "a'" * 4_990,
    "10.1234/" + "(" * 4_000 + ")" * 4_000,
    "10.1234/" + "%25" * 3_300,
    "-\n" * 4_990,
    "\x00" * 9_990,
    "a" + " " * 9_980 + "b",
)


@pytest.fixture(scope="module", name="index")
def fixture_index(sample: list[Paper], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """The sample, with common words and names."""
    folder = tmp_path_factory.mktemp("long") / "papers.idx"
    index_papers(sample, folder)
    with PaperIndex.open(folder) as index:
        yield index


def calls(act: Callable[[], object]) -> int:
    """Calls of functions, of Python's and of those in C, that something takes."""
    made = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(None)
    return made


def filled(pattern: str, sample: list[Paper]) -> str:
    """A pattern with other words each time, as often as there is room."""
    vocabulary = cycle(list(dict.fromkeys(word for paper in sample for word in words(paper.abstract) if len(word) > 3)))
    names = cycle([author.name for paper in sample for author in paper.authors])
    found: list[str] = []
    size = 0
    while True:
        name = next(names)
        initial = f"{name[:1]}. {name.split()[-1]}"
        first, second = next(vocabulary), next(vocabulary)
        piece = pattern
        for key, value in (("a", first), ("b", second), ("c", first[:3]), ("name", name), ("initial", initial)):
            piece = piece.replace(f"{{{key}}}", value)
        size += len(piece) + 1
        if size > LONGEST:
            return " ".join(found)
        found.append(piece)


def nested(depth: int) -> str:
    """Groups inside one another, each with operators and a phrase."""
    text = "graph"
    for at in range(depth):
        text = f'({text} {("AND", "OR", "AND NOT", "OR NOT")[at % 4]} tree{at} forest{at} "deep graph{at}")'
    return text


def refused_or_answered(index: PaperIndex, query: str) -> None:
    """Either will do."""
    with suppress(QueryError):
        index.search(query)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", REPEATED)
def test_what_is_repeated_takes_few_calls(index: PaperIndex, sample: list[Paper], pattern: str) -> None:
    """A kind of clause as often as it fits."""
    query = filled(pattern, sample)
    refused_or_answered(index, pattern)
    assert calls(lambda: refused_or_answered(index, query)) < MOST_CALLS


@pytest.mark.slow
@pytest.mark.parametrize("query", [*WHOLE, nested(90), nested(60)], ids=lambda query: repr(query[:12]))
def test_one_long_word_takes_few_calls(index: PaperIndex, query: str) -> None:
    """Signs, letters and brackets without end."""
    refused_or_answered(index, "graph")
    assert calls(lambda: refused_or_answered(index, query)) < MOST_CALLS
