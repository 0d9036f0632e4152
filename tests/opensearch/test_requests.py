"""How many requests each kind of search sends, and that answers are the same where the tables of an index are away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer import build, delete, update
from indexer.index.opensearch import tables
from indexer.index.opensearch.connection import Connection
from indexer.index.record.paper import Paper
from indexer.index.text.analysis import words
from query import PaperIndex
from tests.generate import papers
from tests.opensearch.cluster.nodes import Cluster

COMMON, OTHER = (
    word for word, _ in Counter(w for paper in papers(400) for w in words(paper.title) if len(w) > 6).most_common(2)
)
FIRST, SECOND, THIRD = next(found for paper in papers(400) if len(found := words(paper.title)) > 4)[:3]
ALL_FACETS = ("venue", "year", "type", "author")
ONE: list[tuple[str, dict[str, Any]]] = [
    (COMMON, {}),
    (f"{COMMON} {OTHER}", {}),
    (f"{COMMON} {OTHER}", {"ranking": "bm25f", "match": "any"}),
    (f"{COMMON} {OTHER}", {"facets": ("venue", "year", "type"), "limit": 100}),
    (f"{FIRST} {COMMON} {OTHER}", {}),
    (COMMON, {"years": (2010, None), "exclude_types": ["thesis"]}),
    (COMMON, {"sort": "newest"}),
    (COMMON, {"limit": 0, "facets": ("venue",)}),
    ("", {"facets": ("year",)}),
    (f'"{FIRST} {SECOND}"', {}),
    (f'"{FIRST} {THIRD}"~3 {SECOND}', {"match": "any"}),
    (f"{COMMON[:4]}* {COMMON}", {}),
    (f"{COMMON}~ {COMMON}", {}),
    (f"{COMMON[:3]}?{COMMON[4:]} {COMMON}", {}),
    (f"title:{COMMON}", {}),
    (f"{COMMON} -{OTHER}", {}),
    (f"{COMMON} OR {OTHER}", {}),
    (f"={COMMON}", {}),
]
"""Searches that find something, each of which is one request."""


@pytest.fixture(scope="module")
def places(
    cluster: Cluster, sample: list[Paper], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str, str]]:
    """The sample in a folder, in the cluster, and there without tables."""
    aside = tmp_path_factory.mktemp("requests")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(aside / "cache"))
        source = aside / "sample.jsonl"
        source.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in sample))
        with_tables, without = cluster.index("tabled"), cluster.index("untabled")
        build(source, aside / "p.idx")
        build(source, with_tables, force=True)
        patch.setattr(tables, "MOST_BYTES", 0)
        build(source, without, force=True)
        yield aside / "p.idx", with_tables, without


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the requests that are sent."""
    paths: list[str] = []
    call = Connection.call

    def counting(self: Connection, method: str, path: str, *given: Any, **named: Any) -> Any:
        paths.append(path)
        return call(self, method, path, *given, **named)

    monkeypatch.setattr(Connection, "call", counting)
    return paths


def test_a_search_is_one_request(places: tuple[Path, str, str], sent: list[str]) -> None:
    """Whatever is asked for the first time, once the tables are there: both tiers, n_t, facets, snippets in it."""
    with PaperIndex.open(places[1]) as index:
        index.search("nowherefound", facets=ALL_FACETS)
        for query, more in ONE:
            sent.clear()
            page = index.search(query, **more)
            assert page.total, query
            assert len(sent) == 1, (query, more, sent)
            for hit in page:
                assert hit.paper.title
            assert len(sent) == 1


def test_names_ids_and_authors_cost_no_more(places: tuple[Path, str, str], sent: list[str]) -> None:
    """A name is looked up in the table; the heads of the commonest authors stand in it; a paper is one request."""
    with PaperIndex.open(places[1]) as index:
        paper = index.search(COMMON, facets=ALL_FACETS).hits[0]
        name = paper.authors[0]
        sent.clear()
        assert index.search(f'author:"{name}"').total
        assert index.search(COMMON, authors=[name]).total
        assert len(sent) == 2
        sent.clear()
        assert index.paper(paper.id).id == paper.id
        assert len(sent) == 1


def test_an_opened_index_fetches_each_table_once(places: tuple[Path, str, str], sent: list[str]) -> None:
    """A rare word brings all but none twice; an empty answer says why in a few requests."""
    with PaperIndex.open(places[1]) as index:
        sent.clear()
        assert not index.search(f"nowherefound {COMMON[:-1]}zz", match="all").total
        fetched = [path for path in sent if "/_doc/table-" in path]
        assert len(fetched) == len(set(fetched)) == len(tables.NAMES)
        sent.clear()
        assert not index.search(f"nowherefound {COMMON[:-1]}yy", match="all").total
        assert len(sent) < 10


def test_without_tables_the_cluster_is_asked_and_says_the_same(places: tuple[Path, str, str]) -> None:
    """Words, names, spellings, compounds, neighbours, before and after papers came and went."""
    folder, tabled, untabled = places
    slipped = f"{COMMON[:2]}{COMMON[3]}{COMMON[2]}{COMMON[4:]}"
    with PaperIndex.open(folder) as index:
        name = index.search(COMMON, limit=1).hits[0].authors[0]
        expected = _told(index, name, slipped)
    for place in (tabled, untabled):
        with PaperIndex.open(place) as index:
            assert _told(index, name, slipped) == expected


def _told(index: PaperIndex, name: str, slipped: str) -> list[Any]:
    queries = (COMMON, slipped, f'author:"{name}"', "multi-task learning", f"{slipped} {OTHER}", "nowherefound")
    pages = [index.search(query, facets=ALL_FACETS) for query in queries]
    cluster = index.author(name)
    return [
        [[(hit.id, round(hit.score, 9), hit.snippet) for hit in page] for page in pages],
        [(page.total, page.facets, page.suggestion) for page in pages],
        [[row.message for row in page.diagnostics] for page in pages],
        (cluster.name, cluster.neighbours, cluster.coauthors),
        [row.value for row in index.suggest(name[:4]).authors],
    ]


def test_tables_follow_what_comes_and_goes(cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words and names of papers that went are in no table, those that came are; so too where tables begin or end."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source, place = tmp_path / "a.jsonl", cluster.index("changing")
    rows = ({"id": f"p{n}", "title": f"Common thing{n}", "authors": ["Ann McDonald"]} for n in range(9))
    source.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    build(source, place, force=True)
    delete("p1", place)
    for number, word in enumerate(("elephants", "giraffes", "crocodile", "butterfly")):
        most = 0 if number in (1, 2) else 32 << 20
        monkeypatch.setattr(tables, "MOST_BYTES", most)
        more = tmp_path / f"{word}.jsonl"
        more.write_bytes(orjson.dumps({"id": word, "title": f"Common {word}", "authors": [f"Bob Mac{word.title()}"]}))
        update(more, place)
        with PaperIndex.open(place) as index:
            assert (index.engine.statistics.lexicon.words is None) == (not most)  # type: ignore[attr-defined]
            assert index.search("thing1").total == 0
            assert index.search(word[:3] + word[4:], match="all").suggestion == word
            assert [hit.id for hit in index.search(word)] == [word]
            assert index.author(f"bob mac{word}").name == f"Bob Mac{word.title()}"
            assert index.author("ann mcdonald").name == "Ann McDonald"
            assert len(index.author("ann mcdonald").papers) == 8
