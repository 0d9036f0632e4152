"""What the faces print for results, by facts about single lines."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from indexer.index.errors import QueryError
from indexer.index.record.paper import Author, Paper
from indexer.index.record.venues import VenueTable
from query.browse.clusters import Cluster, Coauthor, Neighbour
from query.faces.printed.author_page import author_lines, year_bars
from query.faces.printed.error_lines import diagnostic_lines
from query.faces.printed.explanation import explanation_lines
from query.faces.printed.paper_page import paper_lines
from query.faces.printed.search_result import hit_lines, marked_lines, search_lines, totals
from query.faces.printed.tables import table_lines
from query.faces.printed.terminal import Screen, display_width
from query.faces.printed.wording import author_list, byte_size, counted, duration, paper_place, year_span
from query.results import FacetCount, Hit, Page

PLAIN = Screen()
BRIGHT = Screen(colour=True)
EVIL = "An \x1b]0;evil\x07 title\x9b31m"


def hit(**head: Any) -> Hit:
    """A hit with this record head."""
    record = {"id": "p1", "title": "On lines", "authors": ["Ann Li"], "year": 2020, **head}
    return Hit(1, 1.5, 0, "ICML", record, {}, None, "the <mark>lines</mark> &amp; rows")


def page(**changes: Any) -> Page:
    """A page with one hit."""
    made = Page("lines", 7, 1, 1, False, 0, 10, [hit()], {}, 0.25)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("total", "all_words", "relaxed", "words"),
    [
        (0, 0, False, "no paper matches"),
        (1, 1, False, "1 paper matches"),
        (1234, 1234, False, "1,234 papers match"),
        (11, 2, True, "2 papers match all words, 9 more match some"),
        (2, 1, True, "1 paper matches all words, 1 more matches some"),
        (3, 0, True, "no paper matches all words, 3 match some"),
    ],
)
def test_totals_tell_the_tiers(total: int, all_words: int, relaxed: bool, words: str) -> None:
    """The first line says how many papers match all words, and how many more some."""
    assert totals(page(total=total, all_words=all_words, relaxed=relaxed)) == words


def test_a_page_names_filters_time_and_generation() -> None:
    """The first line says what was asked for and of which generation the answer is."""
    assert next(search_lines(page(), PLAIN, ["since 2018"])) == "1 paper matches · since 2018 · 0.25 ms, generation 7"


def test_a_hit_has_rank_title_place_people_passage_and_id() -> None:
    """A hit prints all that is needed to judge it."""
    assert list(hit_lines(hit(), PLAIN, 4)) == [
        " 1  On lines",
        "    ICML 2020 · Ann Li",
        "    the lines & rows",
        "    p1",
    ]


def test_matched_words_are_marked_on_a_terminal_alone() -> None:
    """Marks of the snippet are styles on a terminal, and nothing elsewhere."""
    assert list(marked_lines("a <mark>b</mark> &lt;c&gt;", PLAIN)) == ["a b <c>"]
    assert list(marked_lines("a <mark>b</mark>", BRIGHT)) == ["a \x1b[1;33mb\x1b[0m"]


def test_a_mark_goes_on_in_the_next_line() -> None:
    """A marked formula that is broken over two lines is marked in both."""
    found = list(marked_lines("<mark>aaaa bbbb</mark>", Screen(5, True)))
    assert [line.count("\x1b[1;33m") for line in found] == [1, 1]


def test_no_record_reaches_the_terminal_raw() -> None:
    """Control characters in titles, names, venues, ids and other fields are replaced everywhere."""
    paper = Paper(EVIL, EVIL, EVIL, (Author(EVIL, EVIL),), EVIL, 2020, extra={EVIL: EVIL, "n": [EVIL]})
    cluster = Cluster(EVIL, [paper], 1, [Coauthor(EVIL, 1)], [(EVIL, 1)], [(2020, 1)], [Neighbour(EVIL, "accent", 1)])
    bad = replace(hit(title=EVIL, authors=[EVIL], id=EVIL), venue=EVIL, snippet=EVIL)
    shown = [
        *search_lines(page(hits=[bad], facets={"venue": [FacetCount(EVIL, 1)]}, suggestion=EVIL), PLAIN),
        *author_lines(cluster, PLAIN, VenueTable.default()),
        *paper_lines(paper, [EVIL], PLAIN, VenueTable.default()),
        *diagnostic_lines(EVIL, QueryError(EVIL, suggestion=EVIL), PLAIN),
    ]
    assert not [line for line in shown if re.search(r"[\x00-\x1f\x7f-\x9f]", line)]


@pytest.mark.parametrize("width", [30, 46, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Titles, names and passages of any script wrap at the terminal's width."""
    wide = hit(title="深層学習の汎化 " * 12, authors=[f"Author Number{n} 王" for n in range(40)], id="x" * 200)
    years = {"year": [FacetCount(year, 3) for year in range(1990, 2020)]}
    lines = search_lines(page(hits=[wide], facets=years), Screen(width))
    assert max(map(display_width, lines)) <= width


def test_an_author_who_is_asked_for_is_seen() -> None:
    """A long list of authors is cut, and keeps the author of the filter."""
    names = ["Mingze Wang", "Jinbo Wang", "Haotian He", "Zilin Wang", "Guanhua Huang", "Weinan E"]
    assert author_list(names, 34) == "Mingze Wang, Jinbo Wang, ... (6 authors)" or len(author_list(names, 34)) <= 34
    assert "Weinan E" in author_list(names, 40, {"weinan e"})


def test_the_bars_of_years_reach_from_low_to_full() -> None:
    """The most papers of a year have a full bar, one paper never none."""
    assert year_bars([(2018, 8), (2020, 4), (2021, 1)]) == ["2018 █", "2020 ▄", "2021 ▁"]


@pytest.mark.parametrize(
    ("query", "position", "length", "shown"),
    [
        ("(a b", 0, 1, ["quiver: no", "  (a b", "  ^"]),
        ("学習 (x", 3, 1, ["quiver: no", "  学習 (x", "       ^"]),
        ("a\tb(", 3, 1, ["quiver: no", "  a b(", "     ^"]),
        ("a", 1, 0, ["quiver: no", "  a", "   ^"]),
    ],
)
def test_a_caret_stands_under_the_place(query: str, position: int, length: int, shown: list[str]) -> None:
    """An error shows the query and a caret under what is wrong, whatever the width of the characters before it."""
    assert list(diagnostic_lines(query, QueryError("no", position=position, length=length), PLAIN)) == shown


def test_a_long_query_is_shown_around_the_place() -> None:
    """Of ten thousand characters one line is shown, with the caret inside it."""
    _, line, caret = diagnostic_lines("x" * 5000 + "(" + "y" * 5000, QueryError("no", position=5000, length=1), PLAIN)
    assert len(line) <= 80
    assert line[caret.index("^")] == "("


def test_an_explanation_adds_up_in_words() -> None:
    """Terms, fields, and what re-scoring added are told with their shares."""
    field = {"field": "title", "count": 2, "length": 9, "score": 2.0}
    term = {"term": "bias", "score": 2.0, "idf": 1.5, "boost": 2.0, "papers": 12, "fields": [field]}
    gained = {"part": "adjacent", "term": "implicit bias", "score": 0.5, "fields": []}
    other = {"part": "feedback", "term": "flat", "score": 0.25, "papers": 7, "fields": [field | {"score": 0.25}]}
    assert list(explanation_lines({"score": 2.75, "terms": [term, gained, other]}, PLAIN)) == [
        "score 2.750, of which",
        "  2.000 'bias' in 12 papers, idf 1.50, boost 2",
        "      title 2.000 (twice in 9 words)",
        "  0.500 for 'implicit bias' side by side as asked",
        "  0.250 for 'flat', which the first papers share and which stands in 7 papers",
        "      title 0.250 (twice in 9 words)",
    ]


def test_columns_stand_under_each_other_in_any_script() -> None:
    """A table counts columns, not characters."""
    assert list(table_lines([("学習", "1", "a"), ("x", "20", "b")], (1,))) == ["学習   1  a", "x     20  b"]


WORDS = [
    (counted(1, "paper"), "1 paper"),
    (counted(2000, "paper"), "2,000 papers"),
    (byte_size(999), "999 bytes"),
    (byte_size(1_400_000), "1.4 MB"),
    (byte_size(999_600), "1.0 MB"),
    (duration(0.214), "0.21 s"),
    (duration(187), "3:07 min"),
    (duration(3753), "1:02:33 h"),
    (year_span(2018, None), "since 2018"),
    (year_span(None, 2016), "until 2016"),
    (year_span(2018, 2018), "2018"),
    (year_span(2018, 2024), "2018-2024"),
]


@pytest.mark.parametrize(("given", "expected"), WORDS)
def test_numbers_in_words(given: str, expected: str) -> None:
    """Counts, sizes, times and years read as people write them."""
    assert given == expected


def test_a_place_says_conference_once() -> None:
    """The place of a paper has canonical name, kind, year and type; a journal that says so is not one twice."""
    table = VenueTable.default()
    paper = Paper("1", "t", venue="NIPS", year=2018, type="paper-conference")
    assert paper_place(paper, table) == ["NeurIPS Conference 2018", "Conference Paper"]
    assert paper_place(Paper("1", "t"), table) == []
