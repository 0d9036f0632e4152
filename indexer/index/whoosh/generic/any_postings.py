"""Terms and postings of any Whoosh field as arrays: the generic source of fields, and its builder.

The `fields` of the description `w` map a field's name to its number i and the form of its values. Arrays
`w.f<i>.` (T terms, P postings, B blocks; a block is up to `block` postings of one term):

    term.blob, term.at       the terms, sorted by bytes
    start      T + 1         first posting of each term
    total      T float64     sum of the weights of each term
    doc        P             document numbers
    weight, weights, ...     see whoosh_payload
    block      T + 1         first block of each term
    top        B             place in `weights` of the greatest weight in the block
    shortest, longest  B     least and greatest length of the field in its documents; 0: no length known
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from indexer.index.segment.container import Array
from indexer.index.segment.narrow import narrow
from indexer.index.segment.strings import StringTable
from indexer.index.whoosh.generic.payload import Payload, PayloadBuilder, offsets
from indexer.index.whoosh.library import reading
from indexer.index.whoosh.matcher import ArrayMatcher, Blocks, Numbers
from indexer.index.whoosh.seams import Arrays

_NO_LENGTH = np.iinfo(np.int64).max


def string_arrays(strings: Sequence[bytes]) -> dict[str, Array]:
    """The arrays of a table of byte strings."""
    lengths = np.fromiter(map(len, strings), dtype=np.int64, count=len(strings))
    return {"blob": np.frombuffer(b"".join(strings), dtype=np.uint8), "at": offsets(lengths)}


def block_arrays(start: Array, codes: Array, lengths: Array, size: int) -> dict[str, Array]:
    """Bounds of each block: `codes` and `lengths` of all postings, `start` of each term and the end."""
    counts = -(-np.diff(start) // size)
    block = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=block[1:])
    if not block[-1]:
        empty = np.empty(0, dtype=np.uint8)
        return {"block": narrow(block), "top": empty, "shortest": empty, "longest": empty}
    within = np.arange(block[-1]) - np.repeat(block[:-1], counts)
    begins = np.repeat(start[:-1], counts) + within * size
    shortest = np.minimum.reduceat(np.where(lengths > 0, lengths, _NO_LENGTH), begins)
    return {
        "block": narrow(block),
        "top": narrow(np.maximum.reduceat(codes, begins)),
        "shortest": narrow(np.where(shortest == _NO_LENGTH, 0, shortest)),
        "longest": narrow(np.maximum.reduceat(lengths, begins)),
    }


class FieldBuilder:
    """Collects the postings of one field, term by term, and lays them out."""

    def __init__(self, format_: Any) -> None:
        self._terms: list[bytes] = []
        self._start = array("Q")
        self._docs = array("Q")
        self._lengths = array("Q")
        self._payload = PayloadBuilder(format_)

    def start_term(self, term: bytes) -> None:
        """The next term, greater than those before."""
        self._terms.append(term)
        self._start.append(len(self._docs))

    def add(self, doc: int, weight: float, value: bytes, length: int | None) -> None:
        """The next posting of the term."""
        self._docs.append(doc)
        self._lengths.append(length or 0)
        self._payload.add(weight, value)

    def arrays(self, prefix: str, block: int) -> tuple[str, dict[str, Array]]:
        """The form of the values and all arrays, by name."""
        start = np.append(np.array(self._start, dtype=np.int64), len(self._docs))
        form, arrays = self._payload.arrays(prefix)
        lengths = np.array(self._lengths, dtype=np.int64)
        rest = field_arrays(
            self._terms,
            start,
            np.array(self._docs, dtype=np.int64),
            lengths,
            arrays[prefix + "weights"],
            arrays[prefix + "weight"],
            block,
        )
        return form.value, arrays | {prefix + name: content for name, content in rest.items()}


def field_arrays(
    terms: Sequence[bytes],
    start: Array,
    docs: Array,
    lengths: Array,
    weights: Array,
    codes: Array,
    block: int,
) -> dict[str, Array]:
    """All arrays of a field but its payload; the builder and the merger both end here."""
    strings = {f"term.{name}": content for name, content in string_arrays(terms).items()}
    sums = np.concatenate(([0.0], np.cumsum(weights[codes]))) if len(codes) else np.zeros(1)
    return {
        **strings,
        "start": narrow(start),
        "total": sums[start[1:]] - sums[start[:-1]] if _exact(weights) else _sums(weights[codes], start),
        "doc": narrow(docs),
        **block_arrays(start, codes, lengths, block),
    }


def _exact(weights: Array) -> bool:
    """Whether any sum of these weights is exact, so that differences of running sums are."""
    return bool(np.all(weights == np.floor(weights)))


def _sums(values: Array, start: Array) -> Array:
    return np.array([values[low:high].sum() for low, high in pairwise(start.tolist())], dtype=np.float64)


class _Field:
    """The arrays of one field, as Whoosh's readers use them."""

    def __init__(self, arrays: Arrays, prefix: str, form: str, size: int) -> None:
        self.terms = StringTable(Prefixed(arrays, prefix), "term")  # type: ignore[arg-type]
        self.start = arrays[prefix + "start"].data
        self.block = arrays[prefix + "block"].data
        self.total = arrays[prefix + "total"].data
        self.top = arrays[prefix + "top"]
        self.shortest = arrays[prefix + "shortest"]
        self.longest = arrays[prefix + "longest"]
        self.docs = Numbers(arrays[prefix + "doc"].data)
        self.payload = Payload(arrays, prefix, form)
        self._size = size

    def blocks(self, number: int) -> Blocks:
        low, high = self.block[number], self.block[number + 1]
        table = self.payload.table
        return Blocks(
            self._size,
            [table[code] for code in self.top[low:high].tolist()],
            self.shortest[low:high].tolist(),
            self.longest[low:high].tolist(),
        )

    def term_info(self, number: int) -> Any:
        low, high = self.start[number], self.start[number + 1]
        blocks = self.blocks(number)
        known = [length for length in blocks.shortest if length]
        return reading.TermInfo(
            weight=self.total[number],
            df=high - low,
            minlength=min(known, default=0),
            maxlength=max(blocks.longest),
            maxweight=max(blocks.weight),
            minid=self.docs[low],
            maxid=self.docs[high - 1],
        )


class Prefixed:
    """Arrays by the rest of their names."""

    def __init__(self, arrays: Arrays, prefix: str) -> None:
        self._arrays = arrays
        self._prefix = prefix

    def __getitem__(self, name: str, /) -> Array:
        return self._arrays[self._prefix + name]

    def __contains__(self, name: object, /) -> bool:
        return f"{self._prefix}{name}" in self._arrays


class GenericFields:
    """The field source over the arrays above."""

    def __init__(self, arrays: Arrays) -> None:
        described = arrays.meta.get("w", {})
        self._size: int = described.get("block", 1)
        self._arrays = arrays
        self._described: dict[str, tuple[int, str]] = described.get("fields", {})
        self._names = sorted(self._described)
        self._open: dict[str, _Field] = {}

    def _field(self, fieldname: str) -> _Field | None:
        field = self._open.get(fieldname)
        if field is None and fieldname in self._described:
            number, form = self._described[fieldname]
            field = self._open[fieldname] = _Field(self._arrays, f"w.f{number}.", form, self._size)
        return field

    def _known(self, fieldname: str) -> _Field:
        field = self._field(fieldname)
        if field is None:
            raise KeyError(fieldname)
        return field

    def fields(self) -> Sequence[str]:
        """Names of the indexed fields, sorted."""
        return self._names

    def terms(self, fieldname: str) -> Sequence[bytes]:
        """All terms of a field; none if there is no such field."""
        field = self._field(fieldname)
        return field.terms if field else ()

    def find(self, fieldname: str, term: bytes) -> int:
        """The number of a term, -1 if the field does not have it."""
        terms = self.terms(fieldname)
        at = bisect_left(terms, term)
        return at if at < len(terms) and terms[at] == term else -1

    def doc_frequency(self, fieldname: str, number: int) -> int:
        """How many postings the term has."""
        start = self._known(fieldname).start
        return start[number + 1] - start[number]

    def term_info(self, fieldname: str, number: int) -> Any:
        """Statistics of a term, exact."""
        return self._known(fieldname).term_info(number)

    def matcher(self, fieldname: str, number: int, term: bytes, format_: Any, scorer: Any) -> ArrayMatcher:
        """A matcher over the postings of a term."""
        field = self._known(fieldname)
        low, high = field.start[number], field.start[number + 1]
        return ArrayMatcher(
            field.docs, field.payload, low, high, field.blocks(number), format_, scorer, (fieldname, term)
        )
