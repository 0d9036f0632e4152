"""How an export is to look: which fields it has, and how its citation keys are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from indexer.index.errors import UsageError
from indexer.index.record.paper import Paper
from query.export.details import NAMES

KEY_FORMAT = "{author}{year}{word}"
QUIVER_ID = "quiver-id"
"""What Quiver's own id is called in BibTeX and CSL: keys there belong to whoever cites."""
QUIVER_TYPE, QUIVER_VENUE = "quiver-type", "quiver-venue"
"""What formats have no word for: a type of CSL, and the venue where the one that is cited does not say it."""
QUIVER_PDF, QUIVER_URL = "quiver-pdf", "quiver-url"
"""What CSL has one key for: the address of the file, and that of the page, where there is none or the same."""

Twins = Callable[[Paper], Sequence[str]]
"""Ids, in their order, of the papers of the collection that would have a paper's citation key; itself among them."""

_VENUES = ("booktitle", "journal", "howpublished", "container-title")
# What the formats call the fields of a record.
_SAME = {
    "author": "authors", "eprint": "arxiv", "archiveprefix": "arxiv", "primaryclass": "arxiv", "issue": "number",
    "page": "pages", "keyword": "keywords", "issued": "year", "date": "year", QUIVER_ID: "id", QUIVER_TYPE: "type",
    QUIVER_VENUE: "venue",
    **dict.fromkeys(_VENUES, "venue"),
}  # fmt: skip
_FIELDS = (
    "id",
    "title",
    "authors",
    "venue",
    "year",
    "type",
    "doi",
    "arxiv",
    "url",
    "pdf",
    "keywords",
    "abstract",
    "ids",
)
KNOWN = (*_FIELDS, *(name for name in NAMES if name not in _VENUES))
"""Fields that every format knows under these names."""


@dataclass(frozen=True, slots=True)
class Style:
    """`fields` are the only ones written (None: all), `without` are left out. Titles and types are always there.

    `twins` tells which papers of the collection share a citation key; without it those of one export are told apart.
    """

    fields: tuple[str, ...] | None = None
    without: frozenset[str] = frozenset()
    key_format: str = KEY_FORMAT
    twins: Twins | None = None

    def wants(self, name: str) -> bool:
        """Whether a field is to be written, whatever the format calls it."""
        field = _SAME.get(name.lower(), name.lower())
        return field not in self.without and (self.fields is None or field in self.fields)


PLAIN = Style()


def fields_of(text: str, *, any_key: bool = False) -> tuple[tuple[str, ...] | None, frozenset[str]]:
    """The fields that `title,author,doi` asks for, and those that `-abstract` leaves out; None: all.

    Raises UsageError for a name that no format knows, unless any key of a record will do.
    """
    kept: list[str] = []
    dropped: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        bare = part.removeprefix("-")
        field = _SAME.get(bare.lower(), bare if any_key and bare.lower() not in KNOWN else bare.lower())
        if field not in KNOWN and not any_key:
            raise UsageError(f"--fields has no {bare!r}; there are {', '.join(KNOWN)}, with - before what is left out")
        (dropped if part.startswith("-") else kept).append(field)
    return (tuple(dict.fromkeys(kept)) if kept else None), frozenset(dropped)
