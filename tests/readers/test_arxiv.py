"""Lines of the arXiv snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Paper
from indexer.readers.entries import Rejected, Warned
from indexer.readers.sources import read_file, recognise_source
from tests.readers.reading import Read, reader, shared_folder


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Gives the entries of bytes under a name."""
    return reader(tmp_path)


SNAPSHOT: dict[str, Any] = {
    "id": "hep-th/9711200", "submitter": "Juan M. Maldacena", "authors": "Juan M. Maldacena",
    "title": "The Large N\n  Limit",
    "comments": None, "journal-ref": "Adv.Theor.Math.Phys.2:231-252,1998", "doi": "10.1000/1", "report-no": None,
    "categories": "hep-th gr-qc", "license": None, "abstract": "  We show\nthat $x$.\n  A second paragraph\nfollows.\n",
    "versions": [{"version": "v1", "created": "Thu, 27 Nov 1997 23:56:16 GMT"}], "update_date": "2010-02-04",
    "authors_parsed": [["Maldacena", "Juan M.", ""]],
}  # fmt: skip


def one(read: Read, change: dict[str, Any]) -> Paper:
    (paper,) = read(orjson.dumps({**SNAPSHOT, **change}), "snapshot.json")
    assert isinstance(paper, Paper)
    return paper


def test_a_snapshot_line_is_a_paper(read: Read) -> None:
    """Wrapped lines are joined, paragraphs kept; the first version gives the year; other fields stay."""
    assert one(read, {}).as_record() == {
        "id": "arXiv:hep-th/9711200", "title": "The Large N Limit",
        "abstract": "We show that $x$.\n  A second paragraph follows.",
        "authors": ["Juan M. Maldacena"], "venue": "Adv.Theor.Math.Phys.", "year": 1997,
        "type": "article-journal",
        "url": "https://arxiv.org/abs/hep-th/9711200", "doi": "10.1000/1", "arxiv": "hep-th/9711200",
        "categories": ["hep-th", "gr-qc"], "submitter": "Juan M. Maldacena",
        "journal-ref": "Adv.Theor.Math.Phys.2:231-252,1998", "versions": SNAPSHOT["versions"],
        "update_date": "2010-02-04",
    }  # fmt: skip


def test_names_are_put_together_from_their_parts(read: Read) -> None:
    """Given name, family name, suffix; an affiliation is kept beside the name."""
    parts = [
        ["Evans", "Neal J.", "II"],
        ["E", "Weinan", ""],
        ["CDF Collaboration", "", ""],
        ["Tolstoy", "V. N.", "", "INP,\n Moscow"],
    ]
    assert one(read, {"authors_parsed": parts}).as_record()["authors"] == [
        "Neal J. Evans II",
        "Weinan E",
        "CDF Collaboration",
        {"name": "V. N. Tolstoy", "affiliation": "INP, Moscow"},
    ]


@pytest.mark.parametrize(
    ("reference", "venue", "kind"),
    [
        ("Phys.Rev.D76:013009,2007", "Phys.Rev.D", "article-journal"),
        ("Illinois J. Math. 52 (2008) no.2, 681-689", "Illinois J. Math.", "article-journal"),
        ("J. Low. Temp. Phys. Vol. 140 pp77-89 (2005)", "J. Low. Temp. Phys.", "article-journal"),
        ("Phys. Rev. Lett. 99, 048301 (2007)", "Phys. Rev. Lett.", "article-journal"),
        ("Proceedings of the Tenth Workshop on Odd Things, 2003, pp. 1-9", "Proceedings of the Tenth Workshop on Odd "
         "Things", "paper-conference"),
        ("ICML 2019", "ICML", "paper-conference"),
        ("submitted to Nature 2007", "arXiv", "article"),
        ("PhD thesis, 2003", "arXiv", "article"),
        ("to appear", "arXiv", "article"),
        ("12 (2004)", "arXiv", "article"),
    ],
)  # fmt: skip
def test_a_journal_reference_is_the_venue_where_it_can_be_read(
    read: Read, reference: str, venue: str, kind: str
) -> None:
    """The name before volume, year and pages; where there is none the preprint stands. It is kept as it came."""
    paper = one(read, {"journal-ref": reference})
    assert (paper.venue, paper.type, paper.arxiv) == (venue, kind, "hep-th/9711200")
    assert paper.extra["journal-ref"] == reference


@pytest.mark.parametrize(
    ("change", "year"),
    [
        ({"versions": []}, 1997),
        ({"versions": [], "id": "0704.0001"}, 2007),
        ({"versions": [], "id": "math.AG/0309136"}, 2003),
        ({"versions": [], "id": "odd"}, 2010),
        ({"versions": [], "id": "odd", "update_date": None}, None),
    ],
)
def test_the_year_is_found_where_versions_lack(read: Read, change: dict[str, Any], year: int | None) -> None:
    """The id says it, else the date of the last change."""
    assert one(read, change).year == year


@pytest.mark.parametrize("change", [{"authors_parsed": [5]}, {"authors_parsed": [[1]]}, {"abstract": 5}])
def test_a_value_that_does_not_fit_costs_its_field_only(read: Read, change: dict[str, Any]) -> None:
    """It is counted as a warning."""
    warned, paper = read(orjson.dumps({**SNAPSHOT, **change}), "snapshot.json")
    assert isinstance(warned, Warned)
    assert isinstance(paper, Paper)
    assert paper.title == one(read, {}).title


@pytest.mark.parametrize("change", [{"title": None}])
def test_a_bad_line_costs_itself_only(read: Read, change: dict[str, Any]) -> None:
    """Its neighbours are read."""
    lines = [orjson.dumps(SNAPSHOT), orjson.dumps({**SNAPSHOT, **change}), orjson.dumps(SNAPSHOT)]
    first, refused, last = read(b"\n".join(lines), "snapshot.json")
    assert isinstance(first, Paper)
    assert first == last
    assert isinstance(refused, Rejected)
    assert refused.line == 2


def test_the_real_snapshot_is_read() -> None:
    """Every record at hand is a paper with a year and authors."""
    for path in sorted((shared_folder() / "formats" / "arxiv").glob("*.json")):
        assert recognise_source(str(path)).name == "arxiv"
        for entry in read_file(str(path)):
            assert isinstance(entry, Paper)
            assert entry.year
            assert entry.authors
