"""What re-scoring reads and adds, beside the words of the papers themselves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.native import kernel
from indexer.index.record.paper import Paper
from indexer.index.schema import FIELDS
from indexer.index.text.analysis import stems, words
from indexer.index.text.reading import as_read
from indexer.ingest.collect import index_papers
from query import PaperIndex
from query.engines.answer import Row
from query.ranking.candidates import FIELD, OWNER, TEXT_FIELDS, TITLE, Candidates, Ints
from query.ranking.features import proximity
from query.ranking.parameters import BEST
from query.ranking.query_words import AskedWord
from query.ranking.sentence import Role

TITLES = [
    "Motion planning for legged robots in the wild",
    "Planning of motion for walking",
    "On legged motion and other planning",
    "BERT: a language model",
    "What BERT knows",
]
AUTHORS = ["Ada Wild", "Bo Walking", "Cy Legg", "Di Plan", "Ed Motion"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a few papers whose titles share words; their abstracts say the same of each."""
    folder = tmp_path_factory.mktemp("few") / "p.idx"
    index_papers(
        [
            Paper.from_record(
                {
                    "id": f"p{number}",
                    "title": title,
                    "abstract": "Robots, planning and BERT.",
                    "authors": [AUTHORS[number]],
                }
            )
            for number, title in enumerate(TITLES)
        ],
        folder,
    )
    return folder


@pytest.fixture(scope="module")
def few(folder: Path) -> Iterator[PaperIndex]:
    """That index."""
    with PaperIndex.open(folder) as opened:
        yield opened


def first(index: PaperIndex, text: str) -> str:
    """The id that stands first."""
    return index.search(text, match="any").hits[0].id


def gains(index: PaperIndex, text: str, paper: str) -> dict[str, float]:
    """What re-scoring adds to a paper, by kind."""
    page = index.search(text, match="any", explain=True)
    hit = next(hit for hit in page.hits if hit.id == paper)
    assert hit.explanation is not None
    return {row["part"]: row["score"] for row in hit.explanation["terms"] if row["part"] != "term"}


def test_a_title_that_runs_as_the_query_comes_first(few: PaperIndex) -> None:
    """In its order and with its function words, also if one word of it is wrong."""
    assert first(few, "motion planning for") == "p0"
    assert first(few, "planning of motion") == "p1"
    assert first(few, "motion and other plannning") == "p2"
    assert gains(few, "motion planning for", "p0")["title"] > gains(few, "motion planning for", "p2").get("title", 0.0)


def test_a_word_that_opens_a_title_names_the_paper(few: PaperIndex) -> None:
    """`BERT: ...` before what mentions BERT."""
    assert first(few, "bert") == "p3"
    assert set(gains(few, "bert", "p3")) == {"title", "written"}
    assert set(gains(few, "bert", "p4")) == {"written"}


def test_a_title_and_authors_that_hold_every_word_gain(few: PaperIndex) -> None:
    """For who remembers two words and a surname."""
    assert "heading" in gains(few, "planning legged legg", "p2")
    assert "heading" not in gains(few, "planning legged legg", "p0")
    assert "heading" not in gains(few, "bert robots plan", "p3")


def test_words_side_by_side_gain_in_any_field(few: PaperIndex) -> None:
    """As far apart as in the query; in another order they gain nothing."""
    assert "adjacent" in gains(few, "robots planning", "p4")
    assert "adjacent" not in gains(few, "planning robots", "p4")


@pytest.mark.parametrize("native", [True, False])
def test_places_are_those_of_the_words(native: bool, sample: list[Paper], tmp_path: Path) -> None:
    """With the kernel and without it, in titles and in whole papers, of whichever hits in whichever order."""
    index_papers(sample, tmp_path / "p.idx")
    with pytest.MonkeyPatch.context() as patch:
        if not native:
            patch.setattr(kernel, "native", None)
        with PaperIndex.open(tmp_path / "p.idx") as index:
            (segment,) = index.segments
            rows = [Row(0, doc, 0, 1.0) for doc in range(segment.docs - 1, 0, -2)]
            candidates = Candidates(index.engine.collection, rows)
            ids = [segment.paper_id(doc) for doc in candidates.docs.tolist()]
            titles = {paper.id: stems(words(as_read(paper.title))) for paper in sample}
            for stem in sorted({stem for title in titles.values() for stem in title})[::7]:
                whole = candidates.positions(stem.encode())
                assert whole.tolist() == sorted(set(whole.tolist()))
                positions = candidates.positions(stem.encode(), (TITLE,))
                assert positions.tolist() == whole[(whole >> FIELD & 0xFF) == TITLE].tolist()
                expected = [
                    number << OWNER | TITLE << FIELD | position
                    for number, paper in enumerate(ids)
                    for position, word in enumerate(titles[paper])
                    if word == stem
                ]
                assert positions.tolist() == expected


@st.composite
def asked_words(draw: st.DrawFn) -> tuple[list[AskedWord], dict[bytes, Ints]]:
    """Some words of a query with their positions in a few hits."""
    stems_drawn = draw(st.lists(st.sampled_from([b"a", b"b", b"c", b"d"]), min_size=2, max_size=7))
    place = st.tuples(st.integers(0, 4), st.sampled_from(TEXT_FIELDS), st.integers(0, 6))
    positions = {
        stem: np.array(
            sorted(owner << OWNER | field << FIELD | at for owner, field, at in draw(st.sets(place, max_size=20))),
            dtype=np.int64,
        )
        for stem in set(stems_drawn)
    }
    weights = st.floats(0.0, 9.0)
    asked = [
        AskedWord(stem.decode(), stem, draw(st.sampled_from(list(Role))), draw(weights), at)
        for at, stem in enumerate(stems_drawn)
    ]
    return asked, positions


@pytest.mark.skipif(kernel.native is None, reason="no kernel here")
@given(asked_words(), st.lists(st.floats(0.1, 5.0), min_size=5 * len(FIELDS), max_size=5 * len(FIELDS)))
def test_the_kernel_sees_words_stand_as_numpy_does(
    asked: tuple[list[AskedWord], dict[bytes, Ints]], norms: list[float]
) -> None:
    """Pairs, titles and the words in them: the same to the last bit."""
    asked_words_drawn, positions = asked
    hits: Any = SimpleNamespace(size=5, norms=np.array(norms).reshape(len(FIELDS), 5))
    native = proximity(hits, asked_words_drawn, positions, BEST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "native", None)
        plain = proximity(hits, asked_words_drawn, positions, BEST)
    assert native.titled.tolist() == plain.titled.tolist()
    assert native.title.tolist() == plain.title.tolist()
    assert [(left, right, gained.tolist()) for left, right, gained in native.pairs] == [
        (left, right, gained.tolist()) for left, right, gained in plain.pairs
    ]
