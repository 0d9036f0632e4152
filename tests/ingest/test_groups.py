"""Which records are one work: the fast way and the plain one, by build, update and deletion."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.index.record.paper import Author, Paper
from indexer.index.store.generation import latest
from indexer.ingest.build import build, rebuild
from indexer.ingest.groups import Traits, components, like_titles, same_work
from indexer.ingest.update import delete, update
from indexer.ingest.verify import verify
from query.search import PaperIndex

TITLES = ("Deep Nets", "Deep Nets: A Study", "Deep nets", "On the Curse of Memory", "Curse of Memory", "!", "Graphs")
PAPERS = st.lists(
    st.builds(
        Paper,
        id=st.sampled_from("abcdefghijkl"),
        title=st.sampled_from(TITLES),
        authors=st.sampled_from((("Li Wang",), ("li wang", "Ada E"), ("Ada E",), ())).map(
            lambda names: tuple(map(Author, names))
        ),
        year=st.sampled_from((None, 2018, 2019, 2020, 2022)),
        type=st.sampled_from(("", "article", "paper-conference", "manuscript")),
        doi=st.sampled_from(("", "", "10.1000/x", "10.1000/y")),
        arxiv=st.sampled_from(("", "", "2001.00001", "2001.00002")),
    ),
    max_size=14,
    unique_by=lambda paper: paper.id,
)


def plain(papers: Sequence[Paper]) -> set[frozenset[str]]:
    """The works of more than one record: every pair is looked at."""
    traits = [Traits.of(paper) for paper in papers]
    ties = [pair for pair in combinations(range(len(papers)), 2) if same_work(*(traits[at] for at in pair))]
    works = defaultdict(set)
    for paper, root in zip(papers, components(len(papers), ties), strict=True):
        works[root].add(paper.id)
    return {frozenset(ids) for ids in works.values() if len(ids) > 1}


def held(folder: Path) -> set[frozenset[str]]:
    """The works that an index has."""
    found = defaultdict(set)
    with PaperIndex.open(folder) as index:
        for segment in index.segments:
            hashes = segment.works
            for doc in segment.live.nonzero()[0].tolist() if len(hashes) else ():
                if hashes[doc]:
                    found[int(hashes[doc])].add(segment.paper_id(doc))
    return set(map(frozenset, found.values()))


def written(path: Path, papers: Sequence[Paper]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in papers))
    return path


@settings(max_examples=25, deadline=None)
@given(PAPERS, PAPERS, st.sets(st.sampled_from("abcdefghijkl"), max_size=2))
def test_works_are_those_of_every_pair(first: list[Paper], second: list[Paper], gone: set[str]) -> None:
    """After a build, an update that replaces and adds, a deletion and a rebuild."""
    first = [*first, Paper("one", "Something")]
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside) / "p.idx"
        build([written(Path(aside) / "1.jsonl", first)], folder, group_duplicates=True)
        assert held(folder) == plain(first)
        papers = {paper.id: paper for paper in [*first, *second]}
        if second:
            update([written(Path(aside) / "2.jsonl", second)], folder)
            assert held(folder) == plain(list(papers.values()))
        if gone := gone & papers.keys():
            delete(sorted(gone), folder)
            left = [paper for paper in papers.values() if paper.id not in gone]
            assert held(folder) == plain(left)
            rebuild(folder)
            assert held(folder) == plain(left)
        assert latest(folder).group_duplicates
        assert verify(folder) == []


def test_nothing_is_grouped_unless_asked_for(tmp_path: Path) -> None:
    """Two records of one DOI are two papers."""
    twins = [Paper(name, "Deep Nets", doi="10.1000/x") for name in "ab"]
    build([written(tmp_path / "1.jsonl", twins)], tmp_path / "p.idx")
    assert held(tmp_path / "p.idx") == set()


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("deep nets", "deep nets a study", True),
        ("curse of memory", "on the curse of memory in recurrent neural networks approximation and analysis", True),
        ("deep nets", "graph attention", False),
        ("nets", "on the use of nets in fishing", False),
        ("", "", False),
    ],
)
def test_like_titles(one: str, other: str, alike: bool) -> None:
    """A subtitle comes or goes; a shared identifier with another title is somebody's mistake."""
    assert like_titles(one.split(), other.split()) is alike
