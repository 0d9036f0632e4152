"""The author-cluster page of Arrow Research search, as text."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.index.record.paper import Paper
from indexer.readers.formats import Rejected
from indexer.readers.sources import read_file
from tests.readers.reading import Read, reader, shared_folder


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Gives the entries of bytes under a name."""
    return reader(tmp_path)


PAGE = """Arrow Research search

Author name cluster

Ann B

2 papers
1 author row

NeurIPS Conference 2025 Conference Paper

A Title in 2018 Words

  • Ann B
  • Jinbo Wang 0003

First paragraph.

  • a list in the abstract

JMLR Journal 2022 Journal Article

Another Title

  • Ann B

Abstract. [abs] [ pdf ][ bib ] &copy JMLR 2022. ( edit, beta )
"""


def test_a_page_gives_its_papers_in_its_order(read: Read) -> None:
    """Heading, title, authors as spelt, abstract."""
    first, second = read(PAGE.encode(), "page.txt")
    assert isinstance(first, Paper)
    assert isinstance(second, Paper)
    assert {key: value for key, value in first.as_record().items() if key != "id"} == {
        "title": "A Title in 2018 Words", "authors": ["Ann B", "Jinbo Wang 0003"], "venue": "NeurIPS", "year": 2025,
        "type": "paper-conference", "abstract": "First paragraph.\n• a list in the abstract",
    }  # fmt: skip
    assert (second.venue, second.year, second.type) == ("JMLR", 2022, "article-journal")
    assert [entry.id for entry in read(PAGE.replace("\n", "\r\n").encode(), "b.txt") if isinstance(entry, Paper)] == [
        first.id,
        second.id,
    ]


def test_a_heading_without_title_is_refused_with_its_line(read: Read) -> None:
    """The other papers of the page are read."""
    entries = read(PAGE.replace("A Title in 2018 Words\n", "").encode(), "page.txt")
    assert [type(entry) for entry in entries] == [Rejected, Paper]
    assert isinstance(entries[0], Rejected)
    assert (entries[0].line, entries[0].reason) == (10, "title is missing; a paper needs one")


@pytest.mark.parametrize("name", ["Arrow Research search", "Author name cluster"])
def test_a_page_is_known_without_either_of_its_heads(read: Read, name: str) -> None:
    """A page that was copied in part is recognised by what is left."""
    assert len(read(PAGE.replace(name + "\n", "").encode(), "page.txt")) == 2


def test_the_page_that_quiver_is_modelled_on() -> None:
    """14 papers from 2025 to 2016: NeurIPS 7, JMLR 4, ICML 2, ICLR 1, all with Weinan E."""
    entries = list(read_file(str(shared_folder() / "seed" / "arrow-author-cluster-weinan-e.txt")))
    papers = [entry for entry in entries if isinstance(entry, Paper)]
    assert len(papers) == len(entries) == len({paper.id for paper in papers}) == 14
    venues = [paper.venue for paper in papers]
    assert {venue: venues.count(venue) for venue in venues} == {"NeurIPS": 7, "JMLR": 4, "ICML": 2, "ICLR": 1}
    assert [paper.year for paper in papers] == sorted((paper.year or 0 for paper in papers), reverse=True)
    assert all("Weinan E" in [author.name for author in paper.authors] for paper in papers)
    assert all(paper.abstract for paper in papers)
    assert "Jinbo Wang 0003" in [author.name for author in papers[1].authors]
