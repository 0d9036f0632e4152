"""A work is shown once, by the best of its papers that match; every engine counts and orders alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from indexer.index.record.paper import Author, Paper
from indexer.index.segment import builder
from indexer.ingest.build import build
from query import PaperIndex
from query.browse.versions import as_cited
from query.export.collisions import twins_in

WANG = (Author("Li Wang"),)
PAPERS = (
    Paper("pre", "Deep Nets Learn", "alpha beta", WANG, "arXiv", 2019, "article", arxiv="1901.00001"),
    Paper("conf", "Deep Nets Learn", "alpha", WANG, "NeurIPS", 2020, "paper-conference"),
    Paper("draft", "Deep Nets Learn", "alpha gamma", WANG, "ICLR", 2020, "manuscript"),
    Paper("list", "Deep Nets Learn Fast", "", WANG, "JMLR", 2022, "article-journal", arxiv="1901.00001"),
    Paper("far", "Deep Nets Learn", "alpha", WANG, "ICML", 2024, "paper-conference"),
    Paper("other", "Shallow Nets", "alpha beta", (Author("Ada E"),), "ICML", 2020, "paper-conference"),
)


@pytest.fixture(scope="module", params=[1, 100])
def works(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    engine: str,
    place: Callable[[str], str | Path],
) -> Iterator[PaperIndex]:
    """The papers in one segment, or each in its own."""
    aside, there = tmp_path_factory.mktemp("works"), place("works")
    (aside / "1.jsonl").write_bytes(b"\n".join(orjson.dumps(paper.as_record()) for paper in PAPERS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builder, "BLOCK_DOCS", request.param)
        build([aside / "1.jsonl"], there, group_duplicates=True, force=True)
    with PaperIndex.open(there) as index:
        yield index


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "title"])
@pytest.mark.parametrize(
    ("query", "filters", "shown", "all_words"),
    [
        ("alpha", {}, {"conf", "far", "other"}, 3),
        ("beta", {}, {"pre", "other"}, 2),
        ("gamma", {}, {"draft"}, 1),
        ("", {}, {"list", "far", "other"}, 3),
        ("alpha", {"types": ["article"]}, {"pre"}, 1),
        ("alpha", {"years": (2019, 2019)}, {"pre"}, 1),
        ("deep alpha beta", {}, {"pre", "far", "other"}, 1),
        ("alpha -title:fast", {"types": ["manuscript", "article"]}, {"pre"}, 1),
        ("gamma zeta", {"match": "any"}, {"draft"}, 1),
    ],
)
def test_a_work_is_shown_once(
    works: PaperIndex, query: str, filters: dict[str, object], shown: set[str], all_words: int, sort: str
) -> None:
    """Published form before preprint before manuscript among those that match; totals and facets count works."""
    page = works.search(query, sort=sort, facets=["type"], **filters)  # type: ignore[arg-type]
    assert {hit.id for hit in page.hits} == shown
    assert (page.total, page.all_words) == (len(shown), all_words)
    assert sum(row.count for row in page.facets["type"]) == len(shown)


def test_pages_join_to_the_whole(works: PaperIndex) -> None:
    """Paging counts works."""
    whole = [hit.id for hit in works.search("alpha beta", match="any").hits]
    pages = [works.search("alpha beta", match="any", limit=1, offset=offset).hits for offset in range(4)]
    assert [hit.id for hits in pages for hit in hits] == whole
    assert len(whole) == 3


def test_statistics_count_papers(works: PaperIndex) -> None:
    """N and n_t are of papers, and author pages list them all."""
    assert works.info().papers == len(PAPERS)
    assert {paper.id for paper in works.author("Li Wang").papers} == {"pre", "conf", "draft", "list", "far"}


def test_a_hit_names_the_other_records(works: PaperIndex) -> None:
    """The preferred first; so does a paper; related papers are other works."""
    (hit,) = works.search("gamma").hits
    assert hit.also_as == ("list", "conf", "pre")
    assert hit.as_json()["also_as"] == ["list", "conf", "pre"]
    assert works.duplicates_of("pre") == ["list", "conf", "draft"]
    assert works.duplicates_of("other") == []
    assert {hit.id for hit in works.related("pre").hits} <= {"far", "other"}


def test_a_work_is_cited_by_its_published_form(works: PaperIndex) -> None:
    """With the arXiv id of the preprint; each work once."""
    papers = [works.paper(name) for name in ("draft", "pre", "other")]
    assert [(paper.id, paper.arxiv) for paper in as_cited(works, papers)] == [("list", "1901.00001"), ("other", "")]
    kept = as_cited(works, papers, published=False)
    assert [(paper.id, paper.arxiv) for paper in kept] == [("draft", "1901.00001"), ("other", "")]


def test_citation_keys_are_those_of_the_preferred_records(works: PaperIndex) -> None:
    """The same whether few or all keys of the collection are made; other records of a work take no letter."""
    preferred = [works.paper(identifier) for identifier in ("list", "far", "other")]
    few, all_of_them = (twins_in(works, "{author}", count) for count in (1, 1_000_000))
    assert [few(paper) for paper in preferred] == [all_of_them(paper) for paper in preferred]
    assert all_of_them(preferred[0]) == ["far", "list"]
