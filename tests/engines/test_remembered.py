"""What a call has looked up is looked up once in it, and how much it reads is counted over all of it."""

from __future__ import annotations

import pytest

from indexer.index.errors import QueryError
from query.engines.remembered import MOST_READ, once, read, remembering


def test_what_was_found_is_found_once_in_a_call() -> None:
    """Outside of a call nothing is kept, and the next call begins anew."""
    asked: list[int] = []

    def find() -> int:
        asked.append(1)
        return len(asked)

    assert [once("key", find), once("key", find)] == [1, 2]
    for expected in (3, 4):
        with remembering():
            with remembering():
                assert once("key", find) == expected
            assert once("key", find) == expected


def test_papers_that_are_read_are_counted_over_a_call() -> None:
    """Each clause may read as many as all may together; the next call has as many again."""
    for _ in range(2):
        with remembering():
            read(MOST_READ, "CLIP", among=MOST_READ)
            with pytest.raises(QueryError, match=r"would have to be read .* 'BERT'"):
                read(1, "BERT", among=MOST_READ)


def test_of_a_larger_collection_more_papers_are_read() -> None:
    """A word that stands in one of twenty papers is answered, however many they are."""
    papers = 20 * MOST_READ
    with remembering():
        read(papers // 20 + 1, "CLIP", among=papers)
        with pytest.raises(QueryError, match="would have to be read"):
            read(papers // 20, "CLIP", among=papers)
