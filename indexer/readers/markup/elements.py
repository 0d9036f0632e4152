"""From elements that were cut out to entries: decoded, parsed, converted, each refused by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from indexer.index.record.values import Misfits
from indexer.readers.entries import Entry, Origin, entries_of, rejected
from indexer.readers.markup.cutter import Cut, Cutter, parsed
from indexer.readers.text_lines import decoded

Convert = Callable[[Element, Misfits], dict[str, Any]]


def entries(cut: Cut, cutter: Cutter, origin: Origin, convert: Convert) -> Sequence[Entry]:
    """The paper of an element after its warnings, or its refusal."""
    if cut.fault:
        return (rejected(origin, cut.line, cut.fault, cut.text),)
    text, warnings = decoded(cut.text, origin, cut.line)
    try:
        element = parsed(text, cutter.entities.declared)
    except ParseError as error:
        return (rejected(origin, cut.line, f"broken XML: {error}", cut.text),)
    misfits: Misfits = []
    made = convert(element, misfits)
    return (*warnings, *entries_of(made, origin, cut.line, cut.text, misfits=misfits))
