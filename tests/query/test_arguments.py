"""What a search may be asked in Python: every form of a filter, and every wrong one a UsageError that names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from indexer.index.errors import UsageError
from query import PaperIndex
from query.arguments import years_of

YEARS: list[tuple[Any, Any]] = [
    (None, ()),
    ((), ()),
    ([], ()),
    (2018, ((2018, 2018),)),
    (np.int64(2018), ((2018, 2018),)),
    ("2018", ((2018, 2018),)),
    ("2018..2024", ((2018, 2024),)),
    ("2018-2024", ((2018, 2024),)),
    ("..2016", ((None, 2016),)),
    ((2018, 2024), ((2018, 2024),)),
    ((2018, None), ((2018, None),)),
    ((None, None), ((None, None),)),
    ([2018, 2020], ((2018, 2018), (2020, 2020))),
    ((2018, 2020, 2022), ((2018, 2018), (2020, 2020), (2022, 2022))),
    (range(2018, 2020), ((2018, 2018), (2019, 2019))),
    ([(2018, 2019), [2021, None], "2016", 2012], ((2018, 2019), (2021, None), (2016, 2016), (2012, 2012))),
    (("2018", "2020.."), ((2018, 2018), (2020, None))),
    (("2018", "2020"), ((2018, 2020),)),
    (("2018", None), ((2018, None),)),
    (["2018", "2020"], ((2018, 2018), (2020, 2020))),
    (((2018, 2019), (2021, 2022)), ((2018, 2019), (2021, 2022))),
]

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"query": None}, "query None"),
    ({"query": 3}, "query 3"),
    ({"query": b"graph"}, "query b'graph'"),
    ({"query": ["graph"]}, "query ['graph']"),
    ({"authors": 3}, "authors 3"),
    ({"authors": [None]}, "authors holds None"),
    ({"authors": b"Li"}, "authors b'Li'"),
    ({"venues": 3}, "venues 3"),
    ({"venues": ["ICML", 3]}, "venues holds 3"),
    ({"venues": {"ICML": 1}}, "venues {'ICML': 1}"),
    ({"exclude_venues": 1.5}, "exclude_venues 1.5"),
    ({"types": "novel"}, "types 'novel'"),
    ({"types": ["book", "novel"]}, "types 'novel'"),
    ({"exclude_types": 3}, "exclude_types 3"),
    ({"years": "20l8"}, "20l8"),
    ({"years": True}, "years True"),
    ({"years": 2018.0}, "years 2018.0"),
    ({"years": (2018.0, None)}, "years 2018.0"),
    ({"years": (2024, 2018)}, "(2018, 2024)"),
    ({"years": "2024..2018"}, "2018..2024"),
    ({"years": 18}, "years 18"),
    ({"years": 1 << 70}, "years 1180591620717411303424"),
    ({"years": (2018, 1 << 70)}, "1180591620717411303424"),
    ({"years": [[2018, 2019, 2020]]}, "years [2018, 2019, 2020]"),
    ({"years": [2018, None]}, "years None"),
    ({"years": b"2018"}, "years b'2018'"),
    ({"years": {"from": 2018}}, "years {'from': 2018}"),
    ({"limit": -1}, "limit -1"),
    ({"limit": 1.5}, "limit 1.5"),
    ({"limit": "10"}, "limit '10'"),
    ({"limit": True}, "limit True"),
    ({"limit": 1 << 64}, "limit 18446744073709551616"),
    ({"limit": 10**5000}, "limit a int too large to be shown"),
    ({"offset": -1}, "offset -1"),
    ({"offset": None}, "offset None"),
    ({"offset": 1 << 70}, "offset 1180591620717411303424"),
    ({"sort": "date"}, "sort 'date'"),
    ({"sort": None}, "sort None"),
    ({"match": "some"}, "match 'some'"),
    ({"match": ["all"]}, "match ['all']"),
    ({"ranking": "tfidf"}, "ranking 'tfidf'"),
    ({"facets": "nothing"}, "facet 'nothing'"),
    ({"facets": ["venue", "nothing"]}, "facet 'nothing'"),
    ({"facets": True}, "facets True"),
]


@pytest.mark.parametrize(("given", "ranges"), YEARS)
def test_years_are_taken_in_every_form(given: Any, ranges: Any) -> None:
    """A year, a pair in a tuple, text as on the command line, and lists of these."""
    assert years_of(given) == ranges


@pytest.mark.parametrize(("arguments", "named"), WRONG)
def test_what_cannot_be_is_named(index: PaperIndex, arguments: dict[str, Any], named: str) -> None:
    """A UsageError with the argument and the value, from `search` and `scan` alike."""
    with pytest.raises(UsageError) as caught:
        index.search(**arguments)
    assert named in str(caught.value)
    if not {"limit", "offset", "facets"} & set(arguments):
        with pytest.raises(UsageError) as caught:
            index.scan(**arguments)
        assert named in str(caught.value)


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ({"authors": "Wei Wang"}, {"authors": ["Wei Wang"]}),
        ({"venues": "ICML"}, {"venues": ("ICML",)}),
        ({"types": "article"}, {"types": {"article"}}),
        ({"exclude_venues": "ICML"}, {"exclude_venues": iter(["ICML"])}),
        ({"exclude_types": "article"}, {"exclude_types": ["article"]}),
        ({"facets": "venue"}, {"facets": ["venue"]}),
        ({"authors": None, "venues": None, "types": None, "facets": None}, {}),
    ],
)
def test_one_value_is_a_list_of_one(index: PaperIndex, one: dict[str, Any], several: dict[str, Any]) -> None:
    """Also from a set or an iterator; None is no filter."""
    first, second = index.search(**one), index.search(**several)
    assert (first.total, first.facets) == (second.total, second.facets)
    assert [hit.id for hit in first] == [hit.id for hit in second]


def test_no_limit_is_everything_and_zero_is_nothing(index: PaperIndex) -> None:
    """With 0 totals and facets are as ever; None is the whole result, from the offset on."""
    usual = index.search("ifegin colasit", facets="year", match="any")
    nothing = index.search("ifegin colasit", facets="year", match="any", limit=0)
    assert (nothing.hits, nothing.total, nothing.facets) == ([], usual.total, usual.facets)
    everything = index.search("ifegin colasit", match="any", limit=None)
    assert len(everything) == usual.total
    rest = index.search("ifegin colasit", match="any", limit=None, offset=4)
    assert [hit.id for hit in rest] == [hit.id for hit in everything[4:]]
    assert [hit.rank for hit in rest] == list(range(5, usual.total + 1))
