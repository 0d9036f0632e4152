"""Postings of several segments put together by arrays: the terms of a field, and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.index.segment.container import Array
from indexer.index.segment.narrow import narrow
from indexer.index.segment.postings import ragged
from indexer.index.segment.strings import StringTable
from indexer.index.whoosh.generic.any_postings import Prefixed, field_arrays, string_arrays
from indexer.index.whoosh.generic.payload import Form, Payload, offsets
from indexer.index.whoosh.seams import Arrays

_CONTENT = {Form.POSITIONS: "pos", Form.BYTES: "value"}


@dataclass(frozen=True)
class Carried:
    """Weights and values of postings, any of which can be taken in any order."""

    form: Form
    weights: Array
    counts: Array
    content: Array

    @classmethod
    def read(cls, arrays: Arrays, prefix: str, form: str) -> Carried:
        """All postings under a prefix."""
        weights = arrays[prefix + "weights"][arrays[prefix + "weight"]]
        name = _CONTENT.get(Form(form))
        if name is None:
            return cls(Form(form), weights, np.zeros(len(weights), np.int64), np.empty(0, np.uint8))
        return cls(Form(form), weights, runs(arrays[f"{prefix}{name}.at"]), arrays[prefix + name])

    def as_bytes(self, payload: Payload) -> Carried:
        """The same with every value as bytes."""
        values = [payload.value(number) for number in range(len(self.weights))]
        counts = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
        return Carried(Form.BYTES, self.weights, counts, np.frombuffer(b"".join(values), dtype=np.uint8))

    def take(self, numbers: Array) -> Carried:
        """The postings of these numbers, in this order."""
        counts = self.counts[numbers]
        starts = (np.cumsum(self.counts) - self.counts)[numbers]
        inside, _ = ragged(starts, counts)
        return Carried(self.form, self.weights[numbers], counts, self.content[inside])

    def arrays(self, prefix: str) -> dict[str, Array]:
        """Their arrays, by name."""
        weights, codes = np.unique(self.weights, return_inverse=True)
        arrays = {"weights": weights, "weight": narrow(codes)}
        if name := _CONTENT.get(self.form):
            content = narrow(self.content) if self.form is Form.POSITIONS else self.content
            arrays |= {f"{name}.at": offsets(self.counts), name: content}
        return {prefix + name: content for name, content in arrays.items()}


def carry(sources: Sequence[tuple[Arrays, str, str]]) -> Carried:
    """The postings of several (arrays, prefix, form), one after the other."""
    parts = [Carried.read(*source) for source in sources]
    if len({part.form for part in parts}) > 1:
        parts = [part.as_bytes(Payload(*source)) for part, source in zip(parts, sources, strict=True)]
    return Carried(
        parts[0].form,
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.content for part in parts]),
    )


def united(tables: Sequence[Sequence[bytes]]) -> tuple[list[bytes], list[Array]]:
    """All strings of sorted tables, sorted, and for each table the new number of each of its strings."""
    strings = sorted(set().union(*tables))
    place = {string: number for number, string in enumerate(strings)}
    return strings, [
        np.fromiter((place[string] for string in table), dtype=np.int64, count=len(table)) for table in tables
    ]


def runs(at: Array) -> Array:
    """Lengths of the runs between offsets."""
    lengths: Array = np.diff(at.astype(np.int64))
    return lengths


@dataclass(frozen=True)
class Part:
    """What one segment brings to a merge: where its arrays of a field lie, the new number of each document.

    A document that is left out has the number -1.
    """

    arrays: Arrays
    prefix: str
    form: str
    target: Array


def strings_of(part: Part, name: str) -> StringTable:
    """One of the tables of strings of a part."""
    return StringTable(Prefixed(part.arrays, part.prefix), name)  # type: ignore[arg-type]


def merge_field(parts: Sequence[Part], lengths: Array, prefix: str, block: int) -> tuple[str, dict[str, Array]]:
    """Terms and postings of one field: form of its values, all arrays. `lengths`: of the new documents."""
    strings, places = united([list(strings_of(part, "term")) for part in parts])
    terms, docs = [], []
    for part, place in zip(parts, places, strict=True):
        terms.append(np.repeat(place, runs(part.arrays[part.prefix + "start"])))
        docs.append(part.target[part.arrays[part.prefix + "doc"]])
    term, doc = np.concatenate(terms), np.concatenate(docs)
    order = np.argsort(term, kind="stable")
    order = order[doc[order] >= 0]
    term, doc = term[order], doc[order]
    carried = carry([(part.arrays, part.prefix, part.form) for part in parts]).take(order)
    arrays = carried.arrays(prefix)
    held, start = np.unique(term, return_index=True)
    rest = field_arrays(
        [strings[number] for number in held.tolist()],
        np.append(start, len(term)),
        doc,
        lengths[doc],
        arrays[prefix + "weights"],
        arrays[prefix + "weight"],
        block,
    )
    return carried.form.value, arrays | {prefix + name: content for name, content in rest.items()}


def merge_vectors(parts: Sequence[Part], docs: int, prefix: str) -> tuple[str, dict[str, Array]]:
    """Vectors of one field: the form of their values and all arrays."""
    strings, places = united([list(strings_of(part, "text")) for part in parts])
    ids, owners = [], []
    for part, place in zip(parts, places, strict=True):
        ids.append(place[part.arrays[part.prefix + "id"]])
        owners.append(np.repeat(part.target, runs(part.arrays[part.prefix + "at"])))
    owner = np.concatenate(owners)
    kept = np.flatnonzero(owner >= 0)
    carried = carry([(part.arrays, part.prefix, part.form) for part in parts]).take(kept)
    arrays = carried.arrays(prefix)
    arrays |= {f"{prefix}text.{name}": content for name, content in string_arrays(strings).items()}
    arrays[f"{prefix}id"] = narrow(np.concatenate(ids)[kept])
    arrays[f"{prefix}at"] = offsets(np.bincount(owner[kept], minlength=docs))
    return carried.form.value, arrays
