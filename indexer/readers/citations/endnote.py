"""EndNote's tags (`%0`, `%A`, `%T`), and the ones of refer from which they come, whose records empty lines part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.ris import BY_PUBLISHER, serials
from indexer.readers.citations.tags import Syntax, Tags, every, first, parted, read, rest
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.inputs import HEAD
from indexer.readers.people import one_or_more

_PERCENT = re.compile(r"\n(%[0-9A-Z@!#$&(*+?^>\[<~|])(?:[ \t]|(?=\n)|\Z)")
_LISTS = frozenset(("%K",))
_SYNTAX = Syntax(
    start=re.compile(rb"%0[ \t]"),
    end=None,
    marks=re.compile(rb"\n%0[ \t]"),
    tag=lambda text: _PERCENT,
    repeats=_LISTS,
)
_REFER = Syntax(
    start=re.compile(rb"(?!)"),
    end=re.compile(rb"[ \t]*$"),
    marks=re.compile(rb"\n(?=[ \t]*(?:\n|\Z))"),
    first=re.compile(rb"^%[A-Z][ \t]", re.MULTILINE),
    tag=lambda text: _PERCENT,
    repeats=_LISTS,
)
_READ = frozenset(("%0", "%A", "%E", "%X", "%K", "%Z"))
KINDS = {
    # What EndNote calls a paper in proceedings, and what it calls the proceedings, is the same.
    "Conference Proceedings": "paper-conference",
    "Electronic Source": "webpage",
    "Unpublished Work": "manuscript",
    "Thesis": "thesis",
}


def convert(tags: Tags, misfits: Misfits) -> dict[str, Any]:
    """The tags of a reference of EndNote as a canonical record."""
    written = first(tags, "%0")
    kind = KINDS.get(written) or csl_type(written)
    if not written:
        kind = "article-journal" if tags.get("%J") else "chapter" if tags.get("%B") else ""
    # The ACL Anthology names the proceedings where EndNote has the series, and editors where it has those of a series.
    venue = first(tags, "%J", "%B") or (first(tags, "%S") if kind == "paper-conference" else "")
    by_publisher = not venue and kind in BY_PUBLISHER
    made: dict[str, Any] = {
        "title": first(tags, "%T"),
        "abstract": "\n".join(tags.get("%X", [])),
        "authors": [name for value in every(tags, "%A", "%Q") for name in one_or_more(value)],
        "venue": first(tags, "%I") if by_publisher else venue,
        "year": year_of(first(tags, "%D", "%8"), misfits),
        "type": kind or written,
        "url": first(tags, "%U"),
        "pdf": first(tags, "%>"),
        "doi": first(tags, "%R"),
        "keywords": list(dict.fromkeys(parted(tags.get("%K", [])))),
        "ids": {"citation-key": label} if (label := first(tags, "%F")) else {},
        "editor": [name for value in every(tags, "%E", "%Y") for name in one_or_more(value)],
        "volume": first(tags, "%V"),
        "number": first(tags, "%N"),
        "pages": first(tags, "%P"),
        "publisher": "" if by_publisher else first(tags, "%I"),
        "address": first(tags, "%C"),
        "series": series if (series := first(tags, "%S")) != venue else "",
        "edition": first(tags, "%7"),
        "language": first(tags, "%G"),
        "note": "\n".join(tags.get("%Z", [])),
        "accession": first(tags, "%M"),
    }
    made |= serials(first(tags, "%@"), kind, made["number"])
    read_so = _READ | {"%Q" if not tags.get("%A") else "%A", "%Y" if not tags.get("%E") else "%E"}
    made["endnote"] = rest(tags, read_so, [*made.values(), [label, str(made["year"])]])
    return {key: value for key, value in made.items() if value}


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a file of EndNote's tags, or of refer's where no tag says a type."""
    head = getattr(stream, "peek", lambda size: b"%0 ")(HEAD)[:HEAD]
    return read(stream, origin, _SYNTAX if re.search(rb"(?:\A|[\r\n\xbf])%0[ \t]", head) else _REFER, convert)


_TYPED = re.compile(rb"(?:\A(?:\xef\xbb\xbf)?|\n|\r)%0[ \t]+[A-Z][a-z]")
_UNTYPED = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*%[A-Z][ \t]\S[^\r\n]*(?:\r?\n|\r)(?:[^%\r\n][^\r\n]*[\r\n]+)*%[A-Z][ \t]\S"
)


def recognise(head: bytes, name: str) -> bool:
    """The tag of the type at the beginning of a line, or a file that begins with two others."""
    return _TYPED.search(head) is not None or _UNTYPED.match(head) is not None


FORMAT = Format("endnote", "EndNote's tags (%0, %A, %T), refer", recognise, False, None, read_whole)
