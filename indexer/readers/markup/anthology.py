"""The XML of the ACL Anthology, both generations: volumes with `meta`, and the older one whose papers say it all.

https://github.com/acl-org/acl-anthology (data/xml/schema.rnc); ids: https://aclanthology.org/info/ids/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from indexer.index.record.values import Misfits
from indexer.readers.dates import year_of
from indexer.readers.entries import Entry, Format, Origin, passed_over
from indexer.readers.markup.cutter import Cut, Cutter, inner_text, parsed
from indexer.readers.markup.elements import entries
from indexer.readers.objects.dialect import author
from indexer.readers.text_lines import decoded

_TEX = re.compile(rb"<tex-math\s*>(.*?)</tex-math\s*>", re.DOTALL)
_ID = re.compile(rb"""\bid\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_OLD_VOLUME = re.compile(r"[A-Z]\d\d")
# Papers of the older generation whose number is 0 (`1000`, `0100`) are the front matter of their volume.
_OLD_FRONT = re.compile(rb"""<paper\s[^<>]*\bid\s*=\s*["'](?:\d000|\d\d00|0)["']""")
_JOURNAL = re.compile(r",?\s*(?:Volume|Vol\.|Issue|Number)\s.*", re.DOTALL)
_USED = frozenset(
    "title author editor abstract url doi year booktitle journal bibkey pages publisher address month isbn volume "
    "journal-volume journal-issue journal-title venue issue language".split()
)


@dataclass(slots=True)
class _Volume:
    """What the elements around a paper say."""

    collection: str = ""
    number: str = ""
    journal: bool = False
    texts: dict[str, str] = field(default_factory=dict)
    editors: list[str] = field(default_factory=list)

    def id_of(self, paper: str) -> str:
        """The Anthology's id of a paper: `2020.emnlp-main.1`, `P18-1001`, and for workshops `W04-0101`."""
        if not self.collection:
            return f"{self.number}-{paper.zfill(4)}" if self.number else ""
        if _OLD_VOLUME.fullmatch(self.collection):
            wide = self.collection[0] == "W" or self.collection in ("C69",) or len(self.number) > 1
            part = f"{self.number.zfill(2)}{paper.zfill(2)}" if wide else f"{self.number}{paper.zfill(3)}"
            return f"{self.collection}-{part}"
        return f"{self.collection}-{self.number}.{paper}"


def _person(element: Element) -> Any:
    parts = (inner_text(element.find(name)) for name in ("first", "last"))
    name = " ".join(filter(None, parts)) or inner_text(element)
    affiliation = "; ".join(text for child in element.findall("affiliation") if (text := inner_text(child)))
    return author(name, element.get("id"), element.get("orcid"), affiliation)


def _names(elements: list[Element]) -> list[str]:
    return [one if isinstance(one, str) else one["name"] for one in map(_person, elements)]


def _convert(volume: _Volume) -> Any:
    def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
        def own(name: str) -> str:
            return inner_text(element.find(name))

        def either(name: str) -> str:
            return own(name) or volume.texts.get(name, "")

        written = own("url")
        key = written if written and "/" not in written else volume.id_of(element.get("id", ""))
        booktitle = either("booktitle")
        journal = own("journal") or volume.texts.get("journal-title", "")
        is_journal = volume.journal or bool(journal) or key[:1] in ("J", "Q")
        made: dict[str, Any] = {
            "title": own("title"),
            "abstract": own("abstract"),
            "authors": [_person(child) for child in element.findall("author")],
            "venue": (journal or _JOURNAL.sub("", booktitle)) if is_journal else booktitle,
            "year": year_of(either("year"), misfits, "year"),
            "type": "article-journal" if is_journal else "paper-conference",
            "url": f"https://aclanthology.org/{key}" if key and "/" not in written else written,
            "pdf": f"https://aclanthology.org/{key}.pdf" if key else "",
            "doi": own("doi"),
            "ids": {name: text for name, text in (("acl", key), ("citation-key", own("bibkey"))) if text},
            "editor": _names(element.findall("editor")) or volume.editors,
            "volume": own("volume") or volume.texts.get("journal-volume", ""),
            "number": own("issue") or volume.texts.get("journal-issue", ""),
            "language": own("language"),
        }
        made |= {name: either(name) for name in ("pages", "publisher", "address", "month", "isbn")}
        for child in element:
            if child.tag not in _USED and (text := inner_text(child)):
                made.setdefault(child.tag, text)
        return {name: value for name, value in made.items() if value}

    return convert


def _meta(cut: Cut, cutter: Cutter, volume: _Volume, origin: Origin) -> None:
    try:
        element = parsed(decoded(cut.text, origin, cut.line)[0], cutter.entities.declared)
    except ParseError:
        return  # its papers say what they lack
    volume.texts = {child.tag: inner_text(child) for child in element if child.tag not in ("editor", "venue")}
    volume.editors = _names(element.findall("editor"))


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a collection. Front matter is part of its volume, no paper."""
    cutter = Cutter(stream, origin, ("meta", "paper", "frontmatter"), ("collection", "volume"))
    volume = _Volume()
    collection = ""
    for cut in cutter:
        if cut.name in ("collection", "volume"):
            found = _ID.search(cut.text)
            name = (found[1] if found[1] is not None else found[2]).decode("utf-8", "replace") if found else ""
            if cut.name == "collection":
                collection = name
            else:
                # Volumes of the older generation are roots of their own, `P18`.
                collection = "" if _OLD_VOLUME.fullmatch(name) else collection
                volume = _Volume(collection, name, b'"journal"' in cut.text)
        elif cut.name == "meta" and not cut.fault:
            _meta(cut, cutter, volume, origin)
        elif cut.name == "paper":
            if _OLD_FRONT.match(cut.text) and b"<author" not in cut.text:
                yield passed_over(origin, cut.line, "the front matter of a volume, no paper")
                continue
            cut.text = _TEX.sub(rb"$\1$", cut.text)
            yield from entries(cut, cutter, origin, _convert(volume))


_COLLECTION, _VOLUME, _PAPER = (
    re.compile(rb"<%s\s[^<>]*\bid\s*=" % name) for name in (b"collection", b"volume", b"paper")
)


def recognise(head: bytes, name: str) -> bool:
    """A collection, or a volume of papers with ids."""
    return re.search(rb"<collection\s[^<>]*\bid\s*=", head) is not None or (
        re.search(rb"<volume\s[^<>]*\bid\s*=", head) is not None
        and re.search(rb"<paper\s[^<>]*\bid\s*=", head) is not None
    )


FORMAT = Format("acl", "XML of the ACL Anthology", recognise, False, None, read_whole)
