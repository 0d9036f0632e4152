"""The benchmark runs, measures equal work, and reports what it measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from benchmarks import compare
from benchmarks.engines import ENGINES, installed
from benchmarks.papers import collection, parse_count, show_count
from benchmarks.queries import KINDS, draw
from benchmarks.table import lines
from benchmarks.targets import target_rows

PAPERS = 400
WANTED = ("Quiver", "Quiver, best", "tantivy", "tantivy, one field", "FTS5", "Xapian", "Whoosh", "bm25s")

Result = Mapping[str, Any]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("benchmarks")
    names = list(installed(WANTED)[0])
    options = ["--papers", str(PAPERS), "--made", "--quick", "--engines", ";".join(names)]
    assert compare.main([*options, "--data", str(folder), "--results", str(folder)]) == 0
    measured: Result = orjson.loads((folder / f"compare-{PAPERS}.json").read_bytes())
    return measured


@pytest.mark.slow
def test_every_installed_engine_is_measured(result: Result) -> None:
    assert {"Quiver", "FTS5", "Whoosh"} <= set(result["engines"])
    for name in result["engines"]:
        kinds = ENGINES[name]().answers
        assert {kind for kind in KINDS if name in result["searches"][kind]} == kinds


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["any", "all", "phrase", "any + year", "any + venue", "any + author"])
def test_engines_find_the_same_papers(result: Result, kind: str) -> None:
    """Totals differ by what words are to each engine: half of them by a tenth at most."""
    for name, figures in result["check"][kind].items():
        assert 0.9 <= figures["ratio_of_totals"] <= 1.1, (name, figures)


@pytest.mark.slow
def test_tables_and_aims_are_made_of_the_result(result: Result) -> None:
    report = pytest.importorskip("benchmarks.report", reason="matplotlib is not installed")
    text = report.paste(f"before\n{report.START}\nold\n{report.END}\nafter\n", [result], "growth.svg")
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "\n".join(lines(result)) in text
    assert {row.what for row in target_rows(result) if row.ratio is not None} > {"adding 100 papers"}


@pytest.mark.slow
def test_the_curves_of_growth_show_each_size_and_are_the_same_each_time(result: Result, tmp_path: Path) -> None:
    growth = pytest.importorskip("benchmarks.growth", reason="matplotlib is not installed")
    larger = {**result, "papers": 2000}
    growth.draw_growth([larger, result], tmp_path / "one.svg")
    growth.draw_growth([result, larger], tmp_path / "two.svg")
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert drawn == (tmp_path / "two.svg").read_text(encoding="utf-8")
    assert all(f">{text}<" in drawn for text in ("400", "2k", "Quiver", "FTS5"))


def test_searches_are_the_same_for_the_same_seed_and_no_two_alike(tmp_path: Path) -> None:
    papers = collection(tmp_path, PAPERS, made_only=True)
    asked = draw(papers, 50)
    assert asked == draw(papers, 50)
    assert asked != draw(papers, 50, seed=2)
    assert set(asked) == set(KINDS)
    for searches in asked.values():
        assert len(set(searches)) == len(searches) == 50


def test_kinds_of_any_word_share_their_words(tmp_path: Path) -> None:
    asked = draw(collection(tmp_path, PAPERS, made_only=True), 50)
    for kind in KINDS:
        if kind.startswith("any"):
            assert [one.words for one in asked[kind]] == [one.words for one in asked["any"]]


def test_a_smaller_collection_begins_a_larger_one(tmp_path: Path) -> None:
    small, large = (collection(tmp_path, count, made_only=True).read_bytes() for count in (50, 80))
    assert large.startswith(small)
    assert large.count(b"\n") == 80


@pytest.mark.parametrize(("text", "count"), [("300", 300), ("80k", 80_000), ("1m", 1_000_000)])
def test_numbers_of_papers_are_read_as_people_say_them(text: str, count: int) -> None:
    assert parse_count(text) == count
    assert parse_count(show_count(count)) == count


def test_without_markers_nothing_is_pasted() -> None:
    report = pytest.importorskip("benchmarks.report", reason="matplotlib is not installed")
    with pytest.raises(ValueError, match="results: start"):
        report.paste("no markers", [], "growth.svg")
