"""PubMed's `nbib` (MEDLINE) and Web of Science's plain text: two tagged formats that look like RIS and are not.

MEDLINE: https://www.nlm.nih.gov/bsd/mms/medlineelements.html; Web of Science: its list of field tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.index.record.identity import bare_doi
from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.tags import Syntax, Tags, every, first, parted, read, rest
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.objects.dialect import pages
from indexer.readers.people import natural

_FOUR = re.compile(r"\n([A-Z][A-Z0-9]{1,3}) {0,2}- ?")
_MEDLINE = Syntax(
    # ERIC, which writes the same tags, has no number of PubMed: its records begin with who owns them.
    start=re.compile(rb"PMID-[ \t]?|OWN[ \t]*-[ \t]*ERIC"),
    marks=re.compile(rb"\n(?:PMID-|OWN[ \t]*-[ \t]*ERIC)"),
    end=None,
    tag=lambda text: _FOUR,
)
_MEDLINE_READ = frozenset("PMID AB FAU AU CN LID AID MH OT KW PT FED ED IS ISSN OID".split())
"""Tags whose values a record says in other words; of all others, what it does not hold is kept under `medline`."""
_NO_TITLE = "[Not Available]"
# Types of publication that say most, before those that say little.
_KINDS = ("paper-conference", "chapter", "book", "dataset", "review", "article-journal")
# Types of ERIC, of which a record has several, by what they begin with: the first here that is there holds.
_ERIC_KINDS = (
    ("Journal Article", "article-journal"),
    ("Dissertation", "thesis"),
    ("Speeches", "paper-conference"),
    ("Book", "book"),
    ("Report", "report"),
)


def convert_medline(tags: Tags, misfits: Misfits) -> dict[str, Any]:
    """The tags of a citation as a canonical record."""
    kinds = [csl_type(kind) for kind in tags.get("PT", [])]
    located = [*tags.get("LID", []), *tags.get("AID", [])]
    number = first(tags, "PMID").split()[0] if first(tags, "PMID") else ""
    title = first(tags, "TI", "BTI", "TT").removesuffix(".")
    if title == _NO_TITLE:
        title = first(tags, "TT").removesuffix(".") or title
    kind = _medline_type(kinds, tags)
    eric = first(tags, "OID") if first(tags, "OWN") == "ERIC" else ""
    links = [value for value in located if value.startswith("http")]
    url = f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if number else first(tags, "LID")
    made: dict[str, Any] = {
        "title": title,
        "abstract": "\n".join(tags.get("AB", [])),
        "authors": [natural(name) for name in (*every(tags, "FAU", "AU"), *tags.get("CN", []))],
        "venue": first(tags, "JT", "TA", "CTI") or (first(tags, "PB") if kind == "book" else first(tags, "BTI")),
        "year": year_of(first(tags, "DP"), misfits),
        "type": kind,
        "url": url if url.startswith("http") else "",
        "doi": next((value.partition(" ")[0] for value in located if value.endswith("[doi]")), "")
        or next((doi for value in links if (doi := bare_doi(value))), ""),
        "keywords": list(
            dict.fromkeys(
                [*tags.get("OT", []), *tags.get("KW", []), *(value.replace("*", "") for value in tags.get("MH", []))]
            )
        ),
        "ids": {
            name: value for name, value in (("pubmed", number), ("pmc", first(tags, "PMC")), ("eric", eric)) if value
        },
        "editor": [natural(name) for name in every(tags, "FED", "ED")],
        "volume": first(tags, "VI"),
        "number": first(tags, "IP"),
        "pages": first(tags, "PG"),
        "publisher": first(tags, "PB"),
        "address": first(tags, "PL"),
        "language": first(tags, "LA"),
        "issn": re.sub(r"\AE?ISSN-", "", first(tags, "IS", "ISSN")).partition(" ")[0],
        "isbn": first(tags, "ISBN").removeprefix("ISBN-").partition(" ")[0],
    }
    made["medline"] = rest(
        tags, _MEDLINE_READ, [*made.values(), [f"{title}.", made["ids"].get("pmc"), str(made["year"])]]
    )
    return {key: value for key, value in made.items() if value}


def _medline_type(kinds: list[str], tags: Tags) -> str:
    if first(tags, "OWN") == "ERIC":
        said = " ".join(tags.get("PT", []))
        return next((kind for name, kind in _ERIC_KINDS if name in said), "document")
    if "BTI" in tags:
        return "chapter" if "TI" in tags else "book"
    found = next((kind for kind in _KINDS if kind in kinds), "")
    return "article-journal" if found in ("", "review") else found


def read_medline(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of an nbib file."""
    return read(stream, origin, _MEDLINE, convert_medline)


def recognise_medline(head: bytes, name: str) -> bool:
    """The tag with which every citation begins."""
    return re.search(rb"(?:\A(?:\xef\xbb\xbf)?\s*|\n|\r)(?:PMID- ?\d|OWN[ \t]*-[ \t]*ERIC)", head) is not None


# --- Web of Science ---

_LISTS = frozenset("AU AF BA BF CA ED BE OI RI CR C1 GP".split())
_TWO = re.compile(r"\n([A-Z][A-Z0-9])(?: |(?=\n)|\Z)")
_WOS = Syntax(
    start=re.compile(rb"PT [A-Z]"),
    marks=re.compile(rb"\n(?:PT|ER)(?=[ \t\n]|\Z)"),
    end=re.compile(rb"ER[ \t]*$"),
    tag=lambda text: _TWO,
    repeats=_LISTS,
)
_WOS_READ = frozenset("PT ER AU AF BA BF CA AB DE ID BP EP UT PM ED BE PY".split())
_WOS_TYPES = {"J": "article-journal", "B": "book", "S": "chapter", "P": "patent", "C": "paper-conference"}


def convert_wos(tags: Tags, misfits: Misfits) -> dict[str, Any]:
    """The tags of a record of Web of Science as a canonical record."""
    kinds = [kind.casefold() for kind in parted(tags.get("DT", []))]
    kind = "paper-conference" if "proceedings paper" in kinds else _WOS_TYPES.get(first(tags, "PT"), "")
    if kind == "book" and "book chapter" in kinds:
        kind = "chapter"
    people = [*every(tags, "AF", "AU"), *tags.get("CA", [])] or every(tags, "BF", "BA")
    ids = {"wos": first(tags, "UT").removeprefix("WOS:"), "pubmed": first(tags, "PM")}
    made: dict[str, Any] = {
        "title": first(tags, "TI"),
        "abstract": "\n".join(tags.get("AB", [])),
        "authors": [natural(name) for name in people],
        "venue": first(tags, "SO", "SE", "JI") if kind != "book" else first(tags, "SO", "PU"),
        "year": year_of(first(tags, "PY", "EY", "PD"), misfits),
        "type": kind,
        "doi": first(tags, "DI"),
        "keywords": list(dict.fromkeys(parted([*tags.get("DE", []), *tags.get("ID", [])]))),
        "ids": {name: value for name, value in ids.items() if value},
        "editor": [natural(name) for name in every(tags, "ED", "BE")],
        "volume": first(tags, "VL"),
        "number": first(tags, "IS"),
        "pages": pages(first(tags, "BP"), first(tags, "EP")) or first(tags, "PS", "AR"),
        "publisher": first(tags, "PU"),
        "address": first(tags, "PI"),
        "language": first(tags, "LA"),
        "issn": first(tags, "SN", "EI"),
        "isbn": first(tags, "BN"),
        "series": first(tags, "SE"),
        "event": first(tags, "CT"),
    }
    made["wos"] = rest(tags, _WOS_READ, made.values())
    return {key: value for key, value in made.items() if value}


def read_wos(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a file of Web of Science."""
    return read(stream, origin, _WOS, convert_wos)


def recognise_wos(head: bytes, name: str) -> bool:
    """The head of the file, or a type of one letter with an author, a title or another tag in the next line."""
    found = re.search(rb"(?:\A(?:\xef\xbb\xbf)?\s*|\n|\r)(?:FN .*\r?\nVR |PT [JBSPC]\r?[\n\r][A-Z][A-Z0-9] )", head)
    return found is not None


FORMAT = Format("nbib", "citations of PubMed and ERIC (nbib, MEDLINE)", recognise_medline, False, None, read_medline)
WOS = Format("wos", "records of Web of Science, plain text", recognise_wos, False, None, read_wos)
