"""The snapshot that arXiv publishes of its records: one JSON object a line, authors parsed into parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from indexer.readers.entries import Entry, Format, Origin, Rejected, entries_of
from indexer.readers.jsonl import BYTE_ORDER_MARK, objects

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NUMBERED = re.compile(r"(?:[a-z.-]+/)?(\d\d)(?:0[1-9]|1[0-2])[.\d]", re.IGNORECASE)
# A wrapped line of an abstract goes on in the next; one that begins with white space begins a paragraph.
_WRAPPED = re.compile(r"[ \t]*\r?\n(?![ \t\r\n])")
_USED = frozenset(("id", "title", "abstract", "authors", "authors_parsed", "categories", "doi"))


def _authors(record: dict[str, Any]) -> Any:
    parsed = record.get("authors_parsed")
    if not isinstance(parsed, list) or not parsed:
        text = record.get("authors")
        return (
            [name for name in re.split(r",\s+(?:and\s+)?|\s+and\s+", text) if name] if isinstance(text, str) else text
        )
    authors: list[Any] = []
    for entry in parsed:
        if not isinstance(entry, list) or not entry or not all(isinstance(part, str) for part in entry):
            authors.append(entry)  # refused by the record's own check, which says what is wrong
            continue
        family, given, suffix, *affiliations = (*entry, "", "")[: max(3, len(entry))]
        name = " ".join(f"{given} {family} {suffix}".split())
        affiliation = " ".join(" ".join(affiliations).split())
        authors.append({"name": name, "affiliation": affiliation} if affiliation else name)
    return authors


def _year(record: dict[str, Any], identifier: str) -> int | None:
    """The year of the first version, else the one that the id says, else that of the last change."""
    versions = record.get("versions")
    if isinstance(versions, list) and versions and isinstance(versions[0], dict):
        found = _YEAR.search(str(versions[0].get("created", "")))
        if found is not None:
            return int(found[0])
    numbered = _NUMBERED.match(identifier)
    if numbered is not None:
        short = int(numbered[1])
        return short + (1900 if short > 90 else 2000)
    found = _YEAR.search(str(record.get("update_date", "")))
    return int(found[0]) if found else None


def canonical(record: dict[str, Any]) -> dict[str, Any]:
    """A snapshot record in canonical form; the year is that of the first version."""
    identifier = record.get("id")
    made: dict[str, Any] = {}
    if isinstance(identifier, str) and identifier.strip():
        made["id"] = f"arXiv:{identifier.strip()}"
    title, abstract = record.get("title"), record.get("abstract")
    made["title"] = " ".join(title.split()) if isinstance(title, str) else title
    made["abstract"] = _WRAPPED.sub(" ", abstract.strip()) if isinstance(abstract, str) else abstract
    made["authors"] = _authors(record)
    made["venue"] = "arXiv"
    made["year"] = _year(record, identifier if isinstance(identifier, str) else "")
    made["type"] = "article"
    if isinstance(identifier, str) and identifier.strip():
        made["arxiv"] = identifier.strip()
        made["url"] = f"https://arxiv.org/abs/{identifier.strip()}"
    made["doi"] = record.get("doi")
    categories = record.get("categories")
    made["categories"] = categories.split() if isinstance(categories, str) else categories
    made.update((key, value) for key, value in record.items() if key not in _USED)
    return {key: value for key, value in made.items() if value is not None}


def read_lines(lines: Iterable[tuple[int, bytes]], origin: Origin) -> Iterator[Entry]:
    """The papers of snapshot lines."""
    for item in objects(lines, origin):
        if isinstance(item, Rejected):
            yield item
            continue
        number, _, record = item
        made = canonical(record) if isinstance(record, dict) else record
        yield from entries_of(made, origin, number)


def recognise(head: bytes, name: str) -> bool:
    """Lines whose first object has parsed authors, and not a list of canonical ones."""
    first = head.removeprefix(BYTE_ORDER_MARK).lstrip().partition(b"\n")[0]
    if not first.startswith(b"{") or b'"authors_parsed"' not in first:
        return False
    try:
        record = orjson.loads(first)
    except orjson.JSONDecodeError:
        return True
    return isinstance(record, dict) and not isinstance(record.get("authors"), list)


FORMAT = Format("arxiv", "lines of the arXiv snapshot", recognise, by_line=True, read_lines=read_lines)
