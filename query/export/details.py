"""Publication details of a record (volume, pages, publisher, ...), under whatever key its format has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from indexer.index.record.paper import Paper
from indexer.index.record.venues import VenueTable
from query.export.lines import one_line

# Keys that stand first win. Dots lead into objects: OpenAlex has `biblio.volume`, Semantic Scholar `journal.volume`.
_KEYS: dict[str, tuple[str, ...]] = {
    "booktitle": ("booktitle", "proceedings", "container-title", "event-title", "secondary_title"),
    "journal": ("journal", "journaltitle", "journal.name", "container-title", "fulljournalname"),
    "editor": ("editor", "editors"),
    "series": ("series", "collection-title"),
    "volume": ("volume", "biblio.volume", "journal.volume"),
    "number": ("number", "issue", "biblio.issue", "journal.issue"),
    "pages": ("pages", "page", "journal.pages"),
    "edition": ("edition",),
    "publisher": ("publisher",),
    "organization": ("organization",),
    "school": ("school",),
    "institution": ("institution",),
    "address": ("address", "publisher-place", "location"),
    "month": ("month",),
    "isbn": ("isbn", "ISBN"),
    "issn": ("issn", "ISSN"),
    "note": ("note",),
    "language": ("language", "langid"),
}
NAMES = tuple(_KEYS)
"""The details that exports know, in BibTeX's words, in the order of an entry."""

_FIRST, _LAST = ("biblio.first_page", "first_page"), ("biblio.last_page", "last_page")

# A field of an entry: its value in quotes, or in braces that may hold braces twice over.
_FIELD = re.compile(
    r"\b(\w+)\s*=\s*(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}|\"((?:[^\"{}]|\{[^{}]*\})*)\"|(\w+))", re.DOTALL
)
_ENTRY_BYTES = 1 << 16
_DASH = re.compile(r"\s*(?:[-\u2010-\u2015\u2212]+)\s*")


def details(paper: Paper) -> dict[str, str]:
    """The details that the record holds, one line each; else those of the BibTeX entry that it brings along.

    Pages are `100-110`, with a hyphen, whatever dash the record has; `first_page` and `last_page` make them too.
    """
    extra = paper.extra
    if not extra:
        return {}
    entry = extra.get("bibtex")
    cited = _fields(entry[:_ENTRY_BYTES]) if isinstance(entry, str) else {}
    found: dict[str, str] = {}
    for name, keys in _KEYS.items():
        text = next((text for key in keys if (text := _text(_value(extra, key)))), "") or cited.get(name, "")
        if name == "pages":
            text = _pages(text or _range(extra))
        if text:
            found[name] = text
    return found


def cited_venue(paper: Paper, full: str) -> tuple[str, str]:
    """The venue as people cite it, in full where the record has that, and the record's own where it is another by that.

    Findings of the ACL are a venue of their own to a reader, and ACL to a record that says so.
    """
    known = VenueTable.default().canonical
    return full or paper.venue, paper.venue if full and paper.venue and known(full) != known(paper.venue) else ""


def _pages(text: str) -> str:
    return _DASH.sub("-", text)


def _range(extra: Mapping[str, Any]) -> str:
    first, last = (next((text for key in keys if (text := _text(_value(extra, key)))), "") for keys in (_FIRST, _LAST))
    return f"{first}-{last}" if first and last and first != last else first


def _value(extra: Mapping[str, Any], key: str) -> Any:
    outer, _, inner = key.partition(".")
    value = extra.get(outer)
    if not inner:
        return value
    return value.get(inner) if isinstance(value, Mapping) else None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, (list, tuple)):
        return " and ".join(filter(None, map(_text, value))) if all(map(_is_name, value)) else ""
    return _name(value) if isinstance(value, Mapping) else ""


def _is_name(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, Mapping) and bool(_name(value)))


def _name(value: Mapping[str, Any]) -> str:
    for key in ("name", "literal", "display_name"):
        if isinstance(text := value.get(key), str):
            return one_line(text)
    parts = [value.get("given"), value.get("family")]
    return one_line(" ".join(part for part in parts if isinstance(part, str)))


def _fields(entry: str) -> dict[str, str]:
    """Details by name of a BibTeX entry, as it has them; braces that protect capitals are dropped."""
    found: dict[str, str] = {}
    for name, braced, quoted, bare in _FIELD.findall(entry):
        key = name.lower()
        text = one_line(re.sub(r"(?<!\\)[{}]", "", braced or quoted or bare))
        if key in _KEYS and text and key not in found:
            found[key] = text
    return found
