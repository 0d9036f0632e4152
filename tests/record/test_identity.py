"""Ids of records that bring none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.index.record.addresses import address_of, canonical_address, identifier_in, simple_address
from indexer.index.record.identifiers import identify
from indexer.index.record.identity import bare_arxiv, bare_doi, whole_id
from indexer.index.record.paper import Paper


@pytest.mark.parametrize(
    "text",
    [
        "10.1145/3292500.3330701",
        "https://doi.org/10.1145/3292500.3330701",
        "http://dx.doi.org/10.1145/3292500.3330701",
        "DOI: 10.1145/3292500.3330701",
        " doi:10.1145/3292500.3330701 ",
    ],
)
def test_a_doi_is_known_in_every_form(text: str) -> None:
    """Resolvers and prefixes are no part of a DOI."""
    assert bare_doi(text) == "10.1145/3292500.3330701"


@pytest.mark.parametrize("text", ["", "n/a", "10.1145", "see 10.1145/3292500", "10.1145/a b"])
def test_what_is_no_doi_gives_none(text: str) -> None:
    """Text around a DOI, or half of one, is not taken for one."""
    assert bare_doi(text) == ""


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("1706.03762", "1706.03762"),
        ("arXiv:1706.03762v5", "1706.03762"),
        ("https://arxiv.org/abs/1706.03762v1", "1706.03762"),
        ("http://arxiv.org/pdf/1706.03762.pdf", "1706.03762"),
        ("hep-th/9711200", "hep-th/9711200"),
        ("math.AG/0309136v2", "math/0309136"),
        ("911.4060", "0911.4060"),
        ("arXiv:1001.012", "1001.0120"),
        ("1501.0123", "1501.01230"),
        ("hep-th/101001", "hep-th/0101001"),
        ("1013.012", ""),
        ("0704.0001", "0704.0001"),
        ("1706.0376234", ""),
        ("1608.0816300000001", "1608.08163"),
        ("1501.0598699999998", "1501.05987"),
        ("arXiv:911.40600000000001", "0911.4060"),
        ("1403.60079999999999", "1403.6008"),
        ("1613.0816300000001", ""),
        ("yes", ""),
    ],
)
def test_an_arxiv_id_is_known_in_every_form(text: str, bare: str) -> None:
    """Address, prefix, suffix and version are no part of an arXiv id."""
    assert bare_arxiv(text) == bare


def test_a_doi_comes_before_an_arxiv_id_and_both_before_a_hash() -> None:
    """The order that the documentation promises."""
    record = {"title": "T", "authors": ["A"], "doi": "https://doi.org/10.1/x", "arxiv": "1706.03762v2"}
    assert Paper.from_record(record | {"doi": "10.1000/X"}).id == "10.1000/x"
    assert Paper.from_record(record).id == "arXiv:1706.03762"
    assert Paper.from_record(record | {"arxiv": ""}, stem="s").id.startswith("s-")
    assert Paper.from_record(record | {"arxiv": "", "doi": "10.48550/arXiv.1706.03762"}).id == "arXiv:1706.03762"
    assert Paper.from_record(record | {"arxiv": "", "url": "http://dx.doi.org/10.1000/X"}).id == "10.1000/x"


def test_doi_and_arxiv_id_have_one_form_and_what_was_brought_is_kept() -> None:
    """Also where only the address or the id holds them; what is none stays as it came; nothing changes twice."""
    record = {"title": "T", "doi": "https://doi.org/10.1000/X", "arxiv": "arXiv:1706.03762v2", "page": 7}
    paper = Paper.from_record(record)
    assert (paper.doi, paper.arxiv) == ("10.1000/x", "1706.03762")
    assert paper.extra == {"page": 7, "as_published": {"doi": record["doi"], "arxiv": record["arxiv"]}}
    assert Paper.from_record(paper.as_record()) == paper
    found = Paper.from_record({"title": "T", "id": "arXiv:911.4060", "url": "https://dl.acm.org/doi/10.1000/x"})
    assert (found.id, found.doi, found.arxiv, found.extra) == ("arXiv:0911.4060", "10.1000/x", "0911.4060", {})
    assert Paper.from_record({"title": "T", "doi": "n/a"}).doi == "n/a"


@pytest.mark.parametrize(
    ("brought", "kept"),
    [
        ("arXiv:911.4060", "arXiv:0911.4060"),
        ("911.4060", "0911.4060"),
        ("1001.012", "1001.0120"),
        ("arXiv:1001.01v2", "arXiv:1001.0100"),
        ("1001.1", "1001.1"),
        ("arXiv:1503.0236300000001", "arXiv:1503.02363"),
        ("1503.0236299999999", "1503.02363"),
        ("1503.023631234567", "1503.023631234567"),
        ("2101.00013v3", "2101.00013v3"),
        ("10.1000/X", "10.1000/X"),
        ("3.14", "3.14"),
    ],
)
def test_an_id_stays_but_for_the_zeros_that_arxiv_ids_lose(brought: str, kept: str) -> None:
    """Identity is what was brought; a number with fewer digits may be a section's."""
    assert whole_id(brought) == kept


def test_the_hash_of_a_record_never_changes() -> None:
    """An index built anew knows the same papers; a change here would orphan every stored id."""
    record = {"title": "T", "authors": ["A", {"name": "B", "id": "b"}], "venue": "V", "year": 2018, "url": "u"}
    assert Paper.from_record(record).id == "17ae11defbc2b645f7da"


@pytest.mark.parametrize(
    "change", [{"title": "U"}, {"authors": ["A"]}, {"venue": "W"}, {"year": 2019}, {"year": None}, {"url": "v"}]
)
def test_each_part_of_the_hash_counts(change: dict[str, object]) -> None:
    """Venue, year, title, authors and url make the hash; the abstract does not."""
    record = {"title": "T", "authors": ["A", "B"], "venue": "V", "year": 2018, "url": "u"}
    first = Paper.from_record(record)
    assert Paper.from_record(record | change).id != first.id
    assert Paper.from_record(record | {"abstract": "x"}).id == first.id


_HOSTS = "aaai.org www.ijcai.org arxiv.org www.www.x.org www.com a.arxiv.org doi.org dblp.org X.org 1.2.3.4".split()
_PATHS = "/ /a /b.html /10.1145/3.pdf /abs/2001.00001 /rec/conf/x/y // /~z /q?id=1 /a. /é :80 #f %2F -".split()


@given(
    st.sampled_from(("http://", "https://", "HTTP://", "")),
    st.sampled_from(_HOSTS),
    st.lists(st.sampled_from((*_PATHS, " ", "\n")), max_size=3).map("".join),
)
def test_simple_addresses_are_what_all_addresses_are(scheme: str, host: str, path: str) -> None:
    """The short way gives what the long one gives, and says nothing of what may hold an identifier."""
    text = scheme + host + path
    if simple := simple_address(text):
        address = address_of(text)
        assert address is not None
        assert identifier_in(address) is None
        assert canonical_address(address) == simple
        assert identify(f" {text} ") == identify(text) == ("url", simple)


def test_most_addresses_are_simple() -> None:
    assert simple_address("https://www.ijcai.org/proceedings/2020/12") == "ijcai.org/proceedings/2020/12"
    assert simple_address("https://arxiv.org/abs/2001.00001") == ""
    assert simple_address("https://dl.acm.org/doi/10.1145/3.4") == ""
