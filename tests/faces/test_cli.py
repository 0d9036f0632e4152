"""The `quiver` command, called in this process: what it prints, and with which exit status it ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import click
import orjson
import pytest
from click.testing import Result

from query.export import EXPORTERS
from query.faces.cli.commands import COMMANDS, cli
from query.faces.cli.options import EXPORT_FORMATS, LIST_FORMATS
from query.faces.parameters import FACETS, MATCHES, RANKINGS, SORTS
from query.search import PaperIndex

Quiver = Callable[..., Result]
PAPER = "neurips2024-wang-implicit-regularization"


def test_every_command_has_help_with_an_example(quiver: Quiver) -> None:
    """The help of each command shows how it is called."""
    context = click.Context(cli)
    names = cli.list_commands(context)
    assert set(names) <= set(COMMANDS)
    for name in names:
        shown = quiver(name, "--help")
        assert shown.exit_code == 0
        assert f"quiver {name}" in shown.stdout.split("Examples:")[1]


def test_the_help_of_the_whole_is_not_cut(quiver: Quiver) -> None:
    """Each command's line in the help is whole."""
    assert "..." not in quiver("--help").stdout.split("Commands:")[1].split("Examples:")[0]


def test_option_tables_say_what_the_engine_takes() -> None:
    """What the options offer, which import nothing, is what the engine and the exports know."""
    from query.engines import answer
    from query.paging import RANKINGS as RANKED
    from query.present.facets import FACETS as COUNTED

    assert set(EXPORT_FORMATS) | {"jsonl"} == set(EXPORTERS)
    assert (set(SORTS), set(MATCHES)) == (set(answer.SORTS), set(answer.MATCHES))
    assert (set(RANKINGS), set(FACETS)) == (set(RANKED), set(COUNTED))


def test_a_search_shows_hits_and_what_was_asked(quiver: Quiver) -> None:
    """A filtered search names its filters and shows the paper."""
    found = quiver("search", "implicit", "regularization", "--author", "weinan e", "--year", "2018..")
    assert found.exit_code == 0
    assert "author cluster Weinan E · since 2018" in found.stdout.replace("\n", " · ")
    assert PAPER in found.stdout
    assert "\x1b" not in found.stdout


def test_json_of_a_search_is_that_of_the_page(quiver: Quiver, corpus_index: Path) -> None:
    """`--format json` is the page's JSON but for the time."""
    printed = orjson.loads(quiver("search", "learning", "--facets", "--format", "json").stdout)
    with PaperIndex.open(corpus_index) as index:
        page = index.search("learning", facets=FACETS).as_json()
    assert printed | {"took_ms": 0} == orjson.loads(orjson.dumps(page)) | {"took_ms": 0}


def test_jsonl_of_a_search_is_its_hits(quiver: Quiver) -> None:
    """`--format jsonl` prints the hits alone, a line each."""
    hits = orjson.loads(quiver("search", "learning", "--format", "json").stdout)["hits"]
    lines = quiver("search", "learning", "--format", "jsonl").stdout.splitlines()
    assert [orjson.loads(line) for line in lines] == hits


@pytest.mark.parametrize("form", LIST_FORMATS)
def test_every_format_writes_the_whole_result(quiver: Quiver, form: str) -> None:
    """`--limit all` writes every paper of the corpus in every format."""
    written = quiver("search", "--limit", "all", "--format", form)
    assert written.exit_code == 0
    counts: dict[str, Callable[[str], int]] = {
        "text": lambda text: text.count("\n\n") - 1,
        "json": lambda text: len(orjson.loads(text)["hits"]),
        "csl": lambda text: len(orjson.loads(text)),
        "csv": lambda text: len(list(csv.reader(io.StringIO(text)))) - 1,
        "bibtex": lambda text: text.count("\n}\n"),
        "ris": lambda text: text.count("TY  - "),
    }
    count = counts.get(form) or (lambda text: text.count("\n"))
    assert count(written.stdout) == 270


def test_a_cut_export_says_so(quiver: Quiver) -> None:
    """An export of the default ten says on standard error that there are more."""
    assert "-n all" in quiver("search", "--format", "ids").stderr
    assert not quiver("search", "--format", "ids", "--limit", "10").stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("zzzqq",), "No paper has the word 'zzzqq'."),
        (("implicit", "--venue", "NIPSS"), "did you mean NeurIPS?"),
        (("implicit", "--author", "Weinan Q"), "No author of exactly the name 'Weinan Q'"),
        (("implicit", "--year", "2030.."), "No paper is dated since 2030; the index holds 1972-2025."),
        (
            ("implicit", "regularization", "--author", "Wei Wang"),
            "Without the filter author cluster Wei Wang: 5 papers.",
        ),
        (("implicit", "sphinx", "--match", "all"), "With --match any:"),
    ],
)
def test_an_empty_answer_explains_itself(quiver: Quiver, arguments: tuple[str, ...], sentence: str) -> None:
    """Nothing found is exit 0, and says which word or filter it was."""
    found = quiver("search", *arguments)
    assert found.exit_code == 0
    assert sentence in found.stdout.replace("\n", " ")


@pytest.mark.parametrize(
    ("status", "arguments"),
    [
        (0, ("search", "zzzqq")),
        (0, ("suggest", "zzzqq")),
        (1, ("paper", "nope")),
        (1, ("related", "nope")),
        (1, ("author", "No Body")),
        (1, ("search", "x", "--index", "/nowhere/idx")),
        (1, ("build", "/nowhere/papers.jsonl")),
        (1, ("eval", "/nowhere")),
        (2, ()),
        (2, ("frob",)),
        (2, ("search", "((" * 200)),
        (2, ("search", "year:20l8")),
        (2, ("search", "x" * 10_001)),
        (2, ("search", "x", "--year", "2020..2018")),
        (2, ("search", "x", "--sort", "best")),
        (2, ("search", "-z")),
        (2, ("search", "x", "--limit", "-1")),
        (2, ("paper",)),
    ],
)
def test_exit_statuses(quiver: Quiver, status: int, arguments: tuple[str, ...]) -> None:
    """0 done, 1 failed, 2 not understood; a failure is told on standard error and is no traceback."""
    ended = quiver(*arguments)
    assert ended.exit_code == status
    assert "Traceback" not in ended.output
    assert bool(ended.stderr) == bool(status)


def test_a_word_with_a_minus_is_excluded(quiver: Quiver) -> None:
    """`learning -deep` needs no quotes, though options begin with a minus too; `-sort` is still a slip."""

    def found(*arguments: str) -> set[str]:
        return set(quiver("search", "--limit", "all", "--format", "ids", *arguments).stdout.split())

    assert found("learning", "-deep") == found("learning -deep") == found("--", "learning", "-deep")
    assert found("learning", "-networks") < found("learning")
    assert found("learning", "-n", "3") == found("learning", "-n3") != set()
    assert quiver("search", "learning", "-sort", "newest").exit_code == 2


def test_a_diagnostic_points_at_its_place(quiver: Quiver) -> None:
    """A query that cannot be understood is shown with carets."""
    lines = quiver("search", "deep year:20l8").stderr.splitlines()
    at = lines.index("  deep year:20l8")
    assert lines[at + 1].index("^") == lines[at].index("20l8")


def test_an_author_page_has_the_papers_of_the_arrow_page(quiver: Quiver) -> None:
    """The page of Weinan E: heading, fourteen papers, neighbours; its JSON has the same."""
    text = quiver("author", "WEINAN", "E").stdout
    assert text.startswith("Weinan E  ")
    assert "14 papers · 1 author row · 2016-2025 · NeurIPS 7, JMLR 4, ICML 2, ICLR 1" in text
    assert "See also: W. E (initial, 2 papers), E Weinan (inverted, 1 paper)" in text
    page = orjson.loads(quiver("author", "weinan e", "--format", "json").stdout)
    assert list(page) == ["name", "papers", "author_rows", "coauthors", "venues", "years", "neighbours"]
    assert len(page["papers"]) == 14


def test_a_paper_prints_as_its_record(quiver: Quiver) -> None:
    """The JSON of a paper is its record, the text has every field, an export one entry."""
    record = orjson.loads(quiver("paper", PAPER, "--format", "json").stdout)
    assert (record["id"], record["year"]) == (PAPER, 2024)
    assert PAPER in quiver("paper", PAPER).stdout
    assert quiver("paper", PAPER, "--format", "bibtex").stdout.startswith("@inproceedings{")


def test_lists_have_text_and_json(quiver: Quiver) -> None:
    """Venues, completions, related papers and information, both ways."""
    assert "85  NeurIPS" in quiver("venues").stdout
    assert orjson.loads(quiver("venues", "--format", "json").stdout)[0]["name"] == "NeurIPS"
    assert "Weinan E" in quiver("suggest", "wein").stdout
    assert orjson.loads(quiver("suggest", "wein", "--format", "json").stdout)["authors"][0] == {
        "value": "Weinan E",
        "count": 14,
    }
    assert len(orjson.loads(quiver("related", PAPER, "-n", "3", "--format", "json").stdout)["hits"]) == 3
    assert quiver("related", PAPER, "-n", "2").stdout.startswith(" 1  ")
    assert orjson.loads(quiver("info", "--format", "json").stdout)["papers"] == 270
    assert "1972-2025" in quiver("info").stdout


def test_the_index_is_an_option_of_the_command_or_of_the_whole(
    quiver: Quiver, corpus_index: Path, tmp_path: Path
) -> None:
    """`--index` counts before and after the command's name, and before $QUIVER_INDEX."""
    nowhere = str(tmp_path / "none")
    assert quiver("--index", nowhere, "info").exit_code == 1
    assert quiver("info", "--index", nowhere).exit_code == 1
    assert quiver("--index", nowhere, "info", "--index", str(corpus_index)).exit_code == 0


def test_an_index_lives_through_every_command(quiver: Quiver, tmp_path: Path) -> None:
    """Build, reject, mend, update, delete, roll back, rebuild, verify: each says what it did."""
    index, source, bad = (str(tmp_path / name) for name in ("p.idx", "a.jsonl", "bad.jsonl"))
    Path(source).write_text('{"id": "a", "title": "One", "year": 2001}\n{"id": "b", "title": " ", "year": 2018}\n')
    built = quiver("build", source, "--index", index, "--rejects", bad)
    assert built.exit_code == 0
    assert "read        2\nindexed     1\nduplicates  0\nrejected    1\n" in built.stdout
    assert "a.jsonl:2: title is blank" in built.stderr
    Path(bad).write_text(Path(bad).read_text().replace('" "', '"Two"', 1))
    assert "generation 2, 2 papers" in quiver("update", bad, "--index", index).stdout
    assert quiver("delete", "a", "--index", index).stdout == "deleted 1 paper; generation 3 holds 1 paper\n"
    assert quiver("delete", "a", "--index", index).exit_code in (0, 1)
    assert "generation" in quiver("rollback", "--index", index).stdout
    assert quiver("rebuild", "--index", index).exit_code == 0
    assert quiver("verify", "--index", index).stdout.endswith(": nothing is wrong\n")


def test_an_index_of_other_sources_is_not_overwritten(quiver: Quiver, tmp_path: Path) -> None:
    """A build over an index of other sources is refused without --force, and names them."""
    index = str(tmp_path / "p.idx")
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text('{"title": "One"}\n')
    assert quiver("build", str(tmp_path / "a.jsonl"), "--index", index).exit_code == 0
    refused = quiver("build", str(tmp_path / "b.jsonl"), "--index", index)
    assert (refused.exit_code, "--force" in refused.stderr) == (1, True)
    assert quiver("build", str(tmp_path / "b.jsonl"), "--index", index, "--force").exit_code == 0


def test_a_judged_collection_is_measured(quiver: Quiver, tmp_path: Path) -> None:
    """`quiver eval` builds the corpus aside and prints the four measures and the number of queries."""
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "1", "title": "Graphs", "text": "walks on graphs"}\n{"_id": "2", "title": "", "text": "deep nets"}\n'
    )
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "deep?"}\n{"_id": "r", "text": "walks"}\n')
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t2\t1\n")
    printed = quiver("eval", str(tmp_path), "--format", "json")
    assert orjson.loads(printed.stdout) == {"ndcg@10": 1.0, "map": 1.0, "recall@100": 1.0, "mrr@10": 1.0, "queries": 1}
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq 2 1\n")
    assert "qrels.tsv:2" in quiver("eval", str(tmp_path)).stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_shell_is_told_how_to_complete(quiver: Quiver, shell: str) -> None:
    """The script of the shell calls quiver back."""
    assert "_QUIVER_COMPLETE" in quiver("completion", shell).stdout


class _Raising(click.Command):
    def __init__(self, error: BaseException) -> None:
        super().__init__("raising")
        self._error = error

    def invoke(self, ctx: click.Context) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "quiver: interrupted"),
        (OSError(28, "No space left on device", "a.seg"), 1, "quiver: a.seg: No space left on device"),
        (MemoryError(), 1, "quiver: not enough memory; for a build try --procs 1"),
        (ZeroDivisionError("by\nzero"), 1, "quiver: internal error: ZeroDivisionError: by zero; "),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_every_error_ends_in_one_line(
    quiver: Quiver, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, line: str
) -> None:
    """Interrupts, full disks, no memory and faults of Quiver's own: one line and a status, never a traceback."""
    monkeypatch.setattr(type(cli), "get_command", lambda self, ctx, name: _Raising(error))
    monkeypatch.delenv("QUIVER_DEBUG", raising=False)
    ended = quiver("info")
    assert ended.exit_code == status
    assert ended.stderr.startswith(line)
    assert ended.stderr.count("\n") == (1 if line else 0)
