"""The author-cluster page of Arrow Research search, saved as text.

A paper is a heading (`NeurIPS Conference 2024 Conference Paper`), its title, its authors as a list, its abstract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from indexer.readers.entries import Entry, Format, Origin, entries_of, rejected
from indexer.readers.inputs import lines_of

_KINDS = {
    "conference paper": "paper-conference",
    "workshop paper": "paper-conference",
    "journal article": "article-journal",
    "journal paper": "article-journal",
    "preprint": "article",
    "technical report": "report",
    "thesis": "thesis",
    "book": "book",
    "book chapter": "chapter",
}
_HEADING = re.compile(
    r"(?P<venue>\S.*?)(?: (?:Conference|Journal|Workshop|Preprint))? (?P<year>[12]\d{3}) (?P<kind>"
    + "|".join(sorted(_KINDS, key=len, reverse=True))
    + ")",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*[•*·-]\s+(\S.*)")


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a page, in its order."""
    start, heading, body = 0, "", list[str]()
    for number, line in lines_of(stream):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError as error:
            reason = f"not UTF-8: byte 0x{line[error.start]:02x} at column {error.start + 1}"
            yield rejected(origin, number, reason, line.strip())
            continue
        if _HEADING.fullmatch(text) and (not body or not body[-1]):
            if heading:
                yield from _entry(heading, body, origin, start)
            start, heading, body = number, text, []
        else:
            body.append(text)
    if heading:
        yield from _entry(heading, body, origin, start)


def _entry(heading: str, body: list[str], origin: Origin, line: int) -> Sequence[Entry]:
    found = _HEADING.fullmatch(heading)
    record: dict[str, Any] = {}
    authors: list[str] = []
    abstract: list[str] = []
    for text in filter(None, body):
        bullet = _BULLET.fullmatch(text) if not abstract else None
        if "title" not in record and not authors and bullet is None:
            record["title"] = text
        elif bullet is not None:
            authors.append(" ".join(bullet[1].split()))
        else:
            abstract.append(text)
    if found is not None:
        record |= {"venue": found["venue"], "year": int(found["year"]), "type": _KINDS[found["kind"].lower()]}
    record |= {"authors": authors, "abstract": "\n".join(abstract)}
    return entries_of(record, origin, line)


def recognise(head: bytes, name: str) -> bool:
    """The page's own heads, or a heading line above a bulleted list."""
    text = head.decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines()[:60]]
    if "Author name cluster" in lines or any(line.startswith("Arrow Research") for line in lines[:5]):
        return True
    return any(map(_HEADING.fullmatch, lines)) and any(line.startswith("•") for line in lines)


FORMAT = Format("arrow", "author-cluster page of Arrow Research search, as text", recognise, False, None, read_whole)
