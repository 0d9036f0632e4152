"""Notes of OpenReview, of both generations of its interface (https://docs.openreview.net)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.objects.dialect import Dialect, Record, author, filled, first_text

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NOT_ACCEPTED = re.compile(r"submitted to|withdrawn|rejected|desk reject", re.IGNORECASE)
_SITE = "https://openreview.net"
_USED = frozenset(("content", "id", "forum", "pdate", "cdate", "tcdate"))
_SAID = frozenset(("title", "abstract", "authors", "authorids", "venue", "keywords", "pdf"))


def recognise(record: Record) -> bool:
    """A forum beside a content with a title."""
    content = record.get("content")
    return "forum" in record and isinstance(content, dict) and "title" in content


def _value(value: Any) -> Any:
    """What a field holds: the value alone in the first generation, an object around it in the second."""
    return value.get("value") if isinstance(value, dict) else value


def convert(record: Record, misfits: Misfits) -> Record:
    """A submission in canonical form; what was not accepted is a manuscript."""
    held = record.get("content")
    if not isinstance(held, dict):
        return record
    content = {name: _value(value) for name, value in held.items()}
    get = content.get
    venue = first_text(get("venue"))
    names, people = get("authors"), get("authorids")
    if isinstance(names, list) and isinstance(people, list) and len(names) == len(people):
        names = [author(name, identifier) for name, identifier in zip(names, people, strict=True)]
    forum = first_text(record.get("forum"), record.get("id"))
    pdf = first_text(get("pdf"))
    accepted = bool(venue) and _NOT_ACCEPTED.search(venue) is None
    made: Record = {
        "title": get("title"),
        "abstract": get("abstract"),
        "authors": names,
        "venue": re.sub(r"^Submitted to\s+", "", venue, flags=re.IGNORECASE),
        "year": _year(record, venue, misfits),
        "type": "" if accepted else "manuscript",
        "url": f"{_SITE}/forum?id={forum}" if forum else "",
        "pdf": f"{_SITE}{pdf}" if pdf.startswith("/") else pdf,
        "keywords": get("keywords"),
        "ids": {"openreview": forum} if forum else {},
    }
    return filled(made, {**record, **{key: one for key, one in content.items() if key not in _SAID}}, _USED)


def _year(record: Record, venue: str, misfits: Misfits) -> int | None:
    if found := _YEAR.search(venue):
        return int(found[0])
    for key in ("pdate", "cdate", "tcdate"):
        if type(milliseconds := record.get(key)) is int and 0 < milliseconds < 1 << 43:
            return datetime.fromtimestamp(milliseconds / 1000, UTC).year
    return year_of(record.get("year"), misfits)


DIALECT = Dialect("openreview", "notes of OpenReview", frozenset(("forum",)), recognise, convert)
