"""What each form of the query language parses to."""

from __future__ import annotations

import dataclasses

import pytest

from indexer.index.errors import QueryError
from query.language.parser import MAX_CHARACTERS, MAX_LEAVES, parse
from query.language.tree import (
    And,
    AuthorCount,
    AuthorPosition,
    Exact,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Wildcard,
    Word,
    Years,
)


def placeless(node: Node) -> Node:
    """The node with every leaf at 0."""
    if isinstance(node, Not):
        return Not(placeless(node.child))
    if isinstance(node, (And, Or)):
        return dataclasses.replace(node, children=tuple(placeless(child) for child in node.children))
    return dataclasses.replace(node, start=0, length=0)


def bare(text: str) -> list[str]:
    return [word.text for word in parse(text).optional]


def required(text: str) -> list[Node]:
    return [placeless(node) for node in parse(text).required]


A, B, C, D = Word("a"), Word("b"), Word("c"), Word("d")

TREES: list[tuple[str, list[str], list[Node]]] = [
    # words and phrases
    ("", [], []),
    ("  \x00\t ", [], []),
    ("implicit regularization", ["implicit", "regularization"], []),
    ("implicit\x00regularization", ["implicit", "regularization"], []),
    ("multi-task learning", ["multi-task", "learning"], []),
    ("C++ ε-greedy E", ["C++", "ε-greedy", "E"], []),
    ('"curse of memory"', [], [Phrase("curse of memory")]),
    ('"near by"~5', [], [Phrase("near by", slop=5)]),
    ('"near by"~0', [], [Phrase("near by", slop=1)]),
    ("“smart quotes” „und deutsche“", [], [Phrase("smart quotes"), Phrase("und deutsche")]),
    ('"the Schr\\"odinger equation"', [], [Phrase('the Schr\\"odinger equation')]),
    # operators: NOT before AND before OR before words side by side
    ("a AND b", [], [And((A, B))]),
    ("a b AND c d", ["a", "d"], [And((B, C))]),
    ("a OR b c", ["c"], [Or((A, B))]),
    ("a OR b AND c", [], [Or((A, And((B, C))))]),
    ("a AND NOT b", [], [And((A, Not(B)))]),
    ("a OR NOT b", [], [Or((A, Not(B)))]),
    ("a NOT b", ["a"], [Not(B)]),
    ("a AND b AND c", [], [And((A, B, C))]),
    ("a and b or not c", ["a", "and", "b", "or", "not", "c"], []),
    # minus
    ("a -b", ["a"], [Not(B)]),
    ("-b", [], [Not(B)]),
    ('a -"b c"', ["a"], [Not(Phrase("b c"))]),
    ("a -(b c)", ["a"], [Not(And((B, C)))]),
    ("a -(b OR c)", ["a"], [Not(Or((B, C)))]),
    ("a -title:b", ["a"], [Not(Word("b", "title"))]),
    ("a -2018 -3d", ["a"], [Not(Word("2018")), Not(Word("3d"))]),
    # groups
    ("(a b) c", ["a", "b", "c"], []),
    ("((a) b) c", ["a", "b", "c"], []),
    ("(a b) AND c", [], [And((A, B, C))]),
    ("(a b) OR c", [], [Or((And((A, B)), C))]),
    ("(a OR b) AND (c OR d)", [], [And((Or((A, B)), Or((C, D))))]),
    ("NOT(a) OR(b)", [], [Or((Not(A), B))]),
    # patterns
    ("regulari*", [], [Prefix("regulari")]),
    ("wi?d co*on", [], [Wildcard("wi?d"), Wildcard("co*on")]),
    ("fuzzy~ fuzzi~2", [], [Fuzzy("fuzzy"), Fuzzy("fuzzi", distance=2)]),
    ("title:regul*", [], [Prefix("regul", "title")]),
    # boosts
    ("word^2.5 regul*^3", ["word"], [Prefix("regul", boost=3.0)]),
    ('"a b"^2 "a b"~3^2', [], [Phrase("a b", boost=2.0), Phrase("a b", boost=2.0, slop=3)]),
    ("title:(a OR b^2 OR cd^2)^3", [], [
        Or((Word("a", "title", 3.0), Word("b^2", "title", 3.0), Word("cd", "title", 6.0))),
    ]),
    # fields
    ("title:a ti:b", [], [Word("a", "title"), Word("b", "title")]),
    ("abstract:a ab:b", [], [Word("a", "abstract"), Word("b", "abstract")]),
    ("author:a au:b", [], [Word("a", "authors"), Word("b", "authors")]),
    ("venue:a ve:b keyword:c", [], [Word("a", "venue"), Word("b", "venue"), Word("c", "keywords")]),
    ('author:"Weinan E"', [], [Phrase("Weinan E", "authors")]),
    ('author:="Weinan E"', [], [Exact("Weinan E", "authors")]),
    ("author:=“Peng \"Kevin\" Li”", [], [Exact('Peng "Kevin" Li', "authors")]),
    ('venue:="Neural Networks"', [], [Exact("Neural Networks", "venue")]),
    ("ve:=NeurIPS", [], [Exact("NeurIPS", "venue")]),
    ("author:(Weinan E)", [], [Word("Weinan", "authors"), Word("E", "authors")]),
    ("title:(a author:b)", [], [Word("a", "title"), Word("b", "authors")]),
    ("title:AND", [], [Word("AND", "title")]),
    ("type:Thesis", [], [Exact("thesis", "type")]),
    ("id:nips2018-11201", [], [Exact("nips2018-11201", "id")]),
    ("id:arXiv:hep-th/9901001", [], [Exact("arXiv:hep-th/9901001", "id")]),
    ("doi:https://doi.org/10.1145/3292500", [], [Exact("10.1145/3292500", "doi")]),
    ("arxiv:2101.12345v2", [], [Exact("2101.12345", "arxiv")]),
    # years
    # as written
    ("=CLIP", [], [Word("CLIP", written=True)]),
    ('="a b"^2 = 4', ["4"], [Phrase("a b", boost=2.0, written=True)]),
    ("title:=a -=b", [], [Word("a", "title", written=True), Not(Word("b", written=True))]),
    ('keyword:="a b"~3', [], [Phrase("a b", "keywords", slop=3, written=True)]),
    # patterns over parts
    ("self-superv* neural*-network", [], [Prefix("self-superv"), Wildcard("neural*-network")]),
    ("first:Bengio", [], [AuthorPosition("Bengio", "first")]),
    ('last:="Weinan E"', [], [AuthorPosition("Weinan E", "last", whole=True)]),
    ('author:"^Bengio"', [], [AuthorPosition("Bengio", "first")]),
    ("authors:3", [], [AuthorCount("3", "count", least=3, most=3)]),
    ("authors:<=3", [], [AuthorCount("<=3", "count", least=1, most=3)]),
    ("authors:<4", [], [AuthorCount("<=3", "count", least=1, most=3)]),
    ("authors:>10", [], [AuthorCount(">=11", "count", least=11)]),
    ("authors:2-5", [], [AuthorCount("2..5", "count", least=2, most=5)]),
    ("authors:..5", [], [AuthorCount("<=5", "count", least=1, most=5)]),
    ("authors:0", [], [AuthorCount("0", "count", least=0, most=0)]),
    ("authors:bengio", [], [Word("bengio", "authors")]),
    ("year:2018", [], [Years("2018", "year", first=2018, last=2018)]),
    ("yr:2018-2024", [], [Years("2018..2024", "year", first=2018, last=2024)]),
    ("year:2018..", [], [Years("2018..", "year", first=2018, last=None)]),
    ("-year:..2016", [], [Not(Years("..2016", "year", first=None, last=2016))]),
    ("year:(2018 OR 2020)", [], [
        Or((Years("2018", "year", first=2018, last=2018), Years("2020", "year", first=2020, last=2020))),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "nodes"), TREES, ids=[row[0] for row in TREES])
def test_trees(text: str, words: list[str], nodes: list[Node]) -> None:
    """Each form of the language parses to its tree."""
    assert bare(text) == words
    assert required(text) == nodes


IDENTIFIERS = [
    ("10.1145/3292500.3330701", "doi", "10.1145/3292500.3330701"),
    ("https://doi.org/10.1145/3292500.3330701.", "doi", "10.1145/3292500.3330701"),
    ("doi.org/10.1145/3292500", "doi", "10.1145/3292500"),
    ("DOI: 10.1145/3292500", "doi", "10.1145/3292500"),
    ("10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2", "doi",
     "10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2"),
    ("2101.12345", "arxiv", "2101.12345"),
    ("2101.12345v2", "arxiv", "2101.12345"),
    ("arXiv:2101.12345", "arxiv", "2101.12345"),
    ("arXiv:2101.12345v3 [cs.LG]", "arxiv", "2101.12345"),
    ("hep-th/9901001", "arxiv", "hep-th/9901001"),
    ("math.AG/0309136v1", "arxiv", "math/0309136"),
    ("https://arxiv.org/abs/2101.12345v3", "arxiv", "2101.12345"),
    ("arxiv.org/pdf/2101.12345.pdf", "arxiv", "2101.12345"),
    ("https://openreview.net/forum?id=abc&x=y", "openreview", "abc"),
    ("PMID: 31452104", "pubmed", "31452104"),
    ("http://www.x.org/A/b/?utm_source=c&d=e#f", "url", "x.org/A/b?d=e"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "field", "value"), IDENTIFIERS, ids=[row[0] for row in IDENTIFIERS])
def test_bare_identifiers(text: str, field: str, value: str) -> None:
    """A DOI, an arXiv id or an address alone asks for that paper, however it is written."""
    query = parse(text)
    assert [placeless(node) for node in query.required] == [Exact(value, field)]
    assert query.optional == ()
    assert query.diagnostics == ()


def test_identifiers_beside_others() -> None:
    """Beside words a DOI stays an identifier, and an arXiv id, which titles quote, a word."""
    either = Or((Exact("10.1145/3292500", "doi"), Exact("10.1145/3292501", "doi")))
    assert required("10.1145/3292500 OR 10.1145/3292501") == [either]
    assert required("deep https://doi.org/10.1145/3292500") == [Exact("10.1145/3292500", "doi")]
    assert bare("mass of 2101.12345 GeV") == ["mass", "of", "2101.12345", "GeV"]
    assert bare("Comment on arXiv:0801.1234") == ["Comment", "on", "arXiv:0801.1234"]
    assert required("arXiv:0801.1234 year:2008")[0] == Exact("0801.1234", "arxiv")


ERRORS = [
    ("year:20l8", 5, 4, "2018"),
    ("deep year:2020..2018", 10, 10, "2018..2020"),
    ("year:>=2018", 5, 6, "2018.."),
    ("year:201*", 5, 4, "2010..2019"),
    ("year:(2018 x)", 11, 1, None),
    ("title:\"\"", 6, 2, None),
    ("title:\"...\"", 6, 5, None),
    ("title:()", 6, 2, None),
    ("author:=\"\"", 8, 2, None),
    ("author:=(a b)", 8, 1, None),
    ("type:nonsense", 5, 8, None),
    ("type:journal", 5, 7, "article-journal"),
    ("type:thesys", 5, 6, "thesis"),
    ("fuzzy~9", 0, 7, "fuzzy~2"),
    ("fuzzy~0.8", 0, 9, "fuzzy~2"),
    ("()", 0, 2, None),
    ("???", 0, 3, None),
    ("\"a b\"~99999", 5, 6, "~1000"),
    ("word^9999", 4, 5, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "position", "length", "suggestion"), ERRORS, ids=[row[0] for row in ERRORS])
def test_errors(text: str, position: int, length: int, suggestion: str | None) -> None:
    """A query without meaning is refused, with the place and, where one is known, what to type instead."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert (error.kind, error.position, error.length, error.suggestion) == (
        "query",
        position,
        length,
        suggestion,
    )


ODD = [
    ('lone "quote here', ["lone", "quote", "here"], "quote", 5, 1),
    ("(a b", ["a", "b"], "parenthesis", 0, 1),
    ("a) b", ["a", "b"], "parenthesis", 1, 1),
    ("a () b", ["a", "b"], "parenthesis", 2, 2),
    ('a "" b', ["a", "b"], "phrase", 2, 2),
    ("AND a", ["and", "a"], "operator", 0, 3),
    ("a OR", ["a", "or"], "operator", 2, 2),
    ("a AND OR b", ["a", "and", "or", "b"], "operator", 2, 3),
    ("autor:smith", ["autor:smith"], "field", 0, 6),
    ("titel:deep", ["titel:deep"], "field", 0, 6),
    ("Author:smith", ["Author:smith"], "field", 0, 7),
]


@pytest.mark.parametrize(("text", "words", "kind", "position", "length"), ODD, ids=[row[0] for row in ODD])
def test_odd_queries(text: str, words: list[str], kind: str, position: int, length: int) -> None:
    """What is merely odd is read leniently and reported with its place."""
    query = parse(text)
    assert [word.text for word in query.optional] == words
    assert query.required == ()
    assert [(d.kind, d.position, d.length) for d in query.diagnostics] == [(kind, position, length)]


def test_places() -> None:
    """A leaf's place is that of its text in the query, in code points."""
    text = '𝛼-decay \x00 title:"Big  Bang"~2^3 -(über)'
    query = parse(text)
    word, (phrase, negation) = query.optional[0], query.required
    assert isinstance(phrase, Phrase)
    assert isinstance(negation, Not)
    assert isinstance(negation.child, Word)
    assert text[word.start : word.start + word.length] == "𝛼-decay"
    assert text[phrase.start : phrase.start + phrase.length] == '"Big  Bang"~2'
    assert text[negation.child.start : negation.child.start + negation.child.length] == "über"


def test_limits() -> None:
    """Beyond the limits a query is refused by naming the limit; up to them it is answered."""
    words = " ".join(["word"] * MAX_LEAVES)
    assert len(parse(words).optional) == MAX_LEAVES
    for text, limit in [
        ("a" * (MAX_CHARACTERS + 1), "10,000"),
        (words + " word", "1,000"),
        ("(" * 1000 + "a" + ")" * 1000, "100"),
        ("-(" * 1000 + "a" + ")" * 1000, "100"),
    ]:
        with pytest.raises(QueryError, match=limit):
            parse(text)
    assert bare("(" * 100 + "a" + ")" * 100) == ["a"]
    assert bare("a" + ")" * 9000) == ["a"]


SIGNS = [
    "a(", "(", ")", '"', "“", '\\"', '"\\"', "-", "-(", "a:", "*", "a~", "^2", " AND", " NOT", "title:",
    "(a)b", "a- -b ",
]  # fmt: skip


@pytest.mark.parametrize("unit", SIGNS)
def test_repeated_signs(unit: str) -> None:
    """Ten thousand characters of one sign are answered or refused, never worse."""
    text = unit * (MAX_CHARACTERS // len(unit))
    try:
        query = parse(text)
    except QueryError:
        return
    assert query.text == text
