"""Titles pasted as they are find their paper."""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from indexer.index.record.paper import Paper
from indexer.ingest.build import build
from indexer.readers.sources import read_file
from query.faces.cli.commands import cli

CORPUS = Path(__file__).parents[2] / "corpus" / "papers.jsonl"
TITLES = 300
EVERY = 8
"""One list in so many is read, and as large a share of the arXiv records: 23,000 papers, half a minute's build."""


def found_among_three(index: Path, papers: Sequence[Paper]) -> list[str]:
    """Titles whose search fails, or has the paper not among its first three."""
    missed = []
    for paper in papers:
        arguments = ["search", "--index", str(index), "--format", "ids", "--limit", "3", "--", paper.title]
        ended = CliRunner().invoke(cli, arguments, prog_name="quiver")
        assert ended.exit_code == 0, (paper.title, ended.stderr)
        if paper.id not in ended.stdout.split("\n"):
            missed.append(paper.title)
    return missed


def _papers(path: Path) -> Iterator[Paper]:
    return (entry for entry in read_file(str(path)) if isinstance(entry, Paper))


def test_titles_of_the_corpus_find_their_papers(tmp_path: Path, engine: str) -> None:
    """Every one of them; by Whoosh's matchers every fifth."""
    build([CORPUS], tmp_path / "p.idx")
    papers = list(_papers(CORPUS))[:: 1 if engine == "arrays" else 5]
    assert found_among_three(tmp_path / "p.idx", papers) == []


@pytest.mark.slow
def test_titles_of_real_collections_find_their_papers(shared: Path, tmp_path: Path) -> None:
    """Three hundred at random from conference lists and arXiv, pasted: 99 % are among the first three."""
    lists = tmp_path / "lists"
    lists.mkdir()
    with tarfile.open(shared / "corpora" / "paperlists.tar.xz") as archive:
        members = (member for member in archive if member.name.endswith(".json"))
        for member in islice(members, 0, None, EVERY):
            if (file := archive.extractfile(member)) is not None:
                (lists / Path(member.name).name).write_bytes(file.read())
    with lzma.open(shared / "corpora" / "arxiv-100k.jsonl.xz") as packed:
        (lists / "arxiv.jsonl").write_bytes(b"".join(islice(io.BufferedReader(packed), 0, None, EVERY)))
    report = build([lists], tmp_path / "p.idx")
    assert report.read == report.indexed + report.duplicates + report.rejected
    papers = [paper for path in sorted(lists.iterdir()) for paper in _papers(path)]
    missed = found_among_three(tmp_path / "p.idx", Random(6).sample(papers, TITLES))
    assert len(missed) <= TITLES // 100, missed
