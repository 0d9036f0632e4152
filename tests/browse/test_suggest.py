"""Completions and the names of author clusters: what is read from counts is what the papers give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import orjson
import pytest

from indexer.index.native import kernel
from indexer.index.record.names import cluster_key, spelling
from indexer.index.record.paper import Author, Paper
from indexer.index.segment.container import Array
from indexer.index.segment.strings import StringTable, write_strings
from indexer.index.text.analysis import name_words
from indexer.ingest.build import build
from indexer.ingest.collect import index_papers
from indexer.ingest.update import delete, update
from indexer.ingest.verify import verify
from query import PaperIndex
from query.browse.suggest import Candidates, commonest

NAMES = ("Ada Lovelace", "ada lovelace", "Ada LOVELACE", "Alan Ada", "Aaron Li", "Jean-Luc Ada", "Anna Li", "Li Na")


class _Memory(dict[str, Array]):
    """Arrays as a writer takes them."""

    def add(self, name: str, array: Array) -> None:
        self[name] = array

    def add_bytes(self, name: str, data: bytes | bytearray) -> None:
        self[name] = np.frombuffer(data, dtype=np.uint8)


def _part(counts: dict[bytes, int]) -> Candidates:
    arrays = _Memory()
    write_strings(arrays, "key", sorted(counts), ordered=True)
    papers = np.array([counts[key] for key in sorted(counts)], dtype=np.uint32)
    return Candidates(StringTable(arrays, "key"), np.arange(len(counts)), papers)


@pytest.mark.parametrize("most", [1, 3, 1000])
@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("size", [5, 9_000])
def test_the_commonest_of_several_tables_are_those_of_their_sums(size: int, parts: int, most: int) -> None:
    """However many are alike: the order is by count, then by string."""
    random = Random(size * 10 + parts)
    tables = [
        {b"%x" % random.randrange(size): random.randint(1, most) for _ in range(size // (at * 20 + 1) + 1)}
        for at in range(parts)
    ]
    sums: Counter[bytes] = Counter()
    for table in tables:
        sums.update(table)
    expected = sorted(sums.items(), key=lambda row: (-row[1], row[0]))
    found = [_part(table) for table in tables]
    for limit in (1, 10, 300):
        assert commonest(found, limit, None) == expected[:limit]
    if size < 100:
        assert commonest(found, None, None) == expected


def _papers(random: Random, first: int, count: int) -> Iterator[Paper]:
    for at in range(first, first + count):
        authors = [Author(random.choice(NAMES), random.choice((None, "~1", "~2"))) for _ in range(random.randint(1, 4))]
        yield Paper(id=f"p{at}", title=f"Title {at}", authors=tuple(authors), year=random.choice((None, 2001, 2015)))


def _headings(papers: list[Paper]) -> dict[str, tuple[str, int]]:
    """By key the name of each cluster and its papers, from the papers."""
    spelled: dict[str, Counter[str]] = {}
    newest: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for paper in papers:
        for name in {spelling(author.name) for author in paper.authors}:
            spelled.setdefault(cluster_key(name), Counter())[name] += 1
            newest[name] = max(newest[name], paper.year or 0)
        sizes.update({cluster_key(author.name) for author in paper.authors})
    return {
        key: (min(names, key=lambda name: (-names[name], -newest[name], name)), sizes[key])
        for key, names in spelled.items()
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("native", [True, False])
def test_authors_are_completed_and_named_as_their_papers_say(
    seed: int, native: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one segment and several, merged or not, with papers that were replaced or deleted."""
    if not native:
        monkeypatch.setattr(kernel, "native", None)
    random = Random(seed)
    papers = {paper.id: paper for paper in _papers(random, 0, 40)}
    folder = tmp_path / "papers.idx"
    index_papers(papers.values(), tmp_path / "first.idx")
    _check(tmp_path / "first.idx", list(papers.values()))
    for number, first in enumerate((0, 30, 50)):
        part = list(papers.values()) if number == 0 else list(_papers(random, first, 30))
        papers |= {paper.id: paper for paper in part}
        path = tmp_path / f"{number}.jsonl"
        path.write_bytes(b"".join(orjson.dumps(paper.as_record()) + b"\n" for paper in part))
        (update if number else build)([path], folder)
        _check(folder, list(papers.values()))
    delete(["p3", "p4"], folder)
    _check(folder, [paper for paper in papers.values() if paper.id not in ("p3", "p4")])
    assert verify(folder) == []


def _check(folder: Path, papers: list[Paper]) -> None:
    headings = _headings(papers)
    with PaperIndex.open(folder) as index:
        for prefix in ("a", "ada", "ada l", "li", "li a", "jean-l", "x"):
            typed = name_words(prefix)
            rows = [
                (-count, key, name)
                for key, (name, count) in headings.items()
                if key.startswith(cluster_key(prefix))
                or all(any(word.startswith(begun) for word in name_words(key)) for begun in typed)
            ]
            expected = [(name, -count) for count, _, name in sorted(rows)]
            assert [(row.value, row.count) for row in index.suggest(prefix, None).authors] == expected
            assert [(row.value, row.count) for row in index.suggest(prefix, 2).authors] == expected[:2]
