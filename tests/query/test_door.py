"""What a program does with an index and with what it gives: hits, pages, scans, ids, a closed index."""

from __future__ import annotations

import gc
import pickle
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.errors import ClosedIndexError, NotFoundError, QuiverError
from indexer.index.record.paper import Paper
from indexer.index.segment.papers import StoredPapers
from indexer.ingest.build import build
from query import PaperIndex
from query.results import COLUMNS

SORTS = ("relevance", "newest", "oldest", "title")
RECORD = {
    "id": "a<b", "title": "On <i>lines</i> & planes", "authors": ["Ann Li", {"name": "Bo Wu", "orcid": "0"}],
    "year": 2020, "venue": "NIPS", "type": "paper-conference", "doi": "10.1000/xyz", "arxiv": "2001.00001",
    "url": "javascript:alert(1)", "abstract": "Planes <script> of lines", "award": "best",
}  # fmt: skip


@pytest.fixture(name="one")
def fixture_one(tmp_path: Path) -> PaperIndex:
    source = tmp_path / "one.jsonl"
    source.write_bytes(orjson.dumps(RECORD))
    build([source], tmp_path / "p.idx")
    return PaperIndex.open(tmp_path / "p.idx")


def test_a_hit_has_what_a_list_shows(one: PaperIndex) -> None:
    """Published title, canonical venue, names of authors, and the identifiers, whether snippets are made or not."""
    for snippets in (True, False):
        (hit,) = one.search("lines", snippets=snippets)
        assert (hit.id, hit.title, hit.year, hit.type) == (RECORD["id"], RECORD["title"], 2020, "paper-conference")
        assert (hit.venue, hit.authors) == ("NeurIPS", ("Ann Li", "Bo Wu"))
        assert (hit.doi, hit.arxiv, hit.url) == (RECORD["doi"], RECORD["arxiv"], RECORD["url"])
        assert (hit.rank, hit.tier) == (1, 0)
        assert bool(hit.snippet) == snippets
        assert hit.paper == one.paper("a<b") == Paper.from_record(RECORD)
        assert hash(hit.paper.title) == hash(RECORD["title"])
        assert one.paper("a<b") == hit.paper
        assert hit.paper.extra == {"award": "best"}
        assert repr(hit.paper) == repr(one.paper("a<b"))
        with pytest.raises(AttributeError):
            _ = hit.paper.nothing  # type: ignore[attr-defined]


def test_what_a_hit_shows_loads_no_record(one: PaperIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its title neither, nor that of its paper."""
    (hit,) = one.search("lines", snippets=False)
    monkeypatch.setattr(StoredPapers, "rest", lambda *_: pytest.fail("the record was read"))
    assert hit.title == hit.paper.title == RECORD["title"]
    assert (hit.id, hit.authors, hit.venue, hit.year, hit.url) == (
        hit.paper.id,
        ("Ann Li", "Bo Wu"),
        "NeurIPS",
        2020,
        RECORD["url"],
    )


def test_a_page_pickles_with_its_papers(one: PaperIndex) -> None:
    """What comes back needs no index."""
    for snippets in (True, False):
        page = one.search("lines", facets="venue", explain=True, snippets=snippets)
        again = pickle.loads(pickle.dumps(page))
        assert again == page
        assert again.hits[0].paper == page.hits[0].paper
        assert pickle.loads(pickle.dumps(page.hits[0].paper)) == page.hits[0].paper
        assert again.hits[0].doi == RECORD["doi"]


def test_a_page_is_a_sequence_of_hits(index: PaperIndex) -> None:
    """With a length, a short repr, rows for a data frame, and a table for a notebook."""
    page = index.search("ifegin colasit", match="any")
    assert len(page) == len(page.hits) == len(list(page)) == 10
    assert page[0] is page.hits[0]
    assert [hit.id for hit in page[2:4]] == [hit.id for hit in page.hits[2:4]]
    assert repr(page) == f"Page('ifegin colasit': 10 of {page.total:,} papers, from 0)"
    assert len(repr(page[0])) < 400
    rows = page.to_dicts()
    assert [tuple(row) for row in rows] == [COLUMNS] * 10
    assert rows[0]["title"] == page[0].title


def test_a_table_for_a_notebook_escapes(one: PaperIndex) -> None:
    """Whatever a record holds stays text, and only addresses of the web are linked."""
    table = one.search("lines")._repr_html_()
    assert "<script" not in table
    assert "javascript" not in table
    assert "<mark>lines</mark>" in table


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("ranking", ["best", "bm25f"])
@pytest.mark.parametrize(
    "query", ["", "ifegin colasit", "ifegin -colasit", "year:2018..", '"zzz" OR ifegin', "nowhere"]
)
def test_a_scan_gives_what_a_search_of_everything_gives(index: PaperIndex, query: str, ranking: str, sort: str) -> None:
    """The same hits in the same order, with the same ranks, tiers and scores."""
    chosen: dict[str, Any] = {"sort": sort, "ranking": ranking, "exclude_types": "thesis"}
    page = index.search(query, limit=None, snippets=False, **chosen)
    assert list(index.scan(query, **chosen)) == list(page)
    assert len(page) == page.total
    assert [hit.snippet for hit in index.scan(query, snippets=True, **chosen)] == [
        hit.snippet for hit in index.search(query, limit=None, **chosen)
    ]


def test_a_scan_keeps_no_hit(index: PaperIndex) -> None:
    """Memory does not grow with what has been read: less than a third of what a page of all hits takes."""

    def peak(run: Callable[[], object]) -> int:
        tracemalloc.start()
        run()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    def read() -> None:
        for hit in index.scan(sort="newest"):
            assert hit.paper.title

    read()
    assert peak(read) * 3 < peak(lambda: [hit.paper.abstract for hit in index.search(limit=None, sort="newest")])


def test_an_index_counts_and_finds_papers(index: PaperIndex, sample: list[Paper]) -> None:
    """By `len`, `in`, `ids` and `paper`."""
    assert len(index) == len(sample)
    assert sorted(index.ids()) == sorted(paper.id for paper in sample)
    assert sample[3].id in index
    assert "no such id" not in index
    assert 3 not in index
    assert index.paper(sample[3].id) == sample[3]
    with pytest.raises(NotFoundError):
        index.duplicates_of("no such id")


def test_a_paper_is_named_by_itself_too(index: PaperIndex, sample: list[Paper]) -> None:
    """A paper and a hit stand for their ids wherever one is asked for; `paper in index` was False of every paper."""
    hit = index.search("ifegin", match="any")[0]
    assert hit in index
    assert hit.paper in index
    assert Paper("no such id", "Title") not in index
    assert index.paper(hit) == index.paper(hit.paper) == index.paper(hit.id)
    assert index.related(hit) == index.related(hit.paper) == index.related(hit.id)


def test_answers_of_one_search_are_equal(index: PaperIndex) -> None:
    """However long each took."""
    assert index.search("ifegin colasit", facets="venue") == index.search("ifegin colasit", facets="venue")


def test_an_index_moves_on_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where its path was relative to one that the program has left."""
    monkeypatch.chdir(folder.parent)
    with PaperIndex.open(folder.name) as index:
        monkeypatch.chdir("/")
        assert index.reopen() is False


def test_records_of_one_work_are_its_duplicates(tmp_path: Path) -> None:
    """The same title and first author, a year apart at most."""
    rows = [{"id": name, "title": "On Lines", "authors": ["A B"], "year": year} for name, year in
            (("a", 2019), ("b", 2020), ("c", 2022), ("d", None))]  # fmt: skip
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    build([source], tmp_path / "p.idx")
    with PaperIndex.open(tmp_path / "p.idx") as index:
        assert index.duplicates_of("a") == ["b", "d"]
        assert index.duplicates_of(index.paper("c")) == ["d"]


CALLS: dict[str, Callable[[PaperIndex], object]] = {
    "search": lambda index: index.search("ifegin"),
    "scan": lambda index: index.scan("ifegin"),
    "paper": lambda index: index.paper("x"),
    "related": lambda index: index.related("x"),
    "author": lambda index: index.author("x"),
    "suggest": lambda index: index.suggest("x"),
    "venues": lambda index: index.venues(),
    "info": lambda index: index.info(),
    "ids": lambda index: index.ids(),
    "len": len,
    "in": lambda index: "x" in index,
    "duplicates_of": lambda index: index.duplicates_of("x"),
    "reopen": lambda index: index.reopen(),
    "generation": lambda index: index.generation,
    "warnings": lambda index: index.warnings,
    "rank_plain": lambda index: index.rank_plain("x", 3),
    "pinned": lambda index: index.pinned(),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_closed_index_says_so(folder: Path, name: str) -> None:
    """Whatever it is asked, also through a pinned one; closing twice is nothing."""
    index = PaperIndex.open(folder)
    pinned = index.pinned()
    index.close()
    index.close()
    for closed in (index, pinned):
        with pytest.raises(ClosedIndexError, match="is closed"):
            CALLS[name](closed)
    assert "closed" in repr(index)


def test_what_a_closed_index_gave_says_so_too(folder: Path) -> None:
    """A scan that has begun, and a hit of which more is asked than was read; what was read is still there."""
    with PaperIndex.open(folder) as index:
        bare = index.search("ifegin", match="any", snippets=False)[0]
        whole = index.search("ifegin", match="any")[0]
        scan = index.scan("ifegin", match="any")
        next(scan)
    with pytest.raises(ClosedIndexError):
        next(scan)
    assert bare.title == whole.title
    with pytest.raises(ClosedIndexError):
        _ = bare.paper.abstract
    assert repr(bare.paper) == f"Paper(id={bare.id!r}, title={bare.title!r}, ...)"
    assert whole.paper.abstract is not None


def test_closing_lets_go_of_the_files(folder: Path) -> None:
    """Nothing of the index stays mapped when what is garbage is gone."""
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("no /proc here")
    gc.collect()
    before = maps.read_text().count(str(folder))
    index = PaperIndex.open(folder)
    index.search("ifegin", facets=("author", "venue"))
    index.suggest("wa")
    assert maps.read_text().count(str(folder)) > before
    index.close()
    gc.collect()
    assert maps.read_text().count(str(folder)) == before


def test_a_file_that_was_closed_claims_no_damage(folder: Path) -> None:
    """Who holds on to a segment of a closed generation is told that it is closed."""
    index = PaperIndex.open(folder)
    (segment, *_) = index.segments
    index._now().generation.close()
    for read in (lambda: segment.papers.rest(0), lambda: segment.arrays["doc.work"], lambda: segment.find_key(1)):
        with pytest.raises(QuiverError) as caught:
            read()
        assert isinstance(caught.value, ClosedIndexError)
