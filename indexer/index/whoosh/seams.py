"""What the codec's readers need of a file: the two seams at which another layout of arrays is plugged in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from indexer.index.segment.container import Array


class Arrays(Protocol):
    """Named arrays with a description: an open array file, or the same still in memory."""

    @property
    def meta(self) -> dict[str, Any]: ...

    def __getitem__(self, name: str, /) -> Array: ...

    def __contains__(self, name: object, /) -> bool: ...


@dataclass(frozen=True)
class MemoryArrays:
    """Arrays that are not, or not yet, in a file."""

    meta: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)

    def __getitem__(self, name: str, /) -> Array:
        return self.arrays[name]

    def __contains__(self, name: object, /) -> bool:
        return name in self.arrays

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)


class FieldSource(Protocol):
    """Terms and postings of some fields of a segment. A term is known by its number in its sorted field.

    Two sources of one segment have no field in common.
    """

    def fields(self) -> Sequence[str]:
        """Names of the indexed fields, sorted."""

    def terms(self, fieldname: str) -> Sequence[bytes]:
        """All terms of a field, sorted by bytes: `len`, an item by number, iteration."""

    def find(self, fieldname: str, term: bytes) -> int:
        """The number of a term, -1 if the field does not have it."""

    def doc_frequency(self, fieldname: str, number: int) -> int:
        """How many documents, deleted ones included, have the term."""

    def term_info(self, fieldname: str, number: int) -> Any:
        """A `whoosh.reading.TermInfo`."""

    def matcher(self, fieldname: str, number: int, term: bytes, format_: Any, scorer: Any) -> Any:
        """A matcher over the postings: `whoosh.matching.LeafMatcher` or alike, standing on the first one."""


class DocumentSource(Protocol):
    """What a segment holds by document number."""

    def lengths(self, fieldname: str) -> Array | None:
        """Exact length of a field in each document, 0 without it; None if no document has a length."""

    def total_length(self, fieldname: str) -> int:
        """Sum of the lengths, deleted documents included."""

    def columns(self) -> Sequence[str]:
        """Names of fields with a column."""

    def column(self, fieldname: str, column: Any, docs: int) -> Any:
        """A `whoosh.columns.ColumnReader` of a field named by `columns`."""

    def stored(self, doc: int) -> dict[str, Any]:
        """The stored fields of a document; an empty dictionary if it has none."""

    def has_vector(self, doc: int, fieldname: str) -> bool:
        """Whether a term vector is there."""

    def vector(self, doc: int, fieldname: str, format_: Any) -> Any:
        """A matcher whose ids are the terms, as text."""
