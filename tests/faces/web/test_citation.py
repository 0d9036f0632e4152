"""What reference managers make of a page: Zotero's two translators, told by the rules that they follow.

COinS is asked first, then the meta tags (`Embedded Metadata`); each rule below is one of theirs.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote_plus

import pytest

from indexer.index.record.paper import Author, Paper
from query.faces.web.pages.citation import coins, meta_tags

ADDRESS = "http://127.0.0.1:8765/papers/1"
_BY_TAG = {
    "citation_journal_title": "journalArticle",
    "citation_technical_report_institution": "report",
    "citation_conference_title": "conferencePaper",
    "citation_book_title": "bookSection",
    "citation_dissertation_institution": "thesis",
}
_PLACES = {
    "citation_journal_title": "publication",
    "citation_conference_title": "publication",
    "citation_book_title": "publication",
    "citation_dissertation_institution": "publisher",
    "citation_technical_report_institution": "publisher",
    "citation_publisher": "publisher",
}
_GENRES = {"bookitem": "bookSection", "conference": "conferencePaper", "proceeding": "conferencePaper"}
_FORMATS = {"journal": "journalArticle", "dissertation": "thesis", "dc": "webpage"}


def creator(text: str) -> tuple[str, str]:
    """Given and family name as Zotero parts them: at a comma, else before the last word."""
    if "," in text:
        family, given = (part.strip() for part in text.split(",")[:2])
        return given, family
    given, _, family = text.rpartition(" ")
    return given, family


def embedded(tags: list[tuple[str, str]]) -> dict[str, Any]:
    """The item of the meta tags."""
    # An ISBN makes a guess of a book, which the title was an article of; the tag of a place decides.
    item: dict[str, Any] = {"type": "book" if "citation_isbn" in dict(tags) else "journalArticle", "creators": []}
    names = {"citation_title": "title", "citation_publication_date": "date", "citation_doi": "doi"}
    for name, value in tags:
        item["type"] = _BY_TAG.get(name, item["type"])
        if name in names:
            item[names[name]] = value
        elif name in _PLACES:
            item[_PLACES[name]] = value
        elif name == "citation_author":
            parts = [part.strip() for part in value.split(",")]
            several = len(parts) > 1 and " " in parts[0] and " " in parts[1]
            item["creators"] += [creator(part) for part in parts] if several else [creator(value)]
    first, last = (dict(tags).get(f"citation_{end}page") for end in ("first", "last"))
    item["pages"] = f"{first}-{last}" if last else first
    return item


def context_object(span: str) -> dict[str, Any]:
    """The item of a COinS."""
    pairs = [part.split("=") for part in span.split("&")]
    assert all(len(pair) == 2 for pair in pairs)
    values = [(key, unquote_plus(value)) for key, value in pairs]
    given = dict(values)
    form = given["rft_val_fmt"].rpartition(":")[2]
    genre = given.get("rft.genre", "")
    kind = _FORMATS.get(form) or _GENRES.get(genre) or ("report" if genre == "report" else "book")
    item: dict[str, Any] = {"type": kind, "creators": []}
    within = kind in ("journalArticle", "bookSection", "conferencePaper")
    for key, value in values:
        if key == "rft_id" and value.startswith("info:doi/"):
            item["doi"] = value[9:]
        elif (key == "rft.atitle" and within) or (key in ("rft.btitle", "rft.title") and not within):
            item["title"] = value
        elif key in ("rft.btitle", "rft.jtitle", "rft.source"):
            item["publication"] = value
        elif key in ("rft.pub", "rft.inst"):
            item["publisher"] = value
        elif key in ("rft.date", "rft.pages", "rft.volume"):
            item[key[4:]] = value
        elif key == "rft.au":
            item["creators"].append(creator(value))
        elif key == "rft.type":
            item["type"] = value
    return item


@pytest.mark.parametrize(
    ("kind", "in_tags", "in_coins", "place"),
    [
        ("paper-conference", "conferencePaper", "conferencePaper", "publication"),
        ("article-journal", "journalArticle", "journalArticle", "publication"),
        ("chapter", "bookSection", "bookSection", "publication"),
        ("thesis", "thesis", "thesis", "publisher"),
        ("report", "report", "report", "publisher"),
        ("book", "book", "book", "publisher"),
        # The tags have no word for these, and are asked last.
        ("article", "book", "preprint", ""),
        ("manuscript", "book", "manuscript", ""),
        ("dataset", "book", "dataset", ""),
        ("document", "book", "document", ""),
    ],
)
def test_zotero_reads_the_item(kind: str, in_tags: str, in_coins: str, place: str) -> None:
    """Type, title, people, date, DOI, pages, and where it appeared."""
    paper = Paper(
        "1",
        "Graphs & their = 50 % <i>use</i>",
        abstract="An abstract; with = and &.",
        authors=(
            Author("Ludwig van Beethoven"),
            Author("Jinbo Wang 0003"),
            Author("Karl Weierstra\\ss"),
            Author("鄂维南"),
            Author("Juan Carlos de la Cruz Perez"),
        ),
        venue="Where It Appeared",
        year=2021,
        type=kind,
        doi="10.1000/a;b&c",
        keywords=("one", "two"),
        extra={"pages": "100--110", "volume": "7", "isbn": "9780000000000"},
    )
    for item, expected in (
        (embedded(meta_tags(paper, paper.venue, ADDRESS)), in_tags),
        (context_object(coins(paper, paper.venue)), in_coins),
    ):
        assert item["type"] == expected
        assert (item["title"], item["date"], item["doi"]) == ("Graphs & their = 50 % use", "2021", "10.1000/a;b&c")
        assert item["pages"] == "100-110"
        assert item["creators"][:4] == [
            ("Ludwig", "van Beethoven"),
            ("Jinbo", "Wang"),
            ("Karl", "Weierstraß"),
            ("", "鄂维南"),
        ]
        assert len(item["creators"]) == 5
        if place:
            assert item[place] == "Where It Appeared"


def test_what_a_record_lacks_is_not_said() -> None:
    """No empty tag, no empty key; text that no address can hold stands in none."""
    paper = Paper("1", "\ud800 A", url="javascript:alert(1)", pdf="file:///etc/passwd")
    assert {name for name, _ in meta_tags(paper, "", ADDRESS)} == {"citation_title", "citation_abstract_html_url"}
    assert set(context_object(coins(paper, ""))) == {"type", "creators", "title"}
