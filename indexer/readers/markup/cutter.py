"""Cuts the elements that are records out of XML of any size, and parses them one by one.

No document is ever handed to a parser whole: its document type is not read but for entities that it declares in plain
text, nothing is fetched, no entity expands to another, and an element that is not well-formed costs itself only.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from indexer.readers.entries import MAX_REJECTED, Origin, too_long
from indexer.readers.inputs import blocks_of

_DECLARED = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_ENTITY = re.compile(rb"<!ENTITY\s+([\w.-]+)\s+(?:\"([^\"&%<]{0,200})\"|'([^'&%<]{0,200})')\s*>")
_PASSED = re.compile(rb"<!--|<!\[CDATA\[")
_KEPT = 1 << 10
"""Bytes at the end of a block in which a tag may begin that the next block ends."""


@dataclass(slots=True)
class Cut:
    """An element, or the opening tag of one that only holds others: line, name, text, fault."""

    line: int
    name: str
    text: bytes
    fault: str = ""


@dataclass(slots=True)
class Entities:
    """Names that the document declares, beside those of HTML that every document may use."""

    declared: dict[str, str] = field(default_factory=dict)


def recoded(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks in UTF-8, whatever encoding their head declares."""
    head = next(blocks, b"")
    found = _DECLARED.match(head)
    name = found[1].decode("ascii", "replace").lower() if found else "utf-8"
    try:
        decoder = codecs.getincrementaldecoder(name)(errors="replace")
    except LookupError:
        decoder = codecs.getincrementaldecoder("latin-1")(errors="replace")
    if name.replace("_", "-") in ("utf-8", "utf8", "us-ascii", "ascii") or name.startswith("utf-16"):
        yield head
        yield from blocks
        return
    yield decoder.decode(head).encode()
    for block in blocks:
        yield decoder.decode(block).encode()


class Cutter:
    """Elements of some names, which do not nest, and opening tags of others, in the order of the file."""

    def __init__(
        self, stream: BinaryIO, origin: Origin, elements: tuple[str, ...], openings: tuple[str, ...] = ()
    ) -> None:
        self.entities = Entities()
        self._blocks = recoded(blocks_of(stream))
        self._longest = origin.max_record
        self._elements = frozenset(elements)
        names = "|".join((*elements, *openings)).encode()
        self._start = re.compile(rb"<(%s)(?=[\s/>])[^<>]*>|<!--|<!\[CDATA\[|<!ENTITY" % names)
        records = "|".join(elements).encode()
        self._ends = {name: re.compile(rb"</%s\s*>|<(?:%s)(?=[\s>])" % (name.encode(), records)) for name in elements}
        self._buffer = b""
        self._at = 0
        self._line = 1

    def _more(self) -> bool:
        block = next(self._blocks, b"")
        wanted = max(len(self._buffer) - self._at - len(block), 0)
        parts = [self._buffer[self._at :], block]
        while wanted > 0 and (more := next(self._blocks, b"")):
            parts.append(more)
            wanted -= len(more)
        self._buffer, self._at = b"".join(parts), 0
        return bool(block)

    def _pass(self, end: int) -> bytes:
        text = self._buffer[self._at : end]
        self._line += text.count(b"\n")
        self._at = end
        return text

    def __iter__(self) -> Iterator[Cut]:
        while True:
            found = self._start.search(self._buffer, self._at)
            if found is None:
                self._pass(max(self._at, len(self._buffer) - _KEPT))
                if not self._more():
                    return
                continue
            self._pass(found.start())
            if found[1] is None:
                self._skip(found[0])
                continue
            name = found[1].decode()
            if name not in self._elements or found[0].endswith(b"/>"):
                line = self._line
                yield Cut(line, name, self._pass(found.end()))
            else:
                yield self._element(name, found.end() - found.start())

    def _skip(self, opening: bytes) -> None:
        """Go past a comment, a run of character data, or the declaration of an entity."""
        closing = {b"<!--": b"-->", b"<![CDATA[": b"]]>"}.get(opening, b">")
        while (end := self._buffer.find(closing, self._at + len(opening))) < 0:
            if len(self._buffer) - self._at > self._longest:
                self._pass(len(self._buffer) - _KEPT)
            if not self._more():
                self._pass(len(self._buffer))
                return
        text = self._pass(end + len(closing))
        if (found := _ENTITY.fullmatch(text)) is not None and len(self.entities.declared) < 10_000:
            value = found[2] if found[2] is not None else found[3]
            self.entities.declared[found[1].decode("utf-8", "replace")] = value.decode("utf-8", "replace")

    def _element(self, name: str, opening: int) -> Cut:
        line = self._line
        pattern = self._ends[name]
        looked = self._at + opening
        kept = b""
        while (found := pattern.search(self._buffer, looked)) is None:
            if len(self._buffer) - self._at > self._longest:
                kept = kept or self._buffer[self._at : self._at + MAX_REJECTED]
                self._pass(len(self._buffer) - _KEPT)
            back = len(self._buffer) - self._at
            if not self._more():
                rest = self._pass(len(self._buffer))
                fault = too_long(self._longest) if kept else f"<{name}> is not closed at the end of the file"
                return Cut(line, name, kept or rest[:MAX_REJECTED], fault)
            looked = self._at + max(0 if kept else opening, back - _KEPT)
        closed = found[0].startswith(b"</")
        size = found.end() - self._at
        text = self._pass(found.end() if closed else found.start())
        if kept or size > self._longest:
            return Cut(line, name, kept or text[:MAX_REJECTED], too_long(self._longest))
        return Cut(line, name, text, "" if closed else f"<{name}> is not closed before the next record begins")


_REFERENCE = re.compile(r"&(?:([A-Za-z][\w.-]*);|(?!#(?:\d{1,7}|x[0-9A-Fa-f]{1,6});))")
_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
# Control characters, which XML does not have, as spaces.
_FORBIDDEN = bytes(0x20 if sign < 0x20 and sign not in b"\t\n\r" else sign for sign in range(256))
# References to characters that XML does not have, which some exports write for what they found in a PDF.
_NO_CHARACTER = re.compile(r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));")


def parsed(text: str, declared: Mapping[str, str]) -> Element:
    """The element of a text, its entities by name resolved; raises ElementTree.ParseError."""
    if "&" in text:
        if "&#" in text:
            text = _NO_CHARACTER.sub(" ", text)

        def resolve(found: re.Match[str]) -> str:
            name = found[1]
            if name is None:
                return "&amp;"
            if name in _XML:
                return found[0]
            value = declared.get(name) or html5.get(f"{name};")
            return f"&amp;{name};" if value is None else _escaped(value)

        text = _REFERENCE.sub(resolve, text)
    # On bytes in C: a pattern over the text takes five times as long, a tenth of all reading.
    data = text.encode().translate(_FORBIDDEN)
    if b"\xef\xbf" in data:
        data = data.replace(b"\xef\xbf\xbe", b" ").replace(b"\xef\xbf\xbf", b" ")
    return ElementTree.fromstring(data)


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inner_text(element: Element | None) -> str:
    """All text of an element, white space folded; empty where there is none."""
    if element is None:
        return ""
    text = element.text or "" if not len(element) else "".join(element.itertext())
    return " ".join(text.split())
