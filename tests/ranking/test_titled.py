"""Papers whose whole title is asked for stand first, wherever BM25F has them and though a letter is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.record.paper import Paper
from indexer.ingest.collect import index_papers
from query import PaperIndex


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> PaperIndex:
    """Three hundred papers that say a word more often than the one that is called by it, and a few others."""
    folder: Path = tmp_path_factory.mktemp("titled") / "p.idx"
    papers = [
        Paper(f"p{number}", f"Attention on attention {number}", "attention " * 30, year=2020) for number in range(300)
    ]
    papers += [
        Paper("whole", "Attention", "What nobody else has said about quite other things, at length. " * 20),
        Paper("online", "Online Learning with Abstention", "On forecasters."),
        Paper("rates", "Learning rates", "Learning with learning rates for learning."),
        *(Paper(f"o{number}", f"Online forecasts {number}", "Who learns online.") for number in range(30)),
        Paper("plural", "Vision transformers", "Images."),
        *(Paper(f"s{number}", f"Vision transformed {number}", "Transform, transformed.") for number in range(5)),
        Paper("american", "Optimization of bridges", "Steel."),
        *(Paper(f"b{number}", f"Optimal bridges {number}", "Optimally optimal.") for number in range(5)),
    ]
    index_papers(papers, folder)
    return PaperIndex.open(folder)


def test_a_whole_title_stands_first_from_beyond_those_that_are_re_scored(index: PaperIndex) -> None:
    """It is last of 301 by BM25F; no page and no total changes by it."""
    plain = [hit.id for hit in index.search("attention", ranking="bm25f", limit=None).hits]
    assert plain.index("whole") > 200
    best = index.search("attention", limit=None)
    assert best.hits[0].id == "whole"
    assert best.total == 301
    assert sorted(hit.id for hit in best.hits) == sorted(plain)
    assert [hit.id for hit in index.search("attention", limit=5, offset=198).hits] == [
        hit.id for hit in best.hits[198:203]
    ]
    scores = [hit.score for hit in best.hits]
    assert scores == sorted(scores, reverse=True)


def test_of_titles_that_hold_the_whole_query_the_shortest_in_its_forms_comes_first(tmp_path: Path) -> None:
    """Half of a title was typed, so that a short one is meant; and `robots team` before `robot teams`."""
    few = [
        Paper("long", "Grounded plans of a robots team that moves in a town and learns to share its maps", "Maps."),
        Paper("half", "Grounded plans of a robots team", "Maps."),
        Paper("stems", "Grounding plan of a robot team", "Plans of a team of a robot."),
        Paper("apart", "Robots that team", "Robots team. A robots team."),
    ]
    index_papers(few, tmp_path / "p.idx")
    with PaperIndex.open(tmp_path / "p.idx") as index:
        page = index.search("a robots team", explain=True)
        assert [hit.id for hit in page.hits] == ["half", "stems", "long", "apart"]
        parts = [{row["part"] for row in hit.explanation["terms"]} for hit in page.hits if hit.explanation]
        assert ["run" in names for names in parts] == [True, True, True, False]


def test_a_title_that_lacks_a_letter_stands_first(index: PaperIndex) -> None:
    """It is among the hits by its other words; the correction is offered, and its title brought up."""
    page = index.search("onlne learning with abstention", explain=True)
    assert page.suggestion == "online learning with abstention"
    assert page.hits[0].id == "online"
    assert [hit.id for hit in index.scan("onlne learning with abstention")][: len(page.hits)] == [
        hit.id for hit in page.hits
    ]
    assert index.search("onlne learning with abstention", ranking="bm25f").total == page.total


def test_nothing_is_brought_up_that_is_no_hit(index: PaperIndex) -> None:
    """With all words asked for nothing is found, and nothing shown."""
    assert index.search("onlne learning with abstention", match="all").hits == []


def test_the_written_form_counts_more_than_its_stem_mates(index: PaperIndex) -> None:
    """Of one word: papers with that word, then those with others of its stem."""
    assert index.search("transformers").hits[0].id == "plural"
    assert index.search("transformed").hits[0].id != "plural"


@pytest.mark.parametrize("query", ["optimisation", "optimization", "optimisations"])
def test_every_spelling_of_a_word_is_its_written_form(index: PaperIndex, query: str) -> None:
    """Who writes British English means the same word."""
    first = index.search(query).hits[0].id
    assert (first == "american") == (query != "optimisations")
