"""Which conference of which year a record of a paper list is of, where the file's name does not say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from indexer.index.record.venues import VenueTable

_ADDRESSES = ("site", "url", "metadata", "pdf", "oa", "project", "id")
"""Keys whose values may name a conference, the most telling first: `https://nips.cc/virtual/2018/poster/11201`."""
_HOST = re.compile(r"(?:https?://)?([\w.-]+\.[a-z]{2,})(?:/|$)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]+")
# Words of a title stand in many addresses: only one beside a year means a conference.
_BESIDE_YEAR = re.compile(r"([A-Za-z]+)[._-]?(?:19[5-9]|20[0-4])\d(?!\d)|(?<!\d)(?:19[5-9]|20[0-4])\d[._-]?([A-Za-z]+)")
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]|20[0-4])\d(?!\d)")
_ROBOTICS = re.compile(r"roboticsproceedings\.org/rss(\d\d)/", re.IGNORECASE)
_FIRST_ROBOTICS = 2004
"""Robotics: Science and Systems numbers its meetings, the first of 2005."""
_OLD_ACL = re.compile(r"(?:^|/)([PDNCE])(\d\d)-\d{4}", re.IGNORECASE)
_ACL_LETTERS = {"P": "ACL", "D": "EMNLP", "N": "NAACL", "C": "COLING", "E": "EACL"}
_CITED = re.compile(r"\b(booktitle|journal|year)\s*=\s*[{\"]*([^{}\"\n]+)", re.IGNORECASE)


@cache
def known_venue(name: str) -> str:
    """The canonical name of a conference or journal that the table of venues knows; empty for any other word."""
    table = VenueTable.default()
    venue = table.canonical(name) if name else ""
    return venue if venue and table.type_of(venue) else ""


def said_by(record: dict[str, Any], venue: str, year: int | None) -> tuple[str, int | None]:
    """Venue and year of a record: its own, else those of its addresses and id, else of its BibTeX entry; else as given.

    What only one of them says is taken from it.
    """
    own = record.get("venue")
    named = known_venue(own) if isinstance(own, str) else ""
    dated = _dated(record.get("year"))
    for found_venue, found_year in _found(record):
        if named and dated:
            break
        # An address that names another conference is no witness of the year.
        if not named or found_venue in ("", named):
            named, dated = named or found_venue, dated or found_year
    return named or venue, dated or year


def _dated(value: Any) -> int | None:
    text = str(value) if isinstance(value, (int, str)) else ""
    return int(text) if _YEAR.fullmatch(text) else None


def _found(record: dict[str, Any]) -> Iterator[tuple[str, int | None]]:
    for key in _ADDRESSES:
        if isinstance(text := record.get(key), str) and text:
            yield _of_address(text)
    if isinstance(entry := record.get("bibtex"), str):
        cited = {name.lower(): value.strip() for name, value in _CITED.findall(entry)}
        yield known_venue(cited.get("booktitle") or cited.get("journal", "")), _dated(cited.get("year"))


def _of_address(text: str) -> tuple[str, int | None]:
    if found := _ROBOTICS.search(text):
        return known_venue("RSS"), _FIRST_ROBOTICS + int(found[1])
    if found := _OLD_ACL.search(text):
        short = int(found[2])
        return known_venue(_ACL_LETTERS[found[1].upper()]), (1900 if short > 50 else 2000) + short
    years = _YEAR.findall(text)
    host = _HOST.match(text)
    words = [*(_WORD.findall(host[1]) if host else ()), *(word for pair in _BESIDE_YEAR.findall(text) for word in pair)]
    # Words of two letters are countries and suffixes; conferences come in three and more.
    venues = (known_venue(word) for word in words if len(word) > 2 and word.lower() != "www" and _is_conference(word))
    return next(venues, ""), int(years[0]) if years else None


@cache
def _is_conference(word: str) -> bool:
    venue = known_venue(word)
    return bool(venue) and VenueTable.default().type_of(venue) == "conference"
