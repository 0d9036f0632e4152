"""Searches indexes of papers. What programs use stands here; each name is loaded when it is first asked for.

from query import PaperIndex
with PaperIndex.open("papers.idx") as index:
    for hit in index.search("implicit regularization", years=(2018, None)):
        print(hit.title)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from indexer.index.errors import BadIndexError as BadIndexError
    from indexer.index.errors import ClosedIndexError as ClosedIndexError
    from indexer.index.errors import NotFoundError as NotFoundError
    from indexer.index.errors import QueryError as QueryError
    from indexer.index.errors import QuiverError as QuiverError
    from indexer.index.errors import UsageError as UsageError
    from indexer.index.record.paper import Author as Author
    from indexer.index.record.paper import Paper as Paper
    from query.browse.clusters import Cluster as Cluster
    from query.browse.suggest import Suggestions as Suggestions
    from query.browse.venue_list import VenueRow as VenueRow
    from query.information import Information as Information
    from query.language.parser import parse as parse
    from query.language.tree import Diagnostic as Diagnostic
    from query.language.tree import Query as Query
    from query.results import Explanation as Explanation
    from query.results import FacetCount as FacetCount
    from query.results import Hit as Hit
    from query.results import Page as Page
    from query.search import PaperIndex as PaperIndex

# Not imported with the package: `quiver --help` and the parser alone need no arrays.
_HOMES = {
    "Author": "indexer.index.record.paper",
    "BadIndexError": "indexer.index.errors",
    "ClosedIndexError": "indexer.index.errors",
    "Cluster": "query.browse.clusters",
    "Diagnostic": "query.language.tree",
    "Explanation": "query.results",
    "FacetCount": "query.results",
    "Hit": "query.results",
    "Information": "query.information",
    "NotFoundError": "indexer.index.errors",
    "Page": "query.results",
    "Paper": "indexer.index.record.paper",
    "PaperIndex": "query.search",
    "Query": "query.language.tree",
    "QueryError": "indexer.index.errors",
    "QuiverError": "indexer.index.errors",
    "Suggestions": "query.browse.suggest",
    "UsageError": "indexer.index.errors",
    "VenueRow": "query.browse.venue_list",
    "parse": "query.language.parser",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
