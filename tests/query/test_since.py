"""`since`: papers that are new since a generation or a day, whatever changed in between."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import orjson
import pytest
from click.testing import CliRunner

from indexer.index.errors import UsageError
from indexer.index.segment.claims import FirstSeen
from indexer.index.store.transaction import WriteTransaction
from indexer.ingest.build import build, rebuild
from indexer.ingest.merge_plan import MERGE_FACTOR
from indexer.ingest.update import delete, undelete, update
from query import PaperIndex
from query.faces.cli.commands import cli

DAY = 86_400
FIRST_DAY = datetime.date(2026, 10, 1)
ENGINES = ("arrays", "whoosh")


@pytest.fixture(autouse=True)
def fixture_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generation n is made on day n of October 2026."""
    start = int(datetime.datetime(2026, 10, 1, 12, tzinfo=datetime.UTC).timestamp())
    monkeypatch.setattr(WriteTransaction, "time", property(lambda self: start + DAY * (self.number - 1)))


def source(folder: Path, name: str, **titles: str) -> Path:
    """A source of papers by id."""
    path = folder / name
    path.write_bytes(b"".join(orjson.dumps({"id": id_, "title": title}) + b"\n" for id_, title in titles.items()))
    return path


def new(index: Path, since: object) -> set[str]:
    """Ids since a generation or day, the same by both engines."""
    found = []
    for engine in ENGINES:
        with PaperIndex.open(index, engine=engine) as opened:
            found.append({hit.id for hit in opened.search("", since=since, limit=1000).hits})  # type: ignore[arg-type]
    assert found[0] == found[1]
    return found[0]


def test_papers_keep_when_their_id_was_first_seen(tmp_path: Path) -> None:
    """Through updates that replace them, rebuilds, builds anew, and until `build --force` starts over."""
    index = tmp_path / "papers.idx"
    first = source(tmp_path, "a.jsonl", x="One", y="Two")
    build([first], index)
    update([source(tmp_path, "b.jsonl", x="One, revised", z="Three")], index)
    assert (new(index, 1), new(index, 2), new(index, 3)) == ({"x", "y", "z"}, {"z"}, set())
    rebuild(index)
    assert (new(index, 2), new(index, 3)) == ({"z"}, set())
    delete(["x"], index)
    undelete(["x"], index)
    update([source(tmp_path, "c.jsonl", x="Again", w="Four")], index)
    assert (new(index, 1), new(index, 2), new(index, 4)) == ({"w", "x", "y", "z"}, {"w", "z"}, {"w"})
    build([tmp_path / f"{name}.jsonl" for name in "abc"], index)
    assert (new(index, 2), new(index, 5)) == ({"w", "z"}, {"w"})
    build([first], index, force=True)
    assert new(index, 7) == {"x", "y"}


def test_a_day_is_from_its_first_moment_in_utc(tmp_path: Path) -> None:
    """As text, as a date or as a moment, with or without a zone."""
    index = tmp_path / "papers.idx"
    build([source(tmp_path, "a.jsonl", x="One")], index)
    update([source(tmp_path, "b.jsonl", y="Two")], index)
    for day, ids in ((1, {"x", "y"}), (2, {"y"}), (3, set())):
        when = FIRST_DAY.replace(day=day)
        assert new(index, when) == new(index, when.isoformat()) == ids
    assert new(index, "2026-10-01T12:00") == {"x", "y"}
    assert new(index, "2026-10-01T12:00:01") == {"y"}
    assert new(index, "2026-10-01T14:00+02:00") == {"x", "y"}
    assert new(index, "1906-01-01") == {"x", "y"}


def test_merged_segments_know_it_too(tmp_path: Path) -> None:
    """After as many updates as make segments one."""
    index = tmp_path / "papers.idx"
    build([source(tmp_path, "0.jsonl", p0="Paper 0")], index)
    for number in range(1, MERGE_FACTOR + 2):
        update([source(tmp_path, f"{number}.jsonl", **{f"p{number}": f"Paper {number}"})], index)
    with PaperIndex.open(index) as opened:
        assert len(opened.segments) < MERGE_FACTOR
    for number in range(MERGE_FACTOR + 2):
        assert new(index, number + 1) == {f"p{later}" for later in range(number, MERGE_FACTOR + 2)}


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "", 0, -1, True, 1.5, "0", 1 << 40])
def test_what_is_neither_is_refused(tmp_path: Path, value: object) -> None:
    """By the value."""
    index = tmp_path / "papers.idx"
    build([source(tmp_path, "a.jsonl", x="One")], index)
    with PaperIndex.open(index) as opened, pytest.raises(UsageError, match="neither a generation, as 12, nor a date"):
        opened.search(since=value)  # type: ignore[arg-type]


def test_the_command_line_filters_by_it(tmp_path: Path) -> None:
    """Beside words and other filters; an empty answer says what emptied it; what is no date exits with 2."""
    index = tmp_path / "papers.idx"
    build([source(tmp_path, "a.jsonl", x="Some words")], index)
    update([source(tmp_path, "b.jsonl", y="Other words")], index)

    def ids(*arguments: str) -> tuple[int, str]:
        said = CliRunner().invoke(cli, ["search", *arguments, "--index", str(index)])
        return said.exit_code, said.output

    assert ids("words", "--since", "2", "--format", "ids") == (0, "y\n")
    assert ids("words", "--since", "2026-10-01", "--sort", "title", "--format", "ids") == (0, "y\nx\n")
    code, text = ids("words", "--since", "3")
    assert code == 0
    assert "Without the filter new since generation 3: 2 papers" in text
    assert ids("words", "--since", "soon")[0] == 2


def test_first_seen_holds_a_row_for_each_moment() -> None:
    """Few rows, however many papers."""
    seen = FirstSeen.of(np.array([3, 1, 3, 2]), np.array([30, 10, 30, 20]))
    assert (seen.rows.tolist(), seen.generations.tolist()) == ([2, 0, 2, 1], [1, 2, 3])
    assert seen.since(generation=2).tolist() == [True, False, True, True]
    assert seen.since(time=30).tolist() == [True, False, True, False]
