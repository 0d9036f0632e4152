"""Exports and papers by name on the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from indexer.index.record.paper import Author, Paper
from indexer.ingest.collect import index_papers
from query.export import EXPORTERS, Style, collisions
from query.search import PaperIndex

Quiver = Callable[..., Result]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index in which three papers would share a citation key, and few papers have both of two words."""
    folder = tmp_path_factory.mktemp("exports") / "papers.idx"
    wang = (Author("Li Wang"),)
    rows = [
        *(Paper(f"w{i}", f"Learning of kind {i}", "", wang, year=2020, doi=f"10.1000/w{i}") for i in range(3)),
        Paper("v", "Learning elsewhere", "", (Author("Ada Li"),), year=2020),
        Paper("both", "Graph Attention: A Study", "abstract", wang, year=2021),
        Paper("one", "Graph things", "", wang, year=2021),
    ]
    index_papers(rows, folder)
    return folder


def keys_of(text: str) -> list[str]:
    return re.findall(r"^@\w+\{(.*),$", text, re.MULTILINE)


def test_a_key_is_the_same_in_every_export(quiver: Quiver, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else is exported, and whether few papers are looked up or all keys are made."""
    index = ("--index", str(small), "--format", "bibtex")
    one = keys_of(quiver("paper", "w2", *index).stdout)
    assert one == ["wang2020learningb"]
    few = keys_of(quiver("search", "learning", "--sort", "title", *index).stdout)
    assert few == ["li2020learning", "wang2020learning", "wang2020learninga", "wang2020learningb"]
    monkeypatch.setattr(collisions, "_FEW", 0)
    assert keys_of(quiver("search", "learning", "--sort", "title", *index).stdout) == few
    chosen = keys_of(quiver("paper", "w2", "--key-format", "{Author}-{id}", *index).stdout)
    assert chosen == ["Wang-w2"]
    assert quiver("paper", "w2", "--key-format", "{oops}", *index).exit_code == 2


def test_fields_are_chosen(quiver: Quiver, small: Path) -> None:
    """`--fields` names the columns, or what is left out."""
    text = quiver("paper", "w2", "--index", str(small), "--format", "csv", "--fields", "doi,title").stdout
    assert text.splitlines() == ["doi,title", "10.1000/w2,Learning of kind 2"]
    text = quiver("paper", "both", "--index", str(small), "--format", "ris", "--fields", "-abstract").stdout
    assert "AB  - " not in text
    assert "PY  - 2021" in text
    assert quiver("paper", "both", "--index", str(small), "--format", "ris", "--fields", "x").exit_code == 2


def test_a_relaxed_answer_exports_its_first_tier(quiver: Quiver, small: Path) -> None:
    """Papers with only some of the words are left out and said to be, unless they are asked for."""
    search = ("search", "graph", "attention", "--index", str(small), "--format", "ids")
    first = quiver(*search)
    assert first.stdout == "both\n"
    assert "1 paper that match" in first.stderr
    assert quiver(*search, "--match", "any").stdout == "both\none\n"


def test_hits_take_more_keys(quiver: Quiver, small: Path) -> None:
    """`--with` adds keys of the record, empty where it lacks them, and every hit has its tier."""
    text = quiver("search", "graph attention", "--index", str(small), "--format", "jsonl", "--with", "abstract,doi,x")
    hits = list(map(orjson.loads, text.stdout.splitlines()))
    assert [(hit["tier"], hit["abstract"], hit["doi"], hit["x"]) for hit in hits] == [
        (0, "abstract", "", None),
        (1, "", "", None),
    ]


def test_papers_by_many_names(quiver: Quiver, small: Path) -> None:
    """Ids, whole titles in any case, and lines of standard input; what is not there is told and ends with 1."""
    index = ("--index", str(small), "--format", "ids")
    assert quiver("paper", "w1", "graph attention - a study", *index).stdout == "w1\nboth\n"
    found = quiver("paper", "-", "w0", *index, text="w1\n\n  one\nw1\n")
    assert found.stdout == "w1\none\nw0\n"
    missing = quiver("paper", "w1", "nope", "graph attention", *index)
    assert (missing.exit_code, missing.stdout) == (1, "w1\n")
    assert "'nope'" in missing.stderr
    assert "'graph attention'" in missing.stderr
    records = orjson.loads(quiver("paper", "w1", "w0", "--index", str(small), "--format", "json").stdout)
    assert [record["id"] for record in records] == ["w1", "w0"]


def test_twins_of_odd_papers(small: Path) -> None:
    """Papers without author, year or word have keys too."""
    with PaperIndex.open(small) as index:
        twins = collisions.twins_in(index, "{author}{year}{word}", 1)
        papers = [Paper("x", "???"), Paper("y", "of the", "", (Author("李"),)), Paper("z", 'a "b', "", (), "", 2020)]
        text = "".join(EXPORTERS["bibtex"].write(papers, Style(twins=twins)))
        assert keys_of(text) == ["paper", "papera", "2020b"]
