"""BibTeX and BibLaTeX: entries to records. Fields are those of BibLaTeX's manual (3.20, section 2.2), old names too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from indexer.index.record.paper_types import csl_type
from indexer.index.record.values import Misfits
from indexer.readers.citations.astronomy import ASTRONOMY
from indexer.readers.citations.bibtex_syntax import RawEntry, cut, parse
from indexer.readers.citations.latex_values import names, plain, verbatim
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin, Warned, entries_of, passed_over, rejected
from indexer.readers.text_lines import decoded, text_lines

OWN_ID, OWN_TYPE, OWN_VENUE = "quiver-id", "quiver-type", "quiver-venue"
"""The fields in which Quiver's exports carry the id of a paper, and what BibTeX has no word for."""
_OWN = (OWN_ID, OWN_TYPE, OWN_VENUE)

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# What an entry is where CSL uses its name for something else, or has no name for it.
_KINDS = {"article": "article-journal", "manual": "report", "techreport": "report"}
_VENUES = ("journaltitle", "journal", "booktitle", "eventtitle")
# Where an entry of this type may say where it appeared, after those.
_VENUES_OF = {
    "thesis": ("school", "institution", "publisher"),
    "report": ("institution", "organization", "publisher", "school"),
    "book": ("publisher",),
    "article": ("howpublished", "publisher"),
    "manuscript": ("note",),
    "document": ("howpublished", "organization"),
    "webpage": ("organization",),
    "software": ("organization",),
}
# What a child takes from the entry that its crossref names, where it lacks it; a title becomes the book's title.
_INHERITED = frozenset(
    "booktitle booksubtitle editor publisher year date series volume number address location organization isbn issn "
    "month journal journaltitle eventtitle eventdate venue language langid institution school".split()
)
_PEOPLE = ("author", "editor")
_VERBATIM = frozenset((
    *("doi", "url", "pdf", "eprint", "file", "link", "pmid", "pmcid", "ee", "biburl", "bibsource", "isbn", "issn"),
    *("date", "eventdate", "origdate", "urldate", OWN_ID),
))  # fmt: skip
_RENAMED = {"location": "address", "issue": "number", "langid": "language", "keyword": "keywords"}
# Fields whose values a record says in other words, wherever it says them.
_READ = frozenset(
    (
        "title",
        "subtitle",
        "author",
        "editor",
        "year",
        "keywords",
        "keyword",
        "author_keywords",
        "xdata",
        "crossref",
        *_OWN,
    )
)
# Fields that are said by a value of the record if it holds theirs, and else are kept under their own names.
_SAID = frozenset("date abstract doi url link ee pdf number issue eprint pmid pmcid arxiv file".split())
_ARCHIVE = ("eprinttype", "archiveprefix")
# Names that a record has for something else.
_ASIDE = {"type": "entry-subtype", "id": "entry-id", "ids": "entry-aliases", "authors": "entry-authors"}
_NAMES = _RENAMED | _ASIDE
_ISI = re.compile(r"(?:WOS|ISI):(\w+)")
_MACROS = re.compile(r"\\([a-z]+)\Z")
_OPENED = re.compile(r"\A(@\s*\w+\s*[{(])")
_EPRINT = re.compile(
    r"(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/)?(?:[a-z-]+(?:\.[a-z]{2})?/\d+|\d+\.\d+)\S*", re.IGNORECASE
)
_ARXIV = re.compile(
    r"(?:arxiv[:\s.]*|(?:abs|arxiv\.org/pdf)/)((?:[a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?)", re.IGNORECASE
)
_PARENTS = frozenset(
    "proceedings book collection mvbook mvcollection mvproceedings reference mvreference periodical".split()
)
_OF_THE_VOLUME = ("year", "date", "crossref")
_MAX_HELD = 200_000
"""Entries that wait for the one that they refer to, and entries that others may refer to: a bound on memory."""

Fields = dict[str, str]


@dataclass(slots=True)
class _Held:
    """What a file has said so far: strings, entries that others refer to, and entries that wait for such a one."""

    strings: dict[str, str] = field(default_factory=lambda: {month: month for month in _MONTHS})
    parents: dict[str, Fields] = field(default_factory=dict)
    waiting: dict[str, list[tuple[RawEntry, str, Fields]]] = field(default_factory=dict)
    number: int = 0
    proceedings: list[Fields] = field(default_factory=list)


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a file, in its order, but that an entry with a crossref comes when what it names is known."""
    held = _Held()
    for raw in cut(text_lines(stream, origin), origin.max_record):
        yield from _entries(raw, held, origin)
    for waiting in held.waiting.values():
        for raw, key, fields in waiting:
            yield Warned(origin.file, raw.line, "crossref", f"no entry {fields['crossref']!r} is in this file")
            yield from _paper(raw, key, fields, origin)


def _entries(raw: RawEntry, held: _Held, origin: Origin) -> Iterator[Entry]:
    if raw.kind == "comment" and not raw.fault:
        return
    if raw.fault:
        yield rejected(origin, raw.line, raw.fault, raw.text)
        return
    text, warnings = decoded(raw.text, origin, raw.line)
    if raw.kind == "string":
        held.strings |= parse(_OPENED.sub(r"\1,", text, count=1), held.strings)[1] if text else {}
        return
    if raw.kind in ("preamble", "control"):
        return
    key, fields, fault = parse(text, held.strings)
    if fault:
        yield rejected(origin, raw.line, fault, raw.text)
        return
    yield from warnings
    if (raw.kind in _PARENTS or raw.kind == "xdata") and len(held.parents) < _MAX_HELD:
        held.parents[key.lower()] = {name: value for name, value in fields.items() if name != "abstract"}
    for waiting, child, its_fields in held.waiting.pop(key.lower(), ()):
        held.number -= 1
        _inherit(its_fields, fields)
        yield from _paper(waiting, child, its_fields, origin)
    if raw.kind == "xdata":
        return
    for name in fields.get("xdata", "").lower().split(","):
        for inherited, value in held.parents.get(name.strip(), {}).items():
            fields.setdefault(inherited, value)
    wanted = fields.get("crossref", "").strip().lower()
    if wanted in held.parents:
        _inherit(fields, held.parents[wanted])
    elif wanted and held.number < _MAX_HELD:
        held.number += 1
        held.waiting.setdefault(wanted, []).append((raw, key, fields))
        return
    elif raw.kind == "proceedings":
        held.proceedings = [*held.proceedings, fields][:2]
    elif raw.kind == "inproceedings" and len(held.proceedings) == 1 and fields.keys().isdisjoint(_OF_THE_VOLUME):
        # Files of PMLR: one entry for the volume, and papers that say neither of what nor of when they are.
        _inherit(fields, held.proceedings[0])
    yield from _paper(raw, key, fields, origin)


def _inherit(fields: Fields, parent: Fields) -> None:
    for name, value in parent.items():
        if name in _INHERITED:
            fields.setdefault(name, value)
    title = ": ".join(part for name in ("title", "subtitle") if (part := parent.get(name)))
    if title:
        fields.setdefault("booktitle", title)


def _paper(raw: RawEntry, key: str, fields: Fields, origin: Origin) -> Sequence[Entry]:
    if raw.kind == "set":
        return (passed_over(origin, raw.line, "a set of other entries, no paper"),)
    misfits: Misfits = []
    return entries_of(record(raw.kind, key, fields, misfits), origin, raw.line, raw.text, misfits=misfits)


def record(kind: str, key: str, fields: Fields, misfits: Misfits) -> dict[str, Any]:
    """An entry in canonical form."""
    texts = {
        name: (verbatim if name in _VERBATIM else plain)(value) for name, value in fields.items() if name not in _PEOPLE
    }
    get = texts.get
    meant = _KINDS.get(kind) or csl_type(kind)
    title = get("title") or (get("booktitle") or get("name") if kind in _PARENTS else "") or ""
    if (subtitle := get("subtitle")) and title:
        title += (" " if title[-1] in ".?!:" else ": ") + subtitle
    places = [name for name in (*_VENUES, *_VENUES_OF.get(meant, ())) if get(name)]
    if kind in _PARENTS:
        places = [name for name in places if name not in ("booktitle", "eventtitle")]
    place = places[0] if places else ""
    venue = get(place, "")
    if place == "journal" and "\\" in fields[place] and (macro := _MACROS.match(fields[place].strip("{} "))):
        venue = ASTRONOMY.get(macro[1], venue)
    arxiv = _arxiv(texts, venue)
    address = get("url") or get("link") or get("ee") or _address(get("howpublished", ""))
    others: list[str] = []
    if re.search(r"\s", address):
        # Several in one field: the first is the paper's, the others are kept.
        address, *others = [one.rstrip(".,;") for one in re.findall(r"https?://\S+", address)] or [address]
    if place == "howpublished" and _address(venue):
        venue, place = "", ""
    alone = meant in ("article-journal", "document", "webpage", "manuscript") and OWN_ID not in fields
    if arxiv and ((alone and not venue) or re.match(r"arxiv\b|corr\Z", venue, re.IGNORECASE)):
        venue, meant = venue or "arXiv", "article"
        if re.match(r"arxiv", venue, re.IGNORECASE):
            venue = "arXiv"
    archive = (get("eprinttype") or get("archiveprefix") or "").casefold()
    ids = {
        "pubmed": get("pmid") or (get("eprint") if archive in ("pubmed", "pmid") else None),
        "pmc": get("pmcid"),
        "wos": found[1] if (found := _ISI.match(get("unique-id") or key)) else None,
        "dblp": key[5:] if key.startswith("DBLP:") else None,
        "citation-key": key,
    }
    made: dict[str, Any] = {
        "id": get(OWN_ID),
        "title": title,
        "abstract": get("abstract"),
        "authors": names(fields.get("author", "")),
        "venue": get(OWN_VENUE) or venue,
        "year": _year(texts, misfits),
        "type": get(OWN_TYPE) or meant or kind,
        "url": address,
        "urls": others,
        "pdf": get("pdf"),
        "doi": get("doi"),
        "arxiv": arxiv,
        "keywords": _keywords(texts),
        "ids": {name: value for name, value in ids.items() if value},
        "editor": names(fields.get("editor", "")),
        "number": get("number") or get("issue"),
    }
    done = {name: value for name, value in made.items() if value}
    said = {value for value in made.values() if isinstance(value, str)} | {
        str(made["year"]),
        *done.get("ids", {}).values(),
    }
    if arxiv and archive in ("", "arxiv"):
        said |= {texts.get("eprint", ""), archive}
    if get(OWN_VENUE):
        place = ""  # which says more than the venue, and is kept
    for name, text in texts.items():
        if name in _READ or not text or name == place or (name in _SAID and text in said):
            continue
        if (name in _ARCHIVE and text.casefold() in said) or (name == "booktitle" and text == title):
            continue
        if name == "url" and others:
            continue
        if name == "booktitle" and kind in _PARENTS:
            name = "entry-booktitle"  # of a volume in itself, no venue
        name = _NAMES.get(name, name)
        done.setdefault(name, _BRACES.sub(r"\1", fields[name]) if name == "pages" else text)
    return done


_BRACES = re.compile(r"\A\{([^{}]*)\}\Z")


def _keywords(texts: Fields) -> list[str]:
    """The words of every field that has any; in each, semicolons or else commas part them."""
    found = (texts.get(name, "") for name in ("author_keywords", "keywords", "keyword"))
    words = [word.strip() for text in found for word in text.split(";" if ";" in text else ",")]
    return list(dict.fromkeys(filter(None, words)))


def _year(texts: Fields, misfits: Misfits) -> int | None:
    found: Misfits = []
    for name in ("year", "date", "eventdate"):
        if texts.get(name) and (year := year_of(texts[name], found, name)) is not None:
            return year
    misfits += found[:1]
    return None


def _arxiv(texts: Fields, venue: str) -> str:
    """The arXiv id of the fields that may hold one: `eprint`, a journal `arXiv preprint arXiv:...`, CoRR's volume."""
    eprint = texts.get("eprint", "")
    archive = (texts.get("eprinttype") or texts.get("archiveprefix") or "").casefold()
    if eprint and archive in ("", "arxiv"):
        bare = eprint.partition(":")[2].strip() if eprint.casefold().startswith("arxiv:") else eprint
        if archive or _EPRINT.fullmatch(bare):
            return bare
    volume = texts.get("volume", "").removeprefix("abs/")
    if re.match(r"arxiv\b", venue, re.IGNORECASE) and _EPRINT.fullmatch(volume):
        return volume
    for text in (texts.get("arxiv", ""), venue, volume, texts.get("howpublished", ""), texts.get("doi", "")):
        if len(text) > 8 and ("/" in text or "rxiv" in text.casefold()) and (found := _ARXIV.search(text)):
            return found[1]
    return ""


def _address(text: str) -> str:
    found = re.search(r"https?://\S+", text) if "http" in text else None
    return found[0].rstrip(".,;") if found else ""


_HEAD = re.compile(
    rb"^[ \t]*@[ \t]*[A-Za-z][\w-]*[ \t]*[{(]\s*(?:[^\s,{}()=]*[ \t]*,"
    rb"|[^\s,{}()=]+\s*\n\s*\w+\s*=|\{[^,={}\n]*\}[ \t]*,|[\w-]+\s*=|\")",
    re.MULTILINE,
)
_COMMENTED = re.compile(rb"^[ \t]*@(?:comment|preamble|string)\b", re.IGNORECASE | re.MULTILINE)


def recognise(head: bytes, name: str) -> bool:
    """An entry at the beginning of a line; in a file `.bib`, whatever it holds."""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[", b"<"):
        return False
    return _HEAD.search(head) is not None or _COMMENTED.search(head) is not None


FORMAT = Format("bibtex", "BibTeX and BibLaTeX", recognise, by_line=False, read_whole=read_whole)
