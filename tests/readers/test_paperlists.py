"""Conference lists: venue, year, ids, authors, types."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexer.index.record.paper import Author, Paper
from indexer.readers.entries import Rejected, Warned
from indexer.readers.paperlists import pair, split_names, venue_and_year
from indexer.readers.sources import read_file, recognise_source
from tests.readers.reading import Read, reader, shared_folder


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Gives the entries of bytes under a name."""
    return reader(tmp_path)


def one(read: Read, record: dict[str, Any], name: str = "nips2018.json") -> Paper:
    (paper,) = read(orjson.dumps([{"title": "T", "author": "A", **record}]), name)
    assert isinstance(paper, Paper)
    return paper


def test_a_record_of_a_list_is_a_paper_of_its_file(read: Read) -> None:
    """Venue, year and the prefix of the id come from the file's name, and every other field is kept."""
    record = {
        "id": "11201", "title": "A\r\n title", "author": "Ann B; C. D", "authorids": "~Ann_B1; ~C_D2",
        "abstract": " x ",
        "status": "Poster", "track": "main", "site": "https://nips.cc/11201", "pdf": "p", "keywords": "a;b",
        "award": False, "rating": [1, 2.5], "github": "", "doi": "https://doi.org/10.1000/1", "arxiv": "1612.00496v2",
    }  # fmt: skip
    assert one(read, record).as_record() == {
        "id": "neurips2018-11201", "title": "A title", "abstract": "x",
        "authors": [{"name": "Ann B", "id": "~Ann_B1"}, {"name": "C. D", "id": "~C_D2"}],
        "venue": "NeurIPS", "year": 2018, "type": "paper-conference", "url": "https://nips.cc/11201", "pdf": "p",
        "doi": "10.1000/1", "arxiv": "1612.00496", "keywords": ["a", "b"],
        "status": "Poster", "track": "main", "award": False, "rating": [1, 2.5], "github": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("nips2018", ("NeurIPS", 2018)),
        ("nips1987", ("NeurIPS", 1987)),
        ("ICLR_2013", ("ICLR", 2013)),
        ("my conf-2024", ("", None)),
        ("export2020", ("", None)),
        ("NeurIPS 2018 (copy)", ("NeurIPS", 2018)),
        ("icml", ("ICML", None)),
        ("papers", ("", None)),
        ("12345", ("", None)),
        ("", ("", None)),
    ],
)
def test_a_file_name_says_venue_and_year(stem: str, said: tuple[str, int | None]) -> None:
    """Only a known venue is one, with a year or without."""
    assert venue_and_year(stem) == said


def test_a_compressed_list_has_the_same_stem(read: Read) -> None:
    """The suffix of a compressed file is no part of its stem, whatever the content."""
    data = orjson.dumps([{"title": "T", "author": "A", "id": "1"}])
    assert read(data, "nips2018.json.xz") == read(data, "nips2018.json")


def test_the_record_comes_before_the_file_name(read: Read) -> None:
    """A record that has venue and year keeps them."""
    paper = one(read, {"venue": "ICML", "year": "2011"})
    assert (paper.venue, paper.year) == ("ICML", 2011)


def test_a_record_without_id_gets_the_same_one_on_every_run(read: Read) -> None:
    """A hash after the stem, or the DOI or arXiv id where there is one."""
    assert one(read, {}).id == one(read, {"abstract": "more"}).id
    assert one(read, {"id": None}).id.startswith("neurips2018-")
    assert one(read, {"id": ""}).id != one(read, {"author": "B"}).id
    assert one(read, {"doi": "https://doi.org/10.1000/1"}).id == "10.1000/1"


@pytest.mark.parametrize("status", ["Reject", "Withdraw", "Active", "Desk Reject", "Withdrawn", "reject"])
def test_a_submission_that_was_not_accepted_is_a_manuscript(read: Read, status: str) -> None:
    """It is never counted as a conference paper."""
    assert one(read, {"status": status}, "iclr2018.json").type == "manuscript"


@pytest.mark.parametrize("status", ["Poster", "Oral", "Workshop", "Technical", "", None])
def test_what_was_accepted_is_a_conference_paper(read: Read, status: str | None) -> None:
    """Every other status is some way to be presented."""
    assert one(read, {"status": status}, "iclr2018.json").type == "paper-conference"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("A B; C D", ["A B", "C D"]),
        ("A B;C D;", ["A B", "C D", ""]),
        ("Philip  S Yu", ["Philip S Yu"]),
        ("Alec Rivers, Takeo Igarashi, Frédo Durand", ["Alec Rivers", "Takeo Igarashi", "Frédo Durand"]),
        ("A B, C D, Jr., E F", ["A B", "C D, Jr.", "E F"]),
        ("Rodriguez, S.", ["Rodriguez, S."]),
        ("Rodriguez, S.;Xinyu Tang", ["Rodriguez, S.", "Xinyu Tang"]),
        ("Yu-Xiong Wang, Martial Hebert", ["Yu-Xiong Wang", "Martial Hebert"]),
        ("Plato, Aristotle", ["Plato, Aristotle"]),
        ("Plato", ["Plato"]),
    ],
)
def test_an_author_string_is_split_into_names(author: str, names: list[str]) -> None:
    """Semicolons part names, commas where there is no semicolon; a name with last name first stays whole."""
    assert split_names(author) == names


@pytest.mark.parametrize(
    ("names", "ids", "pairs"),
    [
        ("A B A B", "1 2 1 2", "A1 B2"),
        ("A A", "1 1", "A1"),
        ("A B A B A B A B", "1 2 1 2 1 2 1 2", "A1 B2"),
        ("A B A B", "", "A B"),
        ("A A", "1 2", "A1 A2"),
        ("A B", "1 1", "A1 B1"),
        ("A B A", "1 2 1", "A1 B2 A1"),
        ("A B", "1 2 3", "A B"),
    ],
)
def test_a_list_repeated_whole_is_read_once(names: str, ids: str, pairs: str) -> None:
    """Only where names and ids both repeat; ids of another number than the names belong to nobody."""
    assert ["".join(found) for found in pair(names.split(), ids.split())] == pairs.split()


def test_ids_of_persons_are_ids_and_not_addresses(read: Read) -> None:
    """Slashes are taken off; an e-mail address or nothing is no id; an ORCID is one."""
    record = {
        "author": "A;B;C;D;E",
        "authorids": "/37279126200;/j/jingyi-zhang/;a@b.org;;~E1",
        "orcid": ";;;0000-0002-6168-4763;x",
    }
    assert one(read, record).authors == (
        Author("A", "37279126200"),
        Author("B", "jingyi-zhang"),
        Author("C"),
        Author("D", orcid="0000-0002-6168-4763"),
        Author("E", "~E1"),
    )


def test_a_refused_record_can_be_mended_and_fed_again(read: Read) -> None:
    """What is handed back is the record in canonical form, with the venue, year and id its file gave it."""
    data = b'[\n  {"title": "T", "author": "A"},\n  {\n    "title": "", "author": "A; B", "id": 7}\n]'
    _, refused = read(data, "icml2018.json")
    assert isinstance(refused, Rejected)
    assert refused.line == 3
    mended = orjson.loads(refused.record) | {"title": "Mended"}
    (paper,) = read(orjson.dumps(mended))
    assert isinstance(paper, Paper)
    assert (paper.id, paper.venue, paper.year, len(paper.authors)) == ("icml2018-7", "ICML", 2018, 2)


def test_the_real_lists_are_read(tmp_path: Path) -> None:
    """The first lists of the collection at hand are recognised and read; the few refusals lack a title."""
    archive = shared_folder() / "corpora" / "paperlists.tar.xz"
    if not archive.is_file():
        pytest.skip(f"no {archive}")
    with tarfile.open(archive, "r|xz") as lists:
        for member in lists:
            if member.isfile() and member.name.endswith(".json"):
                content = lists.extractfile(member)
                assert content is not None
                path = tmp_path / Path(member.name).name
                path.write_bytes(content.read())
            if len(list(tmp_path.iterdir())) == 8:
                break
    for path in tmp_path.iterdir():
        assert recognise_source(str(path)).name == "paperlists"
        entries = list(read_file(str(path)))
        assert len(entries) == len(orjson.loads(path.read_bytes()))
        for entry in entries:
            assert isinstance(entry, Paper) or entry.reason.startswith("title")


HINTS = [
    ({"site": "https://nips.cc/virtual/2018/poster/11201"}, "neurips2018-7"),
    ({"site": "https://papers.nips.cc/paper_files/paper/2017/hash/3f5e-Abstract.html"}, "neurips2017-7"),
    ({"site": "https://openaccess.thecvf.com/content_cvpr_2018/html/Ren_3D_CVPR_2018_paper.html"}, "cvpr2018-7"),
    ({"site": "https://openaccess.thecvf.com/ICCV2013.py"}, "iccv2013-7"),
    ({"site": "https://www.ijcai.org/proceedings/2023/851"}, "ijcai2023-7"),
    ({"site": "https://www.roboticsproceedings.org/rss14/p53.html"}, "rss2018-7"),
    ({"site": "https://aclanthology.org/2021.acl-long.404/"}, "acl2021-7"),
    ({"site": "https://aclanthology.org/P19-1001.pdf"}, "acl2019-7"),
    ({"venue": "NIPS", "year": "2018"}, "neurips2018-7"),
    ({"venue": "ICML", "site": "https://icml.cc/virtual/2020/poster/1"}, "icml2020-7"),
    (
        {"bibtex": "@inproceedings{k, BookTitle = {Int. Conf. on Machine Learning}, year = 2017}"},
        "icml2017-7",
    ),
]


@pytest.mark.parametrize(("said", "identifier"), HINTS)
def test_a_list_of_any_name_keeps_its_ids(read: Read, said: dict[str, str], identifier: str) -> None:
    """Where the file's name says nothing, addresses, the record's own words or its BibTeX entry do."""
    for name in ("export.json", "papers-2026 (1).json"):
        (paper,) = read(orjson.dumps([{"id": 7, "title": "A 1999 title of ICCV", "author": "A; B", **said}]), name)
        assert isinstance(paper, Paper)
        assert paper.id == identifier
    stem = identifier.removesuffix("-7")
    assert one(read, {"id": 7, **said}, f"{stem}.json").id == identifier


def test_what_nobody_says_is_a_warning(read: Read) -> None:
    """The raw id is kept aside, since other lists have the same; the paper has an id of its own."""
    *warned, paper = read(
        orjson.dumps([{"id": 7, "title": "T", "author": "A; B", "site": "https://a.org/7"}]), "x.json"
    )
    assert [row.kind for row in warned if isinstance(row, Warned)] == ["venue", "year"]
    assert isinstance(paper, Paper)
    assert (paper.ids, paper.venue, paper.year) == ({"list": "7"}, "", None)
    *warned, paper = read(orjson.dumps([{"id": 7, "title": "T", "author": "A; B"}]), "icml.json")
    assert [row.kind for row in warned if isinstance(row, Warned)] == ["year"]
    assert isinstance(paper, Paper)
    assert paper.venue == "ICML"
