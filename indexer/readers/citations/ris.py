"""RIS as EndNote, Zotero, Mendeley, Scopus and others write it, and the older tags of EndNote (`%A`, also refer).

Tags: the RIS specification of 2011 (Research Information Systems), with what the programs made of them since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.tags import Syntax, Tags, every, first, parted, read, rest
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.objects.dialect import pages, year_of
from indexer.readers.people import natural

_TIGHT = re.compile(r"\n[ \t]{0,3}([A-Z][A-Z0-9])[ \t]{2,3}-(?:[ \t]|(?=\n)|\Z)")
_LOOSE = re.compile(r"\n[ \t]{0,3}([A-Z][A-Z0-9])[ \t]*-")


def _ris_tag(text: str) -> re.Pattern[str]:
    """Two spaces stand before the hyphen, but in files that have another number of them at the very first tag."""
    return _TIGHT if _TIGHT.match(text) else _LOOSE


_SYNTAX = Syntax(
    start=re.compile(rb"[ \t]{0,3}TY[ \t]*-"),
    end=re.compile(rb"[ \t]{0,3}ER[ \t]*-[ \t]*$"),
    tag=_ris_tag,
    marks=re.compile(rb"\n[ \t]{0,3}(?:TY|ER)[ \t]*-"),
    first=re.compile(rb"^[ \t]{0,3}(?:TI|T1|AU|A1|ID|PY|JO|JF|DO)[ \t]{2}-[ \t]", re.MULTILINE),
)
_VENUES = ("JF", "T2", "JO", "BT", "C3", "JA", "J1", "J2")
_BY_PUBLISHER = frozenset(("thesis", "report", "book"))
_USED = frozenset(
    "TY ER TI T1 CT ST AU A1 PY Y1 DA AB N2 JF JO JA T2 BT C3 DO UR LK L1 KW VL IS SP EP PB CY PP SN ED A2 ET LA N1 ID "
    "AN T3 C8".split()
)
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
_ISSN = re.compile(r"\d{4}-\d{3}[\dXx]")
_OWN_ID = re.compile(r"quiver-id:\s*(.+)")


def convert(tags: Tags, misfits: Misfits) -> dict[str, Any]:
    """The tags of a reference as a canonical record."""
    written = first(tags, "TY")
    kind = csl_type(written)
    venue = first(tags, *_VENUES)
    by_publisher = not venue and kind in _BY_PUBLISHER
    addresses = parted([value.replace(" http", ";http") for value in tags.get("UR", []) + tags.get("LK", [])])
    accession = first(tags, "AN")
    arxiv = re.match(r"arxiv:\s*(\S+)", accession, re.IGNORECASE)
    serial = first(tags, "SN")
    own = next((found[1] for value in tags.get("C8", []) if (found := _OWN_ID.match(value))), "")
    date = first(tags, "PY", "Y1", "DA")
    made: dict[str, Any] = {
        "id": own,
        "title": first(tags, "TI", "T1", "CT", "ST") or (first(tags, "BT", "T2") if kind == "book" else ""),
        "abstract": "\n".join(dict.fromkeys(every(tags, "AB", "N2"))),
        "authors": [natural(name) for name in parted([*tags.get("A1", []), *tags.get("AU", [])])],
        "venue": first(tags, "PB") if by_publisher else venue,
        "year": year_of(date, misfits),
        "type": kind or written,
        "url": addresses[0] if addresses else "",
        "pdf": first(tags, "L1"),
        "doi": first(tags, "DO") or _doi(tags),
        "arxiv": arxiv[1] if arxiv else "",
        "keywords": parted(tags.get("KW", [])),
        "ids": {"citation-key": first(tags, "ID")} if first(tags, "ID") not in ("", own) else {},
        "editor": [natural(name) for name in parted(every(tags, "ED", "A2"))],
        "volume": first(tags, "VL"),
        "number": first(tags, "IS"),
        "pages": pages(first(tags, "SP"), first(tags, "EP")),
        "publisher": "" if by_publisher else first(tags, "PB"),
        "address": first(tags, "CY", "PP"),
        "series": first(tags, "T3"),
        "edition": first(tags, "ET"),
        "language": first(tags, "LA"),
        "issn" if _ISSN.search(serial) else "isbn": serial,
        "note": "\n".join(tags.get("N1", [])),
        "accession": "" if arxiv else accession,
        "ris": rest(tags, _USED),
    }
    return {key: value for key, value in made.items() if value}


def _doi(tags: Tags) -> str:
    for name in ("UR", "L3", "M3", "N1"):
        for value in tags.get(name, []):
            if (found := _DOI.search(value)) is not None:
                return found[0]
    return ""


def read_ris(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a RIS file."""
    return read(stream, origin, _SYNTAX, convert)


_RIS_HEAD = re.compile(rb"(?:^|\n|\r)[ \t]{0,3}TY[ \t]*-[ \t]*[A-Za-z]")
_NO_TYPE = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:TI|T1|AU|A1|ID|PY|JO|JF|DO)  - ")


def recognise_ris(head: bytes, name: str) -> bool:
    """A tag of the type, or another one at the very beginning."""
    return _RIS_HEAD.search(head) is not None or _NO_TYPE.match(head) is not None


# --- EndNote's own tags ---

_PERCENT = re.compile(r"\n(%[0-9A-Z@!#$&(*+?^>\[<~|])(?:[ \t]|(?=\n)|\Z)")
_ENDNOTE = Syntax(
    start=re.compile(rb"%0[ \t]"),
    end=None,
    marks=re.compile(rb"\n%0[ \t]"),
    tag=lambda text: _PERCENT,
)
_ENDNOTE_USED = frozenset(f"%{sign}" for sign in "0TAEJBSDVNPICXKUR@7GZFM>8")


def convert_endnote(tags: Tags, misfits: Misfits) -> dict[str, Any]:
    """The tags of a reference of EndNote as a canonical record."""
    written = first(tags, "%0")
    kind = csl_type(written)
    venue = first(tags, "%J", "%B")
    by_publisher = not venue and kind in _BY_PUBLISHER
    serial = first(tags, "%@")
    made: dict[str, Any] = {
        "title": first(tags, "%T"),
        "abstract": "\n".join(tags.get("%X", [])),
        "authors": [natural(name) for name in parted(tags.get("%A", []))],
        "venue": first(tags, "%I") if by_publisher else venue,
        "year": year_of(first(tags, "%D", "%8"), misfits),
        "type": kind or written,
        "url": first(tags, "%U"),
        "pdf": first(tags, "%>"),
        "doi": first(tags, "%R"),
        "keywords": parted(tags.get("%K", [])),
        "ids": {"citation-key": label} if (label := first(tags, "%F")) else {},
        "editor": [natural(name) for name in parted(tags.get("%E", []))],
        "volume": first(tags, "%V"),
        "number": first(tags, "%N"),
        "pages": first(tags, "%P"),
        "publisher": "" if by_publisher else first(tags, "%I"),
        "address": first(tags, "%C"),
        "series": first(tags, "%S"),
        "edition": first(tags, "%7"),
        "language": first(tags, "%G"),
        "issn" if _ISSN.search(serial) else "isbn": serial,
        "note": "\n".join(tags.get("%Z", [])),
        "accession": first(tags, "%M"),
        "endnote": rest(tags, _ENDNOTE_USED),
    }
    return {key: value for key, value in made.items() if value}


def read_endnote(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a file of EndNote's tags."""
    return read(stream, origin, _ENDNOTE, convert_endnote)


def recognise_endnote(head: bytes, name: str) -> bool:
    """The tag of the type at the beginning of a line."""
    return re.search(rb"(?:\A(?:\xef\xbb\xbf)?|\n|\r)%0[ \t]+[A-Z][a-z]", head) is not None


FORMAT = Format("ris", "RIS (EndNote, Zotero, Mendeley, Scopus)", recognise_ris, False, None, read_ris)
ENDNOTE = Format("endnote", "EndNote's tags (%0, %A, %T)", recognise_endnote, False, None, read_endnote)
