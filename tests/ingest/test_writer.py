"""A program's own papers: added and deleted, all of it or nothing, kept by rebuilds in the order in which they came."""

from __future__ import annotations

from collections import namedtuple
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from indexer import Author, Paper, PaperWriter, build, delete, history, open_writer, rebuild, update, verify
from indexer.index.errors import ClosedIndexError, LockedError, NotFoundError, RecordError, UsageError
from query import PaperIndex
from tests.ingest.conftest import Write, held


def test_papers_of_every_form_are_added(index: Path) -> None:
    """A paper, a mapping, rows and whole frames; what is missing in a frame is no value."""
    row = namedtuple("row", "id title year")  # as data frames make them
    frame = SimpleNamespace(
        columns=["id", "title", "year", "authors"],
        itertuples=lambda **_: iter([("f", "Six", 2018.0, np.array(["A", "B"])), ("g", "Seven", float("nan"), None)]),
    )
    polars = SimpleNamespace(iter_rows=lambda **_: iter([{"id": "h", "title": "Eight", "year": np.int64(2001)}]))
    with open_writer(index) as writer:
        assert writer.add(Paper("a", "One", authors=(Author("Ann Li", orcid="0"),))) == 1
        assert writer.add({"id": "b", "title": "Two"}) == 1
        assert writer.add([Paper("c", "Three"), {"id": "d", "title": "Four"}]) == 2
        assert writer.add(row("e", "Five", 1999)) == 1
        assert writer.add(frame) == 2
        assert writer.add(polars) == 1
        assert writer.add({"id": name, "title": name.upper()} for name in "ij") == 2
        assert writer.add([]) == 0
    assert writer.report is not None
    assert (writer.report.read, writer.report.indexed, writer.report.papers) == (10, 10, 10)
    with PaperIndex.open(index) as opened:
        assert len(opened) == 10
        assert opened.paper("a").authors[0].orcid == "0"
        assert (opened.paper("f").year, [author.name for author in opened.paper("f").authors]) == (2018, ["A", "B"])
        assert (opened.paper("g").year, opened.paper("h").year, opened.paper("e").year) == (None, 2001, 1999)
    assert verify(index) == []


@pytest.mark.parametrize("given", [3, None, "a.jsonl", [3], [["id", "title"]], b"x"])
def test_what_is_no_paper_is_refused(index: Path, given: Any) -> None:
    """By its value, and nothing comes of it, not even a folder."""
    with pytest.raises(UsageError, match="is no paper"), open_writer(index) as writer:
        writer.add(given)
    assert not index.exists()


Pandas = namedtuple("Pandas", "Index id title")  # as `itertuples` makes them


class _Series:
    """A row of pandas by itself."""

    index = ("id", "title", "year", "when")

    def to_dict(self) -> dict[str, Any]:
        return {"id": "s", "title": "Six", "year": np.float64(2018), "when": float("nan")}


def test_values_that_programs_have_are_taken(index: Path) -> None:
    """A row of pandas by itself and one with its label; dates, sets, paths, authors in mappings, numbers of numpy."""
    with open_writer(index) as writer:
        writer.add(_Series())
        writer.add([_Series(), Pandas(0, "l", "Seven")])
        writer.add({"id": "m", "title": "M", "year": date(2020, 1, 2), "authors": [Author("Ann Li", orcid="0")]})
        writer.add({"id": "n", "title": "N", "keywords": {"b", "a"}, "pdf": Path("n.pdf"), "score": np.float64(0.5)})
        writer.add({"id": "o", "title": "O", "when": datetime(2020, 1, 2), "nothing": None})
        writer.add(Paper("p", "P", authors=("Ann Li", Author("Bo Ek")), keywords="deep learning"))  # type: ignore[arg-type]
    assert writer.report is not None
    assert writer.report.warnings == {}
    with PaperIndex.open(index) as opened:
        found = {name: opened.paper(name).as_record() for name in "slmnop"}
    assert found["s"] == {"id": "s", "title": "Six", "year": 2018}
    assert found["l"] == {"id": "l", "title": "Seven"}
    assert (found["m"]["year"], found["m"]["authors"]) == (2020, [{"name": "Ann Li", "orcid": "0"}])
    assert (found["n"]["keywords"], found["n"]["pdf"], found["n"]["score"]) == (["a", "b"], "n.pdf", 0.5)
    assert (found["o"]["when"], found["o"]["nothing"]) == ("2020-01-02T00:00:00", None)
    assert (found["p"]["authors"], found["p"]["keywords"]) == (["Ann Li", "Bo Ek"], ["deep learning"])


def test_what_is_nested_too_deep_to_be_shown_costs_its_field(index: Path) -> None:
    """`repr` fails on it, which ended the writer."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with open_writer(index) as writer:
        writer.add({"id": "a", "title": "One", "deep": deep})
    assert writer.report is not None
    assert writer.report.warnings == {"value": 1}


def _stopped(writer: PaperWriter) -> None:
    writer.delete(["x"])
    raise KeyboardInterrupt


def test_all_of_it_or_nothing(write: Write, index: Path) -> None:
    """What raises publishes nothing; a record that was refused and passed over costs itself."""
    build(write("a.jsonl", x="One"), index)
    with pytest.raises(RecordError, match="record 2: title"), open_writer(index) as writer:
        writer.add([{"id": "y", "title": "Two"}, {"id": "z", "title": " "}])
    with pytest.raises(KeyboardInterrupt), open_writer(index) as writer:
        _stopped(writer)
    assert held(index) == {"x": "One"}
    assert [row.generation for row in history(index)] == [1]
    with open_writer(index) as writer:
        for record in ({"id": "y", "title": "Two"}, {"id": "z"}):
            try:
                writer.add(record)
            except RecordError:
                continue
    assert held(index) == {"x": "One", "y": "Two"}


def test_what_changes_nothing_publishes_nothing(index: Path) -> None:
    """No call, nothing added, and what is there already."""
    with open_writer(index):
        pass
    assert not index.exists()
    for _ in range(2):
        with open_writer(index) as writer:
            writer.add({"id": "a", "title": "One"})
            writer.add([])
    assert writer.report is not None
    assert (writer.report.generation, writer.report.unchanged) == (1, 1)
    assert [row.generation for row in history(index)] == [1]
    with open_writer(index) as writer:
        pass
    assert writer.report is not None
    assert (writer.report.generation, writer.report.papers) == (1, 1)
    assert [row.generation for row in history(index)] == [1]


def test_a_program_deletes_and_adds_again(write: Write, index: Path) -> None:
    """What it deletes stays away under updates and rebuilds, until it is added."""
    source = write("a.jsonl", x="One", y="Two")
    build(source, index)
    with open_writer(index) as writer:
        writer.add({"id": "z", "title": "Three"})
        assert writer.delete(["x", "z"]) == 2
        with pytest.raises(NotFoundError, match="no paper with id x, nowhere; nothing"):
            writer.delete(["y", "x", "nowhere"])
    assert held(index) == {"y": "Two"}
    update(source, index)
    rebuild(index)
    assert held(index) == {"y": "Two"}
    with open_writer(index) as writer:
        writer.delete("y")
        writer.add([{"id": "x", "title": "Again"}, {"id": "y", "title": "Again"}])
    assert held(index) == {"x": "Again", "y": "Again"}
    assert rebuild(index).papers == 2
    assert held(index) == {"x": "Again", "y": "Again"}
    assert verify(index) == []


def test_a_rebuild_takes_a_program_s_papers_from_the_index(write: Write, index: Path) -> None:
    """Between files, in the order in which they came: what was read last holds."""
    with open_writer(index) as writer:
        writer.add([{"id": name, "title": "first"} for name in "abc"])
    with open_writer(index) as writer:
        writer.add({"id": "c", "title": "second"})
    source = write("a.jsonl", b="file", c="file")
    update(source, index)
    with open_writer(index) as writer:
        writer.add([{"id": "c", "title": "third"}, {"id": "d", "title": "third"}])
    wanted = {"a": "first", "b": "file", "c": "third", "d": "third"}
    assert held(index) == wanted
    with PaperIndex.open(index) as opened:
        assert opened.info().sources == ("program", str(source), "program 2")
    for _ in range(2):
        assert rebuild(index).papers == 4
        assert held(index) == wanted
    delete("c", index)
    assert rebuild(index).deleted == 2
    assert verify(index) == []


def test_one_writer_at_a_time(index: Path) -> None:
    """Who comes second waits and is told who writes; a writer that has ended takes nothing more."""
    with open_writer(index) as writer:
        writer.add({"id": "a", "title": "One"})
        with pytest.raises(LockedError), open_writer(index, timeout=0.05):
            pass
    for late in (lambda: writer.add({"id": "b", "title": "Two"}), lambda: writer.delete("a"), writer.commit):
        with pytest.raises(ClosedIndexError, match="this writer is closed"):
            late()
    assert held(index) == {"a": "One"}
