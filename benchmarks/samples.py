"""Large files of every input format, made of small samples: repeated, but never the same record twice.

A sample is varied a copy at a time: long numbers (ids, DOIs), keys, and two words of five get another form, so that
nothing that remembers values it has seen is flattered by the repetition. What cannot vary is the mixture: 600 records
of a sample stand for all of its source.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.index.record.paper import Paper
from indexer.readers.sources import read_file

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("QUIVER_SHARED", ROOT.parent / "shared"))
GOLDEN = ROOT / "tests" / "readers" / "golden"

_NUMBER = re.compile(rb"(?<![\d.])\d{5,12}(?!\d)|(?<=\.)\d{5,12}(?!\d)")
# A word of a value: not the name of an element, a key or a field, which a sign of the format follows.
_WORD = re.compile(rb"(?<=[ {>\"])([A-Z]?[a-z]{4,12})(?=[ ,.;<}])(?!\s*=)")
# Words that formats mean something by.
_FIXED = frozenset(
    b"article journal book conference repository others string english true false null Article Journal".split()
)
# Keys of entries and elements, and DOIs.
_KEY = re.compile(
    rb"(?<=key=\")[^\"]+|(?<=^@)\w+\{[^,\s]+(?=,)|(?<=<paper id=\")\w+|\b10\.\d{4,9}/[^\s<\"}]+",
    re.MULTILINE,
)


def varied(sample: bytes, copy: int) -> bytes:
    """The copy of this number of a sample; the copy 0 is the sample itself."""
    if not copy:
        return sample
    tag = _letters(copy)
    number = copy * 7919

    def other_number(found: re.Match[bytes]) -> bytes:
        width = len(found[0])
        return b"%0*d" % (width, (int(found[0]) + number) % 10**width)

    def other_word(found: re.Match[bytes]) -> bytes:
        word = found[1]
        chosen = (len(word) * 31 + word[0] * 7 + word[-1] + found.start() + copy) % 5 < 2
        return word + tag if chosen and word not in _FIXED else word

    made = _NUMBER.sub(other_number, sample)
    return _WORD.sub(other_word, _KEY.sub(lambda found: found[0] + tag, made))


def _letters(number: int) -> bytes:
    found = b""
    while number:
        number, digit = divmod(number, 26)
        found = b"%c" % (97 + digit) + found
    return found


@dataclass(frozen=True, slots=True)
class Sample:
    """What a file of a format is made of: its head, a body that may be repeated, its end."""

    name: str
    body: bytes
    head: bytes = b""
    end: bytes = b""
    between: bytes = b""

    def blocks(self, size: int) -> Iterator[bytes]:
        """A file of about `size` bytes, a copy of the body at a time."""
        yield self.head
        copy = done = 0
        while done < size:
            block = varied(self.body, copy)
            yield (self.between if copy else b"") + block
            done += len(block)
            copy += 1
        yield self.end


def _read(*places: str) -> bytes:
    """The files of these patterns in the shared data, one after the other; empty where it is not there."""
    files = [path for place in places for path in sorted((SHARED / "formats").glob(place))]
    return b"\n".join(path.read_bytes().strip() for path in files)


def _golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.txt").read_bytes().removeprefix(b"\xef\xbb\xbf").strip()


def _within(data: bytes, element: bytes) -> bytes:
    """What stands in the elements of this name."""
    return b"\n".join(re.findall(rb"<%s(?:\s[^>]*)?>(.*?)</%s>" % (element, element), data, re.DOTALL))


def _xml(name: str, root: bytes, body: bytes) -> Sample:
    return Sample(name, body + b"\n", b'<?xml version="1.0" encoding="UTF-8"?>\n<%s>\n' % root, b"</%s>\n" % root)


_PERSON = b"""<www mdate="2024-05-01" key="homepages/00/12345"><author>Jane Roe</author><title>Home Page</title></www>
"""


def _dblp() -> Sample:
    body = _within(_read("dblp/dblp-excerpt.xml", "dblp/dblp-2025.xml") or _golden("dblp"), b"dblp")
    # Pages of persons are two fifths of the real dump: after every second record one.
    parts = re.split(rb"(?<=</article>)|(?<=</inproceedings>)|(?<=</incollection>)", body)
    mixed = b"".join(part + (_PERSON if number % 2 else b"") for number, part in enumerate(parts))
    return _xml("dblp", b"dblp", mixed)


def _acl() -> Sample:
    body = _read("acl/*.xml") or _golden("acl")
    return _xml("acl", b"anthology", re.sub(rb"<\?xml[^>]*>|<!DOCTYPE[^>]*>", b"", body))


def _pubmed() -> Sample:
    body = _within(_read("pubmed/*.xml") or _golden("pubmed"), b"PubmedArticleSet")
    return _xml("pubmed", b"PubmedArticleSet", body)


def _lines(name: str, place: str) -> Callable[[], Sample]:
    return lambda: Sample(name, (_read(place) or _golden(name)) + b"\n")


def _text(name: str, *places: str) -> Callable[[], Sample]:
    return lambda: Sample(name, (_read(*places) or _golden(name)) + b"\n\n")


def _csl() -> Sample:
    files = sorted((SHARED / "formats" / "csl").glob("*.json")) or [GOLDEN / "csl.txt"]
    arrays = [path.read_bytes().strip() for path in files]
    return Sample("csl", b",\n".join(text[1:-1].strip(b" \n,") for text in arrays), b"[", b"]", b",\n")


def _papers() -> list[Paper]:
    """Papers with abstracts, for formats of which no file of some size is at hand."""
    files = sorted((SHARED / "formats" / "acl").glob("*.acl.xml")) or [GOLDEN / "acl.txt"]
    return [entry for entry in read_file(str(files[0])) if isinstance(entry, Paper)]


def _csv() -> Sample:
    """A table with the columns of Scopus."""
    table = io.StringIO()
    write = csv.writer(table, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
    for paper in _papers():
        people = "; ".join(author.name for author in paper.authors)
        write((people, paper.title, paper.year, paper.venue, "60", "1", paper.doi, paper.url, paper.abstract, "a; b"))
    head = "Authors,Title,Year,Source title,Volume,Issue,DOI,Link,Abstract,Author Keywords\n"
    return Sample("csv", table.getvalue().encode(), head.encode())


def _nbib() -> Sample:
    """Citations as PubMed writes them, their values wrapped at 84 signs."""
    lines = []
    for number, paper in enumerate(_papers(), 30_000_000):
        tags = [("PMID", str(number)), ("OWN", "NLM"), ("STAT", "MEDLINE"), ("TI", paper.title), ("AB", paper.abstract)]
        for author in paper.authors:
            family, _, given = author.name[::-1].partition(" ")
            tags += [("FAU", f"{family[::-1]}, {given[::-1]}"), ("AU", author.name), ("AD", "A university, a city.")]
        tags += [("LA", "eng"), ("PT", "Journal Article"), ("DP", f"{paper.year} May"), ("JT", paper.venue)]
        tags += [("LID", f"{paper.doi} [doi]"), ("MH", "Humans"), ("MH", "*Language"), ("VI", "60"), ("PG", "1-12")]
        for tag, value in tags:
            lines += textwrap.wrap(value, 84, initial_indent=f"{tag:<4}- ", subsequent_indent="      ")
        lines.append("")
    return Sample("nbib", "\n".join(lines).encode() + b"\n")


SAMPLES: dict[str, Callable[[], Sample]] = {
    "arxiv": _lines("arxiv", "arxiv/*.json"),
    "openalex": _lines("openalex", "openalex/*.jsonl"),
    "crossref": _lines("crossref", "crossref/*.jsonl"),
    "semanticscholar": _lines("semanticscholar", "semanticscholar/*.jsonl"),
    "s2orc": _lines("s2orc", "s2orc/*.jsonl"),
    "csl": _csl,
    "dblp": _dblp,
    "acl": _acl,
    "pubmed": _pubmed,
    "bibtex": _text("bibtex", "bibtex/v*.bib"),
    "ris": _text("ris", "ris/example_[fmu]*.ris"),
    "wos": _text("wos", "ris/example_wos.ris"),
    "nbib": _nbib,
    "csv": _csv,
}
"""Of real files, where they are at hand; else of those that the tests hold."""


def main() -> None:
    """`python -m benchmarks.samples FORMAT MEGABYTES`: write a file of this size to standard output."""
    name, megabytes = sys.argv[1:]
    for block in SAMPLES[name]().blocks(int(megabytes) * 10**6):
        sys.stdout.buffer.write(block)


if __name__ == "__main__":
    main()
