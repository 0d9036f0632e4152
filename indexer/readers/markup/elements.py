"""From elements that were cut out to entries: decoded, parsed, converted, each refused by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from indexer.index.record.values import Misfits
from indexer.readers.entries import Entry, Origin, entries_of, rejected
from indexer.readers.markup.cutter import Cut, Cutter, parsed
from indexer.readers.markup.namespaces import without_namespaces
from indexer.readers.text_lines import decoded

Convert = Callable[[Element, Misfits], dict[str, Any]]
ConvertEach = Callable[[Element, Misfits], Iterable[dict[str, Any]]]
"""Lazily, one record at a time: what is added to the misfits is of the record that comes next."""


def entries(cut: Cut, cutter: Cutter, origin: Origin, convert: Convert, unread: Sequence[str] = ()) -> Sequence[Entry]:
    """The paper of an element after its warnings, or its refusal; elements named `unread` are not parsed."""
    return entries_each(cut, cutter, origin, lambda element, misfits: [convert(element, misfits)], unread)


def plain_entries(stream: BinaryIO, origin: Origin, names: tuple[str, ...], convert: Convert) -> Iterator[Entry]:
    """The entries of all elements of some names, read without their namespaces."""
    cutter = Cutter(stream, origin, names)
    for cut in cutter:
        cut.text = without_namespaces(cut.text)
        yield from entries(cut, cutter, origin, convert)


def entries_each(
    cut: Cut, cutter: Cutter, origin: Origin, convert: ConvertEach, unread: Sequence[str] = ()
) -> Sequence[Entry]:
    """As `entries`, of an element that holds several papers: what one of them lacks costs it alone."""
    if cut.fault:
        return (rejected(origin, cut.line, cut.fault, cut.text),)
    text, warnings = decoded(_without(cut.text, unread), origin, cut.line)
    try:
        element = parsed(text, cutter.entities.declared)
    except ParseError as error:
        plain = _without_prefixes(text, cutter) if "unbound prefix" in str(error) else None
        if plain is None:
            return (rejected(origin, cut.line, f"broken XML: {error}", cut.text),)
        element = plain
    found: list[Entry] = [*warnings]
    misfits: Misfits = []
    for made in convert(element, misfits):
        found += entries_of(made, origin, cut.line, cut.text, misfits=misfits)
        misfits.clear()
    return found


def _without_prefixes(text: str, cutter: Cutter) -> Element | None:
    """The element less its prefixes, which the root of its document declares; None where it is broken too."""
    try:
        return parsed(without_namespaces(text.encode()).decode(), cutter.entities.declared)
    except ParseError:
        return None


def _without(text: bytes, names: Sequence[str]) -> bytes:
    """The text less what stands from the first opening to the last closing tag of each of these elements."""
    for name in names:
        opening, closing = b"<%s>" % name.encode(), b"</%s>" % name.encode()
        start = text.find(opening)
        end = text.rfind(closing) if start >= 0 else -1
        if end > start:
            text = text[:start] + text[end + len(closing) :]
    return text
