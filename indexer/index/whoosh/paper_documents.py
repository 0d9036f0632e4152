"""Quiver's papers as Whoosh sees them: single values as fields, lengths, stored records, columns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from indexer.index.once import made_once
from indexer.index.schema import FIELD_NUMBERS
from indexer.index.segment.columns import TYPE_NAMES
from indexer.index.segment.container import Array
from indexer.index.segment.papers import StoredPapers
from indexer.index.segment.strings import StringTable
from indexer.index.whoosh.library import columns, reading
from indexer.index.whoosh.matcher import ArrayMatcher, Blocks, Numbers
from indexer.index.whoosh.paper_schema import YEAR
from indexer.index.whoosh.seams import Arrays

_SINGLE = ("id", "type", "year")


class _Once:
    """What a posting carries of which only the existence counts."""

    def weights(self, low: int, high: int) -> list[float]:
        return [1.0] * (high - low)

    def checked_value(self, number: int, format_: Any) -> bytes:
        return b""

    def value_as(self, number: int, kind: str, format_: Any) -> Any:
        return format_.decode_as(kind, b"")


class _Ids(Sequence[bytes]):
    """Ids of the papers, sorted."""

    def __init__(self, table: StringTable, ranks: Array) -> None:
        self._table = table
        self.docs = np.argsort(ranks, kind="stable")

    def __len__(self) -> int:
        return len(self.docs)

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]  # slices have no use here
        return self._table[int(self.docs[at])]


class PaperFields:
    """Id, type and year as fields: the terms are the values, the papers are read from the columns."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._names = _SINGLE if "doc.year" in arrays else ()

    def fields(self) -> Sequence[str]:
        """Names of the fields, sorted."""
        return self._names

    @made_once
    def _ids(self) -> _Ids:
        return _Ids(StringTable(self._arrays, "id"), self._arrays["doc.id_rank"])  # type: ignore[arg-type]

    @made_once
    def _codes(self) -> dict[str, tuple[list[bytes], list[int]]]:
        """Terms of the coded fields, sorted, and the code of each."""
        years = [int(year) for year in np.unique(self._arrays["doc.year"]) if year]
        types = sorted(
            (TYPE_NAMES[int(code)].encode(), int(code)) for code in np.unique(self._arrays["doc.type"]) if code
        )
        return {
            "year": ([YEAR.to_bytes(year) for year in years], years),
            "type": ([name for name, _ in types], [code for _, code in types]),
        }

    def terms(self, fieldname: str) -> Sequence[bytes]:
        """The values of a field, sorted; none if there is no such field."""
        if fieldname not in self._names:
            return ()
        return self._ids if fieldname == "id" else self._codes[fieldname][0]

    def find(self, fieldname: str, term: bytes) -> int:
        """The number of a value, -1 if no paper has it."""
        terms = self.terms(fieldname)
        at = bisect_left(terms, term)
        return at if at < len(terms) and terms[at] == term else -1

    def _docs(self, fieldname: str, number: int) -> Array:
        if fieldname == "id":
            return self._ids.docs[number : number + 1]
        code = self._codes[fieldname][1][number]
        return np.flatnonzero(self._arrays[f"doc.{fieldname}"] == code)

    def doc_frequency(self, fieldname: str, number: int) -> int:
        """How many papers have the value."""
        return len(self._docs(fieldname, number))

    def term_info(self, fieldname: str, number: int) -> Any:
        """Statistics of a value."""
        docs = self._docs(fieldname, number)
        return reading.TermInfo(
            weight=float(len(docs)),
            df=len(docs),
            minlength=0,
            maxweight=1.0,
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )

    def matcher(self, fieldname: str, number: int, term: bytes, format_: Any, scorer: Any) -> ArrayMatcher:
        """A matcher over the papers that have the value."""
        docs = np.ascontiguousarray(self._docs(fieldname, number))
        blocks = Blocks(max(len(docs), 1), [1.0], [0], [0])
        return ArrayMatcher(Numbers(docs.data), _Once(), 0, len(docs), blocks, format_, scorer, (fieldname, term))


class _CodedColumn(columns.ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    """A column whose values are given by a code for each paper."""

    def __init__(self, codes: Array, value: Callable[[int], Any]) -> None:
        self._codes = codes.data
        self._value = value
        self._reverse = False

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, docnum: int) -> Any:
        return self._value(self._codes[docnum])

    def __iter__(self) -> Iterator[Any]:
        return map(self._value, self._codes)

    def sort_key(self, docnum: int) -> Any:
        return -self[docnum] if self._reverse else self[docnum]

    def set_reverse(self) -> None:
        self._reverse = True


class PaperDocuments:
    """Lengths, records and columns of papers; nothing in a file that holds none."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._has = "doc.year" in arrays
        self._papers = StoredPapers(arrays, "the segment") if self._has else None  # type: ignore[arg-type]

    def lengths(self, fieldname: str) -> Array | None:
        """Words of a field in each paper."""
        if not self._has or fieldname not in FIELD_NUMBERS:
            return None
        row: Array = self._arrays["doc.length"][FIELD_NUMBERS[fieldname]]
        return row

    def total_length(self, fieldname: str) -> int:
        """Sum of the lengths."""
        row = self.lengths(fieldname)
        return 0 if row is None else int(row.sum(dtype=np.int64))

    def columns(self) -> Sequence[str]:
        """Fields to sort and group by."""
        return ("type", "venue", "year") if self._has else ()

    def column(self, fieldname: str, column: Any, docs: int) -> Any:
        """A reader of one of them; venues are the canonical names."""
        codes = self._arrays[f"doc.{fieldname}"]
        if fieldname == "year":
            return _CodedColumn(codes, int)
        if fieldname == "type":
            names = {code: name.encode() for code, name in TYPE_NAMES.items()}
            return _CodedColumn(codes, names.__getitem__)
        return _CodedColumn(codes, StringTable(self._arrays, "venue").__getitem__)  # type: ignore[arg-type]

    def stored(self, doc: int) -> dict[str, Any]:
        """The record of a paper."""
        return self._papers.record(doc) if self._papers else {}

    def has_vector(self, doc: int, fieldname: str) -> bool:
        """No paper has term vectors."""
        return False

    def vector(self, doc: int, fieldname: str, format_: Any) -> Any:
        """There is none to give."""
        raise KeyError(fieldname)
