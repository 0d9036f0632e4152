"""Tables of a whole generation that a searcher keeps: what hyphens tie, words and stems with their papers, names.

A published generation never changes, and a search would ask the cluster for such facts before it could be asked
itself. So each table is one document of the meta index, fetched when it is first needed: sorted keys, and columns of
numbers or texts beside them. Where a collection is so large that they would be too (`MOST_BYTES`) there are none, and
the cluster is asked word by word.

| table | keys | columns |
| --- | --- | --- |
| `ties` | keys of the table of compounds | live papers that have it |
| `words` | surface words of texts and names | papers whose text holds the word; papers that have it in a name |
| `stems` | stems | papers that have it in a text field; in the title, venue, abstract, keywords |
| `names` | keys of author clusters | papers; the heading where it is not `mapping.usual_spelling` |
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.index.errors import BadIndexError
from indexer.index.opensearch import packing

Counts = npt.NDArray[np.uint32]
COLUMNS = {"ties": (1, 0), "words": (2, 0), "stems": (5, 0), "names": (1, 1)}
"""Columns of numbers and of texts of each table; one with others is of another Quiver, and as good as none."""
NAMES = tuple(COLUMNS)
MOST_BYTES = 32 << 20
"""Of a packed table; a node takes documents of 100 MB."""
_HEAD = struct.Struct("<III")


@dataclass(frozen=True, slots=True)
class Table:
    """Sorted keys, columns of numbers (uint32) and columns of texts, all as long as the keys. No text holds a line
    break."""

    keys: Sequence[bytes]
    numbers: Sequence[Counts] = ()
    texts: Sequence[Sequence[bytes]] = ()


def table_id(name: str) -> str:
    """The id of a table's document."""
    return f"table-{name}"


def packed(table: Table) -> bytes:
    """A table as one value."""
    parts = [_HEAD.pack(len(table.keys), len(table.numbers), len(table.texts))]
    parts += [np.ascontiguousarray(column, dtype="<u4").tobytes() for column in table.numbers]
    for texts in (table.keys, *table.texts):
        joined = b"\n".join(texts)
        parts += [struct.pack("<Q", len(joined)), joined]
    return packing.pack(b"".join(parts))


def unpacked(value: bytes) -> Table:
    """What `packed` made. Raises BadIndexError where it is something else."""
    plain = packing.unpack(value)
    try:
        size, numbers, texts = _HEAD.unpack_from(plain)
        at = _HEAD.size
        columns = [np.frombuffer(plain, "<u4", size, at + 4 * size * number) for number in range(numbers)]
        at += 4 * size * numbers
        found: list[list[bytes]] = []
        for _ in range(1 + texts):
            (length,) = struct.unpack_from("<Q", plain, at)
            at += 8
            if at + length > len(plain):
                raise ValueError("its end is away")
            rows = plain[at : at + length].split(b"\n") if size else []
            if len(rows) != size:
                raise ValueError(f"it has {len(rows)} of {size} rows")
            found.append(rows)
            at += length
    except (struct.error, ValueError) as error:
        raise BadIndexError(f"a table of the index is damaged ({error}); run `quiver rebuild`") from error
    return Table(found[0], columns, found[1:])
