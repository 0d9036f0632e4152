"""`docs/python.md`: its programs run one after the other, a user's program is typed, and `help` alone is enough."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import indexer
import query
from query import PaperIndex
from tests.readme import PROJECT, prepare, programs

TOUR = PROJECT / "docs" / "python.md"

PROGRAM = """
from collections.abc import Iterator

from indexer import Author, BuildReport, Paper, build, delete, history, open_writer, rollback, undelete, update, verify
from query import FacetCount, Hit, Page, PaperIndex, Query, QueryError, QuiverError, parse


def titles(page: Page) -> list[str]:
    return [hit.title for hit in page]


def newest(index: PaperIndex) -> Iterator[Hit]:
    return index.scan("graph", years=[2018, (2020, None), "2016"], venues="ICML", sort="newest")


def main() -> int:
    report: BuildReport = build("papers.jsonl", "papers.idx")
    with open_writer("papers.idx") as writer:
        added: int = writer.add([Paper("a", "One", authors=(Author("Ann Li"),)), {"title": "Two"}])
        gone: int = writer.delete(["a"])
    tree: Query = parse("graph networks")
    with PaperIndex.open("papers.idx") as index:
        page = index.search(tree, authors=["Ann Li"], years=(2018, None), limit=None, facets=("venue",))
        count: FacetCount = page.facets["venue"][0]
        year: int | None = page[0].year
        names: tuple[str, ...] = page[0].authors
        abstract: str = page[0].paper.abstract
        papers: int = len(index) + index.info().papers + report.papers + added + gone
    try:
        update("papers.jsonl", "papers.idx", dry_run=True)
    except QueryError as error:
        papers += error.position
    except QuiverError:
        undelete("a", "papers.idx")
    delete("a", "papers.idx")
    rollback("papers.idx", to=history("papers.idx")[0].generation)
    print(count.value, year, names, abstract, verify("papers.idx"), titles(page), list(newest(index)))
    return papers
"""


def test_the_tour_runs(tmp_path: Path) -> None:
    """Every program of it, in order, in one folder."""
    environment = prepare(tmp_path)
    text = TOUR.read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(programs(text))],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(programs(text)) >= 6


def test_a_user_s_program_is_typed(tmp_path: Path) -> None:
    """`mypy --strict` over it finds nothing, and finds what is wrong in one with mistakes."""
    if sys.version_info >= (3, 14):
        pytest.skip("mypy of the development environment is asked on one version")
    right, wrong = tmp_path / "right.py", tmp_path / "wrong.py"
    right.write_text(PROGRAM)
    wrong.write_text(
        "from query import PaperIndex\n"
        "with PaperIndex.open('x') as index:\n"
        "    index.search(3)\n"
        "    index.search('x', years=1.5)\n"
        "    index.search('x')[0].nothing\n"
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "/dev/null", "--cache-dir", str(tmp_path)]
    done = subprocess.run(
        [*command, "--follow-imports", "silent", "--ignore-missing-imports", str(right), str(wrong)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert [line for line in errors if "right.py" in line] == [], done.stdout + done.stderr
    assert len([line for line in errors if "wrong.py" in line]) == 3, done.stdout + done.stderr


def test_the_help_of_search_names_every_argument() -> None:
    """With what it takes; and no public docstring sends its reader to a file that is not there."""
    text = inspect.getdoc(PaperIndex.search) or ""
    for name in inspect.signature(PaperIndex.search).parameters:
        assert name == "self" or re.search(rf"\b{name}\b", text), name
    for module in (indexer, query):
        for name in module.__all__:
            thing = getattr(module, name)
            texts = [inspect.getdoc(thing) or ""]
            if inspect.isclass(thing):
                texts += [inspect.getdoc(part) or "" for part in vars(thing).values()]
            assert texts[0], f"{module.__name__}.{name} has no docstring"
            assert not [text for text in texts if "DESIGN" in text], f"{module.__name__}.{name}"


@pytest.mark.parametrize("module", ["indexer", "query"])
def test_the_door_costs_nothing_until_it_is_used(module: str) -> None:
    """Importing the package loads no array, no reader, no builder; a name that there is not is an AttributeError."""
    code = (
        f"import sys, {module}\n"
        "assert not {'numpy', 'indexer.ingest', 'indexer.readers', 'query.search'} & set(sys.modules)\n"
        f"assert set({module}.__all__) <= set(dir({module}))\n"
        f"assert not hasattr({module}, 'nothing')\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)


def test_a_search_loads_no_builder() -> None:
    """Opening and searching imports nothing of `indexer.ingest` or `indexer.readers`."""
    code = (
        "import sys\nfrom query import PaperIndex, Hit, Page\n"
        "assert not [name for name in sys.modules if name.startswith(('indexer.ingest', 'indexer.readers'))]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)
