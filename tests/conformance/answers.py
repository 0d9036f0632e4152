"""Everything that an index answers to some questions, as plain values: two indexes of the same papers give the same."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from indexer.index.errors import NotFoundError
from query import PaperIndex
from query.results import Page

FACETS = ("venue", "year", "type", "author")
QUERIES = (
    "", "alpha", "alpha beta gamma", "the curse of memory", '"curse memory"', "multi-task", "multitask", "multi task",
    "title:gamma", "gam*", "de?ta", "delta~", "author:weinan", 'author:="Weinan E"', "alpha -beta", "2019 graphs",
    "year:2018..2019", "zeta OR (kappa AND alpha)", "learnimg", "venue:NIPS", "müller", "keyword:delta", "omega",
)  # fmt: skip
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"venues": ["NIPS"], "sort": "newest"},
    {"years": (2019, None), "sort": "title", "limit": 2, "offset": 1},
    {"authors": ["weinan e"], "types": ["paper-conference"], "sort": "oldest"},
    {"exclude_venues": ["JMLR"], "match": "any", "limit": 3},
)


def answers(index: PaperIndex, names: tuple[str, ...]) -> dict[str, Any]:
    """What an index answers."""
    found: dict[str, Any] = {}
    for number, text in enumerate(QUERIES):
        # Each query plain, and with the filters whose turn it is.
        for more in (FILTERS[0], FILTERS[1 + number % (len(FILTERS) - 1)]):
            asked = {"limit": None, "ranking": "bm25f", **more}
            found[f"{text!r} {more}"] = _page(index.search(text, facets=FACETS, **asked))
        found[f"{text!r} best"] = _page(index.search(text))
    for name in names:
        found[name] = _author(index, name)
    found["venues"] = [asdict(row) for row in index.venues()]
    found["suggest"] = [asdict(index.suggest(prefix)) for prefix in ("w", "g", "n", "ch")]
    info = index.info()
    found["info"] = (info.papers, info.author_rows, info.author_clusters, info.venues, info.years)
    return found


def _page(page: Page) -> dict[str, Any]:
    shown = page.as_json()
    for key in ("generation", "took_ms"):
        shown.pop(key)
    return shown


def _author(index: PaperIndex, name: str) -> Any:
    try:
        return asdict(index.author(name))
    except NotFoundError as error:
        return str(error)
