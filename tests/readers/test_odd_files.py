"""Small files as reference managers, databases and people leave them: every record is a paper or is accounted for.

A row: what it is, the bytes, and the titles that come; then how many records are rejected.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest
import zstandard

from indexer.index.errors import SourceError
from indexer.index.record.paper import Paper
from indexer.readers.entries import Rejected
from indexer.readers.sources import read_file

Row = tuple[str, bytes, list[str], int]
A = b"@article{a, title={One}, author={Doe, Jane}, year=2001}\n"
R = b"TY  - JOUR\nTI  - One\nAU  - Doe, Jane\nPY  - 2001\nER  - \n"
C = b'{"type": "article-journal", "title": "One", "author": [{"family": "Doe", "given": "Jane"}]}'
W = b'{"DOI": "10.1/x", "title": ["One"], "author": [{"family": "Doe"}]}'
O = b'{"id": "https://openalex.org/W1", "display_name": "One", "authorships": []}'  # noqa: E741
S = b'{"paperId": "x", "title": "One", "authors": [{"name": "Jane Doe"}]}'

BIBTEX: list[Row] = [
    ("plain", A, ["One"], 0),
    ("byte order mark", b"\xef\xbb\xbf" + A, ["One"], 0),
    ("CR LF", A.replace(b"\n", b"\r\n") * 2, ["One", "One"], 0),
    ("latin-1", "@article{a, title={Größe}}".encode("latin-1"), ["Größe"], 0),
    ("UTF-16", A.decode().encode("utf-16"), ["One"], 0),
    ("UTF-16 big endian", b"\xfe\xff" + A.decode().encode("utf-16-be"), ["One"], 0),
    ("text between entries", b"Exported by X.\n" + A + b"some words, 100%\n" + A, ["One", "One"], 0),
    ("comment that holds an entry", b"@comment{@article{x, title={No}}}\n" + A, ["One"], 0),
    ("JabRef's meta data", b"@Comment{jabref-meta: databaseType:bibtex;}\n" + A, ["One"], 0),
    ("a line that is commented out", b"% @article{x, title={No}}\n" + A, ["No", "One"], 0),
    ("nested braces", b"@article{a, title={{O}n{{e}}}}", ["One"], 0),
    ("joined strings", b'@string{o = "On"}\n@article{a, title = o # {e}}', ["One"], 0),
    ("string with parentheses", b'@string(o = "One")\n@article{a, title = o}', ["One"], 0),
    ("strings in a circle", b"@string{a = b}\n@string{b = a}\n@article{x, title = a}", ["b"], 0),
    ("a string of itself", b"@string{a = a # a}\n@article{x, title = a}", ["aa"], 0),
    ("unknown string", b"@article{a, title={One}, journal = nowhere}", ["One"], 0),
    ("month", b"@article{a, title={One}, month = jan # {~1}}", ["One"], 0),
    ("parentheses for braces", b"@article(a, title={One})", ["One"], 0),
    ("quotes", b'@article{a, title="One", year="2001"}', ["One"], 0),
    ("quotes in braces in quotes", b'@article{a, title="O{"}ne"}', ['O"ne'], 0),
    ("capitals", b"@ARTICLE{a, TITLE={One}}", ["One"], 0),
    ("no key", b"@article{, title={One}}", ["One"], 0),
    ("no comma at the end of a field", b"@article{a, title={One} year=2001}", ["One"], 0),
    ("comma at the end", b"@article{a, title={One},}", ["One"], 0),
    ("a field twice", b"@article{a, title={One}, title={Two}}", ["One"], 0),
    ("an open brace", b"@article{x, title={Lost\n\n" + A, ["One"], 1),
    ("no title", b"@article{a, year=2001}\n" + A, ["One"], 1),
    ("empty title", b"@article{a, title={}}\n" + A, ["One"], 1),
    ("an entry on one line with others", A.strip() + A.strip(), ["One", "One"], 0),
    (
        "crossref to what follows",
        b"@inproceedings{a, title={One}, crossref={p}}\n@proceedings{p, title={P}}",
        ["One", "P"],
        0,
    ),
    ("crossref to itself", b"@inproceedings{a, title={One}, crossref={a}}", ["One"], 0),
    (
        "crossrefs in a circle",
        b"@book{a, title={One}, crossref={b}}\n@book{b, title={Two}, crossref={a}}",
        ["One", "Two"],
        0,
    ),
    ("preamble", b'@preamble{"\\newcommand{\\x}{y}"}\n' + A, ["One"], 0),
    ("accents", b'@article{a, title={Schr{\\"o}dinger {\\ss}}}', ["Schrödinger ß"], 0),
    ("a formula", b"@article{a, title={An $O(n^2)$ bound}}", ["An $O(n^2)$ bound"], 0),
    (
        "Mendeley",
        b"@article{Doe2001,\nauthor = {Doe, Jane},\nfile = {:C$\\backslash$:/x.pdf:pdf},\ntitle = {{One}}\n}",
        ["One"],
        0,
    ),
    ("Paperpile", b'@ARTICLE{Doe2001-xy,\n  title    = "One",\n  author   = "Doe, Jane"\n}', ["One"], 0),
    ("old Mac", A.replace(b"\n", b"\r") * 2, ["One", "One"], 0),
    ("spaces everywhere", b"@ article { a , title = { One } }", ["One"], 0),
    ("an at sign in a value", b"@article{a, title={One}, note={mail@example.org}}", ["One"], 0),
]
RIS: list[Row] = [
    ("plain", R, ["One"], 0),
    ("byte order mark", b"\xef\xbb\xbf" + R, ["One"], 0),
    ("CR LF", R.replace(b"\n", b"\r\n"), ["One"], 0),
    ("no end", R.replace(b"ER  - \n", b"") * 2, ["One", "One"], 0),
    ("type twice", b"TY  - JOUR\n" + R, ["One"], 1),
    ("no type", R.replace(b"TY  - JOUR\n", b""), ["One"], 0),
    ("end without space", R.replace(b"ER  - ", b"ER  -"), ["One"], 0),
    ("one space", R.replace(b"  -", b" -"), ["One"], 0),
    ("numbered", b"1.\n" + R + b"\n2.\n" + R, ["One", "One"], 0),
    ("a value on two lines", R.replace(b"One", b"One\nand two"), ["One and two"], 0),
    ("suffix", R.replace(b"Doe, Jane", b"Doe, Jane, Jr."), ["One"], 0),
    ("unknown type", R.replace(b"JOUR", b"XYZ"), ["One"], 0),
    ("no title", b"TY  - JOUR\nAU  - X\nER  - \n" + R, ["One"], 1),
    ("empty lines", R.replace(b"\n", b"\n\n"), ["One"], 0),
    ("UTF-16", R.decode().encode("utf-16"), ["One"], 0),
    ("latin-1", "TY  - JOUR\nTI  - Größe\nER  - \n".encode("latin-1"), ["Größe"], 0),
    (
        "IEEE",
        b"TY  - CONF\nTI  - One\nT2  - Proc.\nSP  - 1\nEP  - 2\nAU  - J. Doe\nY1  - 1 Jan. 2001\nER  - ",
        ["One"],
        0,
    ),
    ("Springer", b"TY  - CHAP\nAU  - Doe, Jane\nPY  - 2001//\nTI  - One\nBT  - Book\nER  - ", ["One"], 0),
    (
        "Scopus",
        b"TY  - JOUR\nTI  - One\nT2  - J\nAU  - Doe, J.\nPY  - 2001\nN1  - Export Date: 1 May\nER  - ",
        ["One"],
        0,
    ),
    ("EndNote's tags", b"%0 Journal Article\n%T One\n%A Doe, Jane\n%D 2001\n", ["One"], 0),
    ("EndNote, several", b"%0 Journal Article\n%T One\n\n%0 Book\n%T Two\n", ["One", "Two"], 0),
    ("Web of Science", b"FN Clarivate\nVR 1.0\nPT J\nAU Doe, J\nTI One\n   and two\nER\n\nEF\n", ["One and two"], 0),
    ("PubMed", b"PMID- 1\nTI  - One\nFAU - Doe, Jane\nDP  - 2001 May\n", ["One"], 0),
    ("PubMed, several", b"PMID- 1\nTI  - One\n\nPMID- 2\nTI  - Two\n", ["One", "Two"], 0),
]
JSON: list[Row] = [
    ("CSL", b"[" + C + b"]", ["One"], 0),
    ("CSL, a literal name", b'[{"type": "report", "title": "One", "author": [{"literal": "The Team"}]}]', ["One"], 0),
    (
        "CSL, a date as text",
        b'[{"type": "book", "title": "One", "author": [{"family": "D"}], "issued": "2001-05"}]',
        ["One"],
        0,
    ),
    (
        "CSL, a date that is none",
        b'[{"type": "book", "title": "One", "author": [{"family": "D"}], "issued": {"date-parts": [[]]}}]',
        ["One"],
        0,
    ),
    ("CSL, no title", b"[" + C + b', {"type": "book", "author": [{"family": "D"}]}]', ["One"], 1),
    ("CSL, byte order mark", b"\xef\xbb\xbf[" + C + b"]", ["One"], 0),
    ("CSL, UTF-16", (b"[" + C + b"]").decode().encode("utf-16"), ["One"], 0),
    ("CSL, one item alone", C, ["One"], 0),
    ("CSL, in lines", C + b"\n" + C + b"\n", ["One", "One"], 0),
    ("CSL, items", b'{"items": [' + C + b"]}", ["One"], 0),
    ("Crossref, an answer", b'{"status": "ok", "message": {"items": [' + W + b"]}}", ["One"], 0),
    ("Crossref, one work", b'{"status": "ok", "message": ' + W + b"}", ["One"], 0),
    ("Crossref, items", b'{"items": [' + W + b"]}", ["One"], 0),
    ("Crossref, no title", b'{"message": {"items": [' + W + b', {"DOI": "10.1/y", "title": []}]}}', ["One"], 1),
    ("OpenAlex, an answer", b'{"meta": {"count": 1}, "results": [' + O + b"]}", ["One"], 0),
    ("OpenAlex, a work", O, ["One"], 0),
    ("Semantic Scholar, an answer", b'{"total": 1, "data": [' + S + b"]}", ["One"], 0),
    ("Semantic Scholar, a list", b"[" + S + b", null]", ["One"], 1),
    ("stray elements", b"[[], 1, " + C + b', "]", null]', ["One"], 4),
    ("two arrays", b"[" + C + b"]\n[" + C + b"]", ["One", "One"], 0),
    ("cut off", b"[" + C + b', {"title": "Tw', ["One"], 2),
    ("a comma at the end", b"[" + C + b",]", ["One"], 0),
    ("authors as text", b'{"title": "One", "authors": "A B; C D"}\n', ["One"], 0),
    ("what is no number, in a list", b'[{"title": "One", "x": Infinity}, {"title": "Two"}]', ["Two"], 1),
    ("two in a line", b'{"title": "One"}{"title": "Two"}\n{"title": "Three"}\n', ["One", "Three", "Two"], 0),
    ("CR alone", b'{"title": "One"}\r{"title": "Two"}\r', ["One", "Two"], 0),
    ("a sequence of RFC 7464", b'{"title": "One"}\n\x1e{"title": "Two"}\n', ["One", "Two"], 0),
    ("an author of OpenAlex", O + b'\n{"id": "https://openalex.org/A5", "display_name": "J D"}\n', ["One"], 0),
    ("other names", b'{"Document Title": "One", "Author": "A B", "Year": "2001"}\n', ["One"], 0),
]
JOINED: list[Row] = [
    ("BibTeX after RIS", R + b"\n" + A, ["One"], 1),
    ("RIS after BibTeX", A + R + R, ["One"], 2),
    ("nbib after RIS", R + b"\nPMID- 12\nTI  - Two\n", ["Two"], 1),
    ("JSON after BibTeX", A + C + b"\n", ["One"], 1),
    ("words of Mendeley before BibTeX", b"Automatically generated by Mendeley 1.19\n\n" + A, ["One"], 0),
    ("words of Scopus before RIS", b"Scopus\nEXPORT DATE: 01 January 2022\n\n" + R, ["One"], 0),
]
V = b"cff-version: 1.2.0\n"
CFF: list[Row] = [
    ("plain", V + b"title: One\nauthors:\n  - given-names: J\n    family-names: D\n", ["One"], 0),
    (
        "lists at the indent of their key",
        V + b"title: One\nauthors:\n- name: D\nreferences:\n- title: Two\n",
        ["One", "Two"],
        0,
    ),
    ("an empty item", V + b"title: One\nauthors:\n  -\n  - name: D\n", ["One"], 0),
    ("CR LF", V.replace(b"\n", b"\r\n") + b"title: One\r\n", ["One"], 0),
    ("an anchor", V + b"title: &a One\n", [], 1),
    ("a quote that does not close", V + b'title: "One\n' + b"x\n" * 2000, [], 1),
    ("brackets that do not close", V + b"title: One\nkeywords: [a, b\n", [], 1),
    ("no key", V + b"title: One\nwhat is this\n", [], 1),
    ("lists in lists in lists", V + b"title: One\nx:\n" + b"".join(b" " * n + b"-\n" for n in range(1, 900)), [], 1),
    ("no title", V + b"message: cite\n", [], 1),
]
TABLES: list[Row] = [
    ("commas", b"Title,Authors,Year\nOne,Jane Doe,2001\n", ["One"], 0),
    ("semicolons", b"Title;Authors;Year\nOne;Jane Doe;2001\n", ["One"], 0),
    ("tabs", b"Title\tAuthors\tYear\nOne\tJane Doe\t2001\n", ["One"], 0),
    ("sep= of spreadsheets", b"sep=;\nTitle;Authors;Year\nOne;Jane Doe;2001\n", ["One"], 0),
    ("quotes", b'"Title","Authors","Year"\n"One, two","Doe, Jane","2001"\n', ["One, two"], 0),
    ("quotes in quotes", b'Title,Authors,Year\n"""One""",A,2001\n', ['"One"'], 0),
    ("a cell on two lines", b'Title,Authors,Year\n"One\ntwo",A,2001\n', ["One\ntwo"], 0),
    ("an open quote", b'Title,Authors,Year\n"Lost,A,2001\nOne,B,2001\n', ["One"], 1),
    ("byte order mark", b"\xef\xbb\xbfTitle,Authors,Year\nOne,A,2001\n", ["One"], 0),
    ("UTF-16, tabs", "Title\tAuthors\tYear\nOne\tA\t2001\n".encode("utf-16"), ["One"], 0),
    ("no title in a row", b"Title,Authors,Year\n,A,2001\nOne,B,2001\n", ["One"], 1),
    ("too many cells", b"Title,Authors,Year\nA,B,1,2,3\nOne,B,2001\n", ["One"], 1),
    (
        "IEEE",
        b'"Document Title","Authors","Publication Title","Publication Year"\n"One","J. Doe; A. B","P","2001"\n',
        ["One"],
        0,
    ),
    ("Scopus", b'"Authors","Title","Year","Source title"\n"Doe J.","One","2001","J"\n', ["One"], 0),
]
XML: list[Row] = [
    (
        "DBLP",
        b'<dblp><article key="journals/x/D1"><author>J D</author><title>One.</title></article></dblp>',
        ["One"],
        0,
    ),
    (
        "DBLP, an open record",
        b'<dblp><article key="journals/x/D0"><title>Lost\n'
        b'<article key="journals/x/D1"><title>One.</title></article></dblp>',
        ["One"],
        1,
    ),
    (
        "DBLP, an unknown entity",
        b'<dblp><article key="journals/x/D1"><title>One &foo; two.</title></article></dblp>',
        ["One &foo; two"],
        0,
    ),
    (
        "an entity bomb",
        b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><dblp>'
        b'<article key="journals/x/D1"><title>One</title><note>&b;</note></article></dblp>',
        ["One"],
        0,
    ),
    (
        "a page of a person",
        b'<dblp><www key="homepages/1/2"><title>Home Page</title></www>'
        b'<article key="journals/x/D1"><title>One</title></article></dblp>',
        ["One"],
        0,
    ),
]
PACKED: list[Row] = [
    ("gzip", gzip.compress(A), ["One"], 0),
    ("bzip2", bz2.compress(R), ["One"], 0),
    ("xz", lzma.compress(C), ["One"], 0),
    ("zstd", zstandard.compress(TABLES[0][1]), ["One"], 0),
]
TABLE = [
    (f"{kind}: {row[0]}", *row[1:])
    for kind, rows in (
        ("BibTeX", BIBTEX),
        ("tags", RIS),
        ("JSON", JSON),
        ("joined", JOINED),
        ("CITATION.cff", CFF),
        ("table", TABLES),
        ("XML", XML),
        ("packed", PACKED),
    )
    for row in rows
]


@pytest.mark.parametrize(("data", "titles", "rejected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_every_record_is_accounted_for(data: bytes, titles: list[str], rejected: int, tmp_path: Path) -> None:
    """The file is known by its content alone."""
    path = tmp_path / "file.txt"
    path.write_bytes(data)
    entries = list(read_file(str(path)))
    found = [entry.title for entry in entries if isinstance(entry, Paper)]
    assert (sorted(found), sum(isinstance(entry, Rejected) for entry in entries)) == (sorted(titles), rejected)


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title></entry></feed>',
        b"%PDF-1.7\n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"# Read me\n\nWords.\n",
        b"\xc2\xa0",
    ],
)
def test_what_is_no_format_is_said_to_be_none(data: bytes, tmp_path: Path) -> None:
    """In one line that names the file."""
    path = tmp_path / "file.txt"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=r"file\.txt"):
        list(read_file(str(path)))
