"""Every row of the tables of cases: those that stand beside this file, and those of the shared folder where it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from indexer.ingest.build import build
from query import PaperIndex
from tests.cases.cases import Case, holds, outcome, read_cases

HERE = Path(__file__).parent
SHARED = Path(os.environ.get("QUIVER_SHARED", Path(__file__).parents[3] / "shared")) / "cases"
# Rows (collection and query) that do not hold yet; one that does must leave the list.
PENDING = {tuple(line.split("\t")) for line in (HERE / "pending.tsv").read_text("utf-8").splitlines() if line}

Opener = Callable[[Path], PaperIndex]


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Gives the index of a collection, built when a row first asks for it."""
    folder = tmp_path_factory.mktemp("cases")

    @cache
    def index(source: Path) -> PaperIndex:
        target = folder / f"{source.parent.parent.name}-{source.stem}.idx"
        build([source], target)
        return PaperIndex.open(target)

    yield index
    index.cache_clear()


def rows(cases: Iterator[Case]) -> list[object]:
    """Rows as parameters, those of `PENDING` marked."""
    return [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(strict=True, reason="listed in pending.tsv")]
            if (case.collection, case.query.replace("\n", "\\n")) in PENDING
            else [],
        )
        for case in cases
    ]


def own() -> Iterator[Case]:
    """The rows beside this file."""
    for table in sorted(HERE.glob("*.tsv")):
        if table.name != "pending.tsv":
            yield from read_cases(table, table.stem)


def shared() -> Iterator[Case]:
    """The rows of the shared folder, none without it."""
    if (SHARED / "cases.tsv").is_file():
        yield from read_cases(SHARED / "cases.tsv")


@pytest.mark.parametrize("case", rows(own()))
def test_own_cases(case: Case, opened: Opener) -> None:
    """A row holds on the index of its collection."""
    found = outcome(opened(HERE / f"{case.collection}.jsonl"), case.query)
    assert holds(found, case.expect), f"{case.query!r} should give {case.expect}: {found}"


@pytest.mark.parametrize("case", rows(shared()))
def test_shared_cases(case: Case, opened: Opener) -> None:
    """The same for the rows of the shared folder."""
    found = outcome(opened(SHARED / f"{case.collection}.jsonl"), case.query)
    assert holds(found, case.expect), f"{case.query!r} should give {case.expect}: {found}"
