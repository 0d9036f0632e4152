"""BibTeXML, the fields of BibTeX as elements (http://bibtexml.sourceforge.net)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element

from indexer.index.record.values import Misfits
from indexer.readers.citations import bibtex
from indexer.readers.entries import Entry, Format, Origin
from indexer.readers.markup.cutter import inner_text
from indexer.readers.markup.elements import plain_entries
from indexer.readers.markup.namespaces import spelled

# Elements that hold the values of a field one by one.
_LISTS = {"authorlist": ("author", " and "), "editorlist": ("editor", " and "), "keywordlist": ("keywords", "; ")}


def _fields(element: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in element:
        name = str(child.tag).casefold()
        text = inner_text(child)
        parts = [inner for one in child if (inner := " ".join(" ".join(one.itertext()).split()))]
        if name in _LISTS:
            name, sign = _LISTS[name]
            text = sign.join(parts) or text
        elif name in ("author", "editor") and parts:
            # A person in parts, or people one by one.
            text = (" " if child.find("last") is not None else " and ").join(parts)
        if text and name in ("author", "editor") and name in found:
            found[name] += f" and {text}"
        elif text:
            found.setdefault(name, text)
    return found


def convert(element: Element, misfits: Misfits) -> dict[str, Any]:
    """An entry in canonical form, as one of BibTeX with these fields."""
    kind = next(iter(element), None)
    if kind is None:
        return {}
    name = str(kind.tag).casefold()
    return bibtex.record("misc" if name == "other" else name, element.get("id", ""), _fields(kind), misfits)


def read_whole(stream: BinaryIO, origin: Origin) -> Iterator[Entry]:
    """The papers of a file."""
    yield from plain_entries(stream, origin, spelled(stream, "entry"), convert)


_ROOT = re.compile(rb"""=\s*["']http://bibtexml\.(?:sf|sourceforge)\.net""")


def recognise(head: bytes, name: str) -> bool:
    """Its namespace."""
    return _ROOT.search(head) is not None


FORMAT = Format("bibtexml", "BibTeXML", recognise, False, None, read_whole)
