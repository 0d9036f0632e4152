"""What people bring along from other searches: every row of the table in the documentation, and more of each kind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.index.errors import QueryError
from indexer.index.record.venues import VenueTable
from query.language.analysed import analyse
from query.language.combine import leaves
from query.language.parser import parse
from query.language.tree import Phrase, Query, Word

DOCS = Path(__file__).parents[2] / "docs" / "query-language.md"
_ROW = re.compile(r"\| `(.+?)` \| [^|]+ \| (?:`(.+?)`(, without a note)?|refused) \|")


def rows() -> list[tuple[str, str | None, bool]]:
    """What is typed, what it is read as (None: it is refused), whether there is a note."""
    section = DOCS.read_text("utf-8").partition("## From other searches")[2].replace("\\|", "\x00")
    found = [_ROW.fullmatch(line) for line in section.splitlines() if line.startswith("| `")]
    return [(row[1].replace("\x00", "|"), row[2], not row[3]) for row in found if row is not None]


def meaning(query: Query) -> object:
    """A query without its places: words as analysed, leaves with their fields."""
    analysed = analyse(query, VenueTable.default())
    required = [
        (type(leaf), leaf.field, [word.parts for word in analysed.words_of(leaf)])
        if isinstance(leaf, Word | Phrase)
        else (type(leaf), leaf.field, leaf.text)
        for node in query.required
        for leaf in leaves(node)
    ]
    return [word.parts for word in analysed.words], [type(node) for node in query.required], required


def test_the_table_is_read() -> None:
    """Every row of it."""
    lines = DOCS.read_text("utf-8").partition("## From other searches")[2].splitlines()
    assert len(rows()) == sum(line.startswith("| `") for line in lines) > 30


@pytest.mark.parametrize(("typed", "meant", "noted"), rows(), ids=[row[0] for row in rows()])
def test_foreign_syntax(typed: str, meant: str | None, noted: bool) -> None:
    """It is read as the table says, with a note that has a place, or refused with a place."""
    if meant is None:
        with pytest.raises(QueryError) as caught:
            parse(typed)
        assert caught.value.length
        return
    query = parse(typed)
    assert meaning(query) == meaning(parse(meant))
    assert bool(query.diagnostics) == noted
    assert all(row.length and row.position + row.length <= len(typed) for row in query.diagnostics)


ODD = [
    "!graph",
    'deep !"graph network"',
    "deep !(graph tree)",
    "!!graph",
    "+graph",
    '+"graph network"',
    "a | b",
    "|| graph",
    "graph NEAR tree",
    "graph NEAR/10 tree",
    "graph NEAR(tree, 3)",
    "graph ADJ3 tree",
    "graph PRE/2 tree",
    "graph && tree",
    "graph BUTNOT tree",
    "ti: graph",
    "author: bengio",
    "kw: graph",
    "cat:cs.LG",
    "property:refereed",
    "site:arxiv.org",
    "au:bengio orcid:0000",
    "graph&&tree",
    "graph||tree",
    "smith[au]",
    "AU=smith",
    "TITLE(graph)",
    "title:^graph",
    "fulltext:graph",
    "date:[2018 TO *]",
    "year:{2018 TO 2020}",
    "autor:smith",
    "Journal:nature",
]


@pytest.mark.parametrize("typed", ODD)
def test_no_sign_goes_unsaid(typed: str) -> None:
    """Whatever is not read as it was meant elsewhere is said, with its place."""
    diagnostics = parse(typed).diagnostics
    assert diagnostics
    assert all(typed[row.position : row.position + row.length].strip() for row in diagnostics)


QUOTED = [
    "“graph network”",
    "”graph network”",
    "„graph network“",
    "„graph network”",
    "‟graph network”",
    "«graph network»",
    "»graph network«",
    "»graph network»",
    "「graph network」",
    "『graph network』",
    "＂graph network＂",
    '"graph network”',
    '“graph network"',
    "« graph network »",
]


@pytest.mark.parametrize("typed", QUOTED)
def test_quotes_of_every_kind_quote(typed: str) -> None:
    """Also those that a slip of the hand has paired, and in a field."""
    assert [node.text for node in parse(typed).required if isinstance(node, Phrase)] == ["graph network"]
    assert parse(typed).diagnostics == ()
    (node,) = parse(f"title:{typed}").required
    assert (type(node), node.field) == (Phrase, "title")  # type: ignore[union-attr]


HEALED = [
    ("high-dimen-\nsional graphs", [("high", "dimensional"), ("graphs",)]),
    ("high-dimen-\r\n  sional", [("high", "dimensional")]),
    ("high-dimen- sional", [("high", "dimensional")]),
    ("Semi-\nSupervised learning", [("semi", "supervised"), ("learning",)]),
    ("first- and second-order", [("first",), ("and",), ("second", "order")]),
    ("e\ufb03cient \ufb01nding", [("efficient",), ("finding",)]),
    ("soft\u00adhyphen", [("softhyphen",)]),
]


@pytest.mark.parametrize(("typed", "words"), HEALED)
def test_lines_and_ligatures_heal(typed: str, words: list[tuple[str, ...]]) -> None:
    """What a line's end or a printer's ligature has broken is whole again."""
    analysed = analyse(parse(typed), VenueTable.default())
    assert [word.parts for word in analysed.words] == words
