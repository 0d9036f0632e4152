"""Exports read back: the same record in the fields that the format has.

Where a format says less than a record (names in parts, LaTeX for text), records are compared in the words that the
format can say: texts as read, names without the order of their parts.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from indexer.index.record.paper import Author, Paper
from indexer.index.record.venues import VenueTable
from indexer.index.text.reading import as_read
from indexer.readers.entries import Entry
from indexer.readers.sources import read_file
from query.export import EXPORTERS
from tests.readers.reading import shared_folder

FORMATS = ("jsonl", "csl", "bibtex", "ris", "csv")
FIELDS = ("id", "doi", "arxiv", "year", "url")

WORD = st.from_regex(r"[A-Za-zÄÖÜäöüßéñç][a-zäöüéñ'’-]{0,9}", fullmatch=True)
SIGNS = st.sampled_from("$ % & # _ { } ~ ^ \\ < > ; : , . ( ) [ ] \" ' ` = + - @ | / * ! ? – — “ ” 中 𝔽".split())
TEXT = st.lists(WORD | WORD | SIGNS, min_size=1, max_size=9).map(" ".join)
NAME = st.tuples(WORD, WORD).map(lambda parts: f"{parts[0].capitalize()} {parts[1].capitalize()}")
PAPERS = st.builds(
    Paper,
    id=st.from_regex(r"[a-z0-9:./-]{1,20}", fullmatch=True).map(lambda text: f"x{text}"),
    title=TEXT.filter(lambda text: bool(as_read(text).strip())),
    abstract=st.just("") | TEXT,
    authors=st.lists(NAME.map(Author), max_size=3).map(tuple),
    venue=st.sampled_from(["", "NeurIPS", "Journal of Things"]),
    year=st.none() | st.integers(1000, 2999),
    type=st.sampled_from(["paper-conference", "article-journal", "book", "thesis", "report", "chapter"]),
    url=st.sampled_from(["", "https://example.org/a_b%20c?x=1&y={2}".replace("{2}", "2")]),
    doi=st.sampled_from(["", "10.1000/a_b(1)"]),
    arxiv=st.sampled_from(["", "1706.03762", "hep-th/9711200"]),
    keywords=st.lists(WORD, max_size=3, unique=True).map(tuple),
)


def read_back(papers: list[Paper], name: str, folder: Path) -> list[Entry]:
    """What the export of papers is read as, recognised by its content."""
    exporter = EXPORTERS[name]
    path = folder / "export"
    path.write_text("".join(exporter.write(papers)), encoding="utf-8", newline="")
    return list(read_file(str(path)))


def said(paper: Paper, name: str) -> dict[str, object]:
    """What of a record is compared."""
    fields: dict[str, object] = {field: getattr(paper, field) for field in FIELDS}
    if name in ("jsonl", "csv"):
        return fields | {field: getattr(paper, field) for field in ("title", "abstract", "venue", "type", "keywords")}
    return fields | {
        "title": squeezed(paper.title),
        "abstract": squeezed(paper.abstract),
        "authors": [parts(author.name) for author in paper.authors],
        # Exports write the full name that a record may have beside its venue.
        "venue": VenueTable.default().canonical(paper.venue),
        # RIS has one word for what is not published.
        "type": "article" if name == "ris" and paper.type == "manuscript" else paper.type,
        "keywords": paper.keywords,
    }


def parts(name: str) -> list[str]:
    """The parts of a name in no order, without the number by which DBLP tells namesakes apart."""
    return sorted(squeezed(word) for word in as_read(name).replace(",", " ").split() if not word.isdigit())


def squeezed(text: str) -> str:
    """A text as read, without the spaces and signs that LaTeX and typesetting make of each other."""
    return "".join(sign for sign in as_read(text).casefold() if sign.isalnum())


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@example(papers=[Paper.from_record({"id": "x--", "title": "a", "type": "paper-conference"})])
@given(papers=st.lists(PAPERS, min_size=1, max_size=3, unique_by=lambda paper: paper.id))
def test_an_export_read_back_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, name: str, papers: list[Paper]
) -> None:
    """Every field that the format has, whatever signs it holds."""
    whole = [Paper.from_record(paper.as_record()) for paper in papers]
    entries = read_back(whole, name, tmp_path_factory.getbasetemp())
    found = [entry for entry in entries if isinstance(entry, Paper)]
    assert [said(paper, name) for paper in found] == [said(paper, name) for paper in whole]
    assert len(entries) == len(found)


def _real() -> list[Paper]:
    corpus = Path(__file__).parents[2] / "corpus" / "papers.jsonl"
    return [entry for entry in read_file(str(corpus)) if isinstance(entry, Paper)]


@pytest.mark.parametrize("name", FORMATS)
def test_the_corpus_comes_back_from_every_export(name: str, tmp_path: Path) -> None:
    """All of its papers, title, authors, year and identifiers."""
    papers = _real()
    found = [entry for entry in read_back(papers, name, tmp_path) if isinstance(entry, Paper)]
    assert [said(paper, name) for paper in found] == [said(paper, name) for paper in papers]


# Of every kind that a record may be; how many of each, so that all five formats together take some seconds.
REAL = (
    *(("acl/2020.emnlp.xml", 60), ("arxiv/arxiv-metadata-oai-snapshot.200.json", 60), ("crossref/works.jsonl", 120)),
    *(("semanticscholar/papers.jsonl", 40), ("openalex/works.jsonl", 40), ("s2orc/metadata.jsonl", 40)),
    *(("dblp/dblp-excerpt.xml", 60), ("bibtex/biblatex-examples.bib", 90), ("bibtex/v125_colt2020.bib", 20)),
)


@pytest.mark.parametrize("name", FORMATS)
def test_real_records_come_back(name: str, tmp_path: Path) -> None:
    """Of nine origins, with whatever they hold; a type is what BibTeX, RIS and CSL cannot be without."""
    folder = shared_folder() / "formats"
    papers: dict[str, Paper] = {}
    for file, most in REAL:
        real = (entry for entry in read_file(str(folder / file)) if isinstance(entry, Paper))
        papers |= {paper.id: paper for paper in islice(real, most)}
    whole = [Paper.from_record(paper.as_record()) for paper in papers.values()]
    found = [entry for entry in read_back(whole, name, tmp_path) if isinstance(entry, Paper)]
    nothing = "document" if name in ("bibtex", "ris", "csl") else ""
    assert [said(paper, name) for paper in found] == [
        said(paper, name) | {"type": said(paper, name)["type"] or nothing} for paper in whole
    ]


ODD = [
    {
        "id": "f",
        "title": "On Lines",
        "venue": "ACL",
        "type": "paper-conference",
        "booktitle": "Findings of the ACL 2022",
    },
    {"id": "p", "title": "On Planes", "type": "article", "pdf": "https://example.org/p.pdf"},
    {
        "id": "b",
        "title": "On Solids",
        "type": "article",
        "url": "https://example.org/b",
        "pdf": "https://example.org/b.pdf",
    },
    {
        "id": "s",
        "title": "On Points",
        "type": "article",
        "url": "https://example.org/s",
        "pdf": "https://example.org/s",
    },
]


@pytest.mark.parametrize("name", FORMATS)
def test_what_a_format_has_one_field_for_comes_back_in_its_own(name: str, tmp_path: Path) -> None:
    """A venue that is cited by the name of another, and the addresses of page and file, which CSL has one key for."""
    papers = [Paper.from_record(record) for record in ODD]
    found = [entry for entry in read_back(papers, name, tmp_path) if isinstance(entry, Paper)]
    assert [(paper.venue, paper.url, paper.pdf) for paper in found] == [
        (paper.venue, paper.url, paper.pdf) for paper in papers
    ]
    assert found[0].extra.get("booktitle") == ODD[0]["booktitle"]


def test_a_table_keeps_what_a_cell_cannot_hold(tmp_path: Path) -> None:
    """Ids of authors, a semicolon in a keyword, a carriage return; until somebody changes the cell."""
    people = [{"name": "Ann Li", "id": "~Ann_Li1", "orcid": "0000"}, "Li; Bo"]
    record = {"id": "a", "title": "On Lines", "authors": people, "keywords": ["x; y", "z"], "abstract": "One.\r\nTwo."}
    paper = Paper.from_record(record)
    assert read_back([paper], "csv", tmp_path) == [paper]
    path = tmp_path / "export"
    path.write_text(path.read_text(encoding="utf-8").replace("Ann Li; Li", "Ann Lee; Li"), encoding="utf-8")
    (changed,) = read_file(str(path))
    assert isinstance(changed, Paper)
    assert [author.name for author in changed.authors] == ["Ann Lee", "Li", "Bo"]
