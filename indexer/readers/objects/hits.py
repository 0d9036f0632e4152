"""Hits of Quiver's own searches as JSON: records with what the search said of them."""

from __future__ import annotations

from indexer.index.record.values import Misfits
from indexer.readers.objects.dialect import Dialect, Record

_OF_THE_SEARCH = frozenset(("rank", "score", "tier", "snippet", "also_as", "explanation"))


def recognise(record: Record) -> bool:
    """A rank and a score beside an id and a title."""
    return {"rank", "score", "id", "title"} <= record.keys()


def convert(record: Record, misfits: Misfits) -> Record:
    """The record without what the search said of it."""
    return {key: value for key, value in record.items() if key not in _OF_THE_SEARCH}


DIALECT = Dialect("hits", "JSON of Quiver's searches", frozenset(("rank",)), recognise, convert)
