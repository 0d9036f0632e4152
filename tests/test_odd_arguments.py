"""Whatever a program hands to the public functions is answered, or refused by an error of ours that names it."""

from __future__ import annotations

import copy
import datetime
import decimal
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexer import build, delete, history, open_writer, rebuild, rollback, undelete, update, verify
from indexer.ingest.check import check
from query import ClosedIndexError, PaperIndex, QuiverError, UsageError, parse

ODD: tuple[Any, ...] = (
    None, 3, -1, 1.5, True, b"x", [], {}, (), object(), float("nan"), float("inf"), 10**30, "", "\ud800", "\0",
    ["a", None], [[1]], {"a"}, print, np.int64(7), np.array([1, 2]), np.bool_(True), datetime.date(2026, 1, 1),
    range(3), Ellipsis, decimal.Decimal(3), decimal.Decimal("NaN"),
)  # fmt: skip
"""Values of which each argument takes a few at most."""
FILTERS = ("authors", "venues", "years", "types", "exclude_venues", "exclude_types", "since")
NEVER_RIGHT: dict[str, tuple[Any, ...]] = {
    "index": (None, 3, b"x", [], object(), "", "\ud800", "\0"),
    "sources": (None, 3, b"x", [], {}, object(), [None], [""], ["a", 3], "\0"),
    "ids": (None, 3, b"x", {}, object(), ["a", None]),
    "force": (None, 3, "yes", [], np.array([1, 2])),
    "prune": (None, "yes", 2.5),
    "dry_run": (None, "no"),
    "group_duplicates": (None, "no"),
    "trust_sources": (None, "no"),
    "procs": (0, -1, 1.5, True, b"x", [], 10**30, 5000, float("nan"), np.array([1, 2])),
    "keep": (1, -1, 1.5, "2", True, 10**30),
    "max_record": (0, -1, 1.5, "1"),
    "max_rejected": (None, -0.1, 1.5, float("nan"), "50%", True),
    "timeout": (None, -1, float("nan"), "soon", True),
    "to": (1.5, "2", True, [], 10**30),
    "format": (3, b"x", []),
    "language": (3, b"x", [], "klingon"),
    "venues": (3, b"x", [], ""),
    "progress": (3, "x"),
    "missing": (None, 3, "maybe"),
    "moved": (3, ["ab"], [("a",)], [("a", 3)]),
}


def refused(call: Callable[[], object], what: str) -> None:
    """The call ends well, or by an error of ours; anything else fails with what was called."""
    try:
        call()
    except QuiverError as error:
        if not 0 < len(str(error)) < 2000:
            pytest.fail(f"{what}: an error of {len(str(error))} characters")
    except Exception as error:  # noqa: BLE001  # any other error is what the test looks for
        pytest.fail(f"{what}: {type(error).__name__}: {error}")


@pytest.fixture(name="folder", scope="module")
def fixture_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "a.jsonl").write_text('{"id": "a", "title": "Graphs", "year": 2018, "venue": "NeurIPS"}\n')
    build(folder / "a.jsonl", folder / "p.idx")
    return folder


def questions(index: PaperIndex, odd: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every call of an index, with an odd value for one of its arguments."""
    for name in (*FILTERS, "limit", "offset", "sort", "match", "ranking", "facets", "timeout"):
        yield name, lambda name=name: index.search("graphs", **{name: odd})  # type: ignore[misc]
    for name in ("snippets", "explain", "expand"):
        yield name, lambda name=name: index.search("graphs", **{name: odd})  # type: ignore[misc]
    yield "query", lambda: index.search(odd)
    yield "scan", lambda: list(index.scan(odd))
    yield "scan by years", lambda: list(index.scan("graphs", years=odd, snippets=odd))
    for name in ("paper", "language", "duplicates_of", "related", "author", "suggest", "heading"):
        yield name, lambda name=name: getattr(index, name)(odd)  # type: ignore[misc]
    yield "rank_plain", lambda: index.rank_plain(odd, 3)
    yield "limit of rank_plain", lambda: index.rank_plain("graphs", odd)
    yield "limit of suggest", lambda: index.suggest("gr", odd)
    yield "limit of related", lambda: index.related("a", odd)
    yield "in", lambda: odd in index
    yield "parse", lambda: parse(odd)
    yield "engine", lambda: PaperIndex.open(index.path, engine=odd).close()


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: type(odd).__name__)
def test_an_odd_value_is_answered_or_refused(folder: Path, odd: Any) -> None:
    """By every call of an open index."""
    with PaperIndex.open(folder / "p.idx") as index:
        for what, call in questions(index, odd):
            refused(call, f"{what}={odd!r}")


CALLS: tuple[tuple[Callable[..., object], dict[str, Any], str], ...] = (
    (build, {"sources": "a.jsonl", "index": "p.idx"}, "force procs keep max_record max_rejected timeout format "
     "language venues progress group_duplicates"),
    (rebuild, {"index": "p.idx"}, "missing moved trust_sources procs keep max_rejected timeout progress"),
    (update, {"sources": "a.jsonl", "index": "p.idx"}, "prune dry_run procs keep max_record max_rejected timeout "
     "format progress"),
    (delete, {"ids": "a", "index": "p.idx"}, "timeout"),
    (undelete, {"ids": "a", "index": "p.idx"}, "timeout"),
    (rollback, {"index": "p.idx"}, "to timeout"),
    (history, {"index": "p.idx"}, ""),
    (verify, {"index": "p.idx"}, ""),
)  # fmt: skip


@pytest.mark.parametrize(("function", "given", "others"), CALLS, ids=[row[0].__name__ for row in CALLS])
def test_what_is_never_right_is_refused_by_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, function: Callable[..., object], given: dict[str, Any], others: str
) -> None:
    """Before anything is read or written."""
    monkeypatch.chdir(folder)
    before = history("p.idx")
    for name in (*given, *others.split()):
        for value in NEVER_RIGHT[name]:
            with pytest.raises(QuiverError) as caught:
                function(**given | {name: value})
            assert isinstance(caught.value, UsageError), (name, value)
    assert history("p.idx") == before


def test_places_of_indexes_and_sources_are_checked_everywhere(folder: Path) -> None:
    """Where an index is opened to be read or written, and where sources are only looked at."""
    for value in NEVER_RIGHT["index"]:
        with pytest.raises(UsageError):
            PaperIndex.open(value)
        with pytest.raises(UsageError), open_writer(value):
            pass
    for value in NEVER_RIGHT["sources"]:
        with pytest.raises(UsageError):
            check(value)
    assert check(iter([folder / "a.jsonl"])).read == 1  # type: ignore[arg-type]  # a generator does as well


def test_a_numpy_number_is_a_number(folder: Path) -> None:
    """Limits, years, generations and flags of numpy are as good as Python's."""
    with PaperIndex.open(folder / "p.idx") as index:
        numbers: dict[str, Any] = {"limit": np.int64(1), "years": np.int16(2018), "since": np.int64(1)}
        page = index.search("graphs", **numbers, snippets=np.bool_(False))  # type: ignore[arg-type]
        assert [hit.id for hit in page] == ["a"]
        assert page[0].snippet == ""


def test_a_writer_refuses_what_is_never_right(folder: Path) -> None:
    """Ids, papers and waiting times; nothing is published."""
    before = history(folder / "p.idx")
    with open_writer(folder / "p.idx") as writer:
        for value in NEVER_RIGHT["ids"]:
            with pytest.raises(UsageError):
                writer.delete(value)
        for value in (None, 3, b"x", "text", [3], object()):
            with pytest.raises(QuiverError):
                writer.add(value)
        deep: list[Any] = []
        for _ in range(900):
            deep = [deep]
        assert writer.add({"title": "Deep", "of": deep}) == 1
        writer.close()
        with pytest.raises(ClosedIndexError, match="open_writer"):
            writer.add({"title": "More"})
    for value in NEVER_RIGHT["timeout"]:
        with pytest.raises(UsageError), open_writer(folder / "p.idx", timeout=value):
            pass
    assert history(folder / "p.idx") == before


def test_nothing_to_delete_publishes_nothing(folder: Path) -> None:
    """Neither is anything done where one id of several is not there; the error names few of many."""
    before = history(folder / "p.idx")
    assert delete([], folder / "p.idx").generation == undelete([], folder / "p.idx").generation == 1
    with pytest.raises(QuiverError, match="90 more"):
        delete([*map(str, range(100))], folder / "p.idx")
    assert history(folder / "p.idx") == before


def test_hits_go_into_sets_and_an_index_into_no_pickle(folder: Path) -> None:
    """A copy of an index is the same generation of it."""
    with PaperIndex.open(folder / "p.idx") as index:
        assert len({*index.search("graphs"), *index.search("graphs")}) == 1
        assert copy.copy(index).generation == index.generation
        with pytest.raises(UsageError, match="open it where"):
            pickle.dumps(index)
