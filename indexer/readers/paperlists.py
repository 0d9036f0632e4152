"""Conference paper lists as their collectors publish them: one JSON array a venue and year, `nips2018.json`.

Authors are one string, `A; B` or `A, B`, beside a string of their ids. Ids are unique in one list only, so that
a paper's id is made of canonical venue, year and raw id: `neurips2018-11201`, whatever the file is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

from indexer.index.record.identity import bare_arxiv, bare_doi
from indexer.index.record.values import Misfit
from indexer.index.record.venues import VenueTable
from indexer.readers.conference_hints import known_venue, said_by
from indexer.readers.entries import Entry, Format, Origin, entries_of
from indexer.readers.json_arrays import first_object, read_array, starts_array

# A submission in one of these states was not (or not yet) accepted: never counted as a conference paper.
_NOT_ACCEPTED = re.compile(r"(?:desk[ -]?)?reject|withdr[ae]w|active|submi|pending|under review", re.IGNORECASE)
_STEM = re.compile(r"([^\W\d_].*?)[\s_.-]?((?:1[89]|20)\d\d)(?!\d).*")
_SUFFIX = re.compile(r"(?:jr|sr)\.?|[ivx]{2,4}", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,3}")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])")

_KNOWN = "id title abstract author authors authorids venue year type url site pdf doi arxiv keywords"
_USED = frozenset(_KNOWN.split())


def venue_and_year(stem: str) -> tuple[str, int | None]:
    """Canonical venue and year that a file's stem says: `nips2018` is NeurIPS 2018; empty and None if it does not.

    A year alone says nothing (`export2020`), nor does a word that is no known venue.
    """
    found = _STEM.fullmatch(stem)
    venue = known_venue((found[1] if found else stem).strip(" _.-"))
    return (venue, int(found[2])) if venue and found else (venue, None)


def split_names(text: str) -> list[str]:
    """The names of an author string, parted by `;` or, where there is none, by commas."""
    if ";" in text:
        parts = text.split(";")
    else:
        parts = text.split(",")
        if len(parts) == 2 and (_INITIALS.fullmatch(parts[1].strip()) or not any(" " in p.strip() for p in parts)):
            parts = [text]  # `Rodriguez, S.`: one name, last name first
    names: list[str] = []
    for part in parts:
        name = " ".join(part.split())
        if names and ";" not in text and _SUFFIX.fullmatch(name):
            names[-1] += f", {name}"
        else:
            names.append(name)
    return names


def pair(names: list[str], ids: list[str]) -> list[tuple[str, str]]:
    """Names with their ids, which are dropped where their number differs; a list repeated whole is read once."""
    pairs = list(zip(names, ids if len(ids) == len(names) else [""] * len(names), strict=True))
    while len(pairs) > 1 and len(pairs) % 2 == 0 and pairs[: len(pairs) // 2] == pairs[len(pairs) // 2 :]:
        pairs = pairs[: len(pairs) // 2]
    return [(name, identifier) for name, identifier in pairs if name]


def person_id(raw: str) -> str | None:
    """The id of a person: an address path's last part, nothing for an e-mail address."""
    if not raw:
        return None
    last = raw.strip().strip("/").rpartition("/")[2]
    return last if last and "@" not in last else None


def _authors(record: dict[str, Any]) -> Any:
    text = record.get("author")
    if text is None or text == "":
        return record.get("authors")
    if not isinstance(text, str):
        return text
    ids = record.get("authorids")
    names = split_names(text)
    pairs = pair(names, [part.strip() for part in ids.split(";")] if isinstance(ids, str) and ids else [])
    orcids = record.get("orcid")
    if not orcids:
        known = [(name, person_id(raw)) for name, raw in pairs]
        return [name if person is None else {"name": name, "id": person} for name, person in known]
    found = orcids.split(";") if isinstance(orcids, str) else []
    if len(found) != len(pairs):
        found = [""] * len(pairs)
    authors: list[str | dict[str, str]] = []
    for (name, raw), text in zip(pairs, found, strict=True):
        person = person_id(raw)
        orcid = _ORCID.fullmatch(text.strip())
        if person is None and orcid is None:
            authors.append(name)
            continue
        author = {"name": name}
        if person is not None:
            author["id"] = person
        if orcid is not None:
            author["orcid"] = orcid[1].upper()
        authors.append(author)
    return authors


@lru_cache(maxsize=256)
def prefix(venue: str, year: int | None) -> str:
    """With what the ids of a list begin: `neurips2018`; empty where either is unknown, since ids would clash."""
    word = re.sub(r"[\W_]+", "", venue).lower()
    return f"{word}{year}" if word and year else ""


def canonical(record: dict[str, Any], venue: str, year: int | None) -> dict[str, Any]:
    """A record of a list in canonical form; `venue` and `year` are the list's, for a record that lacks them."""
    get = record.get
    made: dict[str, Any] = {}
    identifier = get("id")
    if isinstance(identifier, (str, int)) and str(identifier).strip():
        if first := prefix(venue, year):
            made["id"] = f"{first}-{identifier}"
        else:
            made["ids"] = {"list": str(identifier)}
    for key in ("title", "abstract"):
        text = get(key)
        made[key] = " ".join(text.split()) if isinstance(text, str) and key == "title" else _stripped(text)
    made["authors"] = _authors(record)
    said = made["venue"] = get("venue") or venue
    made["year"] = get("year") or year
    status = get("status")
    if isinstance(status, str) and _NOT_ACCEPTED.match(status.strip()):
        made["type"] = "manuscript"
    else:
        kind = get("type")
        made["type"] = kind if kind else VenueTable.default().default_type(said if type(said) is str else str(said))
    made["url"] = _stripped(get("url") or get("site"))
    made["pdf"] = _stripped(get("pdf"))
    for key, bare in (("doi", bare_doi), ("arxiv", bare_arxiv)):
        text = get(key)
        made[key] = (bare(text) or text.strip()) if isinstance(text, str) else text
    made["keywords"] = get("keywords")
    # Texts, most of them, are told by their length: to compare each with all that is empty takes three times as long.
    made = {key: value for key, value in made.items() if (value if type(value) is str else value not in ("", None, []))}
    if get("url") and get("site"):
        made["site"] = record["site"]
    made.update({key: value for key, value in record.items() if key not in _USED})
    return made


def _stripped(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a list."""
    named = venue_and_year(origin.stem)

    def convert(record: Any, origin: Origin, line: int) -> Sequence[Entry]:
        if not isinstance(record, dict):
            return entries_of(record, origin, line)
        venue, year = named if all(named) else said_by(record, *named)
        missing = [
            Misfit(kind, f"no {kind} is said by the file's name or the record; call the file nips2018.json, say")
            for kind, value in (("venue", venue or record.get("venue")), ("year", year or record.get("year")))
            if not value
        ]
        made = canonical(record, venue, year)
        return entries_of(made, origin, line, stem=prefix(venue, year), misfits=missing)

    return read_array(stream, origin, convert)


def recognise(head: bytes, name: str) -> bool:
    """An array whose first object has its authors in one string, or has their ids so."""
    if not starts_array(head):
        return False
    first = first_object(head)
    return re.search(rb'"author(?:ids)?"\s*:\s*"', first) is not None


FORMAT = Format("paperlists", "conference paper lists", recognise, by_line=False, read_whole=read_whole)
