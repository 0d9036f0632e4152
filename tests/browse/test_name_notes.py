"""What is said of names that were read as other names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.index.errors import NotFoundError
from indexer.index.record.paper import Author, Paper
from indexer.ingest.collect import index_papers
from query import PaperIndex

AUTHORS = ["Yoshua Bengio", "Yoshua Bengio", "Yann Bengio", "Y. Bengio", "Jean-Luc Picard", "W. Riker", "Will Riker"]


@pytest.fixture(scope="module", name="index")
def fixture_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PaperIndex]:
    """A paper an author."""
    folder = tmp_path_factory.mktemp("names") / "papers.idx"
    papers = (Paper(id=str(at), title=f"Title {at}", authors=(Author(name),)) for at, name in enumerate(AUTHORS))
    index_papers(papers, folder)
    with PaperIndex.open(folder) as index:
        yield index


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ('author:"Y. Bengio"', ["Y. Bengio: 2 papers of Yoshua Bengio, 1 of Yann Bengio"]),
        (
            'author:"Yoshua Bengio"',
            ["1 paper of Y. Bengio, with initials for first names, is not among these"],
        ),
        ('author:"Picard Jean-Luc"', ["No author is called Picard Jean-Luc; the name was read the other way round"]),
        ('author:"Jean-Luc Picard"', []),
        ("author:Bengio", []),
        ("bengio", []),
    ],
)
def test_what_is_said(index: PaperIndex, query: str, messages: list[str]) -> None:
    """Whom initials mean, who is left out, and what was turned round."""
    assert [row.message for row in index.search(query).diagnostics] == messages


def test_the_note_has_its_place_and_what_to_type(index: PaperIndex) -> None:
    """The name in the query, and the query that finds the others."""
    note = index.search('title author:"Yoshua Bengio"').diagnostics[0]
    assert (note.position, note.suggestion) == (13, 'author:"Y. Bengio"')


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Picard, Jean-Luc", "Jean-Luc Picard"), ("Jean Luc Picard", "Jean-Luc Picard"), ("X. Riker", None)],
)
def test_a_page_that_is_not_there_names_the_one_that_was_meant(index: PaperIndex, name: str, meant: str | None) -> None:
    """Where only one can have been."""
    with pytest.raises(NotFoundError) as raised:
        index.author(name)
    assert raised.value.suggestion == meant
