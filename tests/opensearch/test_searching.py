"""What a cluster does in its own way beside what `tests.conformance` states of every engine: windows, generations."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from indexer import build
from indexer.index.errors import BadIndexError
from indexer.index.record.paper import Paper
from indexer.index.text.analysis import words
from query import PaperIndex
from query.engines.opensearch import engine
from tests.generate import papers
from tests.opensearch.cluster.nodes import Cluster

COMMON, OTHER = (
    word for word, _ in Counter(word for paper in papers(400) for word in words(paper.title)).most_common(2)
)


@pytest.fixture(scope="module")
def both(
    cluster: Cluster, sample: list[Paper], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[PaperIndex, PaperIndex]]:
    """The sample in a folder and in the cluster, opened."""
    aside = tmp_path_factory.mktemp("both")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(aside / "cache"))
        source = aside / "sample.jsonl"
        source.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in sample))
        place = cluster.index("searched")
        build(source, aside / "p.idx")
        build(source, place, force=True)
        with PaperIndex.open(aside / "p.idx") as folder, PaperIndex.open(place) as remote:
            yield folder, remote


def test_past_the_window_the_order_is_the_clusters_and_nothing_is_lost(
    both: tuple[PaperIndex, PaperIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All hits come once, by search and scan, no score above the one before; the answer says from where on."""
    folder, remote = both
    monkeypatch.setattr(engine, "WINDOW", 15)
    monkeypatch.setattr(engine, "WIDE", 15)
    monkeypatch.setattr(engine, "_PAGE", 7)
    expected = {hit.id for hit in folder.search(COMMON, limit=None)}
    assert len(expected) > 40
    page = remote.search(COMMON, limit=None, ranking="bm25f")
    assert {hit.id for hit in page} == expected
    assert len(page) == page.total == len(expected)
    assert page.exact_to == 15
    scores = [hit.score for hit in page]
    assert scores == sorted(scores, reverse=True)
    assert sorted(hit.id for hit in remote.scan(COMMON, ranking="bm25f")) == sorted(expected)
    assert [hit.id for hit in page][30:35] == [
        hit.id for hit in remote.search(COMMON, ranking="bm25f", limit=5, offset=30)
    ]
    newest = [hit.id for hit in folder.search(COMMON, limit=None, sort="newest")]
    assert [hit.id for hit in remote.scan(COMMON, sort="newest")] == newest


@pytest.mark.skipif(
    os.environ.get("QUIVER_OPENSEARCH_NODES", "1") != "1",
    reason="of a few hundred papers each shard has so few that a common word is twice as rare in one as in another",
)
def test_words_of_an_alternative_order_no_paper_that_does_not_match_it(
    both: tuple[PaperIndex, PaperIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The few that are fetched of many hits are those that score most here: beside a missing word one gives nothing."""
    monkeypatch.setattr(engine, "WINDOW", 30)
    monkeypatch.setattr(engine, "WIDE", 30)
    folder, remote = both
    for query in (f"{COMMON} OR ({OTHER} AND nowherefound)", f'{COMMON} OR "{OTHER} nowherefound"'):
        for ranking in ("best", "bm25f"):
            expected = folder.search(query, ranking=ranking, limit=5)
            assert expected.total > 40
            assert [hit.id for hit in remote.search(query, ranking=ranking, limit=5)] == [hit.id for hit in expected]


def test_where_the_rows_do_not_prove_the_first_ten_more_are_asked_for(
    both: tuple[PaperIndex, PaperIndex], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dozen candidates in the server's own order do not tell the first ten."""
    monkeypatch.setattr(engine, "WINDOW", 12)
    folder, remote = both
    widened = 0
    for query in (f"{COMMON} {OTHER}", COMMON, OTHER):
        for match in ("any", "auto"):
            expected = folder.search(query, ranking="bm25f", match=match)
            page = remote.search(query, ranking="bm25f", match=match)
            assert [(hit.id, round(hit.score, 9)) for hit in page] == [
                (hit.id, round(hit.score, 9)) for hit in expected
            ], query
            widened += page.exact_to is None and page.total > 24
    assert widened


def test_a_time_limit_holds_while_the_cluster_is_waited_for(both: tuple[PaperIndex, PaperIndex]) -> None:
    """The page is partial, and says nothing that is not whole; with time enough it is the page without a limit."""
    _, remote = both
    page = remote.search(COMMON, timeout=1e-4, facets=("venue",))
    assert page.partial
    assert page.total == len(page) == 0
    whole = remote.search(COMMON, timeout=60, facets=("venue",))
    assert not whole.partial
    assert [hit.id for hit in whole] == [hit.id for hit in remote.search(COMMON)]


def test_papers_are_found_explained_and_related_alike(both: tuple[PaperIndex, PaperIndex]) -> None:
    """By id; why they score so; what is like them; a word that is an id."""
    folder, remote = both
    first = folder.search(f"{COMMON} {OTHER}", explain=True)
    second = remote.search(f"{COMMON} {OTHER}", explain=True)
    assert [hit.explanation for hit in first] == [hit.explanation for hit in second]
    paper = first.hits[0].id
    assert remote.paper(paper) == folder.paper(paper)
    assert paper in remote
    assert "no such paper" not in remote
    assert [hit.id for hit in remote.related(paper)] == [hit.id for hit in folder.related(paper)]
    assert [hit.id for hit in remote.search(paper)] == [hit.id for hit in folder.search(paper)]
    assert sorted(remote.ids()) == sorted(folder.ids())
    assert len(remote) == len(folder)


def test_an_index_stays_on_its_generation_until_it_is_reopened(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild changes nothing for who has opened the one before; afterwards the new papers are there."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    source, place = tmp_path / "few.jsonl", cluster.index("moving")
    source.write_bytes(orjson.dumps({"id": "a", "title": "One graph"}) + b"\n")
    build(source, place, force=True)
    with PaperIndex.open(place) as index:
        source.write_bytes(b"".join(orjson.dumps({"id": x, "title": "Two graphs"}) + b"\n" for x in "ab"))
        build(source, place, force=True)
        assert [hit.id for hit in index.search("graph")] == ["a"]
        assert index.reopen()
        assert {hit.id for hit in index.search("graph")} == {"a", "b"}
        assert not index.reopen()
    with pytest.raises(BadIndexError, match="no OpenSearch answers"):
        PaperIndex.open("http://127.0.0.1:9/papers")
