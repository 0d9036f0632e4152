"""RIS as EndNote, Zotero, Mendeley, Scopus and others write it.

Tags: the RIS specification of 2011 (Research Information Systems), with what the programs made of them since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.tags import Syntax, Tags, every, first, parted, read, rest
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.objects.dialect import pages
from indexer.readers.people import natural, one_or_more

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
    repeats=frozenset(("KW",)),
    first=re.compile(rb"^[ \t]{0,3}(?:TI|T1|AU|A1|ID|PY|JO|JF|DO)[ \t]{2}-[ \t]", re.MULTILINE),
)
_VENUES = ("JF", "T2", "JO", "BT", "C3", "JA", "J1", "J2")
BY_PUBLISHER = frozenset(("thesis", "report", "book"))
_READ = frozenset("TY ER AU A1 ID AB KW SP EP ED A2 N1 C8".split())
"""Tags whose values a record says in other words; of all others, what it does not hold is kept under `ris`."""
_DOI = re.compile(r"\b10\.\d{4,9}/\S+")
_ISSN = re.compile(r"\d{4}-?\d{3}[\dXx](?![\dXx-])")
_ARXIV = re.compile(r"arxiv\b", re.IGNORECASE)
_OWN = re.compile(r"quiver-(id|type|venue):\s*(.+)")


def convert(tags: Tags, misfits: Misfits) -> dict[str, Any]:
    """The tags of a reference as a canonical record."""
    written = first(tags, "TY")
    ours = {found[1]: found[2] for value in tags.get("C8", []) if (found := _OWN.match(value))}
    own = ours.get("id", "")
    kind = ours.get("type") or _kind(written, tags)
    title = first(tags, "TI", "T1", "CT", "ST") or (first(tags, "BT", "T2") if kind == "book" else "")
    venue = next((name for name in (first(tags, tag) for tag in _VENUES) if name and name != title), "")
    by_publisher = not venue and kind in BY_PUBLISHER
    addresses = parted([value.replace(" http", ";http") for value in tags.get("UR", []) + tags.get("LK", [])])
    accession, database = first(tags, "AN"), first(tags, "DB", "DP").casefold()
    arxiv = re.match(r"arxiv:\s*(\S+)", accession, re.IGNORECASE)
    if _ARXIV.match(venue) and "type" not in ours:
        kind = "article"
    # What we wrote has a name a line, whatever signs stand in it.
    people = one_or_more if not own else _one
    ids = {
        "citation-key": key if (key := first(tags, "ID")) != own else "",
        "wos": accession[4:] if accession.startswith("WOS:") else "",
        "pubmed": accession if accession.isdigit() and database in ("pubmed", "medline") else _pubmed(tags, database),
    }
    made: dict[str, Any] = {
        "id": own,
        "title": title,
        "abstract": "\n".join(dict.fromkeys(every(tags, "AB", "N2"))),
        "authors": [name for value in (*tags.get("A1", []), *tags.get("AU", [])) for name in people(value)],
        "venue": ours.get("venue") or (first(tags, "PB") if by_publisher else venue),
        "year": _year(tags, misfits),
        "type": kind or written,
        "url": addresses[0] if addresses else "",
        "pdf": first(tags, "L1"),
        "doi": first(tags, "DO") or _doi(tags),
        "arxiv": arxiv[1] if arxiv else "",
        "keywords": list(dict.fromkeys(parted(tags.get("KW", [])))),
        "ids": {name: value for name, value in ids.items() if value},
        "editor": [name for value in every(tags, "ED", "A2") for name in people(value)],
        "volume": first(tags, "VL"),
        "number": first(tags, "IS"),
        "pages": pages(first(tags, "SP"), first(tags, "EP")),
        "publisher": "" if by_publisher else first(tags, "PB"),
        "address": first(tags, "CY", "PP"),
        "series": first(tags, "T3"),
        "edition": first(tags, "ET"),
        "language": first(tags, "LA"),
        "note": "\n".join(tags.get("N1", [])),
        "accession": "" if arxiv or ids["wos"] or ids["pubmed"] else accession,
    }
    if ours.get("venue"):
        made["journal" if kind == "article-journal" else "booktitle"] = venue
    made |= serials(first(tags, "SN"), kind, made["number"])
    accessions = [f"arXiv:{made['arxiv']}", f"WOS:{ids['wos']}", ids["pubmed"]]
    dates = [f"{made['year']}{end}" for end in ("", "//", "///")]
    made["ris"] = rest(tags, _READ, [*made.values(), accessions, dates])
    return {key: value for key, value in made.items() if value}


def _one(name: str) -> list[str]:
    return [natural(name)]


def _kind(written: str, tags: Tags) -> str:
    """The CSL type. `CONF` is a volume of proceedings, and what most programs write for a paper in one."""
    if written == "CONF" and any(tags.get(tag) for tag in ("AU", "A1", "SP", *_VENUES)):
        return "paper-conference"
    return csl_type(written)


def _year(tags: Tags, misfits: Misfits) -> int | None:
    """The year of the first date that says one; what the first date is where none does is a misfit."""
    found: Misfits = []
    for tag in ("PY", "Y1", "DA"):
        if (text := first(tags, tag)).strip("/ ") and (year := year_of(text, found)) is not None:
            return year
    misfits += found[:1]
    return None


def serials(serial: str, kind: str, number: str) -> dict[str, str]:
    """What one tag holds for all kinds of numbers: an ISSN, an ISBN, or the number of a report."""
    if _ISSN.match(serial) and not serial.startswith("978"):
        return {"issn": serial}
    return {"number": number or serial} if kind == "report" and not number else {"isbn": serial}


def _pubmed(tags: Tags, database: str) -> str:
    """The number in PubMed that Scopus writes."""
    number = first(tags, "C2")
    return number if database == "scopus" and number.isdigit() else ""


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


FORMAT = Format("ris", "RIS (EndNote, Zotero, Mendeley, Scopus)", recognise_ris, False, None, read_ris)
