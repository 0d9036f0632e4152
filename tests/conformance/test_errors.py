"""What cannot be answered is the same error, whatever answers: its kind, its words, its place in the query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from indexer.index.errors import NotFoundError, QueryError, UsageError
from query import PaperIndex

ASKED: tuple[tuple[str, type[Exception], Callable[[PaperIndex], Any]], ...] = (
    ("a field without a value", QueryError, lambda index: index.search("title:()")),
    ("a year that is a word", QueryError, lambda index: index.search("year:abc")),
    ("a reversed range", QueryError, lambda index: index.search("year:2020..2010")),
    ("a year that is none", UsageError, lambda index: index.search("graph", years="soon")),
    ("an unknown sort", UsageError, lambda index: index.search("graph", sort="best")),
    ("an unknown facet", UsageError, lambda index: index.search("graph", facets=("colour",))),
    ("a negative limit", UsageError, lambda index: index.search("graph", limit=-1)),
    ("no such paper", NotFoundError, lambda index: index.paper("no such paper")),
    ("nothing like no paper", NotFoundError, lambda index: index.related("no such paper")),
    ("no such author", NotFoundError, lambda index: index.author("Nobody At All")),
)


@pytest.mark.parametrize(("kind", "ask"), [row[1:] for row in ASKED], ids=[row[0] for row in ASKED])
def test_what_cannot_be_answered_is_said(
    index: PaperIndex, kind: type[Exception], ask: Callable[[PaperIndex], Any]
) -> None:
    """In one line."""
    with pytest.raises(kind) as told:
        ask(index)
    assert str(told.value)
    assert "\n" not in str(told.value)


def test_an_answer_that_is_empty_says_what_emptied_it(index: PaperIndex) -> None:
    """The clause or filter to blame, as a diagnostic."""
    found = index.search("alpha -alpha")
    assert found.total == 0
    for text, filters in (("zzzqqq", {}), ("alpha", {"venues": ["Nowhere"]}), ("alpha", {"years": (1000, 1001)})):
        page = index.search(text, **filters)
        assert page.total == 0
        assert [row.message for row in page.diagnostics]
