"""The table of input formats, and how one is recognised."""

from __future__ import annotations

import re

from indexer.index.errors import SourceError, UsageError
from indexer.readers import arrow, paperlists
from indexer.readers.citations import bibtex, cff, endnote, medline, ris, tables
from indexer.readers.entries import COMPRESSED, Entry, Format, Origin, Rejected, plain_name
from indexer.readers.json_scanner import BYTE_ORDER_MARK
from indexer.readers.jsonl import STORED
from indexer.readers.markup import anthology, arxiv_feed, bibtexml, dblp, endnote_xml, mods, pubmed, unixref, word
from indexer.readers.objects import records

__all__ = ["FORMATS", "Entry", "Format", "Origin", "Rejected", "named", "plain_name", "recognise"]

FORMATS: tuple[Format, ...] = (
    arrow.FORMAT,
    paperlists.FORMAT,
    *records.FORMATS,
    dblp.FORMAT,
    anthology.FORMAT,
    pubmed.FORMAT,
    arxiv_feed.FORMAT,
    unixref.FORMAT,
    mods.FORMAT,
    word.FORMAT,
    bibtexml.FORMAT,
    endnote_xml.FORMAT,
    cff.FORMAT,
    bibtex.FORMAT,
    medline.FORMAT,
    medline.WOS,
    ris.FORMAT,
    endnote.FORMAT,
    records.JSON,
    records.JSONL,
    tables.FORMAT,
)
"""Every format, those that ask for more of the text before those that take anything like it."""

# What people hand over by mistake: first bytes, and what to do about it.
_FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (257, b"ustar", "a tar archive: unpack it and give its files or folder"),
    (0, b"PK\x03\x04", "a zip archive: unpack it and give its files or folder"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it and give its files or folder"),
    (0, b"Rar!", "a rar archive: unpack it and give its files or folder"),
    (0, b"%PDF", "a PDF: Quiver reads records of papers, not papers"),
    (0, b"SQLite format 3\x00", "an SQLite database: export its records as JSON Lines"),
    (0, b"\x1f\x8b", "compressed twice: unpack it once"),
    (0, b"\xfd7zXZ\x00", "compressed twice: unpack it once"),
    (0, b"\x28\xb5\x2f\xfd", "compressed twice: unpack it once"),
)


# XML and the like that other programs write, by what is in its head, and what to export instead.
_LOOKED = 1 << 12
_OTHER_MARKUP: tuple[tuple[bytes, str], ...] = (
    (rb"MARC21/slim|<(?:marc:)?datafield\s", "MARC XML: export it as RIS or BibTeX"),
    (rb"<rdf:RDF[\s>]", "RDF: export it as RIS, BibTeX or CSL JSON"),
    (
        rb"<article\s[^>]*(?:article-type|xmlns:xlink)|JATS",
        "JATS, the text of an article: give its record",
    ),
    (rb"<TEI[\s>]", "TEI, the text of a paper: give its record, as BibTeX"),
    (rb"<OAI-PMH[\s>]", "OAI-PMH of a kind that is not arXiv's: ask for its records as BibTeX or RIS"),
    (rb"<(?:\w+:)?feed[\s>]|<rss[\s>]", "a news feed: only arXiv's is read"),
    (rb"(?i:<!doctype html|<html[\s>])", "a web page: export its records as BibTeX, RIS or CSV"),
    (rb"<query [^<>]*status=", "an answer of Crossref's older interface: ask for UNIXREF"),
    (rb"<CitaviExchangeData[\s>]", "Citavi: export it as RIS or BibTeX"),
    (rb"<plist[\s>]", "a property list: export the library as RIS or BibTeX"),
    (rb"(?m:^--(?:AU|TI|RT)-- )", "Biblioscape: export it as RIS or BibTeX"),
    (rb"(?m:^(?:TI|AU): .*\n(?:.*\n)*?(?:SO|AU|PY|DT|AN): )", "SilverPlatter: export it as RIS"),
    (rb"(?m:^Record\b.*INSPEC)|(?m:^(?:TI|AU) ~ )", "INSPEC: export it as RIS"),
    (rb"(?m:^(?:TI|AU)- .*\n(?:.*\n)*?(?:PU|SE|HL|PY)- )", "Copac: export it as RIS or BibTeX"),
    (
        rb"(?m:^(?:Author|Title|Source)\s*\n[ \t]+\S(?:.*\n)+?(?:Title|Source|Abstract)\s*\n[ \t])",
        "Ovid: export it as RIS",
    ),
    (rb"(?m:^nep\.repec\.org|^NEP: New Economics Papers)", "a report of NEP (RePEc): ask RePEc for BibTeX or RIS"),
    (
        rb"(?m:^[\w.:-]+:[ \t\r]*\n(?:[ \t]+.*\n)*?[ \t]+type:[ \t]*\S+)",
        "YAML, such as Hayagriva's: export it as CSL JSON or BibTeX",
    ),
    (rb"\A\s*---[^\n]*\n(?:[^\n]*\n){0,20}?references:", "YAML: export it as CSL JSON (pandoc -t csljson)"),
)


def named(name: str) -> Format:
    """The format of this name; raises UsageError, which lists them all, for another."""
    for form in (*FORMATS, STORED):
        if form.name == name:
            return form
    if name.startswith("csv:"):
        return tables.said(name)
    raise UsageError(f"no format {name!r}; there are {', '.join(form.name for form in FORMATS)}")


def recognise(head: bytes, name: str) -> Format:
    """The format of what begins with `head` (up to 64 KiB, decompressed) in a file of this name.

    Raises SourceError, which says what was seen, where it is none.
    """
    shown = name or "standard input"
    if not head:
        raise SourceError(f"{shown}: empty; no records to read")
    for at, magic, what in _FOREIGN:
        if head.startswith(magic, at):
            raise SourceError(f"{shown}: {what}")
    hint = f" (damaged {name[name.rfind('.') :]}?)" if name.lower().endswith(COMPRESSED) else ""
    # A file that begins as JSON and has zeros in it is damaged JSON, of which the rest can be read.
    if b"\0" in head and not re.match(rb"(?:\xef\xbb\xbf)?\s*[\[{]", head):
        raise SourceError(f"{shown}: a binary file{hint}; not records of papers")
    plain = plain_name(name)
    if not head.decode("utf-8", "replace").strip("\ufeff \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029\u3000"):
        raise SourceError(f"{shown}: nothing but white space; no records to read")
    head = head.removeprefix(BYTE_ORDER_MARK)
    if b"\n" not in head:
        head = head.replace(b"\r", b"\n")  # lines of old Macs
    for form in FORMATS:
        if form.recognise(head, plain):
            return form
    for pattern, what in _OTHER_MARKUP:
        if re.search(pattern, head[:_LOOKED]):
            raise SourceError(f"{shown}: {what}")
    # None of its text is shown: what a source names may be anybody's file, and a message may go anywhere.
    known = ", ".join(form.name for form in FORMATS)
    raise SourceError(f"{shown}: no known format{hint}; say which with --format ({known})")
