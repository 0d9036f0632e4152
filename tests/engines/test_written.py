"""Words as written, in one field and side by side: held to the words of the papers, over many forms of one stem.

A segment tells of each occurrence its form, seven of a stem at most; the rest are told by the text. So a stem here has
ten, and the papers come in several segments, of which some are merged.
"""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path
from random import Random

import pytest

from indexer import open_writer
from indexer.index.text.analysis import stem, words
from indexer.ingest.verify import verify
from query import PaperIndex

FORMS = (
    "general generally generals generalize generalized generalizes generalizing generality generalities generalization"
)
OTHERS = "robot robots robotic the net"
FIELDS = ("title", "abstract", "keyword")


def _made(random: Random, number: int) -> dict[str, object]:
    pool = [*FORMS.split(), *OTHERS.split()]

    def text(most: int) -> str:
        return " ".join(random.choice(pool) for _ in range(random.randint(1, most)))

    return {"id": f"p{number}", "title": text(4), "abstract": text(9), "keywords": [text(2), text(2)]}


@pytest.fixture(scope="module", name="papers")
def fixture_papers() -> dict[str, dict[str, list[list[str]]]]:
    """The runs of words of each field, by paper."""
    random = Random(5)
    made = [_made(random, number) for number in range(150)]
    return {
        str(paper["id"]): {
            "title": [words(str(paper["title"]))],
            "abstract": [words(str(paper["abstract"]))],
            "keyword": [words(text) for text in paper["keywords"]],  # type: ignore[attr-defined]
            "record": [[str(paper)]],
        }
        for paper in made
    }


@pytest.fixture(scope="module", name="folder")
def fixture_folder(papers: dict[str, dict[str, list[list[str]]]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The papers in twelve steps, and one of each ten deleted again."""
    folder = tmp_path_factory.mktemp("written") / "papers.idx"
    random = Random(5)
    made = [_made(random, number) for number in range(150)]
    for low in range(0, 150, 13):
        with open_writer(folder) as writer:
            writer.add(made[low : low + 13])
    with open_writer(folder) as writer:
        for number in range(0, 150, 10):
            writer.delete(f"p{number}")
    for number in range(0, 150, 10):
        del papers[f"p{number}"]
    return folder


def _holds(runs: list[list[str]], wanted: tuple[str, ...]) -> bool:
    size = len(wanted)
    return any(tuple(run[at : at + size]) == wanted for run in runs for at in range(len(run) - size + 1))


@pytest.mark.parametrize("engine", ["arrays", "whoosh"])
def test_forms_stand_where_they_are_said_to(
    folder: Path, papers: dict[str, dict[str, list[list[str]]]], engine: str
) -> None:
    """`title:=generalized`, `="generalized robot"`: exactly the papers that have these words there."""
    assert len({stem(form) for form in FORMS.split()}) == 1
    assert verify(folder) == []
    some: list[tuple[str, ...]] = [(word,) for word in (*FORMS.split(), *OTHERS.split())]
    some += list(pairwise(FORMS.split())) + list(product(("generalized", "generality", "the"), ("robots", "generally")))
    with PaperIndex.open(folder, engine=engine) as index:
        for wanted in some:
            text = f'="{" ".join(wanted)}"'
            for fields in (*((field,) for field in FIELDS), FIELDS):
                query = f"{fields[0]}:{text}" if len(fields) == 1 else text
                found = {hit.id for hit in index.search(query, limit=None, snippets=False).hits}
                assert found == {
                    name for name, held in papers.items() if any(_holds(held[field], wanted) for field in fields)
                }, query
