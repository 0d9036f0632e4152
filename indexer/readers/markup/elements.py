"""From elements that were cut out to entries: decoded, parsed, converted, each refused by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from indexer.index.record.values import Misfits
from indexer.readers.entries import Entry, Origin, entries_of, rejected
from indexer.readers.markup.cutter import Cut, Cutter, parsed
from indexer.readers.markup.namespaces import without_namespaces
from indexer.readers.text_lines import decoded

Convert = Callable[[Element, Misfits], dict[str, Any]]


def entries(cut: Cut, cutter: Cutter, origin: Origin, convert: Convert, unread: Sequence[str] = ()) -> Sequence[Entry]:
    """The paper of an element after its warnings, or its refusal; elements named `unread` are not parsed."""
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
    misfits: Misfits = []
    made = convert(element, misfits)
    return (*warnings, *entries_of(made, origin, cut.line, cut.text, misfits=misfits))


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
