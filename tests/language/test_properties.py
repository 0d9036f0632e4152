"""Facts of every query."""

from __future__ import annotations

import dataclasses

from hypothesis import example, given, settings
from hypothesis import strategies as st

from indexer.index.errors import QueryError
from query.language.parser import parse, parse_fully
from query.language.printer import to_text
from query.language.tree import And, Node, Not, Or, Query

PIECES = st.sampled_from(
    [
        " ", " ", " ", "a", "bc", "E", "word", "multi-task", "GAN", "VAE", "2018", "AND", "OR",
        "NOT", " AND ", " OR ", " NOT ", "-", " -", "(", ")", " (", ") ", '"', '"', "“", "”", "„",
        "~", "~2", "~5", "^", "^2", "^2.5", "^0", "*", "?", ":", ":=", "title:", "author:",
        "author:=", "venue:=", "year:", "2018..2020", "type:", "thesis", "id:", "doi:",
        "10.1234/ab", "arxiv:", "2101.12345", "arXiv:", "https://x.org/y", ".", ",", ";", "!", "$",
        "\\", '\\"', "{", "}", "/", "the", "is", "all", "\x00", "é", "∞", "_", "'",
        "‟", "«", "»", "「", "」", "＂", "=", "=CLIP", "title:=", "all:", "abs:", "foo:", "NEAR/3", "||", "|", "&&",
        "+", "!", "[ti]", "TI=", "graph*", "gra?h", "x~", "C++", "A*", "i.i.d.", "-\n", "%", "<", ">", "图像", "W24",
        "PMID:", "hep-th/9901001", "first:", "last:=", "authors:", "<=3", ">2", "2..5",
    ]
)  # fmt: skip
SYNTAX = st.lists(PIECES, max_size=14).map("".join)
PLAIN_WORDS = st.lists(st.from_regex(r"\A[^\W_]\w{0,8}(?:['’-]\w{1,4})?\Z"), min_size=1, max_size=8)


def placeless(node: Node) -> Node:
    if isinstance(node, Not):
        return Not(placeless(node.child))
    if isinstance(node, (And, Or)):
        return dataclasses.replace(node, children=tuple(placeless(child) for child in node.children))
    return dataclasses.replace(node, start=0, length=0)


def leaves(node: Node) -> list[Node]:
    if isinstance(node, Not):
        return leaves(node.child)
    if isinstance(node, (And, Or)):
        return [leaf for child in node.children for leaf in leaves(child)]
    return [node]


def tree(query: Query) -> tuple[list[Node], list[Node]]:
    return [placeless(node) for node in query.optional], [placeless(node) for node in query.required]


def parsed(text: str) -> Query | None:
    try:
        return parse(text)
    except QueryError as error:
        refusal = error
    assert refusal.kind == "query"
    assert 0 <= refusal.position <= refusal.position + refusal.length <= len(text)
    return None


@given(st.text(max_size=60) | SYNTAX)
@settings(max_examples=400, deadline=None)
def test_never_anything_but_a_query_error(text: str) -> None:
    """Any text parses or is refused; places of leaves, diagnostics and refusals lie within it."""
    query = parsed(text)
    if query is None:
        return
    places = [(d.position, d.length) for d in query.diagnostics]
    for node in (*query.optional, *query.required):
        for leaf in leaves(node):
            assert not isinstance(leaf, (And, Or, Not))
            places.append((leaf.start, leaf.length))
    assert all(start >= 0 and length >= 0 and start + length <= len(text) for start, length in places)


@given(PLAIN_WORDS, st.sampled_from([" ", "  "]))
@example(["AND", "a"], " ")
def test_fast_path_equals_the_grammar(words: list[str], space: str) -> None:
    """Plain words parse by the short way to what the whole grammar gives."""
    text = space.join(words)
    assert tree(parse(text)) == tree(parse_fully(text))


@given(SYNTAX | st.text(max_size=40))
@settings(max_examples=1500, deadline=None)
@example("(x y)^2 -(the) -2101.12345")
@example("a OR -(b c)^2 (is NOT (all))")
@example("title:x-y and - -bc")
@example("2101.12345 AND 10.1234/ab")
@example('(-"a)b" AND c)^0.5 “a "b" c”^0')
@example("(OR)^2 OR^2 ab^0, -NOT(a)b")
@example("”10.1234/ab”")
@example("„2101.12345“")
@example("!AND” !NOT« a")
@example("all:NOT all:title:=CLIP all:id:~5")
@example('abs:"=CLIP')
@example("a- NOT ")
@example("all-\n10.1234/ab")
@example("PMID:2018 -")
@example("arxiv:10.1234/ab -")
@example("? doi: https://x.org/y")
@example(")10.1234/ab^2")
@example('«"”multi-task»')
@example(" AND NEAR/3 图像")
@example("10.1234/ab%10.1234/ab")
@example("AND[ti]")
@example("[ti] AND a a")
@example("[text word] site:a.b -after:2018 orcid:0000-0002-1825-0097")
@example("graph[ti] NEAR[ti] TI=(AND x)")
def test_printing_round_trip(text: str) -> None:
    """What is printed parses to the tree that was printed."""
    query = parsed(text)
    if query is not None:
        assert tree(parse(to_text(query))) == tree(query)
