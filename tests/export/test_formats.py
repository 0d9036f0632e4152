"""RIS, CSL JSON, CSV, JSON Lines and ids, and the table that lists them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.record.paper import TYPES, Author, Paper
from query.export import EXPORTERS, spreadsheet
from query.export.lines import encodable, one_line
from query.export.style import Style, fields_of

TEXTS = st.text(st.sampled_from("=+-@'\"\t\r\n,; aé\ud800") | st.characters(), max_size=20)
PAPERS = st.builds(
    Paper,
    id=st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=10),
    title=TEXTS,
    abstract=TEXTS,
    authors=st.lists(st.builds(Author, TEXTS), max_size=3).map(tuple),
    venue=TEXTS,
    year=st.none() | st.integers(1000, 2999),
    type=st.sampled_from((*TYPES, "", "dataset")),
    url=TEXTS,
    doi=TEXTS,
    keywords=st.lists(TEXTS, max_size=2).map(tuple),
)

PAPER = Paper(
    "nips2018-1",
    "How SGD\nSelects",
    "It does.",
    (Author("Lei Wu"), Author("Weinan E"), Author("Martin King Jr."), Author("CMS Collaboration")),
    "NeurIPS",
    2018,
    "paper-conference",
    url="https://a.org/1",
    pdf="https://a.org/1.pdf",
    doi="10.1/2",
    arxiv="1801.00001",
    keywords=("sgd", "minima"),
)


def export(name: str, *papers: Paper) -> str:
    return "".join(EXPORTERS[name].write(papers))


@given(st.lists(PAPERS, max_size=3))
def test_every_paper_can_be_exported(papers: list[Paper]) -> None:
    """No published text breaks a format, and all of it can be written as UTF-8."""
    for name in set(EXPORTERS) - {"jsonl"}:
        export(name, *papers).encode()


@pytest.mark.parametrize("name", EXPORTERS)
def test_exports_stream(name: str) -> None:
    """The first papers are written before the last are asked for."""
    asked = 0

    def papers() -> Iterator[Paper]:
        nonlocal asked
        for number in range(100):
            asked += 1
            yield Paper(str(number), "Title")

    pieces = EXPORTERS[name].write(papers())
    for _ in range(3):
        next(pieces)
    assert asked < 5


def test_table_of_formats() -> None:
    """The formats are those of the command line, each under its own name with a suffix."""
    assert list(EXPORTERS) == ["jsonl", "ids", "bibtex", "ris", "csl", "csv"]
    assert all(exporter.name == name and exporter.suffix[0] == "." for name, exporter in EXPORTERS.items())


def test_ris() -> None:
    """A reference has its type first, one value a line, authors as `Family, Given, Suffix`, and an end."""
    assert export("ris", PAPER).split("\r\n") == [
        "TY  - CPAPER",
        "ID  - nips2018-1",
        "C8  - quiver-id: nips2018-1",
        "TI  - How SGD Selects",
        "AU  - Wu, Lei",
        "AU  - E, Weinan",
        "AU  - King, Martin, Jr.",
        "AU  - CMS Collaboration",
        "PY  - 2018",
        "T2  - NeurIPS",
        "AB  - It does.",
        "KW  - sgd",
        "KW  - minima",
        "DO  - 10.1/2",
        "AN  - arXiv:1801.00001",
        "UR  - https://a.org/1",
        "L1  - https://a.org/1.pdf",
        "ER  - ",
        "",
        "",
    ]


@given(PAPERS)
def test_ris_lines_are_tagged(paper: Paper) -> None:
    """Whatever a text holds, every line is a tag and a value, and the title comes back on one line."""
    lines = export("ris", paper).split("\r\n")
    assert lines[-3:] == ["ER  - ", "", ""]
    values = {line[:2]: line[6:] for line in lines[:-3]}
    assert all(line[2:6] == "  - " and "\n" not in line for line in lines[:-3])
    assert values.get("TI", "") == one_line(paper.title)


def test_csl() -> None:
    """An item has names in parts where they are clear, and the date as parts."""
    (item,) = json.loads(export("csl", PAPER))
    assert item == {
        "id": "nips2018-1",
        "type": "paper-conference",
        "title": "How SGD\nSelects",
        "container-title": "NeurIPS",
        "abstract": "It does.",
        "DOI": "10.1/2",
        "URL": "https://a.org/1",
        "number": "arXiv:1801.00001",
        "keyword": "sgd, minima",
        "author": [
            {"family": "Wu", "given": "Lei"},
            {"family": "E", "given": "Weinan"},
            {"family": "King", "given": "Martin", "suffix": "Jr."},
            {"literal": "CMS Collaboration"},
        ],
        "issued": {"date-parts": [[2018]]},
        "custom": {"quiver-id": "nips2018-1", "quiver-pdf": "https://a.org/1.pdf"},
    }


DETAILED = Paper(
    "j1",
    "On Volumes",
    authors=(Author("Ada Example"),),
    venue="JMLR",
    year=2020,
    type="article-journal",
    extra={"journal": "Journal of Machine Learning Research", "volume": "21", "issue": 3, "pages": "1-30", "mood": [1]},
)


def test_details_in_every_format() -> None:
    """Volume, number, pages and the journal in full reach RIS, CSL, CSV and JSON Lines."""
    lines = export("ris", DETAILED).split("\r\n")
    assert {"T2  - Journal of Machine Learning Research", "VL  - 21", "IS  - 3", "SP  - 1", "EP  - 30"} <= set(lines)
    (item,) = json.loads(export("csl", DETAILED))
    assert (item["container-title"], item["volume"], item["issue"], item["page"]) == (
        "Journal of Machine Learning Research",
        "21",
        "3",
        "1-30",
    )
    (row,) = csv.DictReader(io.StringIO(export("csv", DETAILED), newline=""))
    assert (row["venue"], row["journal"], row["volume"], row["pages"]) == (
        "JMLR",
        item["container-title"],
        "21",
        "1-30",
    )
    assert json.loads(row["other"]) == {"issue": 3, "mood": [1]}
    assert json.loads(export("jsonl", DETAILED))["mood"] == [1]


def test_chosen_columns() -> None:
    """CSV and JSON Lines take any key of the records, in the order asked for."""
    style = Style(*fields_of("year,mood,author", any_key=True))
    header, row = csv.reader(io.StringIO("".join(EXPORTERS["csv"].write([DETAILED], style)), newline=""))
    assert (header, row) == (["year", "mood", "authors"], ["2020", "[1]", "Ada Example"])
    (line,) = EXPORTERS["jsonl"].write([DETAILED], style)
    assert set(json.loads(line)) == {"id", "title", "authors", "year", "mood"}


@given(st.lists(PAPERS, max_size=4))
def test_csl_is_one_array(papers: list[Paper]) -> None:
    """The pieces are one JSON array with an item a paper, empty for no papers."""
    items = json.loads(export("csl", *papers))
    assert [item["id"] for item in items] == [paper.id for paper in papers]
    assert [item.get("title", "") for item in items] == [encodable(paper.title) for paper in papers]


@given(st.lists(PAPERS, max_size=4))
def test_csv_reads_back(papers: list[Paper]) -> None:
    """A reader of CSV gets each published cell, less one apostrophe where a spreadsheet would compute."""
    header, *rows = csv.reader(io.StringIO(export("csv", *papers), newline=""))
    assert header[: len(spreadsheet.COLUMNS)] == list(spreadsheet.COLUMNS)
    for row, paper in zip(rows, papers, strict=True):
        cells = dict(zip(header, row, strict=True))
        assert all(cell[:1] not in tuple("=+-@\t\r\n＝＋－＠") or not cell for cell in row)
        for name in ("title", "abstract", "venue"):
            cell, published = cells[name], encodable(getattr(paper, name))
            assert cell in (published, "'" + published)
        assert cells["year"] == ("" if paper.year is None else str(paper.year))


def test_csv_guards_formulas() -> None:
    """Cells that a spreadsheet would compute begin with an apostrophe; others are as published."""
    rows = csv.reader(io.StringIO(export("csv", Paper("x", "=1+1", "'=1", venue="'a")), newline=""))
    cells = dict(zip(*rows, strict=True))
    assert (cells["title"], cells["abstract"], cells["venue"]) == ("'=1+1", "''=1", "'a")


def test_records_are_canonical() -> None:
    """JSON Lines hold the record, unknown keys included."""
    paper = Paper("x", "Title", year=2020, extra={"track": "Main"})
    (line,) = export("jsonl", paper).splitlines()
    record = json.loads(line)
    assert (record["id"], record["title"], record["year"], record["track"]) == ("x", "Title", 2020, "Main")


def test_ids() -> None:
    """Ids are one a line."""
    assert export("ids", PAPER, Paper("a/b", "T")) == "nips2018-1\na/b\n"
