"""Whoosh's terms reader and cursor over any field sources, and its field writer over the generic one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from indexer.index.whoosh.generic.any_postings import FieldBuilder
from indexer.index.whoosh.library import base, reading
from indexer.index.whoosh.seams import FieldSource, MemoryArrays

Term = tuple[str, bytes]


class ArrayCursor(base.FieldCursor):  # type: ignore[misc]  # Whoosh has no types
    """A place in the sorted terms of one field; it stands on the first when made.

    Callers ask for `text`. `term`, which Whoosh's base class names, stays undefined as in Whoosh's own codec:
    its suite wants a cursor over several segments to fail.
    """

    def __init__(self, source: FieldSource | None, fieldname: str, fieldobj: Any) -> None:
        self._source = source
        self._fieldname = fieldname
        self._field = fieldobj
        self._terms: Sequence[bytes] = source.terms(fieldname) if source else ()
        self._at = 0

    def first(self) -> Any:
        """Go to the first term and give it."""
        self._at = 0
        return self.text()

    def find(self, term: str | bytes) -> Any:
        """Go to the first term not less than this one and give it."""
        if not isinstance(term, bytes):
            term = self._field.to_bytes(term)
        self._at = bisect_left(self._terms, term)
        return self.text()

    def next(self) -> Any:
        """Go to the next term and give it, None at the end."""
        self._at = min(self._at + 1, len(self._terms))
        return self.text()

    def text(self) -> Any:
        """The term as the field reads it, None at the end."""
        return self._field.from_bytes(self._terms[self._at]) if self.is_valid() else None

    def term_info(self) -> Any:
        """Statistics of the term, None at the end."""
        if self._source is None or not self.is_valid():
            return None
        return self._source.term_info(self._fieldname, self._at)

    def is_valid(self) -> bool:
        """Whether the cursor stands on a term."""
        return self._at < len(self._terms)


class ArrayTermsReader(base.TermsReader):  # type: ignore[misc]
    """Terms of a segment: fields in order of their names, each answered by the source that has it."""

    def __init__(self, sources: Iterable[FieldSource]) -> None:
        self._sources = {name: source for source in sources for name in source.fields()}
        self._names = sorted(self._sources)

    def _find(self, fieldname: str, text: bytes) -> tuple[FieldSource, int]:
        source = self._sources.get(fieldname)
        number = source.find(fieldname, text) if source else -1
        if source is None or number < 0:
            raise reading.TermNotFound(f"No term {fieldname}:{text!r}")
        return source, number

    def __contains__(self, term: Term) -> bool:
        source = self._sources.get(term[0])
        return source is not None and source.find(*term) >= 0

    def cursor(self, fieldname: str, fieldobj: Any) -> ArrayCursor:
        return ArrayCursor(self._sources.get(fieldname), fieldname, fieldobj)

    def indexed_field_names(self) -> list[str]:
        return list(self._names)

    def _from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[FieldSource, str, int, bytes]]:
        for name in self._names[bisect_left(self._names, fieldname) :]:
            source = self._sources[name]
            terms = source.terms(name)
            start = bisect_left(terms, prefix) if name == fieldname else 0
            for number in range(start, len(terms)):
                yield source, name, number, terms[number]

    def terms(self) -> Iterator[Term]:
        return self.terms_from("", b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """Terms from a place on, to the end of the last field."""
        return ((name, term) for _, name, _, term in self._from(fieldname, prefix))

    def items(self) -> Iterator[tuple[Term, Any]]:
        return self.items_from("", b"")

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, Any]]:
        """Terms with their statistics from a place on, to the end of the last field."""
        return (
            ((name, term), source.term_info(name, number))
            for source, name, number, term in self._from(fieldname, prefix)
        )

    def term_info(self, fieldname: str, text: bytes) -> Any:
        source, number = self._find(fieldname, text)
        return source.term_info(fieldname, number)

    def frequency(self, fieldname: str, text: bytes) -> float:
        """Sum of the weights of a term, 0 if it is not there."""
        try:
            weight: float = self.term_info(fieldname, text).weight()
        except reading.TermNotFound:
            return 0
        return weight

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """How many documents have a term, 0 if it is not there."""
        try:
            source, number = self._find(fieldname, text)
        except reading.TermNotFound:
            return 0
        return source.doc_frequency(fieldname, number)

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> Any:
        source, number = self._find(fieldname, text)
        return source.matcher(fieldname, number, text, format_, scorer)

    def close(self) -> None:
        self._sources = {}
        self._names = []


class ArrayFieldWriter(base.FieldWriter):  # type: ignore[misc]
    """Takes fields, terms and postings in order; hands the arrays to the segment when closed."""

    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        self._block = codec.blocklimit
        self._storage = storage
        self._segment = segment
        self._fields: dict[str, tuple[int, str]] = {}
        self._arrays: dict[str, Any] = {}
        self._name = ""
        self._field: FieldBuilder | None = None
        self._term: bytes | None = None
        self.is_closed = False
        segment.assembly(storage).open()

    def start_field(self, fieldname: str, fieldobj: Any) -> None:
        if fieldname in self._fields or self._field is not None:
            raise base.OutOfOrderError(
                f"field {fieldname!r} is begun a second time, or before {self._name!r} was finished"
            )
        self._name = fieldname
        self._field = FieldBuilder(fieldobj.format)
        self._term = None

    def _open_field(self) -> FieldBuilder:
        if self._field is None:
            raise base.OutOfOrderError("a term needs a field: call start_field first")
        return self._field

    def start_term(self, text: bytes) -> None:
        field = self._open_field()
        if self._term is not None and text <= self._term:
            raise base.OutOfOrderError(f"term {text!r} comes after {self._term!r} in field {self._name!r}")
        self._term = text
        field.start_term(text)

    def add(self, docnum: int, weight: float, vbytes: bytes, length: int | None) -> None:
        self._open_field().add(docnum, weight, vbytes, length)

    def add_spell_word(self, fieldname: str, text: str) -> None:
        """Nothing to add: spelling reads the terms of the field, or of its own field of words."""

    def finish_term(self) -> None:
        """Nothing to finish: the next term or the end of the field ends a term."""

    def finish_field(self) -> None:
        field = self._open_field()
        number = len(self._fields)
        form, arrays = field.arrays(f"w.f{number}.", self._block)
        self._fields[self._name] = (number, form)
        self._arrays |= arrays
        self._field = None

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            meta = {"fields": self._fields, "block": self._block}
            self._segment.take(self._storage, MemoryArrays({"w": meta}, self._arrays))
